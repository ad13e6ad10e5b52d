// SPDX-License-Identifier: GPL-2.0
#include "uffd.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <pthread.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "dev.h"
#include "kernel_uapi.h"

/* Newer than the headers of the oldest supported distribution. */
#ifndef UFFD_USER_MODE_ONLY
#define UFFD_USER_MODE_ONLY		1
#endif

int uffd_watch(void *p, size_t len)
{
	struct uffdio_api api = {
		.api = UFFD_API,
		.features = UFFD_FEATURE_WP_ASYNC | UFFD_FEATURE_WP_UNPOPULATED,
	};
	struct uffdio_register reg = {
		.range = { (uintptr_t)p, len },
		.mode = UFFDIO_REGISTER_MODE_WP,
	};
	int uffd = (int)syscall(SYS_userfaultfd, O_CLOEXEC | UFFD_USER_MODE_ONLY);
	int err;

	if (uffd < 0 || ioctl(uffd, UFFDIO_API, &api))
		err = EOPNOTSUPP;
	else if (ioctl(uffd, UFFDIO_REGISTER, &reg))
		err = errno;
	else
		return uffd;
	if (uffd >= 0)
		close(uffd);
	errno = err;
	return -1;
}

int uffd_protect(int uffd, void *p, size_t len)
{
	struct uffdio_writeprotect wp = {
		.range = { (uintptr_t)p, len },
		.mode = UFFDIO_WRITEPROTECT_MODE_WP,
	};

	return ioctl(uffd, UFFDIO_WRITEPROTECT, &wp);
}

bool uffd_watches_special(void)
{
	struct io_uring_params params = { 0 };
	int ring = (int)syscall(SYS_io_uring_setup, 1, &params), uffd = -1;
	void *p = MAP_FAILED;

	if (ring >= 0)
		p = mmap(NULL, page_size(), PROT_READ | PROT_WRITE, MAP_SHARED,
			 ring, IORING_OFF_SQES);
	if (p != MAP_FAILED) {
		uffd = uffd_watch(p, page_size());
		munmap(p, page_size());
	}
	if (uffd >= 0)
		close(uffd);
	if (ring >= 0)
		close(ring);
	return uffd >= 0;
}

static struct hole {
	int uffd;
	volatile bool *hung;
} hole;

static void *watch_hole(void *arg)
{
	struct uffd_msg msg;

	(void)arg;
	while (read(hole.uffd, &msg, sizeof(msg)) != sizeof(msg))
		;
	*hole.hung = true;
	return NULL;
}

char *uffd_hole(volatile bool *hung)
{
	struct uffdio_api api = { .api = UFFD_API };
	char *p = mmap(NULL, page_size(), PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct uffdio_register reg = {
		.range = { (uintptr_t)p, page_size() },
		.mode = UFFDIO_REGISTER_MODE_MISSING,
	};
	pthread_t thread;

	hole.hung = hung;
	/* The kernel makes the access: not UFFD_USER_MODE_ONLY. */
	hole.uffd = (int)syscall(SYS_userfaultfd, O_CLOEXEC);
	if (p == MAP_FAILED || hole.uffd < 0 ||
	    ioctl(hole.uffd, UFFDIO_API, &api) ||
	    ioctl(hole.uffd, UFFDIO_REGISTER, &reg) ||
	    pthread_create(&thread, NULL, watch_hole, NULL))
		return NULL;
	return p;
}
