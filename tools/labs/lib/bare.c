// SPDX-License-Identifier: GPL-2.0
/*
 * A process without libc: it unmaps all but its text and its stack, and then makes
 * system calls only.
 */
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/rseq.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "labs/bare.h"
#include "labs/process.h"

enum { RANGES = 512, PAGE = 4096, AREA = 1 << 30 };

struct lab_bare {
	pid_t pid;
	int pipe;
	struct lab_gate done;
};

/* What the process keeps on its stack. */
struct bare_work {
	int pipe, done;
	enum lab_bare_mode mode;
	unsigned int ranges;
	struct {
		uint64_t start, end;
	} range[RANGES];
};

static inline long sys(long nr, long a, long b, long c, long d, long e, long f)
{
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;

	__asm__ volatile("syscall"
			 : "+a"(nr)
			 : "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return nr;
}

static inline long map(long length, long prot)
{
	return sys(SYS_mmap, 0, length, prot,
		   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
}

static inline void change(enum lab_bare_mode mode, long page)
{
	if (mode == LAB_BARE_UNMAPPED)
		sys(SYS_munmap, page, PAGE, 0, 0, 0, 0);
	else
		sys(SYS_mprotect, page, PAGE,
		    mode == LAB_BARE_MERGED ? PROT_NONE : PROT_READ, 0, 0, 0);
}

static void __attribute__((noinline, noreturn)) work(const struct bare_work *w)
{
	unsigned int vmas = 4, wanted = 0; /* text, stack, the area, a page beside it */
	unsigned long one = 1;
	long next;

	for (unsigned int i = 0; i < w->ranges; i++)
		sys(SYS_munmap, (long)w->range[i].start,
		    (long)(w->range[i].end - w->range[i].start), 0, 0, 0, 0);
	next = map(AREA, PROT_NONE) + PAGE;
	map(PAGE, PROT_READ | PROT_WRITE);
	for (;;) {
		if (sys(SYS_read, w->pipe, (long)&wanted, sizeof(wanted), 0, 0,
			0) != sizeof(wanted))
			sys(SYS_exit_group, 1, 0, 0, 0, 0, 0);
		for (; vmas < wanted; vmas += 2, next += 2 * PAGE)
			change(w->mode, next);
		sys(SYS_write, w->done, (long)&one, sizeof(one), 0, 0, 0);
	}
}

/* List all VMAs but the text of this program and the stack. */
static void list_ranges(struct lab_run *run, struct bare_work *w)
{
	uint64_t text = (uintptr_t)work, stack = (uintptr_t)w;
	const struct vmlab_vma *vma;
	struct vmlab_vmas_iter *it;
	struct vmlab_proc *proc;

	lab_check(run, vmlab_proc_open(lab_device(run), 0, &proc), "VMAs");
	lab_check(run, vmlab_vmas_open(proc, 0, 0, &it), "VMAs");
	while (lab_check(run, vmlab_vmas_next(it, &vma), "VMAs")) {
		if ((vma->start <= text && text < vma->end) ||
		    (vma->start <= stack && stack < vma->end))
			continue;
		if (w->ranges == RANGES)
			lab_fail(run, "the program has too many VMAs");
		w->range[w->ranges].start = vma->start;
		w->range[w->ranges++].end = vma->end;
	}
	vmlab_vmas_close(it);
	vmlab_proc_close(proc);
}

static int child(struct lab_run *run, void *arg)
{
	struct bare_work w = *(struct bare_work *)arg;

	/* The kernel writes to this area when it schedules the thread. */
	if (__rseq_size)
		syscall(SYS_rseq,
			(char *)__builtin_thread_pointer() + __rseq_offset, 32,
			1 /* RSEQ_FLAG_UNREGISTER */, RSEQ_SIG);
	list_ranges(run, &w);
	work(&w);
}

struct lab_bare *lab_bare(struct lab_run *run, enum lab_bare_mode mode)
{
	struct lab_bare *bare = malloc(sizeof(*bare));
	struct bare_work w = { .mode = mode };
	int fds[2];

	if (!bare || pipe(fds))
		lab_fail(run, "a pipe cannot be made");
	bare->done = lab_gate_make(run);
	bare->pipe = fds[1];
	w.pipe = fds[0];
	w.done = bare->done.fd;
	bare->pid = lab_spawn(run, child, &w);
	close(fds[0]);
	return bare;
}

pid_t lab_bare_pid(const struct lab_bare *bare)
{
	return bare->pid;
}

void lab_bare_grow(struct lab_run *run, struct lab_bare *bare,
		   unsigned int vmas)
{
	if (write(bare->pipe, &vmas, sizeof(vmas)) != sizeof(vmas))
		lab_fail(run, "the process of the lab does not read its pipe");
	lab_gate_pass(run, bare->done);
}

void lab_bare_end(struct lab_run *run, struct lab_bare *bare)
{
	lab_kill(run, bare->pid);
	close(bare->pipe);
	close(bare->done.fd);
	free(bare);
}
