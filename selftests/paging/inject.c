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

	if (ioctl(fd, VMLAB_IOC_INJECT_GET, &inject) || !inject.nr)
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
	rule.nth = 0;
	works(set_rules(fd, &rule, 1), "retry");
	is(touch(p + 4 * psize, TOUCH_READ, 0, NULL), 0, "a fault tried again");
	is(touch(p + 5 * psize, TOUCH_READ, 0, NULL), 0, "and another");
	is(get_rule(fd).hits, 2, "hits: each once");

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
	is(touch(p + 7 * psize, TOUCH_READ, 0, NULL), 0, "a slow fault");
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

/* Page 1 of the mapping is code, a return. */
static int exec_page(void *arg)
{
	signal(SIGBUS, SIG_DFL);
	((void (*)(void))((char *)arg + psize))();
	return 0;
}

static int read_and_exec_page(void *arg)
{
	return touch((char *)arg + psize, TOUCH_READ, 0, NULL) ?:
	       exec_page(arg);
}

static int read_first(void *arg)
{
	return touch(map(*(int *)arg), TOUCH_READ, 0, NULL);
}

static int read_through_kernel(void *arg)
{
	int fd = *(int *)arg, pipefd[2];
	char *p = map(fd);

	if (pipe(pipefd))
		return 1;
	return write(pipefd[1], p + 8 * psize, 1) < 0 && errno == EFAULT ? 42 :
									   1;
}

/* What a user without privilege may not do. */
static int as_nobody(void *arg)
{
	struct vmlab_inject_rule rule = {
		.access = VMLAB_ACCESS_READ, .action = VMLAB_INJECT_HWPOISON,
		.probability = VMLAB_INJECT_CERTAIN,
	};

	if (setresgid(65534, 65534, 65534) || setresuid(65534, 65534, 65534))
		return 100;
	if (!set_rules(*(int *)arg, &rule, 1) || errno != EPERM)
		return 1;
	rule.action = VMLAB_INJECT_SIGBUS;
	return set_rules(*(int *)arg, &rule, 1) ? 2 : 0;
}

/* Each selector, each action by itself, and rules in a row. */
static void selectors(void)
{
	struct vmlab_inject_rule rule[2] = {
		{ .access = VMLAB_ACCESS_EXEC, .action = VMLAB_INJECT_SIGBUS,
		  .probability = VMLAB_INJECT_CERTAIN },
	};
	struct vmlab_inject_rule many[VMLAB_INJECT_RULES_MAX + 1] = {};
	int fd = dev_open(O_RDWR), first, second, i;
	unsigned long long begin;
	char *p, *x;
	pid_t pid;

	works(set_rules(fd, rule, 1), "a rule for instructions");
	p = map(fd);
	p[psize] = (char)0xc3;
	x = mmap(NULL, PAGES * psize, PROT_READ | PROT_EXEC, MAP_SHARED, fd,
		 0);
	is(reap(spawn(read_and_exec_page, x)), 0,
	   "a read, and a fetch where the entry is there");
	is(reap(spawn(exec_page, x)), 128 + SIGBUS, "a fetch where it is not");
	is(get_rule(fd).hits, 1, "hits");
	munmap(x, PAGES * psize);

	pid = spawn(read_first, &fd);
	is(reap(pid), 0, "a child, without a rule");
	rule[0] = (struct vmlab_inject_rule){
		.access = VMLAB_ACCESS_READ, .action = VMLAB_INJECT_SIGBUS,
		.probability = VMLAB_INJECT_CERTAIN, .pid = getpid(),
	};
	works(set_rules(fd, rule, 1), "a rule for this process");
	is(reap(spawn(read_first, &fd)), 0, "another process");
	is(touch(p + 2 * psize, TOUCH_READ, 0, NULL), SIGBUS, "this one");
	rule[0].pid = 0x3fffffff;
	fails(set_rules(fd, rule, 1), ESRCH, "nobody's pid");

	rule[0] = (struct vmlab_inject_rule){
		.access = VMLAB_ACCESS_READ, .action = VMLAB_INJECT_OOM,
		.probability = VMLAB_INJECT_CERTAIN, .nth = 1,
	};
	works(set_rules(fd, rule, 1), "no memory, once");
	is(touch(p + 3 * psize, TOUCH_READ, 0, NULL), 0, "the kernel retries");
	is(get_rule(fd).hits, 1, "hits");
	rule[0].nth = 0;
	rule[0].start = 8 * psize;
	rule[0].end = 9 * psize;
	works(set_rules(fd, rule, 1), "no memory for a system call");
	is(reap(spawn(read_through_kernel, &fd)), 42, "EFAULT");

	rule[0] = (struct vmlab_inject_rule){
		.access = VMLAB_ACCESS_WRITE, .action = VMLAB_INJECT_DELAY,
		.probability = VMLAB_INJECT_CERTAIN, .delay_us = 50000,
		.start = 10 * psize, .end = 12 * psize,
	};
	rule[1] = rule[0];
	rule[1].action = VMLAB_INJECT_SIGBUS;
	rule[1].delay_us = 0;
	rule[1].start = 11 * psize;
	works(set_rules(fd, rule, 2), "a delay, and an error for a half");
	begin = now_ms();
	is(touch(p + 10 * psize, TOUCH_WRITE, 1, NULL), 0, "the first half");
	is(touch(p + 11 * psize, TOUCH_WRITE, 1, NULL), SIGBUS, "the second");
	ok(now_ms() - begin >= 100, "both were late");
	is(get_rule(fd).hits, 2, "hits of the delay");

	/* By a seed: the same faults in the same order, the same outcome. */
	rule[0] = (struct vmlab_inject_rule){
		.access = VMLAB_ACCESS_READ, .action = VMLAB_INJECT_SIGBUS,
		.start = 20 * psize, .probability = 300000, .seed = 11,
	};
	set_rules(fd, rule, 1);
	for (first = 0, i = 0; i < 30; i++)
		first = first << 1 | !!touch(p + (20 + i) * psize, TOUCH_READ,
					     0, NULL);
	munmap(p, PAGES * psize);
	p = map(fd);
	set_rules(fd, rule, 1);
	for (second = 0, i = 0; i < 30; i++)
		second = second << 1 | !!touch(p + (20 + i) * psize, TOUCH_READ,
					       0, NULL);
	is(second, first, "the same seed, the same faults");
	rule[0].seed = 12;
	munmap(p, PAGES * psize);
	p = map(fd);
	set_rules(fd, rule, 1);
	for (second = 0, i = 0; i < 30; i++)
		second = second << 1 | !!touch(p + (20 + i) * psize, TOUCH_READ,
					       0, NULL);
	ok(second != first, "another seed, others");

	is(reap(spawn(as_nobody, &fd)), 0,
	   "without privilege: bad memory no, SIGBUS yes");

	fails(set_rules(fd, many, VMLAB_INJECT_RULES_MAX + 1), E2BIG,
	      "too many rules");
	rule[0].access = 0;
	fails(set_rules(fd, rule, 1), EINVAL, "no access");
	rule[0].access = VMLAB_ACCESS_READ;
	rule[0].probability = VMLAB_INJECT_CERTAIN + 1;
	fails(set_rules(fd, rule, 1), EINVAL, "more than certain");
	munmap(p, PAGES * psize);
	close(fd);
}

