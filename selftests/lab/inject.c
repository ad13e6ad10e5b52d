// SPDX-License-Identifier: GPL-2.0
/* Injection by rule, events and their lost count, prefetch. */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/tap.h"

#define PAGES	64

static size_t psize;

static char *map(int fd)
{
	char *p = mmap(NULL, PAGES * psize, PROT_READ | PROT_WRITE, MAP_SHARED,
		       fd, 0);

	if (p == MAP_FAILED)
		bail("mmap: %s", strerror(errno));
	return p;
}

static int set_rules(int fd, struct vmlab_inject_rule *rules, unsigned int nr)
{
	struct vmlab_inject inject = {
		.size = sizeof(inject), .rules = (uintptr_t)rules, .nr = nr,
	};

	return ioctl(fd, VMLAB_IOC_INJECT_SET, &inject);
}

static struct vmlab_inject_rule get_rule(int fd)
{
	struct vmlab_inject_rule rule = {};
	struct vmlab_inject inject = {
		.size = sizeof(inject), .rules = (uintptr_t)&rule, .nr = 1,
	};

	if (ioctl(fd, VMLAB_IOC_INJECT_GET, &inject) || inject.nr != 1)
		bail("VMLAB_IOC_INJECT_GET: %s", strerror(errno));
	return rule;
}

static int sleeper(void *arg)
{
	char *p = map(*(int *)arg);

	return touch(p, TOUCH_READ, 0, NULL);
}

static void rules(void)
{
	struct vmlab_inject_rule rule = {
		.access = VMLAB_ACCESS_READ, .action = VMLAB_INJECT_SIGBUS,
		.start = psize, .end = 9 * psize,
		.probability = VMLAB_INJECT_CERTAIN,
	};
	unsigned long long begin;
	int fd = dev_open(O_RDWR), code, i, bad = 0;
	pid_t pid;
	char *p;

	works(set_rules(fd, &rule, 1), "a rule: SIGBUS for reads");
	p = map(fd);
	is(touch(p, TOUCH_READ, 0, NULL), 0, "before the range");
	is(touch(p + psize, TOUCH_READ, 0, &code), SIGBUS, "in the range");
	is(code, BUS_ADRERR, "its code");
	is(touch(p + psize, TOUCH_WRITE, 1, NULL), 0, "a write");
	is(touch(p + 9 * psize, TOUCH_READ, 0, NULL), 0, "after the range");
	is(get_rule(fd).hits, 1, "hits");

	rule.action = VMLAB_INJECT_HWPOISON;
	rule.nth = 2;
	works(set_rules(fd, &rule, 1), "the second fault: bad memory");
	is(touch(p + 2 * psize, TOUCH_READ, 0, NULL), 0, "the first");
	is(touch(p + 3 * psize, TOUCH_READ, 0, &code), SIGBUS, "the second");
	is(code, BUS_MCEERR_AR, "its code");
	is(touch(p + 3 * psize, TOUCH_READ, 0, NULL), 0, "the third");
	is(get_rule(fd).matches, 3, "matches");

	rule.action = VMLAB_INJECT_RETRY;
	rule.nth = 1;
	works(set_rules(fd, &rule, 1), "retry");
	is(touch(p + 4 * psize, TOUCH_READ, 0, NULL), 0, "a fault tried again");
	is(get_rule(fd).hits, 1, "hits");

	rule = (struct vmlab_inject_rule){
		.access = VMLAB_ACCESS_READ, .action = VMLAB_INJECT_SIGBUS,
		.start = 10 * psize, .probability = 500000, .seed = 3,
	};
	works(set_rules(fd, &rule, 1), "every other fault, by a seed");
	for (i = 10; i < PAGES; i++)
		bad += touch(p + i * psize, TOUCH_READ, 0, NULL) == SIGBUS;
	is(get_rule(fd).hits, bad, "hits");
	ok(bad > 10 && bad < 44, "%d of 54", bad);

	rule = (struct vmlab_inject_rule){
		.access = VMLAB_ACCESS_READ, .action = VMLAB_INJECT_DELAY,
		.probability = VMLAB_INJECT_CERTAIN, .delay_us = 200000,
	};
	works(set_rules(fd, &rule, 1), "a delay of 200 ms");
	begin = now_ms();
	is(touch(p + 5 * psize, TOUCH_READ, 0, NULL), 0, "a slow fault");
	begin = now_ms() - begin;
	ok(begin >= 200, "%llu ms", begin);

	rule.delay_us = VMLAB_INJECT_DELAY_MAX;
	works(set_rules(fd, &rule, 1), "a delay of a minute");
	pid = spawn(sleeper, &fd);
	msleep(300);
	begin = now_ms();
	is(kill_and_reap(pid), 128 + SIGKILL, "who waits is killed");
	begin = now_ms() - begin;
	ok(begin < 20000, "at once: %llu ms", begin);

	rule.delay_us = 0;
	fails(set_rules(fd, &rule, 1), EINVAL, "a delay of nothing");
	rule.action = 99;
	fails(set_rules(fd, &rule, 1), EINVAL, "an unknown action");
	works(set_rules(fd, NULL, 0), "no rules");
	is(touch(p + 6 * psize, TOUCH_READ, 0, NULL), 0, "a fault");
	munmap(p, PAGES * psize);
	close(fd);
}

