// SPDX-License-Identifier: GPL-2.0
/*
 * fork(2): the memory of the child is a clone of the parent's space.
 *
 * Before the system call the parent clones its space (VMLAB_IOC_CLONE).  The kernel then
 * copies the VMAs, which still map the space of the parent, and the child maps the clone
 * in their place before it does anything else.  Until then it must not touch memory of
 * the library: it runs on a stack that fork copies (stack.c), no signal handler can
 * run, and libc finds no FILE (streams.c).  If the child cannot get a copy it ends: it
 * never shares memory with its parent.
 *
 * Managed memory is copied when the space is cloned, page by page, and all other memory
 * at the system call itself, a little later.  When there are other threads, they wait as
 * soon as they access a page that was copied (VMLAB_CLONE_HOLD), until the parent closes
 * its descriptor of the clone after the system call.  So the child has what each of them
 * had written up to one instant, wherever it is.  No lock is needed in between that a
 * waiting thread can hold: libc has called all handlers of pthread_atfork(3), and the
 * lock of its list of FILEs is held (streams.c).  For one of which this is not true, the
 * wait is limited to a second.
 */
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/single_threaded.h>

#include "copy.h"
#include "fork.h"
#include "lock.h"
#include "open.h"
#include "report.h"
#include "run_protocol.h"
#include "settings.h"
#include "space.h"
#include "vmas.h"

/* Memory for the child when the space cannot be cloned: anonymous, and not managed. */
struct copy {
	struct vmlab_vma vma;
	uintptr_t at;
};

/*
 * A fork, from fork_prepare() to the end of it in parent and child.  With the lock.
 * @mask: signals that were blocked before
 * @space: the descriptor of the space, or -1: there is nothing to copy
 * @clone: that of the clone, or -1: @copies are used
 * @files: parent and child share their descriptors (CLONE_FILES)
 * @err: why there is no clone
 * @refused: why the child cannot run, or NULL
 */
static struct {
	uint64_t mask;
	int space;
	int clone;
	bool files;
	int err;
	const char *refused;
	struct copy *copies;
	size_t nr;
	size_t room;
} forking;

static uintptr_t thread_pointer(void)
{
	uintptr_t self;

	__asm__("mov %%fs:0, %0" : "=r"(self));
	return self;
}

/* Return why the child would use memory of the library too early, or NULL. */
static const char *too_early(int fd)
{
	struct vmlab_vma vma;

	if (vma_ours_at(fd, (uintptr_t)__builtin_frame_address(0), &vma))
		return "a process cannot fork here: its stack is managed";
	if (vma_ours_at(fd, thread_pointer(), &vma))
		return "a process cannot fork here: its thread is managed";
	return NULL;
}

static size_t copies_bytes(void)
{
	return page_up(forking.room * sizeof(*forking.copies));
}

static void copies_free(void)
{
	for (size_t i = 0; i < forking.nr; i++) {
		const struct copy *copy = &forking.copies[i];

		raw_munmap(copy->at, copy->vma.end - copy->vma.start);
	}
	if (forking.copies)
		raw_munmap((uintptr_t)forking.copies, copies_bytes());
	forking.copies = NULL;
	forking.nr = 0;
}

