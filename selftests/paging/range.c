// SPDX-License-Identifier: GPL-2.0
/* RANGE: evict, prefetch, drop and lock pages by request. */
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/paging.h"
#include "lib/tap.h"

#define PAGES	64

static size_t psize;

static void evict_and_prefetch(int fd, char *p)
{
	memset(p, 'a', 8 * psize);
	is(range(fd, VMLAB_RANGE_EVICT, 0, PAGES).done, 8, "pages evicted");
	is(space_stats(fd).frames, 0, "frames after eviction");
	is(paging_stats(fd).stored, 8, "pages stored");
	is(range(fd, VMLAB_RANGE_PREFETCH, 0, 4).done, 4, "pages prefetched");
	is(space_stats(fd).frames, 4, "frames after prefetch");
	is(range(fd, VMLAB_RANGE_PREFETCH, 0, 4).done, 0,
	   "pages prefetched that were resident");
	ok(p[0] == 'a' && p[4 * psize - 1] == 'a',
	   "prefetched pages have their contents");
	is(paging_stats(fd).prefetch_used, 2, "prefetched pages used");
	is(range(fd, VMLAB_RANGE_EVICT, 2, 2).done, 2, "pages evicted again");
	is(paging_stats(fd).stored, 8,
	   "pages stored: the store had the clean ones already");
}

static void drop(int fd, char *p)
{
	char value;

	is(range(fd, VMLAB_RANGE_DROP, 0, 2).done, 2,
	   "resident pages dropped");
	is(range(fd, VMLAB_RANGE_DROP, 6, PAGES - 6).done, 2,
	   "pages dropped that were not resident");
	ok(!touch_load(p, &value) && !value, "a dropped resident page is zero");
	ok(!touch_load(p + 7 * psize, &value) && !value,
	   "a dropped page that was not resident is zero");
	ok(!touch_load(p + 5 * psize, &value) && value == 'a',
	   "a page that was not dropped keeps its contents");
}

/* Evicted pages are dropped without being read, and nothing is evicted for them. */
static void drop_evicted(int fd, char *p)
{
	struct vmlab_paging_stats before, after;
	char value;

	use_paging(fd, .budget = 4, .policy = VMLAB_POLICY_FIFO);
	memset(p, 'b', 8 * psize);
	before = paging_stats(fd);
	is(range(fd, VMLAB_RANGE_DROP, 0, 4).done, 4, "evicted pages dropped");
	after = paging_stats(fd);
	is(after.loaded, before.loaded, "no page was loaded for that");
	is(after.refaults, before.refaults, "nor counted as a refault");
	is(after.evicted, before.evicted, "no page was evicted for that");
	is(after.charged, before.charged, "and the budget is as it was");
	ok(!touch_load(p, &value) && !value, "a dropped evicted page is zero");
	ok(!touch_load(p + 7 * psize, &value) && value == 'b',
	   "a page that was resident keeps its contents");
	use_paging(fd, .budget = 0);
}

static void lock(int fd, char *p)
{
	struct vmlab_range r;

	is(range(fd, VMLAB_RANGE_LOCK, 10, 2).done, 2, "pages locked");
	r = range(fd, VMLAB_RANGE_EVICT, 0, PAGES);
	is(r.busy, 2, "EVICT: locked pages are busy");
	is(r.start, PAGES * psize, "EVICT: start after the request");
	is(range(fd, VMLAB_RANGE_DROP, 10, 2).busy, 2,
	   "DROP: locked pages are busy");
	is(range(fd, VMLAB_RANGE_UNLOCK, 0, PAGES).done, 2, "pages unlocked");
	is(range(fd, VMLAB_RANGE_EVICT, 10, 2).done, 2,
	   "unlocked pages evicted");

	works(mlock(p + 20 * psize, psize), "mlock");
	is(range(fd, VMLAB_RANGE_EVICT, 20, 1).busy, 1,
	   "EVICT: a page under mlock is busy");
	munlock(p + 20 * psize, psize);
	is(range(fd, VMLAB_RANGE_EVICT, 20, 1).done, 1,
	   "page evicted after munlock");
}

static void bad_requests(int fd)
{
	struct vmlab_range r;

	r = (struct vmlab_range){ .size = sizeof(r), .end = 1 };
	fails(ioctl(fd, VMLAB_IOC_RANGE, &r), EINVAL, "part of a page");
	r = (struct vmlab_range){ .size = sizeof(r), .op = 5 };
	fails(ioctl(fd, VMLAB_IOC_RANGE, &r), EINVAL, "an unknown operation");
	r = (struct vmlab_range){ .size = sizeof(r), .start = psize };
	fails(ioctl(fd, VMLAB_IOC_RANGE, &r), EINVAL, "end below start");
}

static void read_only(void)
{
	struct vmlab_dirty dirty = { .size = sizeof(dirty), .end = psize };
	int fd = dev_open(O_RDONLY);
	struct vmlab_range r;

	fails(try_range(fd, VMLAB_RANGE_EVICT, 0, 1, &r), EBADF,
	      "O_RDONLY: RANGE");
	fails(set_paging(fd, .budget = 1), EBADF, "O_RDONLY: PAGING_SET");
	fails(ioctl(fd, VMLAB_IOC_DIRTY, &dirty), EBADF, "O_RDONLY: DIRTY");
	fails(set_rules(fd, NULL, 0), EBADF, "O_RDONLY: INJECT_SET");
	fails(set_backing(fd, VMLAB_BACKING_ZERO, 0, 0), EBADF,
	      "O_RDONLY: BACKING");
	is(paging_stats(fd).charged, 0, "O_RDONLY: PAGING_STATS works");
	close(fd);
}

int main(void)
{
	int fd = dev_open(O_RDWR);
	char *p;

	psize = page_size();
	p = map_shared(fd, PAGES);
	evict_and_prefetch(fd, p);
	drop(fd, p);
	drop_evicted(fd, p);
	lock(fd, p);
	bad_requests(fd);
	unmap_and_close(fd, p, PAGES);
	read_only();
	return tap_done();
}
