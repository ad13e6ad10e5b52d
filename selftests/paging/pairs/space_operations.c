// SPDX-License-Identifier: GPL-2.0
/* Requests to the module while the space is mapped. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/page.h"
#include "lib/paging.h"
#include "lib/uffd.h"
#include "paging/pairs/pairs.h"

static int apply_range(struct pairs_case *c, int op)
{
	struct vmlab_range r;

	return try_range(c->fd, (uint32_t)op, c->mapping->first + c->start,
			 c->end - c->start, &r) ? errno : 0;
}

/* After this the file has what the frames have. */
static void write_back(struct pairs_case *c)
{
	if (c->backing == VMLAB_BACKING_FILE && fsync(c->fd))
		case_fails(c, "fsync: %s", strerror(errno));
}

static int drop(struct pairs_case *c, int op)
{
	int err;

	write_back(c);
	err = apply_range(c, op);
	for (int i = 0; !err && i < NR_POINTS; i++)
		if (in_span(c, &c->point[i]) &&
		    c->backing != VMLAB_BACKING_FILE)
			c->point[i].shared = 0;
	return err;
}

/* DROP refuses locked huge frames: they stay. */
static int drop_if_possible(struct pairs_case *c, int op)
{
	if (c->locked && c->setting->huge)
		return 0;
	return drop(c, op);
}

static int lock_frames(struct pairs_case *c, int op)
{
	struct vmlab_range r;
	size_t first = c->mapping->first + c->start;

	if (try_range(c->fd, (uint32_t)op, first, 4, &r))
		return errno;
	if (!range(c->fd, VMLAB_RANGE_EVICT, first, 4).busy)
		case_fails(c, "locked frames were evicted");
	range(c->fd, VMLAB_RANGE_UNLOCK, first, 4);
	return 0;
}

static int clear_dirty(struct pairs_case *c, int arg)
{
	size_t nr = c->mapping->first + c->pages;

	(void)arg;
	get_dirty(c->fd, VMLAB_DIRTY_CLEAR, 0, nr, NULL);
	if (get_dirty(c->fd, 0, 0, nr, NULL))
		case_fails(c, "pages are dirty after CLEAR");
	if (c->readonly)
		return 0;
	write_points(c, 2000, true);
	if (!c->private && !get_dirty(c->fd, 0, 0, nr, NULL))
		case_fails(c, "no page is dirty after a write");
	return 0;
}

static int swap_policy(struct pairs_case *c, int arg)
{
	(void)arg;
	for (uint32_t id = VMLAB_POLICY_FIFO; id <= VMLAB_POLICY_RANDOM; id++)
		if (set_policy(c->fd, 0, id, 0))
			return errno;
	return 0;
}

/* Change all of the paging while the space is mapped, and change it back. */
static int change_paging(struct pairs_case *c, int flags)
{
	int ret = set_paging(c->fd, .budget = 4, .flags = (uint32_t)flags,
			     .prefetch = VMLAB_PREFETCH_NEXT, .prefetch_pages = 8,
			     .policy = VMLAB_POLICY_CLOCK);

	if (ret)
		return errno;
	case_check(c, "with other settings of paging");
	if (c->setting->paging.size)
		return paging_set(c->fd, &c->setting->paging) ? errno : 0;
	return set_paging(c->fd, .budget = 0) ? errno : 0;
}

static int truncate_space(struct pairs_case *c, int arg)
{
	uint32_t flags = c->setting->huge && huge_frames ? VMLAB_SPACE_HUGE : 0;
	size_t first = c->mapping->first + c->start;

	(void)arg;
	write_back(c);
	if (set_space(c->fd, flags, first * page, c->backing))
		return errno;
	if (touch(c->p + c->start * page, TOUCH_READ, 0, NULL) != SIGBUS)
		case_fails(c, "a page beyond the end can be read");
	for (int i = 0; i < NR_POINTS; i++) {
		struct point *pt = &c->point[i];

		if (pt->page < c->start)
			continue;
		pt->copied = false;
		if (c->backing != VMLAB_BACKING_FILE)
			pt->shared = 0;
	}
	return set_space(c->fd, flags, 0, c->backing) ? errno : 0;
}

