// SPDX-License-Identifier: GPL-2.0
/*
 * Huge frames: one fault, one entry, 512 pages; single pages where they cannot
 * be; and contents that survive whatever takes a huge frame apart.
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
#include "lib/proc.h"
#include "lib/tap.h"

#define HUGE	((size_t)2 << 20)
#define NR	(HUGE / psize)		/* pages of a huge frame */

static size_t psize;

static int set_space(int fd, uint32_t flags, uint64_t bytes, uint32_t backing)
{
	struct vmlab_space_config config = {
		.size = sizeof(config), .flags = flags, .bytes = bytes,
		.backing = backing,
	};

	return ioctl(fd, VMLAB_IOC_SPACE_SET, &config);
}

static int set_budget(int fd, uint64_t budget)
{
	struct vmlab_paging paging = { .size = sizeof(paging), .budget = budget };

	return ioctl(fd, VMLAB_IOC_PAGING_SET, &paging);
}

static struct vmlab_range range(int fd, uint32_t op, uint64_t start,
				uint64_t end)
{
	struct vmlab_range r = {
		.size = sizeof(r), .op = op, .start = start, .end = end,
	};

	if (ioctl(fd, VMLAB_IOC_RANGE, &r))
		bail("VMLAB_IOC_RANGE: %s", strerror(errno));
	return r;
}

static struct vmlab_paging_stats paging_stats(int fd)
{
	struct vmlab_paging_stats stats = { .size = sizeof(stats) };

	if (ioctl(fd, VMLAB_IOC_PAGING_STATS, &stats))
		bail("VMLAB_IOC_PAGING_STATS: %s", strerror(errno));
	return stats;
}

static uint64_t dirty(int fd, uint64_t end, uint32_t flags)
{
	struct vmlab_dirty d = { .size = sizeof(d), .flags = flags, .end = end };

	if (ioctl(fd, VMLAB_IOC_DIRTY, &d))
		bail("VMLAB_IOC_DIRTY: %s", strerror(errno));
	return d.nr_dirty;
}

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

/* kB of a field of smaps of the VMA that begins at @p. */
static unsigned long long smaps(const char *p, const char *field)
{
	char *text = slurp("/proc/self/smaps"), head[32], *vma;
	unsigned long long kb = 0;

	snprintf(head, sizeof(head), "%lx-", (unsigned long)p);
	vma = text ? strstr(text, head) : NULL;
	if (!vma || !proc_field(strchr(vma, '\n') + 1, field, &kb))
		diag("no %s of %s in smaps", field, head);
	free(text);
	return kb;
}

/* Each page says which it is. */
static void sign(char *p, size_t first, size_t nr)
{
	for (size_t i = first; i < first + nr; i++)
		*(uint64_t *)(p + i * psize) = i + 1;
}

static size_t forged(const char *p, size_t first, size_t nr)
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
	is(after.filled - before.filled, 1, "... that filled a frame");
	is(after.frames, NR, "pages that came");
	is(after.frames_dirty, NR, "dirty pages: the whole frame");
	is(after.mkwrite - before.mkwrite, 1, "entries made writable");
	is(smaps(p, "FilePmdMapped"), HUGE / 1024, "kB mapped huge, by smaps");
	is(smaps(p, "Rss"), HUGE / 1024, "kB resident, by smaps");
	for (i = 0; i < HUGE; i++)
		nonzero += p[i] != (i == 5 * psize);
	is(nonzero, 0, "bytes that are not as they should");
	sign(p, 0, NR);
	is(space_stats(fd).faults - before.faults, 1,
	   "faults after every page was written");
	is(paging_stats(fd).huge_filled, 1, "huge frames that came");

	/* The other half is read first and written then. */
	before = space_stats(fd);
	is(p[HUGE], 0, "reading a new frame");
	after = space_stats(fd);
	is(after.read_faults - before.read_faults, 1, "faults of a read");
	is(after.frames_dirty, NR, "dirty pages after a read");
	p[HUGE] = 1;
	after = space_stats(fd);
	is(after.mkwrite - before.mkwrite, 1, "a write after a read is seen");
	is(after.frames_dirty, 2 * NR, "dirty pages after it");
	is(smaps(p, "FilePmdMapped"), 2 * HUGE / 1024, "kB mapped huge");
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
	return forged(arg, 0, NR) != 0;
}

