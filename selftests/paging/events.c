// SPDX-License-Identifier: GPL-2.0
/* Events of a space: contents, lost events, read(2) and poll(2) that wait. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/paging.h"
#include "lib/tap.h"

#define PAGES	64
#define EVENT	sizeof(struct vmlab_event)

static size_t psize;

static char *map(int fd)
{
	return map_shared(fd, PAGES);
}

static void write_pages(char *p, size_t first, size_t end)
{
	for (size_t i = first; i < end; i++)
		touch(p + i * psize, TOUCH_WRITE, 1, NULL);
}

/* Which events read(2) returns, and how it reports events lost for lack of room. */
static void lost_events(void)
{
	int fd = dev_open(O_RDWR | O_NONBLOCK);
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
	struct vmlab_event event[32];
	char *p = map(fd);

	fails(read(fd, event, sizeof(event)), EINVAL,
	      "read while events are off");
	works(set_events(fd, 1 << VMLAB_EVENT_FAULT, 8), "events of faults");
	fails(read(fd, event, sizeof(event)), EAGAIN, "read before any event");
	is(poll(&poll_fd, 1, 0), 0, "poll before any event");
	write_pages(p, 0, 3);
	is(poll(&poll_fd, 1, 0), 1, "poll after three events");
	is(read(fd, event, sizeof(event)), 3 * EVENT, "read of three events");
	ok(event[2].pgoff == 2 && event[2].type == VMLAB_EVENT_FAULT &&
	   event[2].arg == VMLAB_FAULT_FILLED && event[2].tgid == getpid() &&
	   event[2].cost_ns && !event[2].lost,
	   "the third event: page, type, outcome, process, cost");

	write_pages(p, 3, 23);
	is(read(fd, event, sizeof(event)), 9 * EVENT,
	   "read of eight events out of twenty, and one for the lost ones");
	ok(event[8].type == VMLAB_EVENT_LOST && event[8].lost == 12,
	   "twelve events were lost");
	write_pages(p, 23, 33);
	is(read(fd, event, 4 * EVENT), 4 * EVENT, "read of four events");
	write_pages(p, 33, 34);
	is(read(fd, event, sizeof(event)), 5 * EVENT, "read of the others");
	ok(event[4].pgoff == 33 && event[4].lost == 2,
	   "the next event reports that two were lost");
	unmap_and_close(fd, p, PAGES);
}

static int touch_later(void *arg)
{
	char *p = map(*(int *)arg);

	msleep(200);
	return touch(p, TOUCH_WRITE, 1, NULL);
}

static int read_until_off(void *arg)
{
	struct vmlab_event event;

	return read(*(int *)arg, &event, sizeof(event)) < 0 ? errno : 0;
}

/* poll(2) and read(2) wait for the event of a child. */
static void wait_for_events(int fd)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
	struct vmlab_event event[8] = {};
	pid_t pid;

	is(poll(&poll_fd, 1, 0), 1, "poll while events are off");
	ok(poll_fd.revents & POLLERR, "... reports POLLERR");
	works(set_events(fd, 1 << VMLAB_EVENT_FAULT | 1 << VMLAB_EVENT_EVICT |
			 1 << VMLAB_EVENT_MKWRITE, 4), "events on");
	pid = spawn(touch_later, &fd);
	is(poll(&poll_fd, 1, 20000), 1, "poll waits for an event");
	is(poll_fd.revents & POLLIN, POLLIN, "... and reports POLLIN");
	is(reap(pid), 0, "the child's write");
	is(read(fd, event, sizeof(event)), 2 * EVENT,
	   "read of a fault and a write");
	ok(event[0].type == VMLAB_EVENT_FAULT &&
	   event[1].type == VMLAB_EVENT_MKWRITE && event[0].tgid == pid &&
	   event[1].tid == pid && event[0].time_ns <= event[1].time_ns,
	   "... of the child, in order");
	pid = spawn(touch_later, &fd);
	is(read(fd, event, EVENT), EVENT, "read waits for an event");
	is(event[0].arg, VMLAB_FAULT_MAPPED, "... and the frame was resident");
	reap(pid);
	is(read(fd, event, sizeof(event)), EVENT, "read of the write");
}

static void waiting(void)
{
	int fd = dev_open(O_RDWR);
	struct vmlab_event event[8] = {};
	struct vmlab_range r;
	pid_t pid;
	char *p, *guard;

	wait_for_events(fd);
	works(try_range(fd, VMLAB_RANGE_EVICT, 0, PAGES, &r), "EVICT");
	is(read(fd, event, sizeof(event)), EVENT, "read of an eviction");
	ok(event[0].type == VMLAB_EVENT_EVICT && event[0].arg == 1,
	   "... that stored the contents");

	pid = spawn(read_until_off, &fd);
	msleep(300);
	works(set_events(fd, 0, 0), "events off");
	is(reap(pid), EINVAL, "... ends a read that waits");
	fails(set_events(fd, 1u << VMLAB_EVENT_NR, 1), EINVAL,
	      "unknown events");
	fails(set_events(fd, 1, VMLAB_EVENTS_MAX + 1), EINVAL,
	      "room for too many events");

	works(set_events(fd, 1 << VMLAB_EVENT_FAULT, 4), "events on again");
	p = map(fd);
	touch(p, TOUCH_READ, 0, NULL);
	guard = mmap(NULL, psize, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		     0);
	fails(read(fd, guard, EVENT), EFAULT, "read into a bad buffer");
	is(read(fd, event, sizeof(event)), EVENT, "read after that");
	is(event[0].lost, 0, "... reports that no event was lost");
	munmap(guard, psize);
	unmap_and_close(fd, p, PAGES);
}

/* Events change no space: a file open for reading only is enough. */
static void read_only(void)
{
	struct vmlab_event event;
	int fd = dev_open(O_RDONLY);
	char *p = mmap(NULL, psize, PROT_READ, MAP_SHARED, fd, 0);

	if (p == MAP_FAILED)
		bail("mmap: %s", strerror(errno));
	works(set_events(fd, 1u << VMLAB_EVENT_FAULT, 16),
	      "events of a file open for reading only");
	(void)*(volatile char *)p;
	is(read(fd, &event, sizeof(event)), sizeof(event), "... are read");
	unmap_and_close(fd, p, 1);
}

int main(void)
{
	psize = page_size();
	read_only();
	lost_events();
	waiting();
	return tap_done();
}
