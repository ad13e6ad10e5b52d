// SPDX-License-Identifier: GPL-2.0
/* A pager in user space over userfaultfd(2), with first in, first out. */
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "labs/memory.h"
#include "labs/userfault.h"

#ifndef UFFD_USER_MODE_ONLY
#define UFFD_USER_MODE_ONLY 1
#endif

struct lab_user_pager {
	pthread_t thread;
	int fd, stop;
	size_t page, pages, frames;
	bool newest;
	char *memory;
	char *contents; /* of new pages */
	uint64_t *resident; /* addresses, the oldest first */
	size_t nr;
	uint64_t faults;
	int error; /* errno of a failed request */
};

static void evict(struct lab_user_pager *p)
{
	size_t at = p->newest ? p->nr - 1 : 0;
	char *address = p->memory + (p->resident[at] - (uintptr_t)p->memory);

	if (madvise(address, p->page, MADV_DONTNEED))
		p->error = errno;
	p->nr--;
	memmove(p->resident + at, p->resident + at + 1,
		(p->nr - at) * sizeof(*p->resident));
}

static void handle(struct lab_user_pager *p, uint64_t address)
{
	struct uffdio_copy copy = {
		.dst = address & ~(p->page - 1),
		.src = (uintptr_t)p->contents,
		.len = p->page,
	};

	p->faults++;
	if (p->nr == p->frames)
		evict(p);
	p->resident[p->nr++] = copy.dst;
	/* It maps the page and wakes the thread that waits for it. */
	if (ioctl(p->fd, UFFDIO_COPY, &copy))
		p->error = errno;
}

static void *serve(void *arg)
{
	struct lab_user_pager *p = arg;
	struct pollfd fds[] = {
		{ .fd = p->fd, .events = POLLIN },
		{ .fd = p->stop, .events = POLLIN },
	};
	struct uffd_msg msg;

	while (!p->error) {
		if (poll(fds, 2, -1) < 0 || fds[1].revents)
			break;
		if (read(p->fd, &msg, sizeof(msg)) == sizeof(msg) &&
		    msg.event == UFFD_EVENT_PAGEFAULT)
			handle(p, msg.arg.pagefault.address);
	}
	return NULL;
}

static int open_userfaultfd(struct lab_run *run)
{
	struct uffdio_api api = { .api = UFFD_API };
	int fd = (int)syscall(SYS_userfaultfd,
			      O_CLOEXEC | O_NONBLOCK | UFFD_USER_MODE_ONLY);

	if (fd < 0)
		lab_skip(run, "userfaultfd: %s (CONFIG_USERFAULTFD)",
			 strerror(errno));
	if (ioctl(fd, UFFDIO_API, &api))
		lab_fail(run, "UFFDIO_API: %s", strerror(errno));
	return fd;
}

struct lab_user_pager *lab_user_pager_start(struct lab_run *run, size_t pages,
					    size_t frames, bool newest,
					    char **memory)
{
	struct lab_user_pager *p = calloc(1, sizeof(*p));
	struct uffdio_register range = { .mode = UFFDIO_REGISTER_MODE_MISSING };

	if (!p)
		lab_fail(run, "no memory");
	p->fd = open_userfaultfd(run);
	p->stop = eventfd(0, EFD_CLOEXEC);
	p->page = lab_machine(run)->page;
	p->pages = pages;
	p->frames = frames;
	p->newest = newest;
	p->contents = calloc(1, p->page);
	p->resident = calloc(frames, sizeof(*p->resident));
	if (p->stop < 0 || !p->contents || !p->resident)
		lab_fail(run, "a pager: %s", strerror(errno));
	p->memory = lab_map(run, pages * p->page, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	range.range.start = (uintptr_t)p->memory;
	range.range.len = pages * p->page;
	if (ioctl(p->fd, UFFDIO_REGISTER, &range))
		lab_fail(run, "UFFDIO_REGISTER: %s", strerror(errno));
	if (pthread_create(&p->thread, NULL, serve, p))
		lab_fail(run, "a thread for the pager: %s", strerror(errno));
	*memory = p->memory;
	return p;
}

uint64_t lab_user_pager_stop(struct lab_run *run, struct lab_user_pager *p)
{
	uint64_t faults;

	eventfd_write(p->stop, 1);
	pthread_join(p->thread, NULL);
	if (p->error)
		lab_fail(run, "the pager in user space: %s", strerror(p->error));
	faults = p->faults;
	close(p->fd);
	close(p->stop);
	munmap(p->memory, p->pages * p->page);
	free(p->contents);
	free(p->resident);
	free(p);
	return faults;
}
