// SPDX-License-Identifier: GPL-2.0
/*
 * A process that is killed while a request waits for a lock of the space ends,
 * though the holder of the lock never releases it: it waits for a file that does
 * not answer.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/killed.h"
#include "lib/paging.h"
#include "lib/tap.h"
#include "paging/fusefs.h"

/* A page for which the file does not answer, one with contents, a new length. */
enum { HUNG = 8, WRITTEN = 60, SHORTER = 4 };

static struct fusefs *fs;
static int fd;
static uint64_t id;		/* its number */
static char *map;
static size_t psize;

struct request {
	const char *name;
	int (*fn)(void *request);	/* returns 0 when it was done */
	uint32_t op;			/* for RANGE */
};

/* --- requests ---------------------------------------------------------------------- */

static int load(void *arg)
{
	(void)arg;
	return touch(map + HUNG * psize, TOUCH_READ, 0, NULL);
}

/* RANGE */
static int apply(void *arg)
{
	const struct request *request = arg;
	struct vmlab_range r;

	return try_range(fd, request->op, HUNG, 1, &r);
}

static int set_budget(void *arg)
{
	(void)arg;
	return set_paging(fd, .budget = 8);
}

static int policy(void *arg)
{
	(void)arg;
	return set_policy(fd, 0, VMLAB_POLICY_LRU, 0);
}

static int policy_by_id(void *arg)
{
	(void)arg;
	return set_policy(fd, id, VMLAB_POLICY_LRU, 0);
}

static int get_budget(void *arg)
{
	(void)arg;
	get_paging(fd);
	return 0;
}

static int shorten(void *arg)
{
	(void)arg;
	return set_space(fd, 0, SHORTER * psize, VMLAB_BACKING_FILE);
}

static int lengthen(void *arg)
{
	(void)arg;
	return set_space(fd, 0, FUSEFS_PAGES * psize, VMLAB_BACKING_FILE);
}

static int get_space(void *arg)
{
	struct vmlab_space_config config = { .size = sizeof(config) };

	(void)arg;
	return ioctl(fd, VMLAB_IOC_SPACE_GET, &config);
}

static int set_rule(void *arg)
{
	struct vmlab_inject_rule rule = {
		.access = VMLAB_ACCESS_READ,
		.action = VMLAB_INJECT_SIGBUS,
		.probability = VMLAB_INJECT_CERTAIN,
	};

	(void)arg;
	return set_rules(fd, &rule, 1);
}

static int backing(void *arg)
{
	(void)arg;
	return set_backing(fd, VMLAB_BACKING_ZERO, 0, 0);
}

static int maps(void *arg)
{
	(void)arg;
	map_shared(fd, 1);
	return 0;
}

/* Start a request and see it wait. */
static pid_t start(const struct request *request)
{
	pid_t pid = spawn(request->fn, (void *)(uintptr_t)request);

	ok(wait_state(pid, 'D'), "%s waits", request->name);
	return pid;
}

/* Kill a request that waits. */
static void kill_waiting(pid_t pid, const char *name)
{
	int result = 0;

	kill(pid, SIGKILL);
	ok(reap_in_time(pid, &result) && result == 128 + SIGKILL,
	   "%s is killed", name);
}

static void check(const struct request *requests, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		kill_waiting(start(&requests[i]), requests[i].name);
}

#define NR(array) (sizeof(array) / sizeof(*(array)))

/* --- the lock of a frame ----------------------------------------------------------- */

static const struct request for_frame[] = {
	{ "a second load", load, 0 },
	{ "RANGE evict", apply, VMLAB_RANGE_EVICT },
	{ "RANGE prefetch", apply, VMLAB_RANGE_PREFETCH },
	{ "RANGE drop", apply, VMLAB_RANGE_DROP },
	{ "RANGE lock", apply, VMLAB_RANGE_LOCK },
	{ "RANGE unlock", apply, VMLAB_RANGE_UNLOCK },
};

