// SPDX-License-Identifier: GPL-2.0
/* Lab 35: the stacks of threads are mappings with guards, which do not grow. */
#include <gnu/libc-version.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "labs/alone.h"
#include "labs/memory.h"
#include "labs/process.h"
#include "labs/stack.h"
#include "labs/thread.h"

enum {
	THREADS = 16,
	GROWSDOWN = 0x100, /* VM_GROWSDOWN in include/linux/mm.h */
	RIGHTS = 0x7, /* VM_READ, VM_WRITE, VM_EXEC */
	ROOM = 8 << 20,
};

static const struct lab_param params[] = {
	{ "threads", "3", NULL, 1, THREADS, "threads beside the first one" },
	{ "size", "256K", NULL, 64 << 10, 4 << 20,
	  "bytes of each thread's stack, a multiple of the page size" },
	{ "limit", "1M", NULL, 512 << 10, 4 << 20,
	  "RLIMIT_STACK in bytes, a multiple of the page size" },
	{ 0 },
};

static const struct lab_break breaks[] = {
	{ "fixed", "map the stack of a thread with MAP_GROWSDOWN" },
	{ "limit", "set a limit of the main stack that is 64 KiB higher" },
	{ 0 },
};

struct overflow {
	struct lab_signal sig;
	struct vmlab_vma vma; /* of the main stack after it */
};

/* From version 2.42 on, glibc marks guard pages within the VMA of the stack. */
static bool guards_are_vmas(void)
{
	unsigned int major = 0, minor = 0;

	return sscanf(gnu_get_libc_version(), "%u.%u", &major, &minor) != 2 ||
	       major < 2 || (major == 2 && minor < 42);
}

static uint64_t pages(const struct lab_run *run, const char *param)
{
	return lab_number(run, param) / lab_machine(run)->page;
}

static void predict(struct lab_run *run)
{
	unsigned int n = (unsigned int)lab_number(run, "threads");
	unsigned long long size = pages(run, "size");
	unsigned long long limit = pages(run, "limit");

	if (!guards_are_vmas())
		lab_skip(run, "this C library (glibc %s) makes no VMAs for "
			      "guard pages", gnu_get_libc_version());
	lab_predict(run, "vmas", "VMAs added by the threads", 2.0 * n, "VMAs",
		    "a stack and a guard each: 2 * %u", n);
	lab_predict(run, "size", "pages of the VMA of a thread's stack",
		    (double)size, "pages", "stacksize / page");
	lab_predict(run, "guard", "pages of the VMA below, without rights", 1,
		    "pages", "guardsize / page");
	lab_predict(run, "grows", "thread stacks with VM_GROWSDOWN", 0, "",
		    "they are mapped whole");
	lab_predict(run, "shared", "value that a thread reads in its variable",
		    1, "", "the first thread wrote it: one address space");
	lab_predict(run, "growth", "pages that it grows by recursion", 0,
		    "pages", "mmap() fixed its size");
	lab_predict_words(run, "signal", "signal in the thread",
			  "SIGSEGV SEGV_ACCERR",
			  "the guard is a VMA that allows no access");
	lab_predict(run, "address", "page that faulted, below the VMA", 1, "",
		    "the guard page");
	lab_predict(run, "main-size", "pages of the main stack at its limit",
		    (double)limit, "pages", "RLIMIT_STACK / page");
	lab_predict_words(run, "main-signal", "signal in the main thread",
			  "SIGSEGV SEGV_MAPERR", "no VMA below, and no growth");
}

struct in_thread {
	const struct lab_thread *thread;
	struct lab_signal sig;
};

static void overflow_thread(struct lab_run *run, void *arg)
{
	struct in_thread *in = arg;

	lab_measure(run, "shared", *in->thread->byte);
	in->sig = lab_catch(run, lab_stack_overflow, NULL);
}

/* Give a thread a stack that can grow as the main one. */
static void set_growing_stack(struct lab_run *run, pthread_attr_t *attr)
{
	size_t size = lab_number(run, "size");
	void *stack = lab_map_alone(run, 0, size, PROT_READ | PROT_WRITE,
				    MAP_PRIVATE | MAP_GROWSDOWN);

	lab_stack_limit(run, ROOM);
	pthread_attr_setstack(attr, stack, size);
}

static void start(struct lab_run *run, struct lab_thread *thread, bool growing)
{
	pthread_attr_t attr;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, lab_number(run, "size"));
	pthread_attr_setguardsize(&attr, lab_machine(run)->page);
	if (growing)
		set_growing_stack(run, &attr);
	lab_thread_start(run, thread, &attr);
	pthread_attr_destroy(&attr);
}

