// SPDX-License-Identifier: GPL-2.0
/*
 * Huge frames: one fault and one entry for 512 pages; single pages where a huge
 * frame is not possible; contents are kept when an entry or a frame is split.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/paging.h"
#include "lib/smaps.h"
#include "lib/tap.h"

#define HUGE	((size_t)2 << 20)
#define NR	(HUGE / psize)		/* pages of a huge frame */
#define NR_MAX	(4 * (HUGE >> 12))	/* pages of a bitmap */

static size_t psize;

static int huge_space(uint64_t bytes, uint32_t backing)
{
	int fd = dev_open(O_RDWR);

	if (set_space(fd, VMLAB_SPACE_HUGE, bytes, backing))
		bail("a space of huge frames: %s", strerror(errno));
	return fd;
}

static char *map_at(int fd, char *at, size_t len, off_t offset, int flags)
{
	char *p = mmap(at, len, PROT_READ | PROT_WRITE,
		       flags | (at ? MAP_FIXED : 0), fd, offset);

	if (p == MAP_FAILED)
		bail("mmap: %s", strerror(errno));
	if (madvise(p, len, MADV_HUGEPAGE))
		bail("MADV_HUGEPAGE: %s", strerror(errno));
	return p;
}

static char *map(int fd, size_t len)
{
	return map_at(fd, NULL, len, 0, MAP_SHARED);
}

/* Bytes of the VMA at @p that are mapped by huge entries. */
static unsigned long long huge_mapped(const char *p)
{
	return smaps_bytes(p, "FilePmdMapped");
}

/* Write its number to each page. */
static void write_numbers(char *p, size_t first, size_t nr)
{
	for (size_t i = first; i < first + nr; i++)
		*(uint64_t *)(p + i * psize) = i + 1;
}

/* Return how many pages do not hold what write_numbers() wrote. */
static size_t wrong_numbers(const char *p, size_t first, size_t nr)
{
	size_t wrong = 0;

	for (size_t i = first; i < first + nr; i++)
		wrong += *(const uint64_t *)(p + i * psize) != i + 1;
	return wrong;
}

static void first_touch(void)
{
	struct vmlab_space_stats before, after;
	int fd = huge_space(0, VMLAB_BACKING_ZERO);
	char *p = map(fd, 2 * HUGE);
	size_t i, nonzero = 0;

	is((uintptr_t)p % HUGE, 0, "mmap: aligned to 2 MiB");
	before = space_stats(fd);
	p[5 * psize] = 1;
	after = space_stats(fd);
	is(after.faults - before.faults, 1, "faults of the first write");
	is(after.filled - before.filled, 1, "... of them fills");
	is(after.frames, NR, "resident pages");
	is(after.frames_dirty, NR, "dirty pages: all of the frame");
	is(after.mkwrite - before.mkwrite, 1, "entries made writable");
	is(huge_mapped(p), HUGE, "bytes mapped huge, by smaps");
	is(smaps_bytes(p, "Rss"), HUGE, "bytes resident, by smaps");
	for (i = 0; i < HUGE; i++)
		nonzero += p[i] != (i == 5 * psize);
	is(nonzero, 0, "bytes that are wrong");
	write_numbers(p, 0, NR);
	is(space_stats(fd).faults - before.faults, 1,
	   "faults after every page was written");
	is(paging_stats(fd).huge_filled, 1, "huge frames filled");

	/* The other half is read first and written then. */
	before = space_stats(fd);
	is(p[HUGE], 0, "reading a new frame");
	after = space_stats(fd);
	is(after.read_faults - before.read_faults, 1, "faults of a read");
	is(after.frames_dirty, NR, "dirty pages after a read");
	p[HUGE] = 1;
	after = space_stats(fd);
	is(after.mkwrite - before.mkwrite, 1, "a write after a read is counted");
	is(after.frames_dirty, 2 * NR, "dirty pages after it");
	is(huge_mapped(p), 2 * HUGE, "bytes mapped huge");
	munmap(p, 2 * HUGE);
	is(space_stats(fd).frames, 2 * NR, "pages without a mapping");
	close(fd);
}

static void pattern(void)
{
	int fd = huge_space(0, VMLAB_BACKING_PATTERN);
	uint64_t *p = (uint64_t *)map(fd, HUGE);
	size_t i, wrong = 0;

	for (i = 0; i < HUGE / 8; i++)
		wrong += p[i] != i * 8;
	is(wrong, 0, "pattern: words that are not their offset");
	is(paging_stats(fd).huge_filled, 1, "... all in one huge frame");
	munmap(p, HUGE);
	close(fd);
}

