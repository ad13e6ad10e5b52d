// SPDX-License-Identifier: GPL-2.0
/*
 * close(2), close_range(2) and dup2(2): many programs close all descriptors that they
 * did not open.  Those of the library are as if they were not open.
 */
#include <linux/close_range.h>

#include "preload.h"

static bool is_ours(int fd)
{
	return space_is_ours(fd) || report_is_ours(fd);
}

long run_close(int fd)
{
	return is_ours(fd) ? -EBADF : raw_close(fd);
}

/* Return the lowest descriptor of the library from @first to @last, or -1. */
static long lowest(unsigned int first, unsigned int last)
{
	const int fds[] = { space_descriptor(), report_descriptor() };
	long found = -1;

	for (int i = 0; i < 2; i++)
		if (fds[i] >= 0 && (unsigned int)fds[i] >= first &&
		    (unsigned int)fds[i] <= last && is_ours(fds[i]) &&
		    (found < 0 || fds[i] < found))
			found = fds[i];
	return found;
}

long run_close_range(unsigned int first, unsigned int last, unsigned int flags)
{
	long fd, ret = 0;

	/* They have close-on-exec already. */
	if (flags & CLOSE_RANGE_CLOEXEC || first > last)
		return raw3(SYS_close_range, first, last, flags);
	while ((fd = lowest(first, last)) >= 0) {
		if ((unsigned int)fd > first) {
			ret = raw3(SYS_close_range, first, fd - 1, flags);
			if (ret)
				return ret;
			/* Done once. */
			flags &= ~(unsigned int)CLOSE_RANGE_UNSHARE;
		}
		if ((unsigned int)fd == last)
			return 0;
		first = (unsigned int)fd + 1;
	}
	return raw3(SYS_close_range, first, last, flags);
}

long run_dup3(int from, int to, int flags, bool dup2)
{
	if (from != to) {
		if (space_is_ours(to))
			space_move();
		else if (report_is_ours(to))
			report_move();
	}
	return dup2 ? raw3(SYS_dup2, from, to, 0) : raw3(SYS_dup3, from, to, flags);
}
