// SPDX-License-Identifier: GPL-2.0
/* munmap, mremap, mprotect, madvise and MAP_FIXED keep the contents of a space. */
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/tap.h"

enum { PAGES = 12 };

static const int rw = PROT_READ | PROT_WRITE;
static size_t page;

struct map {
	int fd;
	char *p;
};

static struct map start(int flags)
{
	struct map m = { .fd = dev_open(O_RDWR) };

	m.p = map_pages(m.fd, PAGES, rw, flags, 0);
	for (size_t i = 0; i < PAGES; i++)
		m.p[i * page] = (char)(i + 1);
	return m;
}

static void finish(struct map m, const char *what)
{
	struct vmlab_space_stats s = space_stats(m.fd);

	is(s.vma_open - s.vma_close, s.vmas, "%s: opened - closed = vmas",
	   what);
	close(m.fd);
	is(module_frames(), 0, "%s: every frame is freed", what);
}

/* Do pages [@from, @to) of the space, mapped at @p, hold what start() wrote? */
static bool intact(const char *p, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		if (p[(i - from) * page] != (char)(i + 1))
			return false;
	return true;
}

static bool unmapped(char *p, size_t pages)
{
	int code = 0;

	for (size_t i = 0; i < pages; i++)
		if (touch(p + i * page, TOUCH_READ, 0, &code) != SIGSEGV ||
		    code != SEGV_MAPERR)
			return false;
	return true;
}

static void test_munmap(void)
{
	struct map m = start(MAP_SHARED);
	char *again;

	works(munmap(m.p, 2 * page), "munmap of the start");
	is(space_stats(m.fd).vmas, 1, "munmap of the start: vmas");
	ok(unmapped(m.p, 2), "munmap of the start: unmapped");
	ok(intact(m.p + 2 * page, 2, PAGES), "munmap of the start: the rest");

	works(munmap(m.p + (PAGES - 2) * page, 2 * page), "munmap of the end");
	is(space_stats(m.fd).vmas, 1, "munmap of the end: vmas");
	ok(unmapped(m.p + (PAGES - 2) * page, 2), "munmap of the end: unmapped");
	ok(intact(m.p + 2 * page, 2, PAGES - 2), "munmap of the end: the rest");

	works(munmap(m.p + 5 * page, 2 * page), "munmap of the middle");
	is(space_stats(m.fd).vmas, 2, "munmap of the middle: vmas");
	ok(unmapped(m.p + 5 * page, 2), "munmap of the middle: unmapped");
	ok(intact(m.p + 2 * page, 2, 5) && intact(m.p + 7 * page, 7, PAGES - 2),
	   "munmap of the middle: both sides");
	is(space_stats(m.fd).frames, PAGES, "munmap keeps the frames");

	again = map_pages(m.fd, PAGES, PROT_READ, MAP_SHARED, 0);
	ok(intact(again, 0, PAGES), "mapped again: all contents are kept");
	munmap(again, PAGES * page);
	munmap(m.p, PAGES * page);
	is(space_stats(m.fd).vmas, 0, "munmap across holes: vmas");
	finish(m, "munmap");
}

