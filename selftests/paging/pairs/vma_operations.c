// SPDX-License-Identifier: GPL-2.0
/* System calls that change, move, lock, copy or write back VMAs. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/page.h"
#include "lib/paging.h"
#include "lib/tap.h"
#include "paging/pairs/pairs.h"

#ifndef MREMAP_DONTUNMAP
#define MREMAP_DONTUNMAP	4
#endif
#ifndef MLOCK_ONFAULT
#define MLOCK_ONFAULT		1
#endif

/* Addresses for a mapping of the same length and alignment. */
static char *room_for(const struct pairs_case *c)
{
	const size_t align = (size_t)2 << 20;
	size_t bytes = c->pages * page;
	char *room = mmap(NULL, bytes + align, PROT_NONE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), *at;

	if (room == MAP_FAILED)
		bail("mmap: %s", strerror(errno));
	at = (char *)(((uintptr_t)room + align - 1) & ~(align - 1));
	munmap(room, bytes + align);
	return at;
}

/* --- mlock ------------------------------------------------------------------- */

static void check_locked(struct pairs_case *c)
{
	struct vmlab_range r = range(c->fd, VMLAB_RANGE_EVICT,
				     c->mapping->first + c->start, 1);

	/* mm locks nothing in special mappings. */
	if (!c->special && !c->mixed && !r.busy && !c->private)
		case_fails(c, "a locked page was evicted");
}

static int lock(struct pairs_case *c, int flags)
{
	if (flags < 0 ? mlock(SPAN(c)) :
	    syscall(SYS_mlock2, SPAN(c), flags))
		return errno;
	if (flags <= 0 && c->private && !c->readonly)
		make_copies(c);
	(void)*(volatile char *)(c->p + c->start * page);
	check_locked(c);
	return munlock(SPAN(c)) ? errno : 0;
}

static int unlock(struct pairs_case *c, int arg)
{
	(void)arg;
	return munlock(SPAN(c)) ? errno : 0;
}

/* --- mprotect ---------------------------------------------------------------- */

static int protect(struct pairs_case *c, int prot)
{
	char *at = c->p + c->start * page;

	if (mprotect(SPAN(c), prot))
		return errno;
	if (prot == PROT_NONE && touch(at, TOUCH_READ, 0, NULL) != SIGSEGV)
		case_fails(c, "a page of PROT_NONE can be read");
	if (!(prot & PROT_WRITE) && touch(at, TOUCH_WRITE, 1, NULL) != SIGSEGV)
		case_fails(c, "a page that is read-only can be written");
	return mprotect(SPAN(c), c->mapping->prot) ? errno : 0;
}

/* Each second page: the VMAs must merge again. */
static int protect_pages(struct pairs_case *c, int arg)
{
	uint64_t vmas = space_stats(c->fd).vmas;

	(void)arg;
	for (size_t i = 0; i < 32; i += 2)
		if (mprotect(c->p + (c->start + i) * page, page, PROT_NONE))
			return errno;
	for (size_t i = 0; i < 32; i += 2)
		if (mprotect(c->p + (c->start + i) * page, page,
			     c->mapping->prot))
			return errno;
	/* mm never merges VM_SPECIAL, nor parts with different anon_vmas. */
	if (!c->private && !c->special && !c->mixed &&
	    space_stats(c->fd).vmas != vmas)
		case_fails(c, "%llu VMAs after mprotect, %llu before",
			   (unsigned long long)space_stats(c->fd).vmas,
			   (unsigned long long)vmas);
	return 0;
}

/* --- mremap ------------------------------------------------------------------ */

static int move(struct pairs_case *c, int flags)
{
	size_t bytes = c->pages * page;
	char *to = room_for(c), *old = c->p;
	char *q;

	q = mremap(old, bytes, bytes, MREMAP_MAYMOVE | MREMAP_FIXED | flags,
		   to);
	if (q == MAP_FAILED)
		return errno;
	c->p = q;
	if (!(flags & MREMAP_DONTUNMAP))
		return 0;
	/* The old addresses are still mapped; the copies moved. */
	c->extra = old;
	c->extra_pages = c->pages;
	if (!c->locked && !contents_match(c, old, false))
		case_fails(c, "old addresses: other contents than the space");
	return 0;
}

/* To where the pages are not aligned like huge frames. */
static int move_unaligned(struct pairs_case *c, int arg)
{
	size_t bytes = c->pages * page;
	char *q;

	(void)arg;
	q = mremap(c->p, bytes, bytes, MREMAP_MAYMOVE | MREMAP_FIXED,
		   room_for(c) + page);
	if (q == MAP_FAILED)
		return errno;
	c->p = q;
	return 0;
}

/* Grow and shrink again. */
static int resize(struct pairs_case *c, int arg)
{
	size_t bytes = c->pages * page;
	char *q = mremap(c->p, bytes, bytes + 4 * page, MREMAP_MAYMOVE);

	(void)arg;
	if (q == MAP_FAILED)
		return errno;
	c->p = q;
	q = mremap(c->p, bytes + 4 * page, bytes, 0);
	return q == MAP_FAILED ? errno : 0;
}

/* A length of 0 maps the same pages again. */
static int duplicate(struct pairs_case *c, int arg)
{
	size_t bytes = c->pages * page;
	char *q = mremap(c->p, 0, bytes, MREMAP_MAYMOVE);

	(void)arg;
	if (q == MAP_FAILED)
		return errno;
	c->extra = q;
	c->extra_pages = c->pages;
	if (!contents_match(c, q, false))
		case_fails(c, "the second mapping has other contents");
	return 0;
}

