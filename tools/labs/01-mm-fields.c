// SPDX-License-Identifier: GPL-2.0
/* Lab 1: what each call changes in mm_struct. */
#include <errno.h>
#include <linux/io_uring.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "labs/alone.h"
#include "labs/memory.h"
#include "labs/process.h"
#include "labs/stack.h"
#include "labs/system.h"
#include "labs/thread.h"

enum { STACK = 64 * 1024, NOBODY = 65534 };

static const struct lab_param params[] = {
	{ "pages", "64", NULL, 2, 256, "pages that each call maps" },
	{ 0 },
};

static const struct lab_break breaks[] = {
	{ "private", "map with MAP_SHARED in place of MAP_PRIVATE" },
	{ "locked", "unlock the pages again before the lab reads the mm" },
	{ "thread", "make a process with fork in place of the thread" },
	{ 0 },
};

/*
 * io_uring pins the buffers of a program for as long as it likes.  Without
 * parameters its setup fails with EFAULT where io_uring may be used, and with
 * ENOSYS or EPERM elsewhere.
 */
static bool can_pin(void)
{
	return syscall(SYS_io_uring_setup, 1, NULL) < 0 && errno == EFAULT;
}

static void predict(struct lab_run *run)
{
	unsigned int n = (unsigned int)lab_number(run, "pages");
	unsigned int page = (unsigned int)lab_machine(run)->page;

	lab_predict(run, "brk", "brk: growth of mm->brk", 1.0 * n * page,
		    "bytes", "pages * page = %u * %u", n, page);
	lab_predict(run, "brk-data", "brk: data_vm", n, "pages",
		    "the heap is private and writable");
	lab_predict(run, "brk-maps", "brk: map_count", 0, "VMAs",
		    "the VMA of the heap grows");
	lab_predict(run, "mmap-total", "mmap: total_vm", n, "pages", "pages");
	lab_predict(run, "mmap-data", "mmap: data_vm", n, "pages",
		    "private, writable, no stack");
	lab_predict(run, "mmap-maps", "mmap: map_count", 1, "VMAs",
		    "no neighbour to merge with");
	lab_predict(run, "touch-rss", "write half: anonymous pages", lab_count(n / 2),
		    "pages", "pages / 2: a fault each");
	lab_predict(run, "touch-tables", "write half: bytes of page tables",
		    3.0 * page, "bytes",
		    "a PUD, a PMD and a PTE table; no other is near");
	lab_predict(run, "mlock-locked", "mlock: locked_vm", n, "pages",
		    "all pages of the VMA");
	lab_predict(run, "mlock-rss", "mlock: anonymous pages", lab_count(n - n / 2),
		    "pages", "it faults in the other pages");
	lab_predict(run, "code-exec", "mmap of code: exec_vm", n, "pages",
		    "executable and not writable");
	lab_predict(run, "code-data", "mmap of code: data_vm", 0, "pages", "not writable");
	lab_predict(run, "stack", "stack growth: stack_vm", n, "pages",
		    "the VMA grows to the page touched");
	if (can_pin())
		lab_predict(run, "pinned", "io_uring buffer: pinned_vm", n,
			    "pages", "one pin a page");
	lab_predict(run, "thread", "thread: mm_users", 1, "", "CLONE_VM: mmget()");
	lab_predict(run, "fork-total", "fork: total_vm less the parent's", 0,
		    "pages", "dup_mmap() copies every VMA");
	lab_predict(run, "fork-locked", "fork: locked_vm of the child", 0,
		    "pages", "locks are not inherited");
	lab_predict(run, "fork-users", "fork: mm_users of the parent", 0, "",
		    "the child has its own mm");
}

static void grew(struct lab_run *run, const char *key, uint64_t now,
		 uint64_t before)
{
	lab_measure(run, key, (double)now - (double)before);
}

static void heap(struct lab_run *run, size_t size)
{
	struct vmlab_mm before = lab_mm(run, 0);

	lab_step(run, "sbrk(%zu)", size);
	if (sbrk((intptr_t)size) == (void *)-1)
		lab_fail(run, "sbrk: %s", strerror(errno));
	grew(run, "brk", lab_mm(run, 0).brk, before.brk);
	grew(run, "brk-data", lab_mm(run, 0).data_vm, before.data_vm);
	grew(run, "brk-maps", lab_mm(run, 0).map_count, before.map_count);
}

static void mapping(struct lab_run *run, size_t size)
{
	bool shared = lab_broken(run, "private");
	size_t page = lab_machine(run)->page;
	struct vmlab_mm before = lab_mm(run, 0);
	char *p;

	p = lab_map_alone(run, 0, size, PROT_READ | PROT_WRITE,
			  shared ? MAP_SHARED : MAP_PRIVATE);
	lab_step(run, "mmap(%p, %zu, PROT_READ | PROT_WRITE, MAP_%s, ...)",
		 (void *)p, size, shared ? "SHARED" : "PRIVATE");
	grew(run, "mmap-total", lab_mm(run, 0).total_vm, before.total_vm);
	grew(run, "mmap-data", lab_mm(run, 0).data_vm, before.data_vm);
	grew(run, "mmap-maps", lab_mm(run, 0).map_count, before.map_count);

	lab_step(run, "write to the first half of its pages");
	lab_write(p, size / page / 2 * page, page, 1);
	grew(run, "touch-rss", lab_mm(run, 0).rss[VMLAB_RSS_ANON],
	     before.rss[VMLAB_RSS_ANON]);
	grew(run, "touch-tables", lab_mm(run, 0).pgtables_bytes, before.pgtables_bytes);

	lab_step(run, "mlock(%p, %zu)", (void *)p, size);
	before = lab_mm(run, 0);
	if (mlock(p, size))
		lab_fail(run, "mlock of %zu bytes: %s", size, strerror(errno));
	if (lab_broken(run, "locked"))
		munlock(p, size);
	grew(run, "mlock-locked", lab_mm(run, 0).locked_vm, before.locked_vm);
	grew(run, "mlock-rss", lab_mm(run, 0).rss[VMLAB_RSS_ANON],
	     before.rss[VMLAB_RSS_ANON]);
}