static void eviction(void)
{
	int fd = huge_space(0, VMLAB_BACKING_ZERO);
	char *p = map(fd, HUGE);
	struct vmlab_paging_stats stats;

	sign(p, 0, NR);
	is(reap(spawn(child_reads, p)), 0, "a child reads what was written");
	is(range(fd, VMLAB_RANGE_EVICT, 0, psize).done, NR,
	   "evicting one page of it makes so many leave");
	stats = paging_stats(fd);
	is(stats.huge_evicted, 1, "huge frames that left");
	is(stats.evicted, NR, "pages that left");
	is(stats.stored, NR, "pages stored");
	is(space_stats(fd).frames, 0, "pages still there");
	is(forged(p, 0, NR), 0, "pages wrong after they came back");
	is(paging_stats(fd).refaults, NR, "... one by one");
	is(smaps(p, "FilePmdMapped"), 0, "kB mapped huge then");
	is(paging_stats(fd).huge_filled, 1, "huge frames that ever came");
	munmap(p, HUGE);
	close(fd);
}

static void budget(void)
{
	int fd = huge_space(0, VMLAB_BACKING_ZERO);
	char *p = map(fd, 3 * HUGE);

	/* Room for one huge frame and some pages. */
	works(set_budget(fd, NR + 8), "a budget");
	sign(p, 0, 2 * NR);
	is(paging_stats(fd).huge_filled, 1, "huge frames within the budget");
	ok(paging_stats(fd).huge_fallback > 0, "faults that fell back");
	is(paging_stats(fd).huge_evicted, 1, "huge frames that left for others");
	ok(space_stats(fd).frames <= NR + 8, "pages within the budget");
	is(forged(p, 0, 2 * NR), 0, "pages wrong");
	works(set_budget(fd, 16), "a smaller budget");
	ok(space_stats(fd).frames <= 16, "pages within it");
	is(forged(p, 0, 2 * NR), 0, "pages wrong");
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

	/* A VMA that does not span it, and one that is not aligned with it. */
	q = map_at(fd, NULL, HUGE, 4 * HUGE + psize, MAP_SHARED);
	sign(q, 0, NR);
	is(forged(q, 0, NR), 0, "a mapping from the second page on");
	munmap(q, HUGE);
	is(paging_stats(fd).huge_filled, 0, "huge frames of it");

	/* What is not huge already does not become so. */
	range(fd, VMLAB_RANGE_PREFETCH, 7 * psize, 8 * psize);
	p[0] = 1;
	is(paging_stats(fd).huge_filled, 0, "huge frames where a page was");
	is(space_stats(fd).frames, NR + 2, "pages");

	/* Without MADV_HUGEPAGE, unless they are on for all. */
	madvise(p + HUGE, HUGE, MADV_NOHUGEPAGE);
	p[HUGE] = 1;
	is(paging_stats(fd).huge_filled, 0, "huge frames with MADV_NOHUGEPAGE");

	/* A private mapping reads the frame, and copies a page of it. */
	p[2 * HUGE] = 1;
	q = map_at(fd, NULL, HUGE, 2 * HUGE, MAP_PRIVATE);
	is(q[0], 1, "a private mapping reads it");
	is(smaps(q, "FilePmdMapped"), HUGE / 1024, "... mapped huge");
	q[0] = 2;
	is(q[0], 2, "its own copy");
	is(p[2 * HUGE], 1, "what the others see");
	is(smaps(q, "FilePmdMapped"), 0, "mapped in pages after the copy");
	is(q[HUGE - 1], 0, "the rest of it");
	munmap(q, HUGE);

	stats = paging_stats(fd);
	is(stats.huge_filled, 1, "huge frames in all");
	is(stats.huge_fallback, 0, "none fell back for memory or budget");
	munmap(p, 4 * HUGE);
	close(fd);
}

