// SPDX-License-Identifier: GPL-2.0
/*
 * A frame cannot be evicted while a locked VMA maps it, and can be afterwards:
 * whichever processes locked and unlocked it, or only a part of it.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/paging.h"
#include "lib/proc.h"
#include "lib/smaps.h"
#include "lib/tap.h"

#define HUGE	((size_t)2 << 20)

static size_t psize;

static char *map_locked(int fd, size_t pages)
{
	char *p = map_shared(fd, pages);

	if (mlock(p, pages * psize))
		bail("mlock: %s", strerror(errno));
	return p;
}

/*
 * mm collects frames that mlock(2) and munlock(2) touched in batches of each
 * CPU, which hold references: make all CPUs drain them.
 */
static void drain_batches(void)
{
	write_file("/proc/sys/vm/drop_caches", "1", 1);
	write_file("/proc/sys/vm/compact_memory", "1", 1);
}

/* --- locked: the frame stays ----------------------------------------------- */

static void stays(int fd, const char *p, size_t nr, const char *when)
{
	struct vmlab_range r;

	drain_batches();
	r = range(fd, VMLAB_RANGE_EVICT, 0, nr);
	is(r.done, 0, "%s: pages evicted", when);
	is(r.busy, nr, "%s: pages busy", when);
	ok(is_mapped(p), "%s: the page stays mapped", when);
}

static int lock_and_unlock(void *arg)
{
	char *p = map_locked(*(int *)arg, 1);

	munlock(p, psize);
	return 0;
}

static int lock_and_exit(void *arg)
{
	map_locked(*(int *)arg, 1);
	return 0;
}

static void locked_twice(int (*other)(void *), const char *when)
{
	int fd = dev_open(O_RDWR);
	char *p = map_locked(fd, 1);

	reap(spawn(other, &fd));
	stays(fd, p, 1, when);
	munmap(p, psize);
	close(fd);
}

static void locked_in_two_mappings(void)
{
	int fd = dev_open(O_RDWR);
	char *p = map_locked(fd, 1), *q = map_locked(fd, 1);

	munlock(q, psize);
	stays(fd, p, 1, "two mappings locked, one unlocked");
	munmap(q, psize);
	stays(fd, p, 1, "two mappings locked, one unmapped");
	munmap(p, psize);
	close(fd);
}

/* The budget evicts other frames. */
static void locked_with_budget(void)
{
	enum { PAGES = 64 };
	int fd = dev_open(O_RDWR);
	char *p = map_shared(fd, PAGES);

	use_paging(fd, .budget = 8, .policy = VMLAB_POLICY_FIFO);
	if (mlock(p, psize))
		bail("mlock: %s", strerror(errno));
	reap(spawn(lock_and_unlock, &fd));
	drain_batches();
	for (size_t i = 1; i < PAGES; i++)
		p[i * psize] = 1;
	ok(is_mapped(p), "a budget: a locked page stays mapped");
	is(space_stats(fd).frames, 8, "a budget: frames");
	unmap_and_close(fd, p, PAGES);
}

static void huge_locked_in_part(void)
{
	const size_t nr = HUGE / psize;
	int fd = dev_open(O_RDWR);
	char *p;

	if (set_space(fd, VMLAB_SPACE_HUGE, 0, VMLAB_BACKING_ZERO)) {
		skip("no huge frames", "a huge frame locked in part");
		close(fd);
		return;
	}
	p = map_shared(fd, nr);
	madvise(p, HUGE, MADV_HUGEPAGE);
	p[0] = 1;
	if (paging_stats(fd).huge_filled != 1)
		diag("  no huge frame was filled");
	mlock(p, 4 * psize);
	stays(fd, p, nr, "4 pages of a huge frame locked");
	munmap(p, HUGE);
	close(fd);
}

/* --- not locked any more: the frame is evicted ----------------------------- */

enum { BATCH = 8 };

static int lock_batch_and_exit(void *arg)
{
	map_locked(*(int *)arg, BATCH);
	return 0;
}

static void is_evicted(int fd, const char *when)
{
	struct vmlab_range r = range(fd, VMLAB_RANGE_EVICT, 0, BATCH);

	is(r.done, BATCH, "%s: pages evicted", when);
	is(r.busy, 0, "%s: pages busy", when);
}

/* Nothing drains the batches here: the frames must not depend on that. */
static void unlocked(void)
{
	int fd = dev_open(O_RDWR);
	char *p;

	reap(spawn(lock_batch_and_exit, &fd));
	is_evicted(fd, "the process that locked exited");
	p = map_locked(fd, BATCH);
	munmap(p, BATCH * psize);
	is_evicted(fd, "the locked mapping was unmapped");
	p = map_locked(fd, BATCH);
	munlock(p, BATCH * psize);
	is_evicted(fd, "the mapping was unlocked");
	munmap(p, BATCH * psize);

	reap(spawn(lock_batch_and_exit, &fd));
	works(set_paging(fd, .budget = 2), "a budget of 2");
	is(space_stats(fd).frames, 2, "frames when nothing is locked");
	close(fd);
}

int main(void)
{
	psize = page_size();
	locked_twice(lock_and_unlock, "locked twice, one process unlocked");
	locked_twice(lock_and_exit, "locked twice, one process exited");
	locked_in_two_mappings();
	locked_with_budget();
	huge_locked_in_part();
	unlocked();
	return tap_done();
}
