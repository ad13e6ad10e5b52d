// SPDX-License-Identifier: GPL-2.0
/* Limits per user: what one user can hold, and who is exempt. */
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "device/limits/limits.h"
#include "device/users.h"
#include "lib/child.h"
#include "lib/dev.h"
#include "lib/paging.h"
#include "lib/tap.h"

/* Open spaces until it fails; @expect of them succeed. */
static int count_spaces(unsigned int expect)
{
	int fd[64], err = 0;
	unsigned int nr = 0;

	while (nr < 64) {
		fd[nr] = open(VMLAB_DEVICE, O_RDWR | O_CLOEXEC);
		if (fd[nr] < 0) {
			err = errno;
			break;
		}
		nr++;
	}
	for (unsigned int i = 0; i < nr; i++)
		close(fd[i]);
	if (nr != expect)
		return nr < expect ? REFUSED : ALLOWED;
	return err == EMFILE ? GOOD : WRONG_ERRNO;
}

static int user_spaces(void *arg)
{
	int ret;

	(void)arg;
	if (!become(USER))
		return NOT_USER;
	ret = count_spaces(8);
	/* What was closed counts no more. */
	return ret ?: count_spaces(8) ? NOT_FREED : GOOD;
}

static int other_spaces(void *arg)
{
	(void)arg;
	return become(OTHER) ? count_spaces(8) : NOT_USER;
}

/* While a child of the user holds all, the user's next process gets none. */
static int holds_spaces(void *arg)
{
	(void)arg;
	if (!become(USER))
		return NOT_USER;
	for (int i = 0; i < 8; i++)
		if (open(VMLAB_DEVICE, O_RDWR) < 0)
			return REFUSED;
	stop_self();
	return GOOD;
}

static int user_gets_none(void *arg)
{
	(void)arg;
	return become(USER) ? count_spaces(0) : NOT_USER;
}

/* Other uids of a namespace are the same user outside. */
static int namespace_gets_none(void *arg)
{
	(void)arg;
	if (!become(USER))
		return NOT_USER;
	if (unshare(CLONE_NEWUSER))
		return NO_NS;
	return count_spaces(0);
}

static int root_opens(void *arg)
{
	(void)arg;
	for (int i = 0; i < 20; i++)
		if (open(VMLAB_DEVICE, O_RDWR) < 0)
			return REFUSED;
	return GOOD;
}

static int root_without(void *arg)
{
	(void)arg;
	return capset_to(0) ? NOT_USER : count_spaces(8);
}

static int root_with(void *arg)
{
	return capset_to(1u << CAP_SYS_RESOURCE) ? NOT_USER : root_opens(arg);
}

static void test_spaces(void)
{
	pid_t holder;

	set_limit(SPACES, 8);
	expect_good(user_spaces, NULL, "a user opens 8 spaces, then EMFILE");
	holder = spawn(holds_spaces, NULL);
	wait_stopped(holder, NULL);
	expect_good(user_gets_none, NULL,
		    "processes of a user share the limit");
	expect_good(other_spaces, NULL, "another user has its own");
	expect_good(namespace_gets_none, NULL,
		    "a user namespace brings no other limit");
	kill_and_reap(holder);
	expect_good(user_spaces, NULL,
		    "a killed process gives its spaces back");
	expect_good(root_opens, NULL, "root is exempt");
	expect_good(root_without, NULL,
		    "uid 0 without CAP_SYS_RESOURCE is not");
	expect_good(root_with, NULL, "CAP_SYS_RESOURCE alone suffices");
	set_limit(SPACES, saved[SPACES]);
}

/* Pages of two spaces together; SIGBUS at the limit; room after an eviction. */
static int user_pages(void *arg)
{
	const size_t nr = 300;
	size_t got = 0, i;
	char *p[2];
	int fd[2];

	(void)arg;
	if (!become(USER))
		return NOT_USER;
	for (i = 0; i < 2; i++) {
		fd[i] = dev_open(O_RDWR);
		p[i] = map_pages(fd[i], nr, PROT_READ | PROT_WRITE, MAP_SHARED,
				 0);
	}
	for (i = 0; i < 2 * nr; i++) {
		int code, sig = touch(p[i & 1] + (i / 2) * psize, TOUCH_READ,
				      0, &code);

		if (sig && sig != SIGBUS)
			return WRONG_ERRNO;
		got += !sig;
	}
	if (got > 256)
		return ALLOWED;
	if (got < 256 - MARGIN)
		return REFUSED;
	close(fd[0]);
	munmap(p[0], nr * psize);
	got = 0;
	for (i = 0; i < nr; i++)
		got += !touch(p[1] + i * psize, TOUCH_READ, 0, NULL);
	return got >= 256 - MARGIN && got <= 256 ? GOOD : NOT_FREED;
}