static int child_reads(void *arg)
{
	return wrong_numbers(arg, 0, NR) != 0;
}

static void eviction(void)
{
	int fd = huge_space(0, VMLAB_BACKING_ZERO);
	char *p = map(fd, HUGE);
	struct vmlab_paging_stats stats;

	write_numbers(p, 0, NR);
	is(reap(spawn(child_reads, p)), 0, "a child reads what was written");
	is(range(fd, VMLAB_RANGE_EVICT, 0, 1).done, NR,
	   "evicting one page evicts all of its huge frame");
	stats = paging_stats(fd);
	is(stats.huge_evicted, 1, "huge frames evicted");
	is(stats.evicted, NR, "pages evicted");
	is(stats.stored, NR, "pages stored");
	is(space_stats(fd).frames, 0, "pages resident");
	is(space_stats(fd).frames_dirty, 0, "pages dirty");
	is(wrong_numbers(p, 0, NR), 0, "wrong pages after refaults");
	is(paging_stats(fd).refaults, NR, "refaults: one for each page");
	is(huge_mapped(p), 0, "bytes mapped huge then");
	is(paging_stats(fd).huge_filled, 1, "huge frames filled in all");
	munmap(p, HUGE);
	close(fd);
}

static void budget(void)
{
	int fd = huge_space(0, VMLAB_BACKING_ZERO);
	char *p = map(fd, 3 * HUGE);

	/* Room for one huge frame and some pages. */
	works(set_paging(fd, .budget = NR + 8), "a budget");
	write_numbers(p, 0, 2 * NR);
	is(paging_stats(fd).huge_filled, 1, "huge frames within the budget");
	ok(paging_stats(fd).huge_fallback > 0, "faults fell back to single pages");
	is(paging_stats(fd).huge_evicted, 1, "huge frames evicted for other pages");
	ok(space_stats(fd).frames <= NR + 8, "resident pages within the budget");
	is(wrong_numbers(p, 0, 2 * NR), 0, "wrong pages");
	works(set_paging(fd, .budget = 16), "a smaller budget");
	ok(space_stats(fd).frames <= 16, "resident pages within it");
	is(wrong_numbers(p, 0, 2 * NR), 0, "wrong pages");
	p[2 * HUGE] = 1;
	is(paging_stats(fd).huge_filled, 1,
	   "no huge frame in a budget that has no room for one");
	munmap(p, 3 * HUGE);
	close(fd);
}

static void fallback(void)
{
	int fd = huge_space(0, VMLAB_BACKING_ZERO);
	char *p = map(fd, 4 * HUGE);
	struct vmlab_paging_stats stats;
	char *q;

	/* A VMA that starts within a huge frame. */
	q = map_at(fd, NULL, HUGE, 4 * HUGE + psize, MAP_SHARED);
	write_numbers(q, 0, NR);
	is(wrong_numbers(q, 0, NR), 0, "a mapping from the second page on");
	munmap(q, HUGE);
	is(paging_stats(fd).huge_filled, 0, "huge frames for it");

	/* Single pages never become a huge frame. */
	range(fd, VMLAB_RANGE_PREFETCH, 7, 1);
	p[0] = 1;
	is(paging_stats(fd).huge_filled, 0, "huge frames where a single page was resident");
	is(space_stats(fd).frames, NR + 2, "pages");

	/* MADV_NOHUGEPAGE: single pages. */
	madvise(p + HUGE, HUGE, MADV_NOHUGEPAGE);
	p[HUGE] = 1;
	is(paging_stats(fd).huge_filled, 0, "huge frames with MADV_NOHUGEPAGE");

	/* A private mapping maps the huge frame and copies a page of it. */
	p[2 * HUGE] = 1;
	q = map_at(fd, NULL, HUGE, 2 * HUGE, MAP_PRIVATE);
	is(q[0], 1, "a private mapping reads it");
	is(huge_mapped(q), HUGE, "... mapped huge");
	q[0] = 2;
	is(q[0], 2, "the private copy");
	is(p[2 * HUGE], 1, "the shared page");
	is(huge_mapped(q), 0, "mapped in pages after the copy");
	is(q[HUGE - 1], 0, "the rest of the private mapping");
	munmap(q, HUGE);

	stats = paging_stats(fd);
	is(stats.huge_filled, 1, "huge frames in all");
	is(stats.huge_fallback, 0, "faults that fell back for memory or budget");
	munmap(p, 4 * HUGE);
	close(fd);
}

