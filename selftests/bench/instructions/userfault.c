// SPDX-License-Identifier: GPL-2.0
/* First touches of memory whose pages a thread provides by userfaultfd(2). */
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/userfaultfd.h>

#include "bench.h"

#define PAGES	2048ul

static char source[PAGE] __attribute__((aligned(4096)));

static void *serve(void *arg)
{
	int fd = *(int *)arg;
	struct uffd_msg msg;

	for (size_t i = 0; i < PAGES; i++) {
		struct uffdio_copy copy = {
			.src = (uintptr_t)source,
			.len = PAGE,
		};

		if (read(fd, &msg, sizeof(msg)) != sizeof(msg))
			bail("read of a userfaultfd");
		copy.dst = msg.arg.pagefault.address & ~(PAGE - 1);
		if (ioctl(fd, UFFDIO_COPY, &copy))
			bail("UFFDIO_COPY");
	}
	return NULL;
}

static double measure(void *arg)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register reg = { .mode = UFFDIO_REGISTER_MODE_MISSING };
	int fd = (int)syscall(SYS_userfaultfd, O_CLOEXEC);
	char *p = map_memory(-1, PAGES * PAGE);
	pthread_t thread;
	double cost;

	(void)arg;
	reg.range.start = (uintptr_t)p;
	reg.range.len = PAGES * PAGE;
	if (fd < 0 || ioctl(fd, UFFDIO_API, &api) ||
	    ioctl(fd, UFFDIO_REGISTER, &reg))
		bail("userfaultfd");
	if (pthread_create(&thread, NULL, serve, &fd))
		bail("pthread_create");
	cost = touch_write(p, PAGES);
	pthread_join(thread, NULL);
	munmap(p, PAGES * PAGE);
	close(fd);
	return cost;
}

void bench_userfault(void)
{
	source[0] = 1;
	result("user_pager.userfaultfd", median(measure, NULL));
}
