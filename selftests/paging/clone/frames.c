// SPDX-License-Identifier: GPL-2.0
/* Frames: which are shared, what they are charged to, and what cannot be shared. */
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/page.h"
#include "lib/paging.h"
#include "lib/smaps.h"
#include "lib/tap.h"
#include "paging/clone/clone.h"

#ifndef MADV_HWPOISON
#define MADV_HWPOISON	100
#endif

#define HUGE	((size_t)2 << 20)

/* Return the number of the frame that is mapped at an address, or 0. */
static uint64_t frame_number(const void *p)
{
	const uint64_t entry = pagemap_entry(getpid(), p);

	return entry & PAGEMAP_PRESENT ? entry & PAGEMAP_FRAME : 0;
}

/* How many pages are mapped in both spaces, by the same frame? */
static size_t same_frames(const struct mapped *a, const struct mapped *b)
{
	size_t same = 0;

	for (size_t i = 0; i < PAGES; i++) {
		uint64_t nr = frame_number(a->p + i * page);

		same += nr && nr == frame_number(b->p + i * page);
	}
	return same;
}

void frames_are_shared(void)
{
	unsigned long long before = module_frames();
	struct mapped source = map_space(dev_open(O_RDWR)), clone;
	struct vmlab_space_stats s;

	set_all(&source, 10);
	clone = map_clone(&source);
	ok(all_are(&source, 0, PAGES, 10) && all_are(&clone, 0, PAGES, 10),
	   "reads of both");
	is(same_frames(&source, &clone), PAGES, "pages that share a frame");
	s = space_stats(clone.fd);
	is(s.frames, PAGES, "the clone: frames");
	is(s.frames_dirty, PAGES, "the clone: dirty frames");
	is(s.frames_shared, PAGES, "the clone: shared frames");
	is(space_stats(source.fd).frames_shared, PAGES,
	   "the source: shared frames");
	is(space_stats(source.fd).unshared, 0, "the source: copies");
	is(module_frames() - before, 2 * PAGES, "frames of both");

	set_word(&clone, 0, 1);
	s = space_stats(clone.fd);
	is(s.unshared, 1, "a write to the clone: copies");
	is(s.frames_shared, PAGES - 1, "... shared frames");
	is(s.frames, PAGES, "... frames");
	is(s.frames_dirty, PAGES, "... dirty frames");
	set_word(&clone, 0, 2);
	is(space_stats(clone.fd).unshared, 1, "another write copies nothing");
	set_word(&source, 0, 3);
	s = space_stats(source.fd);
	is(s.unshared, 0, "a write to the source then: copies");
	is(s.frames_shared, PAGES - 1, "... shared frames");
	is(same_frames(&source, &clone), PAGES - 1, "pages that share a frame");

	is(range(source.fd, VMLAB_RANGE_EVICT, 0, 8).done, 8,
	   "shared frames of the source evicted");
	is(space_stats(clone.fd).frames, PAGES, "frames of the clone");
	is(space_stats(source.fd).frames_shared, PAGES - 8,
	   "shared frames of the source");
	ok(all_are(&source, 1, PAGES, 10), "the source: contents");
	is(range(clone.fd, VMLAB_RANGE_DROP, 8, 8).done, 8,
	   "shared frames of the clone dropped");
	is(word(&clone, 8), 0, "a dropped page of the clone");
	set_space(clone.fd, 0, 16 * page, VMLAB_BACKING_ZERO);
	is(space_stats(clone.fd).frames, 9, "a shorter clone: frames");
	is(space_stats(clone.fd).frames_shared, 7, "... shared frames");
	ok(all_are(&source, 1, PAGES, 10), "the source: contents");
	unmap_space(&clone);
	unmap_space(&source);
	is(module_frames(), before, "no frame is left");
}

static void budget_after_clone(void)
{
	struct mapped source = map_space(dev_open(O_RDWR)), clone;

	set_all(&source, 20);
	clone = map_clone(&source);
	use_paging(clone.fd, .budget = 4, .policy = VMLAB_POLICY_LRU);
	is(space_stats(clone.fd).frames, 4, "a budget for the clone: frames");
	is(paging_stats(clone.fd).charged, 4, "... charged");
	is(space_stats(source.fd).frames, PAGES, "frames of the source");
	ok(all_are(&clone, 0, PAGES, 20), "contents of the clone");
	use_paging(source.fd, .budget = 5, .policy = VMLAB_POLICY_CLOCK);
	is(paging_stats(source.fd).charged, 5, "a budget for the source: charged");
	set_all(&source, 30);
	ok(all_are(&clone, 0, PAGES, 20), "contents of the clone");
	ok(all_are(&source, 0, PAGES, 30), "contents of the source");
	is(paging_stats(clone.fd).charged, 4, "charged to the clone");
	unmap_space(&clone);
	unmap_space(&source);
}

