// SPDX-License-Identifier: GPL-2.0
/* Descriptors of the library have high numbers. */
#include <fcntl.h>
#include <sys/resource.h>

#include "high.h"

/*
 * Few programs use high numbers.  But the kernel has a table with as many entries as the
 * highest number, which each fork copies: so not too high.
 */
int descriptor_up(int fd)
{
	struct rlimit limit = { 1024, 1024 };
	long new = -1;

	raw6(SYS_prlimit64, 0, RLIMIT_NOFILE, 0, (long)&limit, 0, 0);
	if (limit.rlim_cur > 4096)
		limit.rlim_cur = 4096;
	for (long at = (long)limit.rlim_cur - 1; at > fd && at > (long)limit.rlim_cur - 64; at--) {
		new = raw3(SYS_fcntl, fd, F_DUPFD_CLOEXEC, at);
		if (!raw_failed(new))
			break;
	}
	if (raw_failed(new))
		return fd;
	raw_close(fd);
	return (int)new;
}