static void vma_changes(void)
{
	int fd = huge_space(0, VMLAB_BACKING_ZERO);
	char *p = map(fd, 2 * HUGE), *other = map(fd, 2 * HUGE), *q;

	sign(p, 0, 2 * NR);
	/* The hole splits the entry, not the frame. */
	munmap(p + HUGE + 3 * psize, psize);
	is(forged(p, 0, NR + 3), 0, "pages wrong before a hole");
	is(forged(p, NR + 4, NR - 4), 0, "pages wrong behind it");
	is(smaps(p, "FilePmdMapped"), HUGE / 1024, "kB still mapped huge");
	q = mremap(p, HUGE, HUGE, MREMAP_MAYMOVE | MREMAP_FIXED,
		   other + psize);
	ok(q != MAP_FAILED, "mremap to where it is not aligned");
	is(forged(q, 0, NR), 0, "pages wrong after it");
	mprotect(q, psize, PROT_READ);
	is(touch(q, TOUCH_WRITE, 1, NULL), 11, "a page of it read-only");
	mprotect(q, psize, PROT_READ | PROT_WRITE);
	*(uint64_t *)q = 1;
	is(forged(q, 0, NR), 0, "pages wrong after mprotect");
	is(paging_stats(fd).huge_evicted, 0, "none was taken apart for all that");
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
	sign(p, 0, 3 * NR - 1);
	is(paging_stats(fd).huge_filled, 2, "huge frames below the end");
	is(touch(p + 3 * HUGE - psize, TOUCH_READ, 0, NULL), 7,
	   "a touch beyond the end");

	works(set_space(fd, VMLAB_SPACE_HUGE, HUGE + 5 * psize,
			VMLAB_BACKING_ZERO), "an end within a huge frame");
	is(touch(p + HUGE + 5 * psize, TOUCH_READ, 0, NULL), 7,
	   "a touch beyond it");
	is(forged(p, 0, NR + 5), 0, "pages wrong before it");
	is(space_stats(fd).frames, NR + 5, "pages left");

	works(set_space(fd, VMLAB_SPACE_HUGE, 0, VMLAB_BACKING_ZERO),
	      "no end");
	is(p[HUGE + 5 * psize], 0, "what was beyond the end is forgotten");
	is(range(fd, VMLAB_RANGE_DROP, psize, 2 * psize).done, 1,
	   "dropping a page of a huge frame");
	is(p[psize], 0, "that page");
	is(forged(p, 0, 1) + forged(p, 2, NR - 2), 0, "other pages wrong");

	munmap(p, 3 * HUGE);
	close(fd);
}

static void locked(void)
{
	int fd = huge_space(0, VMLAB_BACKING_ZERO);
	char *p = map(fd, HUGE);

	p[0] = 1;
	is(range(fd, VMLAB_RANGE_LOCK, 0, psize).done, 1, "locked in memory");
	is(range(fd, VMLAB_RANGE_EVICT, 0, HUGE).busy, NR, "so it stays");
	fails(set_space(fd, VMLAB_SPACE_HUGE, psize, VMLAB_BACKING_ZERO),
	      EBUSY, "an end within it");
	is(touch(p + psize, TOUCH_WRITE, 1, NULL), 0, "nothing was cut");
	is(range(fd, VMLAB_RANGE_UNLOCK, 0, psize).done, 1, "unlocked");
	is(range(fd, VMLAB_RANGE_EVICT, 0, HUGE).done, NR, "so it leaves");
	munmap(p, HUGE);
	close(fd);
}

static void dirty_bits(void)
{
	int fd = huge_space(0, VMLAB_BACKING_ZERO);
	char *p = map(fd, HUGE);

	is(p[0], 0, "a read");
	is(dirty(fd, HUGE, 0), 0, "dirty pages after a read");
	p[0] = 1;
	is(dirty(fd, HUGE, VMLAB_DIRTY_CLEAR), NR, "dirty pages after a write");
	is(dirty(fd, HUGE, 0), 0, "... once cleared");
	p[HUGE - 1] = 1;
	is(dirty(fd, HUGE, 0), NR, "... once written again");
	is(smaps(p, "FilePmdMapped"), HUGE / 1024, "kB mapped huge all the time");
	munmap(p, HUGE);
	close(fd);
}

int main(void)
{
	unsigned long long frames;
	int fd;

	psize = page_size();
	fd = dev_open(O_RDWR);
	if (set_space(fd, VMLAB_SPACE_HUGE, 0, VMLAB_BACKING_ZERO)) {
		is(errno, EOPNOTSUPP, "huge frames cannot be had");
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
	is(module_frames(), frames, "frames of the module at the end");
	return tap_done();
}