/* --- munmap ------------------------------------------------------------------ */

static void hole(struct pairs_case *c, size_t first, size_t nr)
{
	if (munmap(c->p + first * page, nr * page))
		bail("munmap: %s", strerror(errno));
	for (int i = 0; i < NR_POINTS; i++) {
		struct point *pt = &c->point[i];

		if (pt->page >= first && pt->page < first + nr) {
			pt->unmapped = true;
			pt->copied = false;
		}
	}
	if (touch(c->p + first * page, TOUCH_READ, 0, NULL) != SIGSEGV)
		case_fails(c, "a page that was unmapped can be read");
}

static int unmap_part(struct pairs_case *c, int arg)
{
	(void)arg;
	hole(c, c->start, c->end - c->start);
	return 0;
}

static int unmap_page(struct pairs_case *c, int arg)
{
	(void)arg;
	hole(c, c->start, 1);
	hole(c, c->end, 1);
	return 0;
}

/* --- fork -------------------------------------------------------------------- */

/* Versions that the child writes: above those of this process. */
#define CHILD_VERSION	1000

static int child_writes(void *arg)
{
	struct pairs_case *c = arg;

	if (!contents_match(c, c->p, true))
		return 1;
	if (!c->readonly)
		write_points(c, CHILD_VERSION, true);
	return !contents_match(c, c->p, true) ? 2 : 0;
}

static int copy_process(struct pairs_case *c, int arg)
{
	int result = reap(spawn(child_writes, c));

	(void)arg;
	if (result)
		case_fails(c, "the child: %d", result);
	if (!c->private && !c->readonly)
		write_points(c, CHILD_VERSION, false);
	return 0;
}

static int fork_and_kill(struct pairs_case *c, int arg)
{
	pid_t pid = fork();

	(void)arg;
	if (!pid) {
		for (;;)
			pause();
	}
	if (pid < 0)
		return errno;
	case_touch(c);
	case_check(c, "while a child has copies of the VMAs");
	kill_and_reap(pid);
	return 0;
}

/* --- write back, residence --------------------------------------------------- */

static int sync_pages(struct pairs_case *c, int flags)
{
	return msync(SPAN(c), flags) ? errno : 0;
}

static int in_core(struct pairs_case *c, int arg)
{
	unsigned char *vec = malloc(c->end - c->start);
	int err = mincore(SPAN(c), vec) ? errno : 0;

	(void)arg;
	free(vec);
	return err;
}

/* The kernel reads the pages, and writes them, for system calls. */
static int through_pipe(struct pairs_case *c, int arg)
{
	int fds[2], err = 0;

	(void)arg;
	if (pipe(fds))
		bail("pipe: %s", strerror(errno));
	for (size_t i = c->start; !err && i < c->start + 4; i++) {
		char *at = c->p + i * page;

		if (write(fds[1], at, page) != (ssize_t)page ||
		    read(fds[0], c->readonly ? c->alias +
			 (c->mapping->first + i) * page : at, page) !=
		    (ssize_t)page)
			err = errno;
	}
	close(fds[0]);
	close(fds[1]);
	if (!err && c->private && !c->readonly) {
		size_t end = c->end;

		c->end = c->start + 4;
		make_copies(c);
		c->end = end;
	}
	return err;
}

#define WORKS		0, 0, 0, 0, 0

const struct operation vma_operations[] = {
	{ "mlock", lock, -1, WORKS, NULL },
	{ "mlock2", lock, 0, WORKS, NULL },
	{ "mlock2: ONFAULT", lock, MLOCK_ONFAULT, WORKS, NULL },
	{ "munlock", unlock, 0, WORKS, NULL },
	{ "mprotect: NONE", protect, PROT_NONE, WORKS, NULL },
	{ "mprotect: READ", protect, PROT_READ, WORKS, NULL },
	{ "mprotect of pages", protect_pages, 0, WORKS, NULL },
	{ "mremap", move, 0, WORKS, NULL },
	{ "mremap, unaligned", move_unaligned, 0, WORKS, NULL },
	{ "mremap: DONTUNMAP", move, MREMAP_DONTUNMAP, 0, 0, 0, 0, EINVAL,
	  NULL },
	{ "mremap of another length", resize, 0, 0, 0, 0, 0, EFAULT, NULL },
	{ "mremap of length 0", duplicate, 0, 0, ANY, EINVAL, ANY, EFAULT,
	  NULL },
	{ "munmap of a part", unmap_part, 0, WORKS, NULL },
	{ "munmap of pages", unmap_page, 0, WORKS, NULL },
	{ "fork", copy_process, 0, WORKS, NULL },
	{ "fork, then SIGKILL", fork_and_kill, 0, WORKS, NULL },
	{ "msync: ASYNC", sync_pages, MS_ASYNC, WORKS, NULL },
	{ "msync: SYNC", sync_pages, MS_SYNC, WORKS, NULL },
	{ "msync: INVALIDATE", sync_pages, MS_INVALIDATE, 0, 0, 0, EBUSY, 0,
	  NULL },
	{ "mincore", in_core, 0, WORKS, NULL },
	{ "write and read by the kernel", through_pipe, 0, WORKS, NULL },
	{ 0 }
};
