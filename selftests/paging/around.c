// SPDX-License-Identifier: GPL-2.0
/*
 * Mapping around (VMLAB_PAGING_AROUND) together with other features: each
 * combination works as without it, or is refused with EINVAL.
 */
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/file.h"
#include "lib/paging.h"
#include "lib/proc.h"
#include "lib/smaps.h"
#include "lib/tap.h"

#define HUGE	((size_t)2 << 20)
#define PAGES	32

#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL	102
#endif

static size_t psize;

static int set_around(int fd)
{
	return set_paging(fd, .prefetch = VMLAB_PREFETCH_NEXT,
			  .prefetch_pages = 16, .flags = VMLAB_PAGING_AROUND);
}

/* --- with huge frames ------------------------------------------------------ */

static unsigned long long free_kb(void)
{
	char *text = slurp("/proc/meminfo");
	unsigned long long kb = 0;

	if (!text || !proc_field(text, "MemFree", &kb))
		bail("no MemFree in /proc/meminfo");
	free(text);
	return kb;
}

static int set_huge_first(int fd)
{
	return set_space(fd, VMLAB_SPACE_HUGE, 2 * HUGE, VMLAB_BACKING_ZERO) ||
	       set_around(fd) ? -1 : 0;
}

static int set_around_first(int fd)
{
	return set_around(fd) ||
	       set_space(fd, VMLAB_SPACE_HUGE, 2 * HUGE, VMLAB_BACKING_ZERO) ?
	       -1 : 0;
}

static char *map_huge(int (*set)(int fd), int fd, char *at)
{
	char *p;

	if (set(fd))
		bail("settings that worked before: %s", strerror(errno));
	p = mmap(at, 2 * HUGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED,
		 fd, 0);
	if (p == MAP_FAILED)
		bail("mmap: %s", strerror(errno));
	return p;
}

/* Fill a huge frame and split the huge entry by @split. */
static void split_once(int (*set)(int fd), char *at, int (*split)(char *p))
{
	int fd = dev_open(O_RDWR);
	char *p = map_huge(set, fd, at);

	madvise(p, 2 * HUGE, MADV_HUGEPAGE);
	p[0] = 1;
	split(p);
	munmap(p, 2 * HUGE);
	close(fd);
}

static int discard_page(char *p)
{
	return madvise(p + psize, psize, MADV_DONTNEED);
}

static int unmap_page(char *p)
{
	return munmap(p + psize, psize);
}

static int protect_page(char *p)
{
	return mprotect(p + psize, psize, PROT_READ);
}