static int copy_add(const struct vmlab_vma *vma)
{
	struct copy *copy = &forking.copies[forking.nr];
	const size_t len = vma->end - vma->start;
	const long at = raw_mmap(0, len, PROT_READ | PROT_WRITE,
				 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (raw_failed(at))
		return (int)at;
	copy->vma = *vma;
	copy->at = (uintptr_t)at;
	forking.nr++;
	return copy_contents(forking.space, false, vma->start, len, copy->at);
}

/* Clone the space; other threads wait until the clone is closed.  Returns 0 or an errno. */
static long clone_space(struct vmlab_clone *clone)
{
	long ret;

	/* Threads that libc does not know of do not wait. */
	clone->flags = __libc_single_threaded ? 0 : VMLAB_CLONE_HOLD;
	ret = raw_ioctl(forking.space, VMLAB_IOC_CLONE, clone);
	if (ret != -EBUSY)
		return ret;
	/* Another process that has this memory, as after vfork(2), forks too. */
	clone->flags = 0;
	return raw_ioctl(forking.space, VMLAB_IOC_CLONE, clone);
}

/* Copy all managed memory, since the space could not be cloned. */
static int copies_make(void)
{
	struct vma_walk walk;
	struct vmlab_vma vma;
	long table;
	int ret;

	vma_walk_start(&walk, forking.space, 0, UINTPTR_MAX);
	ret = vma_walk_next(&walk, &vma);
	if (ret < 0)
		return ret;
	/* Some more, as other threads map memory. */
	forking.room = walk.map_count + 256;
	table = raw_mmap(0, copies_bytes(), PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (raw_failed(table))
		return (int)table;
	forking.copies = (struct copy *)table;

	vma_walk_start(&walk, forking.space, 0, UINTPTR_MAX);
	while ((ret = vma_walk_ours(&walk, &vma)) > 0) {
		if (vma_not_for_child(&vma))
			continue;
		ret = forking.nr == forking.room ? -ENOMEM : copy_add(&vma);
		if (ret)
			return ret;
	}
	return ret;
}

void fork_prepare(unsigned long flags)
{
	struct vmlab_clone clone = { .size = sizeof(clone) };
	uint64_t mask;
	long ret;

	/* A space that was lost is replaced now, not with the lock. */
	space_use(false);
	lock_take(&mask);
	forking.mask = mask;
	forking.files = flags & CLONE_FILES;
	forking.refused = NULL;
	forking.clone = -1;
	forking.err = 0;
	forking.space = space_descriptor();
	if (space_has_orphans() ||
	    (forking.space >= 0 && !space_is_ours(forking.space))) {
		forking.refused = "a process cannot fork: the program closed the space";
		return;
	}
	if (forking.space < 0)
		return;
	forking.refused = too_early(forking.space);
	if (forking.refused)
		return;
	ret = clone_space(&clone);
	if (!ret) {
		/* Events are not cloned. */
		space_record(clone.fd);
		forking.clone = clone.fd;
		return;
	}
	forking.err = (int)-ret;
	if (copies_make()) {
		copies_free();
		forking.refused = "a process cannot fork: no memory to copy the parent's";
	}
}

static void release(void)
{
	const uint64_t mask = forking.mask;

	lock_give(&mask);
}

static void finish_parent(bool forked)
{
	/* With CLONE_FILES it is the child's. */
	if (forking.clone >= 0 && !(forking.files && forked))
		raw_close(forking.clone);
	copies_free();
	release();
}

static void __attribute__((noreturn)) end(const char *why)
{
	complain(why, "");
	for (;;)
		raw3(SYS_exit_group, 134, 0, 0);
}

/* Map the clone wherever the space is mapped. */
static void map_clone(void)
{
	static struct vma_walk walk;
	static struct vmlab_vma vma;
	int ret;

	vma_walk_start(&walk, forking.clone, 0, UINTPTR_MAX);
	while ((ret = vma_walk_ours(&walk, &vma)) > 0) {
		const size_t len = vma.end - vma.start;
		const long at = raw_mmap(vma.start, len, vma_prot(&vma),
					 MAP_SHARED | MAP_FIXED, forking.clone,
					 (off_t)vma.start);

		if (raw_failed(at) || vma_apply(&vma, vma.start, len))
			end("a child process ends: it cannot map its memory");
	}
	if (ret)
		end("a child process ends: it cannot find its memory");
}

/* Move the copies to where the space is mapped. */
static void map_copies(void)
{
	for (size_t i = 0; i < forking.nr; i++) {
		const struct copy *copy = &forking.copies[i];
		const size_t len = copy->vma.end - copy->vma.start;

		if (vma_apply(&copy->vma, copy->at, len) ||
		    raw_failed(raw_mremap(copy->at, len, len, MREMAP_MAYMOVE | MREMAP_FIXED,
					  copy->vma.start)))
			end("a child process ends: it cannot map its memory");
	}
	raw_munmap((uintptr_t)forking.copies, copies_bytes());
	forking.copies = NULL;
	forking.nr = 0;
}

static void use_clone(void)
{
	int fd = forking.clone;
	uint64_t id;

	map_clone();
	if (!forking.files) {
		if (raw_failed(raw3(SYS_dup3, fd, forking.space, O_CLOEXEC))) {
			/* The limit is lower by now.  The parent's space is not kept. */
			raw_close(forking.space);
		} else {
			raw_close(fd);
			fd = forking.space;
		}
	}
	id = space_number(fd);
	space_inherit(fd, id);
	report_space(fd, id, RUN_FORKED);
}

static void use_copies(void)
{
	map_copies();
	if (!forking.files)
		raw_close(forking.space);
	/* What the child maps from now on can have a space. */
	space_inherit(-1, 0);
	report_no_space((uint64_t)forking.err, RUN_CLONE);
}

void fork_child(void)
{
	lock_reset();
	report_forget(!forking.files);
	if (forking.refused)
		end(forking.refused);
	if (forking.clone >= 0)
		use_clone();
	else if (forking.space >= 0)
		use_copies();
	release();
}

void fork_parent(void)
{
	finish_parent(false);
}

void fork_finish(long pid)
{
	if (pid)
		finish_parent(pid > 0);
	else
		fork_child();
}