static void locked_frames(void)
{
	struct mapped source = map_space(dev_open(O_RDWR)), clone;

	set_all(&source, 50);
	range(source.fd, VMLAB_RANGE_LOCK, 0, 2);
	mlock(source.p + 2 * page, page);
	clone = map_clone(&source);
	is(range(clone.fd, VMLAB_RANGE_EVICT, 0, 4).done, 4,
	   "pages locked in the source are evicted from the clone");
	is(range(source.fd, VMLAB_RANGE_EVICT, 0, 4).busy, 3,
	   "pages locked in the source");
	range(clone.fd, VMLAB_RANGE_LOCK, 8, 1);
	set_word(&clone, 8, 1);
	is(range(clone.fd, VMLAB_RANGE_EVICT, 8, 1).busy, 1,
	   "the copy of a shared frame that was locked");
	is(range(source.fd, VMLAB_RANGE_EVICT, 8, 1).done, 1,
	   "the source evicts its own");
	is(range(clone.fd, VMLAB_RANGE_UNLOCK, 8, 1).done, 1, "unlock");
	is(range(clone.fd, VMLAB_RANGE_EVICT, 8, 1).done, 1, "evict");
	ok(word(&clone, 8) == 1 && word(&source, 8) == 58, "contents of both");
	munlock(source.p + 2 * page, page);
	unmap_space(&clone);
	unmap_space(&source);
}

void frames_and_budget(void)
{
	budget_after_clone();
	locked_frames();
}

static void dirty_bits_of(uint32_t flags)
{
	struct mapped source = map_space(dev_open(O_RDWR)), clone;
	uint64_t bits;

	set_all(&source, 1);
	is(get_dirty(source.fd, flags, 0, PAGES, NULL), PAGES, "dirty pages");
	set_word(&source, 1, 1);
	set_word(&source, 2, 1);
	range(source.fd, VMLAB_RANGE_EVICT, 2, 2);
	clone = map_clone(&source);
	is(get_dirty(clone.fd, VMLAB_DIRTY_CLEAR, 0, PAGES, &bits), 2,
	   "dirty pages of the clone");
	is(bits, 6, "which");
	is(get_dirty(clone.fd, 0, 0, PAGES, NULL), 0, "cleared");
	is(get_dirty(source.fd, flags, 0, PAGES, &bits), 2,
	   "dirty pages of the source");
	is(bits, 6, "which");
	set_word(&source, 5, 1);
	set_word(&clone, 7, 1);
	is(get_dirty(clone.fd, 0, 0, PAGES, &bits), 1, "a write to the clone");
	is(bits, 1 << 7, "which");
	is(get_dirty(source.fd, 0, 0, PAGES, &bits), 1, "a write to the source");
	is(bits, 1 << 5, "which");
	unmap_space(&clone);
	unmap_space(&source);
}

void dirty_bits(void)
{
	dirty_bits_of(VMLAB_DIRTY_CLEAR);
	if (dev_info().features & VMLAB_FEAT_NO_PROTECT)
		dirty_bits_of(VMLAB_DIRTY_CLEAR | VMLAB_DIRTY_NO_PROTECT);
	else
		skip("VMLAB_FEAT_NO_PROTECT is missing",
		     "a space whose pages are not write-protected");
}

/* Put a page into a new pipe, which holds its frame, and return the pipe's end. */
static int hold(const struct mapped *m, size_t n)
{
	struct iovec iov = { m->p + n * page, page };
	int ends[2];

	if (pipe(ends) || vmsplice(ends[1], &iov, 1, 0) != (ssize_t)page)
		bail("vmsplice: %s", strerror(errno));
	close(ends[1]);
	return ends[0];
}

/* Read the first word of what a pipe holds, and close it. */
static uint64_t held(int end)
{
	static char buf[1 << 16];
	uint64_t value = 0;

	if (read(end, buf, page) != (ssize_t)page)
		bail("read: %s", strerror(errno));
	memcpy(&value, buf, sizeof(value));
	close(end);
	return value;
}

void pinned_pages(void)
{
	struct mapped source = map_space(dev_open(O_RDWR)), clone;
	int end;

	set_all(&source, 70);
	end = hold(&source, 0);
	clone = map_clone(&source);
	is(space_stats(clone.fd).frames_shared, PAGES - 1,
	   "a pinned page: shared frames");
	is(space_stats(clone.fd).frames, PAGES, "... frames of the clone");
	set_word(&source, 0, 1);
	is(held(end), 1, "the pin has the page of the source");
	is(word(&clone, 0), 70, "the clone has its contents");

	/* The clone is gone, but its process still holds the frame. */
	end = hold(&clone, 1);
	is(word(&source, 1), 71, "a page of both");
	unmap_space(&clone);
	set_word(&source, 1, 2);
	is(held(end), 71, "a pin through the clone sees no write to the source");
	is(space_stats(source.fd).unshared, 1, "the source copied the frame");
	set_word(&source, 2, 3);
	is(space_stats(source.fd).unshared, 1, "others it did not copy");
	unmap_space(&source);
}

