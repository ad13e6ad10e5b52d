// SPDX-License-Identifier: GPL-2.0
/*
 * A process that is killed in a long request about a space ends in the middle of
 * it: what the request would have done at its end is not done.
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
#include "lib/killed.h"
#include "lib/paging.h"
#include "lib/tap.h"

/* Tries that must end in the middle, and tries after which none will. */
enum { ENOUGH = 3, TRIES = 20 };

/* --- a long trace for OPT ------------------------------------------------------- */

enum { TRACE = 1 << 20 };

static struct job {
	int fd;
	uint64_t *trace;
} job;

static int set_trace(void *arg)
{
	(void)arg;
	return set_paging(job.fd, .policy = VMLAB_POLICY_OPT, .budget = 8,
			  .trace = (uintptr_t)job.trace, .nr_trace = TRACE) ?
	       1 : 0;
}

/* PAGING_SET sorts the trace first and changes the policy then. */
static bool killed_in_sort(unsigned long long whole)
{
	bool unchanged;

	job.fd = dev_open(O_RDWR);
	unchanged = cpu_killed(set_trace, NULL, whole / 2) &&
		    get_paging(job.fd).policy != VMLAB_POLICY_OPT;
	close(job.fd);
	return unchanged;
}

static void test_trace(void)
{
	unsigned int killed = 0, tries;
	unsigned long long whole;

	job.trace = malloc(TRACE * sizeof(*job.trace));
	if (!job.trace)
		bail("out of memory");
	srandom(1);
	for (size_t i = 0; i < TRACE; i++)
		job.trace[i] = (uint64_t)random();
	job.fd = dev_open(O_RDWR);
	whole = cpu_whole(set_trace, NULL);
	is(get_paging(job.fd).policy, VMLAB_POLICY_OPT, "a long trace");
	close(job.fd);
	for (tries = 0; killed < ENOUGH && tries < TRIES; tries++)
		killed += killed_in_sort(whole);
	diag("takes %llu us; %u of %u tries ended in the middle", whole / 1000,
	     killed, tries);
	is(killed, ENOUGH, "killed in PAGING_SET with a long trace: tries");
	free(job.trace);
}

/* --- the dirty bitmap ------------------------------------------------------------ */

/* One chunk of the bitmap; each page is protected in all mappings. */
enum { PAGES = 2048, MAPPINGS = 256 };

static int clear_dirty(void *arg)
{
	get_dirty(*(int *)arg, VMLAB_DIRTY_CLEAR, 0, PAGES, NULL);
	return 0;
}

static void dirty_all(char *p)
{
	for (size_t i = 0; i < PAGES; i++)
		p[i * page_size()] = 1;
}

static void test_dirty(void)
{
	int fd = dev_open(O_RDWR);
	unsigned int killed = 0, tries;
	char *p[MAPPINGS];
	unsigned long long whole;

	for (size_t i = 0; i < MAPPINGS; i++)
		p[i] = map_shared(fd, PAGES);
	dirty_all(p[0]);
	is(get_dirty(fd, 0, 0, PAGES, NULL), PAGES, "dirty pages");
	whole = cpu_once(clear_dirty, &fd);
	is(get_dirty(fd, 0, 0, PAGES, NULL), 0, "dirty pages after a request");
	for (tries = 0; killed < ENOUGH && tries < TRIES; tries++) {
		uint64_t left;

		dirty_all(p[0]);
		cpu_killed(clear_dirty, &fd, whole / 4);
		left = get_dirty(fd, 0, 0, PAGES, NULL);
		killed += left && left < PAGES;
	}
	diag("takes %llu us; %u of %u tries ended in the middle", whole / 1000,
	     killed, tries);
	is(killed, ENOUGH, "killed in DIRTY: tries");
	for (size_t i = 0; i < MAPPINGS; i++)
		munmap(p[i], PAGES * page_size());
	close(fd);
}

/* --- prefetch of a whole mapping --------------------------------------------------- */

enum { WHOLE = 32768 };

/* In the space @arg, or in one of its own. */
static int touch_whole(void *arg)
{
	const int fd = arg ? *(int *)arg : dev_open(O_RDWR);
	char *p = map_shared(fd, WHOLE);

	use_paging(fd, .prefetch = VMLAB_PREFETCH_WHOLE);
	return touch(p, TOUCH_READ, 0, NULL) ||
	       space_stats(fd).frames != WHOLE;
}

static void test_prefetch(void)
{
	unsigned int killed = 0, tries;
	unsigned long long whole = cpu_whole(touch_whole, NULL);

	for (tries = 0; killed < ENOUGH && tries < TRIES; tries++) {
		int fd = dev_open(O_RDWR);
		uint64_t frames;

		/* Early: an emulated processor can be much faster by now. */
		cpu_killed(touch_whole, &fd, whole / 8);
		frames = space_stats(fd).frames;
		killed += frames > 1 && frames < WHOLE;
		close(fd);
	}
	diag("takes %llu us; %u of %u tries ended in the middle", whole / 1000,
	     killed, tries);
	is(killed, ENOUGH, "killed in the prefetch of a whole mapping: tries");
}

int main(void)
{
	test_trace();
	test_dirty();
	test_prefetch();
	return tap_done();
}