static void find(struct lab_run *run, volatile char *address,
		 struct vmlab_vma *vma)
{
	memset(vma, 0, sizeof(*vma));
	lab_vma(run, 0, (const char *)address, vma, NULL, 0);
}

static void look_at_stacks(struct lab_run *run, struct lab_thread *threads,
			   unsigned int n)
{
	uint64_t page = lab_machine(run)->page;
	struct in_thread in = { &threads[0] };
	struct vmlab_vma vma, guard, after;
	unsigned int grow = 0;
	char text[40];

	if (!n)
		lab_fail(run, "no thread to look at");
	for (unsigned int i = 0; i < n; i++) {
		find(run, threads[i].byte, &vma);
		grow += (vma.vm_flags & GROWSDOWN) != 0;
	}
	lab_measure(run, "grows", grow);
	find(run, threads[0].byte, &vma);
	find(run, (char *)(uintptr_t)(vma.start - 1), &guard);
	lab_measure(run, "size", lab_count((vma.end - vma.start) / page));
	lab_measure(run, "guard", guard.vm_flags & RIGHTS ?
		    0 : lab_count((guard.end - guard.start) / page));

	lab_step(run, "write 1 to a variable of a thread; it reads it, and "
		      "recurses without end");
	*threads[0].byte = 1;
	lab_thread_call(&threads[0], overflow_thread, &in);
	find(run, threads[0].byte, &after);
	lab_measure(run, "growth", lab_count((vma.start - after.start) / page));
	lab_measure(run, "address",
		    lab_count((vma.start - in.sig.address + page - 1) / page));
	lab_measure_words(run, "signal", "%s", lab_signal_name(&in.sig, text));
}

static int overflow_main(struct lab_run *run, void *arg)
{
	uint64_t more = lab_broken(run, "limit") ? 64 << 10 : 0;
	struct overflow *out = arg;

	lab_stack_limit(run, pages(run, "limit") * lab_machine(run)->page + more);
	out->sig = lab_catch(run, lab_stack_overflow, NULL);
	lab_stack_vma(run, &out->vma);
	return 0;
}

static void experiment(struct lab_run *run)
{
	unsigned int n = (unsigned int)lab_number(run, "threads");
	struct overflow *out = lab_shared(run, sizeof(*out));
	uint64_t page = lab_machine(run)->page, vmas;
	struct lab_thread threads[THREADS];
	char text[40];

	vmas = lab_vma_count(run, 0, NULL, NULL);
	lab_step(run, "pthread_create() of %u threads, which wait", n);
	for (unsigned int i = 0; i < n; i++)
		start(run, &threads[i], !i && lab_broken(run, "fixed"));
	lab_measure(run, "vmas",
		    (double)(lab_vma_count(run, 0, NULL, NULL) - vmas));
	look_at_stacks(run, threads, n);
	for (unsigned int i = 0; i < n; i++)
		lab_thread_stop(&threads[i]);

	lab_step(run, "fork(); setrlimit(RLIMIT_STACK, %llu); recurse without "
		      "end",
		 (unsigned long long)pages(run, "limit") * page);
	lab_wait_ok(run, lab_spawn(run, overflow_main, out));
	lab_measure(run, "main-size",
		    lab_count((out->vma.end - out->vma.start) / page));
	lab_measure_words(run, "main-signal", "%s",
			  lab_signal_name(&out->sig, text));
}

static const struct lab thread_stacks = {
	.number = 35,
	.name = "thread-stacks",
	.title = "thread stacks are mappings with guards, which do not grow",
	.question = "How does the stack of a thread differ from the main stack, "
		    "and what happens when each overflows?",
	.idea = "pthread_create() maps memory for the stack of the thread and "
		"takes all rights from its lowest pages: the guard. The VMA has "
		"a fixed size, so that recursion reaches the guard and raises "
		"SEGV_ACCERR. The main stack is a VMA with VM_GROWSDOWN, which "
		"faults extend up to RLIMIT_STACK; beyond, there is no VMA: "
		"SEGV_MAPERR.",
	.pins = "The lab sets the size of stacks and guards. Linux 6.7 and later "
		"keep stacks of threads out of huge pages by a VMA flag, so that "
		"they merge with no other anonymous memory. Every call touches "
		"its frame, which is smaller than the guard.",
	.reads = "mm/mmap.c: do_mmap()\n"
		 "mm/vma.c: expand_downwards()\n"
		 "arch/x86/mm/fault.c: do_user_addr_fault(), access_error()",
	.needs = LAB_DEVICE,
	.params = params,
	.breaks = breaks,
	.predict = predict,
	.experiment = experiment,
};

LAB_REGISTER(thread_stacks);