static void code_and_stack(struct lab_run *run, size_t size)
{
	struct vmlab_mm before = lab_mm(run, 0);
	struct vmlab_vma vma;

	lab_step(run, "mmap(..., %zu, PROT_READ | PROT_EXEC, ...)", size);
	lab_map_alone(run, 1, size, PROT_READ | PROT_EXEC, MAP_PRIVATE);
	grew(run, "code-exec", lab_mm(run, 0).exec_vm, before.exec_vm);
	grew(run, "code-data", lab_mm(run, 0).data_vm, before.data_vm);

	lab_stack_vma(run, &vma);
	lab_step(run, "write %zu bytes below the VMA of the stack", size);
	before = lab_mm(run, 0);
	*(volatile char *)(uintptr_t)(vma.start - size) = 1;
	grew(run, "stack", lab_mm(run, 0).stack_vm, before.stack_vm);
}

/* In a child, which gives up the right to lock without being counted. */
static int pin(struct lab_run *run, void *arg)
{
	struct iovec buffer = { .iov_len = *(size_t *)arg };
	struct io_uring_params setup = { 0 };
	struct vmlab_mm before;
	int fd;

	buffer.iov_base = lab_map_alone(run, 2, buffer.iov_len,
					PROT_READ | PROT_WRITE, MAP_PRIVATE);
	if (!geteuid() && seteuid(NOBODY))
		lab_fail(run, "seteuid: %s", strerror(errno));
	before = lab_mm(run, 0);
	fd = (int)syscall(SYS_io_uring_setup, 4, &setup);
	if (fd < 0 || syscall(SYS_io_uring_register, fd,
			      IORING_REGISTER_BUFFERS, &buffer, 1))
		lab_fail(run, "io_uring: %s", strerror(errno));
	grew(run, "pinned", lab_mm(run, 0).pinned_vm, before.pinned_vm);
	return 0;
}

static void one_thread(struct lab_run *run)
{
	char *stack = lab_map(run, STACK, PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct vmlab_mm before = lab_mm(run, 0);
	struct lab_thread thread;
	pthread_attr_t attr;

	pthread_attr_init(&attr);
	pthread_attr_setstack(&attr, stack, STACK);
	lab_step(run, "pthread_create(), with a stack that is mapped");
	if (lab_broken(run, "thread"))
		lab_spawn(run, NULL, NULL);
	else
		lab_thread_start(run, &thread, &attr);
	grew(run, "thread", lab_mm(run, 0).mm_users, before.mm_users);
	if (!lab_broken(run, "thread"))
		lab_thread_stop(&thread);
	pthread_attr_destroy(&attr);
}

static void one_process(struct lab_run *run)
{
	struct vmlab_mm before = lab_mm(run, 0), child;
	pid_t pid;

	lab_step(run, "fork()");
	pid = lab_spawn(run, NULL, NULL);
	child = lab_mm(run, pid);
	grew(run, "fork-total", child.total_vm, before.total_vm);
	lab_measure(run, "fork-locked", (double)child.locked_vm);
	grew(run, "fork-users", lab_mm(run, 0).mm_users, before.mm_users);
	lab_kill(run, pid);
}

static void experiment(struct lab_run *run)
{
	size_t size = lab_number(run, "pages") * lab_machine(run)->page;

	heap(run, size);
	mapping(run, size);
	code_and_stack(run, size);
	if (can_pin()) {
		lab_step(run, "fork(), seteuid(%d), io_uring_register() of %zu "
			      "bytes", NOBODY, size);
		lab_wait_ok(run, lab_spawn(run, pin, &size));
	}
	one_thread(run);
	one_process(run);
}

static const struct lab mm_fields = {
	.number = 1,
	.name = "mm-fields",
	.title = "what each call changes in mm_struct",
	.question = "Which fields of mm_struct do brk, mmap, mlock, fork and "
		    "thread creation change, and by how much?",
	.idea = "mm_struct holds the ranges of the program, totals of its VMAs "
		"by kind (total, data, exec, stack, locked, pinned), counters "
		"of resident pages by kind, and the bytes of page tables. A "
		"call that changes VMAs changes totals at once; RSS and page "
		"tables grow at the first access.",
	.pins = "The mappings stand below 1 TiB at addresses that the lab "
		"chooses: no VMA is near to merge with, and no page table. "
		"Transparent huge pages are disabled for the process. The "
		"memory of the program itself is faulted in before.",
	.reads = "mm/vma.c: do_brk_flags(), __mmap_region()\n"
		 "mm/mmap.c: dup_mmap(), vm_stat_account()\n"
		 "mm/mlock.c: apply_vma_lock_flags()\n"
		 "kernel/fork.c: copy_mm()",
	.needs = LAB_DEVICE | LAB_ROOT,
	.params = params,
	.breaks = breaks,
	.predict = predict,
	.experiment = experiment,
};

LAB_REGISTER(mm_fields);