static void test_mremap(void)
{
	struct map m = start(MAP_SHARED);
	uint64_t faults = space_stats(m.fd).faults;
	char *room, *p, *q;

	/* Reserve addresses to move to and grow into. */
	room = mmap(NULL, 4 * PAGES * page, PROT_NONE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	p = mremap(m.p, PAGES * page, PAGES * page,
		   MREMAP_MAYMOVE | MREMAP_FIXED, room);
	if (!ok(p == room, "mremap moves"))
		bail("mremap: %s", strerror(errno));
	ok(unmapped(m.p, PAGES), "moved: the old range is unmapped");
	ok(intact(p, 0, PAGES), "moved: the contents");
	is(space_stats(m.fd).faults, faults, "moved: page tables too");
	is(space_stats(m.fd).vmas, 1, "moved: vmas");
	is(space_stats(m.fd).vma_mremap, 1, "moved: vma_mremap");

	munmap(p + PAGES * page, PAGES * page);
	q = mremap(p, PAGES * page, 2 * PAGES * page, 0);
	ok(q == p, "mremap grows in place");
	ok(intact(p, 0, PAGES), "grown: the old part");
	is(p[(2 * PAGES - 1) * page], 0, "grown: the new part is zero");
	p[PAGES * page] = PAGES + 1;
	q = mremap(p, 2 * PAGES * page, (PAGES + 1) * page, 0);
	ok(q == p, "mremap shrinks");
	ok(unmapped(p + (PAGES + 1) * page, PAGES - 1), "shrunk: unmapped");
	ok(intact(p, 0, PAGES + 1), "shrunk: the rest");

	q = mremap(p, 0, PAGES * page, MREMAP_MAYMOVE);
	if (ok(q != MAP_FAILED && q != p, "mremap of size 0 maps it twice")) {
		ok(intact(q, 0, PAGES), "twice: the same contents");
		q[0] = 100;
		is(p[0], 100, "twice: shared");
		is(space_stats(m.fd).vmas, 2, "twice: vmas");
		munmap(q, PAGES * page);
	}
	p[0] = 1;
	/* Move a part of the mapping: a split and a move. */
	q = mremap(p + 4 * page, 2 * page, 2 * page,
		   MREMAP_MAYMOVE | MREMAP_FIXED, room + 3 * PAGES * page);
	ok(q == room + 3 * PAGES * page, "mremap moves a part");
	ok(intact(q, 4, 6) && intact(p, 0, 4) &&
	   intact(p + 6 * page, 6, PAGES), "part moved: all three pieces");
	is(space_stats(m.fd).vmas, 3, "part moved: vmas");
	munmap(room, 4 * PAGES * page);
	finish(m, "mremap");
}

static void test_mremap_private(void)
{
	struct map m = start(MAP_PRIVATE);
	char *p = mremap(m.p, PAGES * page, 2 * PAGES * page, MREMAP_MAYMOVE);

	ok(p != MAP_FAILED && intact(p, 0, PAGES),
	   "mremap of a private mapping keeps the copies");
	munmap(p, 2 * PAGES * page);
	finish(m, "private mremap");
}

static void test_mprotect(void)
{
	struct map m = start(MAP_SHARED);
	int code = 0;

	works(mprotect(m.p + 4 * page, 4 * page, PROT_READ),
	      "mprotect splits");
	is(touch(m.p + 5 * page, TOUCH_WRITE, 9, &code), SIGSEGV,
	   "a write to the read-only part");
	is((uint64_t)code, SEGV_ACCERR, "... is an access error");
	ok(intact(m.p, 0, PAGES), "contents stay readable");
	is(space_stats(m.fd).vmas, 3, "mprotect: vmas");
	works(mprotect(m.p + 4 * page, 4 * page, PROT_NONE), "PROT_NONE");
	is(touch(m.p + 5 * page, TOUCH_READ, 0, NULL), SIGSEGV,
	   "a read of PROT_NONE");
	works(mprotect(m.p, PAGES * page, rw), "mprotect back");
	ok(intact(m.p, 0, PAGES), "mprotect back: contents");
	/* mm may make a dirty entry writable itself, without page_mkwrite. */
	m.p[5 * page] = 99;
	is(*(volatile char *)(m.p + 5 * page), 99, "mprotect back: writable");
	is(space_stats(m.fd).frames_dirty, PAGES, "mprotect: still dirty");
	munmap(m.p, PAGES * page);
	is(space_stats(m.fd).vmas, 0, "mprotect: vmas after munmap");
	finish(m, "mprotect");
}

static void test_madvise(void)
{
	struct map m = start(MAP_SHARED), n;
	struct vmlab_space_stats before = space_stats(m.fd), after;

	works(madvise(m.p, PAGES * page, MADV_DONTNEED), "MADV_DONTNEED");
	ok(intact(m.p, 0, PAGES), "shared data survives MADV_DONTNEED");
	after = space_stats(m.fd);
	is(after.mapped - before.mapped, PAGES, "... refaulted");
	is(after.filled, before.filled, "... from the same frames");
	is(after.frames_dirty, PAGES, "... and still dirty");
	munmap(m.p, PAGES * page);
	finish(m, "MADV_DONTNEED");

	n = start(MAP_PRIVATE);
	madvise(n.p, PAGES * page, MADV_DONTNEED);
	is(n.p[page], 0, "MADV_DONTNEED drops private copies");
	works(madvise(n.p, PAGES * page, MADV_DONTFORK), "MADV_DONTFORK");
	munmap(n.p, PAGES * page);
	finish(n, "private MADV_DONTNEED");
}

static int child_without(void *arg)
{
	return touch(arg, TOUCH_READ, 0, NULL) == SIGSEGV ? 0 : 1;
}

static void test_dontfork(void)
{
	struct map m = start(MAP_SHARED);

	madvise(m.p, PAGES * page, MADV_DONTFORK);
	is((uint64_t)reap(spawn(child_without, m.p)), 0,
	   "MADV_DONTFORK: the child has no such mapping");
	is(space_stats(m.fd).vmas, 1, "MADV_DONTFORK: vmas");
	munmap(m.p, PAGES * page);
	finish(m, "MADV_DONTFORK");
}

static void test_map_fixed(void)
{
	struct map m = start(MAP_SHARED);
	char *p;

	p = mmap(m.p + 3 * page, 2 * page, rw,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	ok(p == m.p + 3 * page && p[0] == 0, "MAP_FIXED over the middle");
	is(space_stats(m.fd).vmas, 2, "MAP_FIXED: vmas");
	p = mmap(p, 2 * page, rw, MAP_SHARED | MAP_FIXED, m.fd,
		 (off_t)(3 * page));
	ok(p == m.p + 3 * page && intact(m.p, 0, PAGES),
	   "mapped again: all contents are kept");
	munmap(m.p, PAGES * page);
	finish(m, "MAP_FIXED");
}

int main(void)
{
	page = page_size();
	is(module_frames(), 0, "no frames before the first space");
	test_munmap();
	test_mremap();
	test_mremap_private();
	test_mprotect();
	test_madvise();
	test_dontfork();
	test_map_fixed();
	return tap_done();
}
