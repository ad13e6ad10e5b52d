// SPDX-License-Identifier: GPL-2.0
/* A lock between runs, which the kernel drops with the processes that hold it. */
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>

#include "labs/lib/lock.h"

int lab_lock_open(void)
{
	int fd = open(LAB_LOCK, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

static int lock(int fd, int operation)
{
	int ret;

	if (fd < 0)
		return fd;
	do {
		ret = flock(fd, operation);
	} while (ret && errno == EINTR);
	return ret ? -errno : 0;
}

int lab_lock_try(int fd, bool exclusive)
{
	return lock(fd, (exclusive ? LOCK_EX : LOCK_SH) | LOCK_NB);
}

int lab_lock_wait(int fd, bool exclusive)
{
	return lock(fd, exclusive ? LOCK_EX : LOCK_SH);
}