static int touch_later(void *arg)
{
	char *p = map(*(int *)arg);

	msleep(200);
	return touch(p, TOUCH_WRITE, 1, NULL);
}

/* Who waits is woken: in poll(2), in read(2), and when events go off. */
static int read_when_off(void *arg)
{
	struct vmlab_event event;

	return read(*(int *)arg, &event, sizeof(event)) < 0 ? errno : 0;
}

static void waiting(void)
{
	struct vmlab_events config = {
		.size = sizeof(config), .nr = 4,
		.mask = 1 << VMLAB_EVENT_FAULT | 1 << VMLAB_EVENT_EVICT |
			1 << VMLAB_EVENT_MKWRITE,
	};
	struct vmlab_range range = {
		.size = sizeof(range), .op = VMLAB_RANGE_EVICT,
		.end = PAGES * psize,
	};
	int fd = dev_open(O_RDWR);
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
	struct vmlab_event event[8] = {};
	pid_t pid;
	char *p, *guard;

	is(poll(&poll_fd, 1, 0), 1, "poll without events");
	ok(poll_fd.revents & POLLERR, "an error");
	works(ioctl(fd, VMLAB_IOC_EVENTS, &config), "events");
	pid = spawn(touch_later, &fd);
	is(poll(&poll_fd, 1, 20000), 1, "poll waits for one");
	is(poll_fd.revents & POLLIN, POLLIN, "and tells");
	is(reap(pid), 0, "the fault");
	is(read(fd, event, sizeof(event)), 2 * sizeof(*event),
	   "a fault and a write");
	ok(event[0].type == VMLAB_EVENT_FAULT &&
	   event[1].type == VMLAB_EVENT_MKWRITE && event[0].tgid == pid &&
	   event[1].tid == pid && event[0].time_ns <= event[1].time_ns,
	   "of the child, in order");
	pid = spawn(touch_later, &fd);
	is(read(fd, event, sizeof(*event)), sizeof(*event), "read waits too");
	is(event[0].arg, VMLAB_FAULT_MAPPED, "the frame was there");
	reap(pid);
	is(read(fd, event, sizeof(event)), sizeof(*event), "its write");
	works(ioctl(fd, VMLAB_IOC_RANGE, &range), "evict");
	is(read(fd, event, sizeof(event)), sizeof(*event), "an eviction");
	ok(event[0].type == VMLAB_EVENT_EVICT && event[0].arg == 1,
	   "with contents in the swap store");

	pid = spawn(read_when_off, &fd);
	msleep(300);
	config.mask = 0;
	config.nr = 0;
	works(ioctl(fd, VMLAB_IOC_EVENTS, &config), "no events");
	is(reap(pid), EINVAL, "a reader that waits is told");
	config.mask = 1u << VMLAB_EVENT_NR;
	config.nr = 1;
	fails(ioctl(fd, VMLAB_IOC_EVENTS, &config), EINVAL, "unknown events");
	config.mask = 1;
	config.nr = VMLAB_EVENTS_MAX + 1;
	fails(ioctl(fd, VMLAB_IOC_EVENTS, &config), EINVAL, "too much room");

	/* An event stays when the buffer is bad. */
	config.mask = 1 << VMLAB_EVENT_FAULT;
	config.nr = 4;
	works(ioctl(fd, VMLAB_IOC_EVENTS, &config), "events");
	p = map(fd);
	touch(p, TOUCH_READ, 0, NULL);
	guard = mmap(NULL, psize, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		     0);
	fails(read(fd, guard, sizeof(*event)), EFAULT, "a bad buffer");
	is(read(fd, event, sizeof(event)), sizeof(*event), "read after it");
	is(event[0].lost, 0, "lost events");
	munmap(guard, psize);
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
	selectors();
	events();
	waiting();
	prefetch();
	return tap_done();
}