/* The first of them charges all frames. */
static const struct request for_all_frames[] = {
	{ "PAGING_SET", set_budget, 0 },
	{ "POLICY_SET", policy, 0 },
	{ "RANGE", apply, VMLAB_RANGE_EVICT },
};

/* --- the configuration, which PAGING_SET holds ------------------------------------- */

static const struct request for_config[] = {
	{ "SPACE_GET", get_space, 0 },
	{ "SPACE_SET", lengthen, 0 },
	{ "PAGING_GET", get_budget, 0 },
	{ "a second PAGING_SET", set_budget, 0 },
	{ "a second POLICY_SET", policy, 0 },
	{ "POLICY_SET by number", policy_by_id, 0 },
	{ "INJECT_SET", set_rule, 0 },
	{ "a second RANGE", apply, VMLAB_RANGE_EVICT },
};

static void test_config(void)
{
	const struct request holder = { "PAGING_SET", set_budget, 0 };
	struct vmlab_inject none = { .size = sizeof(none) };
	pid_t pid;

	/* Not later: it waits for the configuration, too. */
	id = space_id(fd);
	pid = start(&holder);
	check(for_config, NR(for_config));
	kill_waiting(pid, holder.name);
	works(ioctl(fd, VMLAB_IOC_INJECT_GET, &none), "INJECT_GET");
	is(none.nr, 0, "rules that a killed request set");
}

/* --- the backing, which RANGE holds --------------------------------------------------- */

static void test_backing(void)
{
	const struct request holder = { "RANGE prefetch", apply, VMLAB_RANGE_PREFETCH };
	const struct request writer = { "BACKING", backing, 0 };
	const struct request reader = { "mmap(2)", maps, 0 };
	pid_t pid = start(&holder), waits;

	waits = start(&writer);
	check(&reader, 1);
	kill_waiting(waits, writer.name);
	kill_waiting(pid, holder.name);
}

/* --- a shorter space -------------------------------------------------------------- */

/* A killed SPACE_SET does not change the length; later pages keep their contents. */
static void test_shorter(pid_t fault)
{
	const struct request request = { "SPACE_SET of a shorter space", shorten, 0 };
	char value = 0;

	touch(map + WRITTEN * psize, TOUCH_WRITE, 'x', NULL);
	check(&request, 1);
	is((unsigned int)touch_load(map + WRITTEN * psize, &value), 0,
	   "signal beyond the new end");
	is((unsigned char)value, 'x', "contents there");
	kill_waiting(fault, "the fault");
	works(shorten(NULL), "then it works");
	is((unsigned int)touch(map + WRITTEN * psize, TOUCH_READ, 0, NULL),
	   SIGBUS, "signal beyond the new end");
}

/* Open a space over a file, and let a fault wait for the file. */
static pid_t open_space(unsigned int nr, uint64_t budget)
{
	const struct request first = { "a load", load, 0 };
	int file = fusefs_open(fs, nr);
	pid_t fault;

	fd = dev_open(O_RDWR);
	works(set_backing(fd, VMLAB_BACKING_FILE, file, 0), "a file backing");
	close(file);
	if (budget)
		use_paging(fd, .budget = budget);
	map = map_shared(fd, FUSEFS_PAGES);
	fs->file[nr].hang_read = true;
	fault = start(&first);
	ok(fs->file[nr].reads, "the file does not answer");
	/* Requests for other pages are answered. */
	fs->file[nr].hang_read = false;
	return fault;
}

int main(void)
{
	pid_t fault;

	fs = fusefs_start();
	if (!fs) {
		skip("no FUSE", "requests that wait");
		return tap_done();
	}
	psize = page_size();
	fault = open_space(0, 100);
	check(for_frame, NR(for_frame));
	test_backing();
	test_shorter(fault);
	unmap_and_close(fd, map, FUSEFS_PAGES);

	fault = open_space(1, 0);
	check(for_all_frames, NR(for_all_frames));
	test_config();
	kill_waiting(fault, "the fault");
	unmap_and_close(fd, map, FUSEFS_PAGES);
	fusefs_abort(fs);
	return tap_done();
}
