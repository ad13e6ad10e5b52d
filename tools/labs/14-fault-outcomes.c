// SPDX-License-Identifier: GPL-2.0
/* Lab 14: the outcomes of an access: a page, or one of the fault signals. */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "labs/memory.h"
#include "labs/process.h"

static const struct lab_break breaks[] = {
	{ "hole", "keep the page mapped where the lab unmaps it" },
	{ "rights", "make the read-only page writable" },
	{ "grown", "extend the file before the access beyond its end" },
	{ 0 },
};

/* The start of the kernel half of x86-64 with 4 levels of page tables */
#define KERNEL_HALF ((char *)0xffff888000000000ul)

static void predict(struct lab_run *run)
{
	lab_predict_words(run, "none", "read where no VMA is",
			  "SIGSEGV SEGV_MAPERR", "no VMA holds the address");
	lab_predict_words(run, "kernel", "read of the kernel half",
			  "SIGSEGV SEGV_MAPERR",
			  "a process has no VMA there; the entry is not for users");
	lab_predict_words(run, "readonly", "write to a read-only page",
			  "SIGSEGV SEGV_ACCERR", "the VMA does not allow it");
	lab_predict_words(run, "protnone", "read of a page without any right",
			  "SIGSEGV SEGV_ACCERR", "the VMA does not allow it");
	lab_predict_words(run, "beyond", "read of a page beyond the file's end",
			  "SIGBUS BUS_ADRERR",
			  "the VMA allows it, the file has no such page");
	lab_predict_words(run, "tail", "read beyond the end in the last page",
			  "no signal", "the page exists, filled up with zeros");
	lab_predict_words(run, "space", "read beyond the end of a space",
			  "SIGBUS BUS_ADRERR", "as with a file");
	lab_predict_words(run, "absent", "write to a valid page not present",
			  "no signal", "the kernel maps a frame");
	lab_predict_words(run, "syscall", "write(2) from where no VMA is",
			  "EFAULT", "the fault is the kernel's: no signal");
	lab_predict(run, "addresses", "signals that named the address", 6,
		    "signals", "si_addr of the six signals above");
	lab_predict(run, "faults", "minor faults of the valid access", 1,
		    "faults", "one page");
	lab_predict(run, "sigbus", "faults of the space that ended so", 1,
		    "faults", "vmlab_space_stats.sigbus");
}

struct access {
	volatile char *address;
	bool write;
};

static void do_access(void *arg)
{
	struct access *a = arg;

	if (a->write)
		*a->address = 1;
	else
		(void)*a->address;
}

/* Access an address, and measure the outcome; count a right si_addr. */
static void provoke(struct lab_run *run, const char *key, char *address,
		    bool write, unsigned int *named)
{
	struct access a = { address, write };
	struct lab_signal sig;
	char text[40];

	lab_step(run, "%s address %p: %s", write ? "write" : "read",
		 (void *)address, key);
	sig = lab_catch(run, do_access, &a);
	lab_measure_words(run, key, "%s", lab_signal_name(&sig, text));
	*named += sig.number && sig.address == (uintptr_t)address;
}

static char *map_anonymous(struct lab_run *run, int prot)
{
	return lab_map(run, lab_machine(run)->page, prot,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

/* Map two pages of a file that ends in the first. */
static char *map_short_file(struct lab_run *run)
{
	size_t page = lab_machine(run)->page;
	int fd = lab_file(run, "/tmp", 100, 0);

	if (lab_broken(run, "grown") && ftruncate(fd, (off_t)(2 * page)))
		lab_fail(run, "ftruncate: %s", strerror(errno));
	return lab_map(run, 2 * page, PROT_READ, MAP_SHARED, fd, 0);
}

/* Let the kernel read from an address that is not mapped. */
static void measure_syscall(struct lab_run *run, const char *hole)
{
	int ends[2];
	ssize_t ret;

	if (pipe(ends))
		lab_fail(run, "pipe: %s", strerror(errno));
	lab_step(run, "write(pipe, %p, 1)", (const void *)hole);
	ret = write(ends[1], hole, 1);
	lab_measure_words(run, "syscall", "%s",
			  ret < 0 ? strerrorname_np(errno) : "no error");
}

static void measure_space(struct lab_run *run, unsigned int *named)
{
	size_t page = lab_machine(run)->page;
	struct vmlab_space *space;
	void *memory;

	lab_check(run, vmlab_space_open(page, &space), "open /dev/vmlab");
	lab_check(run,
		  vmlab_space_map(space, 0, 2 * page, PROT_READ, MAP_SHARED,
				  &memory),
		  "map the space");
	provoke(run, "space", (char *)memory + page, false, named);
	lab_measure(run, "sigbus", (double)lab_space_stats(run, space).sigbus);
}

static void experiment(struct lab_run *run)
{
	size_t page = lab_machine(run)->page;
	char *hole = map_anonymous(run, PROT_READ | PROT_WRITE);
	char *file = map_short_file(run), *memory;
	struct lab_counts counts;
	unsigned int named = 0;

	if (!lab_broken(run, "hole"))
		munmap(hole, page);
	provoke(run, "none", hole, false, &named);
	measure_syscall(run, hole);
	provoke(run, "kernel", KERNEL_HALF, false, &named);

	memory = map_anonymous(run, PROT_READ);
	if (lab_broken(run, "rights"))
		mprotect(memory, page, PROT_READ | PROT_WRITE);
	provoke(run, "readonly", memory, true, &named);
	provoke(run, "protnone", map_anonymous(run, PROT_NONE), false, &named);

	provoke(run, "tail", file + page - 1, false, &named);
	provoke(run, "beyond", file + page, false, &named);
	measure_space(run, &named);
	lab_measure(run, "addresses", named);

	memory = map_anonymous(run, PROT_READ | PROT_WRITE);
	lab_step(run, "count the faults of a write to %p", (void *)memory);
	counts = lab_counts();
	lab_write(memory, 1, 1, 1);
	lab_measure(run, "faults", (double)lab_counts_since(&counts).minor);
	memory = map_anonymous(run, PROT_READ | PROT_WRITE);
	provoke(run, "absent", memory, true, &named);
}

static const struct lab fault_outcomes = {
	.number = 14,
	.name = "fault-outcomes",
	.title = "what a page fault ends in",
	.question = "Which faults does the kernel handle silently, and which end "
		    "in SIGSEGV or SIGBUS, and with which code?",
	.idea = "The kernel looks up the VMA of the address. Without one the "
		"access is wrong: SEGV_MAPERR. If the VMA does not allow the "
		"access: SEGV_ACCERR. If both are right, the page is brought in; "
		"only if its source has no such page, as beyond the end of a file, "
		"the access ends in SIGBUS. Faults of the kernel itself, in a "
		"system call, end in EFAULT.",
	.pins = "The program is single-threaded, so that no other mapping takes the "
		"place of the unmapped page. The file is in /tmp and has no "
		"name. Nothing depends on where the addresses lie.",
	.reads = "arch/x86/mm/fault.c: do_user_addr_fault(), access_error(), "
		 "bad_area()\n"
		 "mm/memory.c: handle_mm_fault(), do_fault()\n"
		 "mm/filemap.c: filemap_fault()",
	.needs = LAB_DEVICE,
	.breaks = breaks,
	.predict = predict,
	.experiment = experiment,
};

LAB_REGISTER(fault_outcomes);