static void vma_changes(void)
{
	int fd = huge_space(0, VMLAB_BACKING_ZERO);
	char *p = map(fd, 2 * HUGE), *other = map(fd, 2 * HUGE), *q;

	write_numbers(p, 0, 2 * NR);
	/* munmap splits the entry, not the frame. */
	munmap(p + HUGE + 3 * psize, psize);
	is(wrong_numbers(p, 0, NR + 3), 0, "wrong pages before a hole");
	is(wrong_numbers(p, NR + 4, NR - 4), 0, "wrong pages behind it");
	is(huge_mapped(p), HUGE, "bytes mapped huge outside");
	q = mremap(p, HUGE, HUGE, MREMAP_MAYMOVE | MREMAP_FIXED,
		   other + psize);
	ok(q != MAP_FAILED, "mremap to where it is not aligned");
	is(wrong_numbers(q, 0, NR), 0, "wrong pages after it");
	mprotect(q, psize, PROT_READ);
	is(touch(q, TOUCH_WRITE, 1, NULL), 11, "a write to a page that is read-only");
	mprotect(q, psize, PROT_READ | PROT_WRITE);
	*(uint64_t *)q = 1;
	is(wrong_numbers(q, 0, NR), 0, "wrong pages after mprotect");
	is(paging_stats(fd).huge_evicted, 0, "huge frames evicted");
	munmap(p, 2 * HUGE);
	munmap(other, 2 * HUGE);
	close(fd);
}

static void resize(void)
{
	int fd = huge_space(3 * HUGE - psize, VMLAB_BACKING_ZERO);
	char *p = map(fd, 3 * HUGE);
	struct vmlab_space_config config = { .size = sizeof(config) };

	works(ioctl(fd, VMLAB_IOC_SPACE_GET, &config), "SPACE_GET");
	is(config.flags, VMLAB_SPACE_HUGE, "its flags");
	write_numbers(p, 0, 3 * NR - 1);
	is(paging_stats(fd).huge_filled, 2, "huge frames below the end");
	is(touch(p + 3 * HUGE - psize, TOUCH_READ, 0, NULL), 7,
	   "a touch beyond the end");

	works(set_space(fd, VMLAB_SPACE_HUGE, HUGE + 5 * psize,
			VMLAB_BACKING_ZERO), "an end within a huge frame");
	is(touch(p + HUGE + 5 * psize, TOUCH_READ, 0, NULL), 7,
	   "a touch beyond it");
	is(wrong_numbers(p, 0, NR + 5), 0, "wrong pages before it");
	is(space_stats(fd).frames, NR + 5, "pages left");

	works(set_space(fd, VMLAB_SPACE_HUGE, 0, VMLAB_BACKING_ZERO),
	      "no end");
	is(p[HUGE + 5 * psize], 0, "a page that was beyond the end is zero");
	is(range(fd, VMLAB_RANGE_DROP, 1, 1).done, 1,
	   "dropping a page of a huge frame");
	is(p[psize], 0, "that page");
	is(wrong_numbers(p, 0, 1) + wrong_numbers(p, 2, NR - 2), 0, "other wrong pages");

	munmap(p, 3 * HUGE);
	close(fd);
}

static void locked(void)
{
	int fd = huge_space(0, VMLAB_BACKING_ZERO);
	char *p = map(fd, HUGE);

	p[0] = 1;
	is(range(fd, VMLAB_RANGE_LOCK, 0, 1).done, 1, "a page of a huge frame locked");
	is(range(fd, VMLAB_RANGE_EVICT, 0, NR).busy, NR, "EVICT: all of the huge frame is busy");
	fails(set_space(fd, VMLAB_SPACE_HUGE, psize, VMLAB_BACKING_ZERO),
	      EBUSY, "an end within a locked huge frame");
	is(touch(p + psize, TOUCH_WRITE, 1, NULL), 0, "... does not shorten the space");
	is(range(fd, VMLAB_RANGE_UNLOCK, 0, 1).done, 1, "unlocked");
	is(range(fd, VMLAB_RANGE_LOCK, 0, NR).done, NR, "LOCK of all of its pages");
	is(range(fd, VMLAB_RANGE_UNLOCK, NR / 2, NR / 2).done, NR / 2,
	   "UNLOCK through its second half");
	is(range(fd, VMLAB_RANGE_LOCK, 0, NR).done, NR, "LOCK again");
	is(range(fd, VMLAB_RANGE_UNLOCK, 0, NR).done, NR, "UNLOCK of all of its pages");
	is(range(fd, VMLAB_RANGE_EVICT, 0, NR).done, NR, "the huge frame evicted");
	munmap(p, HUGE);
	close(fd);
}