/* Reserve addresses for two huge frames. */
static char *aligned_room(void)
{
	char *room = mmap(NULL, 4 * HUGE, PROT_NONE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (room == MAP_FAILED)
		bail("mmap: %s", strerror(errno));
	return (char *)(((uintptr_t)room + HUGE - 1) & ~(HUGE - 1));
}

static int split_all(void *arg)
{
	int (*set)(int fd) = *(int (**)(int))arg;
	static int (*const splits[])(char *p) = {
		discard_page, unmap_page, protect_page,
	};
	char *at = aligned_room();

	for (int round = 0; round < 5; round++)
		for (size_t i = 0; i < sizeof(splits) / sizeof(*splits); i++)
			split_once(set, at, splits[i]);
	return 0;
}

/* Read the last page before a huge entry: the next pages are in that. */
static int read_before_huge(void *arg)
{
	int (*set)(int fd) = *(int (**)(int))arg;
	int fd = dev_open(O_RDWR);
	char *p = map_huge(set, fd, aligned_room());

	madvise(p, HUGE, MADV_NOHUGEPAGE);
	madvise(p + HUGE, HUGE, MADV_HUGEPAGE);
	memset(p + HUGE, 'h', HUGE);
	touch(p + HUGE - psize, TOUCH_READ, 0, NULL);
	if (!all_bytes(p + HUGE, 'h', HUGE))
		return 1;
	unmap_and_close(fd, p, 2 * HUGE / psize);
	return 0;
}

/* Run in a child: at its exit mm reports memory counters that are not zero. */
static void huge_frames(int (*set)(int fd), const char *order)
{
	unsigned long long before, after;
	int fd = dev_open(O_RDWR), result;

	errno = 0;
	result = set(fd);
	close(fd);
	if (result) {
		ok(errno == EINVAL || errno == EOPNOTSUPP,
		   "%s: refused with EINVAL, or without huge frames", order);
		skip("refused", "%s: no memory leaks", order);
		skip("refused", "%s: a read before a huge entry", order);
		return;
	}
	ok(true, "%s: accepted", order);
	before = free_kb();
	result = run_bounded(split_all, &set);
	after = free_kb();
	diag("  child: %d, MemFree: %llu kB before, %llu kB after", result,
	     before, after);
	/* 15 huge frames are 30 MiB. */
	if (ok(!result && after + 10 * 1024 > before,
	       "%s: no memory leaks", order))
		is(run_bounded(read_before_huge, &set), 0,
		   "%s: a read before a huge entry", order);
	else
		ok(false, "skipped, since it may overwrite memory: %s: a read before a huge entry",
		   order);
}

/* --- with what mm refuses for VM_MIXEDMAP ---------------------------------- */

static char *map_around(int fd, bool around)
{
	if (around && set_around(fd))
		bail("PAGING_SET: %s", strerror(errno));
	return map_shared(fd, PAGES);
}

static void locked(void)
{
	int fd = dev_open(O_RDWR);
	char *p = map_around(fd, true);

	works(mlock(p, 4 * psize), "AROUND: mlock");
	if (!(dev_info().features & VMLAB_FEAT_HUGE)) {
		skip("before 6.15 such mappings are VM_MIXEDMAP, which mm does not lock",
		     "locked pages");
		unmap_and_close(fd, p, PAGES);
		return;
	}
	is(smaps_bytes(p, "Locked"), 4 * psize, "... bytes locked, by smaps");
	is(range(fd, VMLAB_RANGE_EVICT, 0, 4).busy, 4,
	   "... EVICT: locked pages are busy");
	ok(is_mapped(p), "... the page stays mapped");
	unmap_and_close(fd, p, PAGES);
}

/* 0 or the errno of an advice. */
static int advise(bool around, int advice)
{
	int fd = dev_open(O_RDWR), err;
	char *p = map_around(fd, around);

	err = madvise(p, psize, advice) ? errno : 0;
	unmap_and_close(fd, p, PAGES);
	return err;
}

static void advices(void)
{
	is(advise(true, MADV_GUARD_INSTALL), advise(false, MADV_GUARD_INSTALL),
	   "AROUND: errno of MADV_GUARD_INSTALL as without it");
	is(advise(true, MADV_MERGEABLE), advise(false, MADV_MERGEABLE),
	   "AROUND: errno of MADV_MERGEABLE as without it");
	is(advise(true, MADV_POPULATE_READ), advise(false, MADV_POPULATE_READ),
	   "AROUND: errno of MADV_POPULATE_READ as without it");
}

/* --- with special entries and private mappings ----------------------------- */

static void special_entries(void)
{
	int fd = dev_open(O_RDWR);
	char *p;

	if (set_backing(fd, VMLAB_BACKING_PFN, 0, 0) || set_around(fd)) {
		is(errno, EINVAL, "AROUND with pfn backing is refused");
		skip("refused", "AROUND with pfn backing: contents");
		close(fd);
		return;
	}
	ok(true, "AROUND with pfn backing");
	p = map_shared(fd, PAGES);
	p[5 * psize] = 1;
	ok(all_bytes(p, 0, 5 * psize) && p[5 * psize] == 1 &&
	   all_bytes(p + 6 * psize, 0, (PAGES - 6) * psize),
	   "AROUND with pfn backing: contents");
	unmap_and_close(fd, p, PAGES);
}

static void private_mapping(void)
{
	int fd = dev_open(O_RDWR);
	char *p, *q;

	if (set_around(fd))
		bail("PAGING_SET: %s", strerror(errno));
	p = map_shared(fd, PAGES);
	q = map_pages(fd, PAGES, PROT_READ | PROT_WRITE, MAP_PRIVATE, 0);
	for (int i = 0; i < PAGES; i++)
		p[i * psize] = 's';
	for (int i = 0; i < PAGES; i += 2)
		q[i * psize] = 'p';
	for (int i = 0; i < PAGES; i++)
		touch(q + i * psize, TOUCH_READ, 0, NULL);
	range(fd, VMLAB_RANGE_EVICT, 0, PAGES);
	ok(q[0] == 'p' && q[psize] == 's' && p[0] == 's',
	   "AROUND: private copies and shared pages stay apart");
	munmap(p, PAGES * psize);
	unmap_and_close(fd, q, PAGES);
}

int main(void)
{
	unsigned long long frames = module_frames();

	psize = page_size();
	locked();
	advices();
	special_entries();
	private_mapping();
	huge_frames(set_huge_first, "huge frames, then AROUND");
	huge_frames(set_around_first, "AROUND, then huge frames");
	is(module_frames(), frames, "frames of the module, as at the start");
	return tap_done();
}
