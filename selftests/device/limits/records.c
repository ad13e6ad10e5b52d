// SPDX-License-Identifier: GPL-2.0
/* Limits of what the module records: evictions, traces and events. */
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "device/limits/limits.h"
#include "device/users.h"
#include "lib/child.h"
#include "lib/dev.h"
#include "lib/paging.h"
#include "lib/tap.h"

/*
 * Two spaces of a user ask for more than half of what the limit admits: the second
 * gets it only when the first gave it back, or was closed.  @ask for 0 gives back.
 */
static int two_spaces(int (*ask)(int fd, uint32_t nr), uint32_t nr)
{
	int fd, other;

	if (!become(USER))
		return NOT_USER;
	fd = dev_open(O_RDWR);
	other = dev_open(O_RDWR);
	if (ask(fd, nr))
		return REFUSED;
	if (!ask(other, nr))
		return ALLOWED;
	if (errno != EDQUOT)
		return WRONG_ERRNO;
	if (ask(fd, 0) || ask(other, nr))
		return NOT_FREED;
	close(other);
	return ask(fd, nr) ? NOT_FREED : GOOD;
}

static int set_trace(int fd, uint32_t nr)
{
	static uint64_t trace[1024];

	return set_paging(fd, .budget = 4,
			  .policy = nr ? VMLAB_POLICY_OPT : VMLAB_POLICY_FIFO,
			  .trace = nr ? (uintptr_t)trace : 0, .nr_trace = nr);
}

static int user_trace(void *arg)
{
	(void)arg;
	/* While it is set, its copy counts as well. */
	return two_spaces(set_trace, 400);
}

/* Touch pages, of which all but a few are evicted; return how many come back. */
static uint64_t refaults(int fd, char *p, size_t nr)
{
	uint64_t before = paging_stats(fd).refaults;

	for (size_t i = 0; i < nr; i++)
		touch(p + i * psize, TOUCH_READ, 0, NULL);
	return paging_stats(fd).refaults - before;
}

static int user_evicted(void *arg)
{
	const size_t nr = 1000;

	(void)arg;
	if (!become(USER))
		return NOT_USER;
	for (int round = 0; round < 2; round++) {
		int fd = dev_open(O_RDWR);
		char *p = map_pages(fd, nr, PROT_READ, MAP_SHARED, 0);
		uint64_t back;

		use_paging(fd, .budget = 4);
		refaults(fd, p, nr);
		back = refaults(fd, p, nr);
		/* Those that come back make room for others. */
		if (back > 256 + MARGIN)
			return ALLOWED;
		if (back < 256 - MARGIN)
			return round ? NOT_FREED : REFUSED;
		munmap(p, nr * psize);
		close(fd);
	}
	return GOOD;
}

void test_evicted(void)
{
	set_limit(EVICTED, 256);
	expect_good(user_evicted, NULL,
		    "256 of a user's evicted pages are remembered");
	set_limit(EVICTED, saved[EVICTED]);
}

void test_trace(void)
{
	set_limit(TRACE, 1000);
	expect_good(user_trace, NULL,
		    "a user's traces hold 1000 accesses, then EDQUOT");
	set_limit(TRACE, saved[TRACE]);
}

static int record_faults(int fd, uint32_t nr)
{
	return set_events(fd, nr ? 1u << VMLAB_EVENT_FAULT : 0, nr);
}

static int user_events(void *arg)
{
	(void)arg;
	return two_spaces(record_faults, 600);
}

static atomic_bool stop;

static void *is_refused(void *arg)
{
	int fd = dev_open(O_RDWR);

	(void)arg;
	while (!atomic_load(&stop))
		record_faults(fd, 5000);
	close(fd);
	return NULL;
}

/* What is refused to one thread is not missing to another, not even shortly. */
static int user_events_beside(void *arg)
{
	pthread_t thread;
	int fd, ret = GOOD;

	(void)arg;
	if (!become(USER))
		return NOT_USER;
	fd = dev_open(O_RDWR);
	pthread_create(&thread, NULL, is_refused, NULL);
	for (unsigned int i = 0; i < 20000 && !ret; i++)
		if (record_faults(fd, 10))
			ret = REFUSED;
	atomic_store(&stop, true);
	pthread_join(thread, NULL);
	return ret;
}

void test_events(void)
{
	set_limit(EVENTS, 1000);
	expect_good(user_events_beside, NULL,
		    "requests below the limit succeed beside refused ones");
	expect_good(user_events, NULL,
		    "a user's rings have room for 1000 events, then EDQUOT");
	set_limit(EVENTS, saved[EVENTS]);
}

/* An event that cannot be copied is not lost. */
void test_bad_buffer(void)
{
	struct vmlab_event event[4];
	int fd = dev_open(O_RDWR | O_NONBLOCK);
	char *p = map_pages(fd, 4, PROT_READ, MAP_SHARED, 0);
	unsigned int i;
	ssize_t got;

	if (record_faults(fd, 16))
		bail("VMLAB_IOC_EVENTS: %s", strerror(errno));
	for (i = 0; i < 4; i++)
		touch(p + i * psize, TOUCH_READ, 0, NULL);
	fails(syscall(SYS_read, fd, (void *)16, sizeof(event)), EFAULT,
	      "read(2) into a bad buffer");
	got = read(fd, event, sizeof(event));
	is((unsigned long long)got, sizeof(event), "bytes read afterwards");
	for (i = 0; i < 4; i++)
		ok(event[i].pgoff == i && !event[i].lost, "event %u", i);
	munmap(p, 4 * psize);
	close(fd);
}