static void dirty_bits(void)
{
	int fd = huge_space(0, VMLAB_BACKING_ZERO);
	char *p = map(fd, HUGE);

	is(p[0], 0, "a read");
	is(get_dirty(fd, 0, 0, NR, NULL), 0, "dirty pages after a read");
	p[0] = 1;
	is(get_dirty(fd, VMLAB_DIRTY_CLEAR, 0, NR, NULL), NR, "dirty pages after a write");
	is(get_dirty(fd, 0, 0, NR, NULL), 0, "... once cleared");
	p[HUGE - 1] = 1;
	is(get_dirty(fd, 0, 0, NR, NULL), NR, "... once written again");
	is(huge_mapped(p), HUGE, "bytes mapped huge all the time");
	munmap(p, HUGE);
	close(fd);
}

/* Return how many of @nr pages from page @first on are not as dirty as @dirty says. */
static size_t wrong_dirty(int fd, size_t first, size_t nr,
			  bool (*dirty)(size_t page))
{
	uint64_t bitmap[NR_MAX / 64] = { 0 };
	size_t i, wrong, sum = 0;

	for (i = 0; i < nr; i++)
		sum += dirty(first + i);
	wrong = get_dirty(fd, 0, first, nr, NULL) != sum;
	wrong += get_dirty(fd, 0, first, nr, bitmap) != sum;
	for (i = 0; i < nr; i++)
		wrong += (bitmap[i / 64] >> (i % 64) & 1) != dirty(first + i);
	return wrong;
}

/* Return how many lines "frames" in debugfs has of frames whose state has a letter. */
static size_t debugfs_frames(int fd, char letter)
{
	char path[128], line[128], state[16];
	size_t nr = 0;
	FILE *file;

	snprintf(path, sizeof(path), DEBUGFS "/spaces/%llu/frames",
		 (unsigned long long)space_id(fd));
	file = fopen(path, "r");
	if (!file)
		bail("%s: %s", path, strerror(errno));
	while (fgets(line, sizeof(line), file))
		nr += sscanf(line, "%*u %*u %*d %*d %15s", state) == 1 &&
		      strchr(state, letter);
	fclose(file);
	return nr;
}

static bool all(size_t page)
{
	return page < 2 * NR;
}

/* Pages 100 to 109, and those across the border of the two huge frames, are clean. */
static bool some(size_t page)
{
	return all(page) && (page < 100 || page >= 110) &&
	       (page < NR - 10 || page >= NR + 10);
}

static bool some_less(size_t page)
{
	return some(page) && page != NR + 100;
}

static void dirty_parts(void)
{
	int fd = huge_space(0, VMLAB_BACKING_ZERO);
	char *p = map(fd, 2 * HUGE);

	write_numbers(p, 0, 2 * NR);
	is(wrong_dirty(fd, 0, 2 * NR, all), 0, "dirty parts: all, by bits and in sum");
	is(wrong_dirty(fd, 200, 50, all), 0, "... of a range within a huge frame");
	is(wrong_dirty(fd, 7, 2, all), 0, "... at its start");
	is(wrong_dirty(fd, NR - 3, 6, all), 0, "... across two");
	is(wrong_dirty(fd, NR + 200, 2 * NR, all), 0, "... with nothing behind it");
	is(debugfs_frames(fd, 't'), 2 * NR, "frames in debugfs that are tracked");

	is(get_dirty(fd, VMLAB_DIRTY_CLEAR, 100, 10, NULL), 10, "10 pages cleared");
	is(get_dirty(fd, VMLAB_DIRTY_CLEAR, NR - 10, 20, NULL), 20,
	   "20 pages of two huge frames cleared");
	is(wrong_dirty(fd, 0, 2 * NR, some), 0, "the other pages are dirty");
	is(wrong_dirty(fd, 90, 50, some), 0, "... in a range within a huge frame");
	is(debugfs_frames(fd, 't'), 2 * NR - 30, "frames in debugfs that are tracked");
	is(debugfs_frames(fd, 'd'), 2 * NR, "... that are dirty");
	is(space_stats(fd).frames_dirty, 2 * NR, "pages that are newer than the backing");
	is(huge_mapped(p), 2 * HUGE, "bytes mapped huge");

	write_numbers(p, NR, 1);
	is(get_dirty(fd, 0, NR, NR, NULL), NR, "a write makes all pages of its huge frame dirty");
	is(get_dirty(fd, 0, 0, NR, NULL), NR - 20, "... and none of the other");
	is(space_stats(fd).frames_dirty, 2 * NR, "pages newer than the backing, after the write");
	is(get_dirty(fd, VMLAB_DIRTY_CLEAR, 0, 2 * NR, NULL), 2 * NR - 20, "all pages cleared");
	is(get_dirty(fd, 0, 0, 2 * NR, NULL), 0, "... then none is dirty");
	is(range(fd, VMLAB_RANGE_EVICT, 0, 2 * NR).done, 2 * NR, "pages evicted");
	is(space_stats(fd).frames_dirty, 0, "dirty pages among the resident ones");
	is(wrong_numbers(p, 0, 2 * NR), 0, "wrong pages");
	munmap(p, 2 * HUGE);
	close(fd);
}

