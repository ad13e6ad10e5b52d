// SPDX-License-Identifier: GPL-2.0
/* Requests that change a space; open, mmap, fsync and close. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "device/allocations/allocations.h"
#include "lib/dev.h"
#include "lib/page.h"
#include "lib/paging.h"
#include "lib/tap.h"

static int file; /* of PAGES pages */

static int use_file(struct subject *s)
{
	return set_backing(s->fd, VMLAB_BACKING_FILE, file, 0);
}

static void on_file(struct subject *s)
{
	if (use_file(s))
		bail("VMLAB_IOC_BACKING: %s", strerror(errno));
}

static int use_opt(struct subject *s)
{
	static uint64_t trace[64];

	return set_paging(s->fd, .budget = 4, .policy = VMLAB_POLICY_OPT,
			  .trace = (uintptr_t)trace, .nr_trace = 64);
}

static void dirty_on_file(struct subject *s)
{
	on_file(s);
	map_subject(s, PAGES, 'a');
}

/* Four of the pages are evicted. */
static void paged_on_file(struct subject *s)
{
	dirty_on_file(s);
	if (use_opt(s))
		bail("VMLAB_IOC_PAGING_SET: %s", strerror(errno));
}

static void written(struct subject *s)
{
	map_subject(s, PAGES, 'a');
}

static void paged(struct subject *s)
{
	written(s);
	use_paging(s->fd, .budget = 4, .policy = VMLAB_POLICY_LRU);
}

/* Has each page what was written to it? */
static bool kept(struct subject *s, int err)
{
	(void)err;
	return holds(s->p, s->bytes, 'a');
}

static bool dropped_or_kept(struct subject *s, int err)
{
	for (size_t i = 0; i < s->bytes; i += page)
		if (!holds(s->p + i, page, 0) && (!err || !holds(s->p + i, page, 'a')))
			return false;
	return true;
}

static int open_close(struct subject *s)
{
	int fd = open(VMLAB_DEVICE, O_RDWR);

	(void)s;
	return fd < 0 ? -1 : close(fd);
}

static int map_close(struct subject *s)
{
	void *p = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED, s->fd, 0);

	return p == MAP_FAILED ? -1 : munmap(p, page);
}

static int populate(struct subject *s)
{
	void *p = mmap(NULL, PAGES * page, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_POPULATE, s->fd, 0);

	return p == MAP_FAILED ? -1 : munmap(p, PAGES * page);
}

static int use_policy(struct subject *s)
{
	return set_paging(s->fd, .budget = 6, .policy = (uint32_t)s->step->number);
}

static int swap_policy(struct subject *s)
{
	return set_policy(s->fd, 0, (uint32_t)s->step->number, 0);
}

static int record(struct subject *s)
{
	return set_events(s->fd, 1 << VMLAB_EVENT_FAULT, 64);
}

static void recorded(struct subject *s)
{
	if (record(s))
		bail("VMLAB_IOC_EVENTS: %s", strerror(errno));
	map_subject(s, PAGES, 'a');
}

/* An event that cannot be copied is not lost. */
static int read_events(struct subject *s)
{
	struct vmlab_event events[PAGES * 2];

	return read(s->fd, events, sizeof(events)) < 0 ? -1 : 0;
}

static int inject(struct subject *s)
{
	struct vmlab_inject_rule rules[4];

	for (size_t i = 0; i < 4; i++)
		rules[i] = (struct vmlab_inject_rule){
			.access = VMLAB_ACCESS_READ, .nth = 1000 + i,
			.probability = VMLAB_INJECT_CERTAIN,
		};
	return set_rules(s->fd, rules, 4);
}

static int shorten(struct subject *s)
{
	return space_set_bytes(s->fd, PAGES / 2 * page);
}

static bool shortened_or_kept(struct subject *s, int err)
{
	(void)err;
	return holds(s->p, PAGES / 2 * page, 'a');
}

static int on_range(struct subject *s)
{
	struct vmlab_range r;

	return try_range(s->fd, (uint32_t)s->step->number, 0, PAGES, &r);
}

static int sync_all(struct subject *s)
{
	return fsync(s->fd);
}

static int dirty(struct subject *s)
{
	uint64_t bitmap = 0;
	struct vmlab_dirty d = {
		.size = sizeof(d), .flags = (uint32_t)s->step->number,
		.end = PAGES * page, .bitmap = (uintptr_t)&bitmap,
	};

	return ioctl(s->fd, VMLAB_IOC_DIRTY, &d);
}

static int clone(struct subject *s)
{
	s->other = try_clone(s->fd);
	return s->other < 0 ? -1 : 0;
}

/* The source has its contents in any case, and so has a clone. */
static bool both_hold(struct subject *s, int err)
{
	bool right = holds(s->p, s->bytes, 'a');
	char *q;

	if (err)
		return right && s->other < 0;
	q = map_shared(s->other, PAGES);
	right = right && holds(q, s->bytes, 'a');
	munmap(q, s->bytes);
	return right;
}

static const struct step steps[] = {
	STEP("open and close", NULL, open_close),
	STEP("mmap", NULL, map_close),
	STEP("mmap and populate", NULL, populate),
	STEP("BACKING", NULL, use_file),
	STEP("SPACE_SET shorter", paged, shorten, .check = shortened_or_kept),
	STEP("PAGING_SET opt", on_file, use_opt),
	STEP("PAGING_SET random", written, use_policy,
	     .check = kept, .number = VMLAB_POLICY_RANDOM),
	STEP("PAGING_SET lru", written, use_policy,
	     .check = kept, .number = VMLAB_POLICY_LRU),
	STEP("POLICY_SET clock", paged, swap_policy,
	     .check = kept, .number = VMLAB_POLICY_CLOCK),
	STEP("POLICY_SET random", paged, swap_policy,
	     .check = kept, .number = VMLAB_POLICY_RANDOM),
	STEP("EVENTS", NULL, record),
	STEP("read events", recorded, read_events, .check = kept),
	STEP("INJECT_SET", NULL, inject),
	STEP("DIRTY", paged, dirty, .check = kept, .number = 0),
	STEP("DIRTY, clear", paged, dirty, .check = kept, .number = VMLAB_DIRTY_CLEAR),
	STEP("prefetch", on_file, on_range, .number = VMLAB_RANGE_PREFETCH),
	STEP("prefetch after eviction", paged, on_range,
	     .check = kept, .number = VMLAB_RANGE_PREFETCH),
	STEP("lock", NULL, on_range, .number = VMLAB_RANGE_LOCK),
	STEP("fsync", dirty_on_file, sync_all, .check = kept),
	STEP("evict to a file", paged_on_file, on_range,
	     .check = kept, .number = VMLAB_RANGE_EVICT),
	STEP("evict to the swap store", written, on_range,
	     .check = kept, .number = VMLAB_RANGE_EVICT),
	STEP("drop on a file", paged_on_file, on_range, .number = VMLAB_RANGE_DROP),
	STEP("drop", paged, on_range,
	     .check = dropped_or_kept, .number = VMLAB_RANGE_DROP),
	STEP("CLONE", written, clone, .check = both_hold),
	STEP("CLONE of evicted pages", paged, clone, .check = both_hold),
};

void fail_requests(void)
{
	char name[] = "/dev/shm/vmlab-XXXXXX";

	file = mkstemp(name);
	if (file < 0 || ftruncate(file, PAGES * (off_t)page))
		bail("%s: %s", name, strerror(errno));
	unlink(name);
	fail_steps(steps, sizeof(steps) / sizeof(steps[0]));
	close(file);
}