/* Switch huge frames on or off while the space is mapped. */
static int switch_huge(struct pairs_case *c, int arg)
{
	uint32_t flags = c->setting->huge && huge_frames ? VMLAB_SPACE_HUGE : 0;

	(void)arg;
	if (!huge_frames)
		return 0;
	if (set_space(c->fd, flags ^ VMLAB_SPACE_HUGE, 0, c->backing))
		return errno;
	case_touch(c);
	case_check(c, "with huge frames switched");
	return set_space(c->fd, flags, 0, c->backing) ? errno : 0;
}

/* Rules that do not hit, or that only repeat a fault. */
static int inject(struct pairs_case *c, int action)
{
	struct vmlab_inject_rule rule = {
		.access = VMLAB_ACCESS_READ | VMLAB_ACCESS_WRITE,
		.action = (uint32_t)action,
		.probability = VMLAB_INJECT_CERTAIN,
		.delay_us = action == VMLAB_INJECT_DELAY ? 1 : 0,
	};

	if (set_rules(c->fd, &rule, 1))
		return errno;
	case_touch(c);
	case_check(c, "with rules");
	return set_rules(c->fd, NULL, 0) ? errno : 0;
}

/* --- write protection by userfaultfd ----------------------------------------- */

static const char *no_async(int arg)
{
	void *p = mmap(NULL, page, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int uffd = uffd_watch(p, page);

	(void)arg;
	munmap(p, page);
	if (uffd < 0)
		return "no asynchronous write protection";
	close(uffd);
	return NULL;
}

/*
 * Special mappings are refused.  Where mm does not: paging/uffd tests that no
 * access spins, but an access to a page without an entry fails.
 */
static void watch_special(struct pairs_case *c)
{
	int uffd = uffd_watch(c->p, c->pages * page), err = uffd < 0 ? errno : 0;
	int want = uffd_watches_special() ? 0 : EINVAL;

	if (uffd >= 0)
		close(uffd);
	if (err != want)
		case_fails(c, "userfaultfd: errno %d, want %d", err, want);
}

/* Writes go on, and the kernel notes them. */
static int write_protect(struct pairs_case *c, int arg)
{
	char *p = c->p + c->start * page;
	size_t len = (c->end - c->start) * page;
	int uffd, err = 0;

	(void)arg;
	if (c->special) {
		watch_special(c);
		return 0;
	}
	uffd = uffd_watch(c->p, c->pages * page);
	if (uffd < 0)
		return errno;
	if (uffd_protect(uffd, p, len))
		err = errno;
	case_check(c, "write-protected");
	case_touch(c);
	case_check(c, "written through the protection");
	range(c->fd, VMLAB_RANGE_EVICT, 0, c->mapping->first + c->pages);
	if (uffd_protect(uffd, p, len))
		err = errno;
	case_check(c, "evicted and write-protected");
	close(uffd);
	return err;
}

#define WORKS		0, 0, 0, 0, 0

const struct operation space_operations[] = {
	{ "RANGE: evict", apply_range, VMLAB_RANGE_EVICT, WORKS, NULL },
	{ "RANGE: prefetch", apply_range, VMLAB_RANGE_PREFETCH, WORKS, NULL },
	{ "RANGE: drop", drop_if_possible, VMLAB_RANGE_DROP, WORKS, NULL },
	{ "RANGE: lock", lock_frames, VMLAB_RANGE_LOCK, WORKS, NULL },
	{ "DIRTY: clear", clear_dirty, 0, WORKS, NULL },
	{ "POLICY_SET", swap_policy, 0, WORKS, NULL },
	{ "PAGING_SET: a budget", change_paging, 0, WORKS, NULL },
	{ "PAGING_SET: around", change_paging, VMLAB_PAGING_AROUND, WORKS,
	  NULL },
	{ "PAGING_SET: stepping", change_paging, VMLAB_PAGING_STEPPING, WORKS,
	  NULL },
	{ "SPACE_SET: a length", truncate_space, 0, 0, 0, 0, ANY, 0, NULL },
	{ "SPACE_SET: huge", switch_huge, 0, WORKS, NULL },
	{ "INJECT_SET: delay", inject, VMLAB_INJECT_DELAY, WORKS, NULL },
	{ "INJECT_SET: retry", inject, VMLAB_INJECT_RETRY, WORKS, NULL },
	{ "userfaultfd: asynchronous write protection", write_protect, 0, WORKS,
	  no_async },
	{ 0 }
};