static void events(void)
{
	struct vmlab_events config = {
		.size = sizeof(config), .mask = 1 << VMLAB_EVENT_FAULT, .nr = 8,
	};
	int fd = dev_open(O_RDWR | O_NONBLOCK), i;
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
	struct vmlab_event event[32];
	char *p = map(fd);

	fails(read(fd, event, sizeof(event)), EINVAL, "read without events");
	works(ioctl(fd, VMLAB_IOC_EVENTS, &config), "events of faults");
	fails(read(fd, event, sizeof(event)), EAGAIN, "read before any");
	is(poll(&poll_fd, 1, 0), 0, "poll before any");
	for (i = 0; i < 3; i++)
		touch(p + i * psize, TOUCH_WRITE, 1, NULL);
	is(poll(&poll_fd, 1, 0), 1, "poll");
	is(read(fd, event, sizeof(event)), 3 * sizeof(*event), "three events");
	ok(event[2].pgoff == 2 && event[2].type == VMLAB_EVENT_FAULT &&
	   event[2].arg == VMLAB_FAULT_FILLED && event[2].tgid == getpid() &&
	   event[2].cost_ns && !event[2].lost, "what the last tells");

	for (i = 3; i < 23; i++)
		touch(p + i * psize, TOUCH_WRITE, 1, NULL);
	is(read(fd, event, sizeof(event)), 9 * sizeof(*event),
	   "eight of twenty, and one for the rest");
	ok(event[8].type == VMLAB_EVENT_LOST && event[8].lost == 12,
	   "twelve were lost");
	for (i = 23; i < 33; i++)
		touch(p + i * psize, TOUCH_WRITE, 1, NULL);
	is(read(fd, event, 4 * sizeof(*event)), 4 * sizeof(*event), "four");
	touch(p + 33 * psize, TOUCH_WRITE, 1, NULL);
	is(read(fd, event, sizeof(event)), 5 * sizeof(*event), "the others");
	ok(event[4].pgoff == 33 && event[4].lost == 2,
	   "the next one tells of two lost");
	munmap(p, PAGES * psize);
	close(fd);
}

static void prefetch(void)
{
	struct vmlab_paging paging = {
		.size = sizeof(paging), .prefetch = VMLAB_PREFETCH_NEXT,
		.prefetch_pages = 3,
	};
	struct vmlab_paging_stats stats = { .size = sizeof(stats) };
	int fd = dev_open(O_RDWR), i;
	char *p = map(fd);

	works(ioctl(fd, VMLAB_IOC_PAGING_SET, &paging), "the next 3 pages");
	for (i = 0; i < 16; i++)
		touch(p + i * psize, TOUCH_READ, 0, NULL);
	is(space_stats(fd).filled, 4, "fills of 16 pages in a row");
	works(ioctl(fd, VMLAB_IOC_PAGING_STATS, &stats), "statistics");
	is(stats.prefetched, 12, "prefetched");
	is(stats.prefetch_used, 12, "used");

	paging.prefetch = VMLAB_PREFETCH_STRIDE;
	works(ioctl(fd, VMLAB_IOC_PAGING_SET, &paging), "3 at the stride");
	for (i = 16; i < PAGES; i += 4)
		touch(p + i * psize, TOUCH_READ, 0, NULL);
	/* 16 and 20 and 24: a stride; then 28, 32, 36 are there, 40 is not. */
	is(space_stats(fd).filled, 4 + 5, "fills of 12 pages at a stride");
	munmap(p, PAGES * psize);
	close(fd);

	fd = dev_open(O_RDWR);
	p = map(fd);
	paging.prefetch = VMLAB_PREFETCH_WHOLE;
	fails(ioctl(fd, VMLAB_IOC_PAGING_SET, &paging), EINVAL,
	      "the whole mapping, but 3 pages");
	paging.prefetch_pages = 0;
	works(ioctl(fd, VMLAB_IOC_PAGING_SET, &paging), "the whole mapping");
	touch(p + 7 * psize, TOUCH_READ, 0, NULL);
	is(space_stats(fd).frames, PAGES, "frames after one touch");
	munmap(p, PAGES * psize);
	close(fd);
}

int main(void)
{
	psize = page_size();
	rules();
	events();
	prefetch();
	return tap_done();
}