static size_t wrong_words(const char *p, size_t first)
{
	size_t wrong = 0;

	for (size_t i = 0; i < HUGE / page; i++)
		wrong += *(const uint64_t *)(p + i * page) != first + i;
	return wrong;
}

static void set_words(char *p, size_t first)
{
	for (size_t i = 0; i < HUGE / page; i++)
		*(uint64_t *)(p + i * page) = first + i;
}

void huge_frames(void)
{
	int fd = dev_open(O_RDWR), clone;
	char *p, *q;

	if (set_space(fd, VMLAB_SPACE_HUGE, 0, VMLAB_BACKING_ZERO)) {
		skip("VMLAB_FEAT_HUGE is missing", "huge frames");
		close(fd);
		return;
	}
	p = map_shared(fd, HUGE / page);
	madvise(p, HUGE, MADV_HUGEPAGE);
	set_words(p, 1);
	clone = clone_space(fd);
	q = map_shared(clone, HUGE / page);
	is(wrong_words(q, 1), 0, "the clone of a huge frame: wrong pages");
	is(space_stats(clone).frames, HUGE / page, "... frames");
	set_words(p, 1000);
	is(wrong_words(q, 1), 0, "after writes to the source: wrong pages");
	set_words(q, 2000);
	is(wrong_words(p, 1000), 0, "wrong pages of the source");
	unmap_and_close(clone, q, HUGE / page);
	unmap_and_close(fd, p, HUGE / page);
}

/* As mm does when a page has a memory error; EBUSY: it cannot take the page. */
static bool poison(const struct mapped *m, size_t n)
{
	return !madvise(m->p + n * page, page, MADV_HWPOISON) || errno == EBUSY;
}

static void raises_sigbus(const struct mapped *m, size_t n, const char *what)
{
	madvise(m->p + n * page, page, MADV_DONTNEED);
	is(touch(m->p + n * page, TOUCH_READ, 0, NULL), SIGBUS, "%s: a read",
	   what);
	is(touch(m->p + n * page, TOUCH_WRITE, 1, NULL), SIGBUS, "%s: a write",
	   what);
}

void memory_error(void)
{
	struct mapped source = map_space(dev_open(O_RDWR)), clone;

	set_all(&source, 80);
	ok(poison(&source, 3), "MADV_HWPOISON");
	clone = map_clone(&source);
	raises_sigbus(&clone, 3, "an error before the request, the clone");
	raises_sigbus(&source, 3, "... the source");
	ok(all_are(&clone, 0, 3, 80) && all_are(&clone, 4, PAGES, 80),
	   "the other pages");
	ok(poison(&clone, 5), "MADV_HWPOISON of a shared frame");
	raises_sigbus(&source, 5, "an error of a shared frame, the source");
	raises_sigbus(&clone, 5, "... the clone");
	is(range(clone.fd, VMLAB_RANGE_EVICT, 3, 1).busy, 1, "it is not evicted");
	is(range(clone.fd, VMLAB_RANGE_DROP, 3, 1).done, 1, "but dropped");
	is(word(&clone, 3), 0, "then it is zero");
	raises_sigbus(&source, 3, "the source then");
	unmap_space(&source);
	is(word(&clone, 4), 84, "the clone, without the source");
	unmap_space(&clone);
}

void private_mapping(void)
{
	struct mapped source = map_space(dev_open(O_RDWR)), clone, own;

	set_all(&source, 90);
	own.fd = source.fd;
	own.p = map_pages(source.fd, PAGES, PROT_READ | PROT_WRITE, MAP_PRIVATE,
			  0);
	set_word(&own, 0, 1);
	clone = map_clone(&source);
	is(word(&clone, 0), 90, "private copies are not cloned");
	set_word(&own, 1, 2);
	ok(all_are(&source, 0, PAGES, 90) && all_are(&clone, 0, PAGES, 90),
	   "a private copy of a shared frame changes neither");
	is(space_stats(source.fd).unshared, 0, "and copies nothing for them");
	set_word(&source, 2, 3);
	is(word(&own, 2), 3, "a private mapping sees a write to the source");
	munmap(own.p, PAGES * page);
	unmap_space(&clone);
	unmap_space(&source);
}