static int root_pages(void *arg)
{
	char *p = map_pages(dev_open(O_RDWR), 600, PROT_READ, MAP_SHARED, 0);

	(void)arg;
	for (size_t i = 0; i < 600; i++)
		if (touch(p + i * psize, TOUCH_READ, 0, NULL))
			return REFUSED;
	return GOOD;
}

static int use_random(int fd, uint64_t budget, uint64_t seed)
{
	return set_paging(fd, .policy = VMLAB_POLICY_RANDOM, .budget = budget,
			  .seed = seed);
}

/* The table of a random policy: 512 pages of the budget take one page. */
static int user_random(void *arg)
{
	int fd, nr;

	(void)arg;
	if (!become(USER))
		return NOT_USER;
	fd = dev_open(O_RDWR);
	if (!use_random(fd, 512 * 300, 1))
		return ALLOWED;
	if (errno != EDQUOT)
		return WRONG_ERRNO;
	/* A table that is replaced counts no more. */
	for (nr = 0; nr < 20; nr++)
		if (use_random(fd, 512ul * 100, (uint64_t)nr))
			return nr ? NOT_FREED : REFUSED;
	close(fd);
	return GOOD;
}

static void test_pages(void)
{
	set_limit(PAGES, 256);
	if (sysconf(_SC_PHYS_PAGES) < 512 * 300)
		skip("too little memory", "tables of random policies");
	else
		expect_good(user_random, NULL,
			    "tables of random policies count as pages");
	expect_good(user_pages, NULL,
		    "a user gets 256 pages, then SIGBUS, and again after a close");
	expect_good(user_pages, NULL,
		    "the end of a process gives its pages back");
	expect_good(root_pages, NULL, "root gets more pages");
	set_limit(PAGES, saved[PAGES]);
}

/* Dirty pages are evicted to the store until it is full; none is lost. */
static int user_store(void *arg)
{
	const size_t nr = 200;
	int fd = -1, round;
	char *p;

	(void)arg;
	if (!become(USER))
		return NOT_USER;
	for (round = 0; round < 2; round++) {
		struct vmlab_range r = {
			.op = VMLAB_RANGE_EVICT, .end = nr * psize,
		};
		struct vmlab_space_stats stats;

		r.size = sizeof(r);
		fd = dev_open(O_RDWR);
		p = map_pages(fd, nr, PROT_READ | PROT_WRITE, MAP_SHARED, 0);
		for (size_t i = 0; i < nr; i++)
			memset(p + i * psize, (int)i, psize);
		if (ioctl(fd, VMLAB_IOC_RANGE, &r))
			return WRONG_ERRNO;
		stats = space_stats(fd);
		if (stats.frames < nr - 64)
			return ALLOWED;
		if (stats.frames > nr - 64 + MARGIN)
			return round ? NOT_FREED : REFUSED;
		if (r.busy != stats.frames)
			return WRONG_ERRNO;
		for (size_t i = 0; i < nr; i++)
			if (p[i * psize] != (char)i)
				return 100;
		munmap(p, nr * psize);
		close(fd);
	}
	return GOOD;
}

/* Contents that are stored again take no more room. */
static int user_stores_again(void *arg)
{
	const size_t nr = 64, budget = 16;
	struct vmlab_paging_stats stats;
	char *p;
	int fd;

	(void)arg;
	if (!become(USER))
		return NOT_USER;
	fd = dev_open(O_RDWR);
	use_paging(fd, .budget = budget);
	p = map_pages(fd, nr, PROT_READ | PROT_WRITE, MAP_SHARED, 0);
	for (size_t i = 0; i < 4 * nr; i++)
		p[i % nr * psize] = (char)i;
	stats = paging_stats(fd);
	return stats.store_errors || stats.over_budget ||
	       stats.charged != budget ? REFUSED : GOOD;
}

static void test_store(void)
{
	set_limit(STORE, 64);
	expect_good(user_stores_again, NULL,
		    "64 pages are stored again and again within a limit of 64");
	expect_good(user_store, NULL,
		    "a user's stores hold 64 pages; other frames stay, none is lost");
	set_limit(STORE, saved[STORE]);
}

static int writes_parameter(void *arg)
{
	int fd;

	(void)arg;
	if (!become(USER))
		return NOT_USER;
	fd = open(PARAMETERS "max_user_pages", O_WRONLY);
	return fd < 0 && errno == EACCES ? GOOD : ALLOWED;
}

static void test_parameters(void)
{
	for (int i = 0; i < LIMITS; i++) {
		saved[i] = limit(i);
		ok(saved[i], "%s is %lu", limit_names[i], saved[i]);
	}
	ok(saved[PAGES] < (unsigned long)sysconf(_SC_PHYS_PAGES),
	   "pages: less than there are");
	expect_good(writes_parameter, NULL, "only root changes a limit");
}

int main(void)
{
	psize = page_size();
	test_parameters();
	test_spaces();
	test_pages();
	test_store();
	test_evicted();
	test_trace();
	test_events();
	test_bad_buffer();
	return tap_done();
}