static void evicted_parts(void)
{
	int fd = huge_space(0, VMLAB_BACKING_ZERO);
	char *p = map(fd, 2 * HUGE);

	write_numbers(p, 0, 2 * NR);
	/* One has its marks for all pages when it is evicted, one for each page. */
	get_dirty(fd, VMLAB_DIRTY_CLEAR, NR, 10, NULL);
	is(range(fd, VMLAB_RANGE_EVICT, 0, 2 * NR).done, 2 * NR, "evicted parts: pages evicted");
	is(debugfs_frames(fd, '-'), 0, "frames in debugfs");
	get_dirty(fd, VMLAB_DIRTY_CLEAR, 100, 10, NULL);
	get_dirty(fd, VMLAB_DIRTY_CLEAR, NR - 10, 10, NULL);
	is(wrong_dirty(fd, 0, 2 * NR, some), 0, "pages that stay dirty while they are evicted");
	is(wrong_numbers(p, 105, 1) + wrong_numbers(p, NR + 5, 1), 0, "two clean pages come back");
	is(space_stats(fd).frames, 2, "pages resident then");
	is(range(fd, VMLAB_RANGE_DROP, NR + 100, 1).done, 1, "an evicted page dropped");
	is(wrong_dirty(fd, 0, 2 * NR, some_less), 0, "dirty pages, without it");

	is(get_dirty(fd, VMLAB_DIRTY_CLEAR, 0, NR, NULL), NR - 20, "dirty pages cleared");
	works(set_space(fd, VMLAB_SPACE_HUGE, (NR + 50) * psize,
			VMLAB_BACKING_ZERO), "an end among evicted pages");
	is(wrong_numbers(p, 0, NR + 50), 0, "wrong pages before it");
	munmap(p, 2 * HUGE);
	close(fd);

	fd = huge_space(0, VMLAB_BACKING_ZERO);
	p = map(fd, 2 * HUGE);
	write_numbers(p, 0, 2 * NR);
	range(fd, VMLAB_RANGE_EVICT, 0, 2 * NR);
	works(set_space(fd, VMLAB_SPACE_HUGE, (NR + 50) * psize,
			VMLAB_BACKING_ZERO), "an end within a huge frame that was evicted");
	is(get_dirty(fd, 0, 0, 2 * NR, NULL), NR + 50, "dirty pages left");
	works(set_space(fd, VMLAB_SPACE_HUGE, 0, VMLAB_BACKING_ZERO), "no end");
	is(wrong_numbers(p, 0, NR + 50), 0, "wrong pages before that end");
	is(p[HUGE + 50 * psize], 0, "the first page behind it is zero");
	munmap(p, 2 * HUGE);
	close(fd);
}

/* A pager that is switched on when huge frames are there. */
static void adopted(void)
{
	int fd = huge_space(0, VMLAB_BACKING_ZERO);
	char *p = map(fd, 2 * HUGE);

	write_numbers(p, 0, 2 * NR);
	get_dirty(fd, VMLAB_DIRTY_CLEAR, 3, 1, NULL);
	works(set_paging(fd, .budget = 4 * NR), "a budget after two huge frames");
	is(paging_stats(fd).charged, 2 * NR, "pages charged: each once");
	munmap(p, 2 * HUGE);
	close(fd);
}

int main(void)
{
	unsigned long long frames;
	int fd;

	psize = page_size();
	fd = dev_open(O_RDWR);
	if (set_space(fd, VMLAB_SPACE_HUGE, 0, VMLAB_BACKING_ZERO)) {
		is(errno, EOPNOTSUPP, "no huge frames");
		skip("needs Linux 6.15 with transparent huge pages",
		     "huge frames");
		return tap_done();
	}
	close(fd);
	frames = module_frames();

	first_touch();
	pattern();
	eviction();
	budget();
	fallback();
	vma_changes();
	resize();
	locked();
	dirty_bits();
	dirty_parts();
	evicted_parts();
	adopted();
	is(module_frames(), frames, "frames of the module at the end, as at the start");
	return tap_done();
}
