// SPDX-License-Identifier: GPL-2.0
/* A program that closes or replaces all descriptors keeps its memory. */
#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/page.h"
#include "run/cases/cases.h"
#include "run/managed.h"

/* Is memory managed, and private after fork? */
static void check(char *p)
{
	pid_t pid;
	char *q = must_map(4);

	memset(q, 2, 4 * page);
	pid = fork();
	if (!pid) {
		must(p[0] == 1 && q[0] == 2);
		memset(p, 3, 4 * page);
		memset(q, 3, 4 * page);
		_exit(0);
	}
	must_exit(pid, 0);
	must(p[0] == 1 && p[4 * page - 1] == 1 && q[0] == 2 && q[4 * page - 1] == 2);
}

static char *memory(void)
{
	char *p = must_map(4);

	memset(p, 1, 4 * page);
	return p;
}

void case_close_all(void)
{
	char *p = memory();
	int fd;

	check(p);
	closefrom(3);
	check(p);
	fd = open("/dev/null", O_RDONLY);
	must(fd == 3);
	must(!close_range(3, ~0u, 0));
	must(close(fd) == -1 && errno == EBADF);
	check(p);
	must(!close_range(3, ~0u, CLOSE_RANGE_UNSHARE));
	must(!close_range(3, ~0u, CLOSE_RANGE_CLOEXEC));
	check(p);
	for (fd = 3; fd < 5000; fd++)
		must(close(fd) == -1 && errno == EBADF);
	check(p);
	must(syscall(SYS_close_range, 3, ~0u, 0) == 0);
	for (fd = 3; fd < 5000; fd++)
		must(syscall(SYS_close, fd) == -1 && errno == EBADF);
	check(p);
}

void case_dup_all(void)
{
	char *p = memory();
	pid_t pid;

	/* In a child of vfork, which has its own descriptors but no own memory. */
	pid = vfork();
	if (!pid) {
		for (int fd = 3; fd < 4200; fd++)
			if (dup2(1, fd) < 0 && errno != EBADF)
				break;
		_exit(0);
	}
	must_exit(pid, 0);
	check(p);
	/* Some are left for check(). */
	for (int fd = 12; fd < 1024; fd++)
		must(dup2(1, fd) == fd || errno == EBADF);
	check(p);
	for (int fd = 3; fd < 1024; fd++)
		must(!close(fd) || errno == EBADF);
	for (int fd = 900; fd < 4200; fd++)
		if (dup3(1, fd, O_CLOEXEC) == fd)
			must(!close(fd));
	check(p);
}

static unsigned int spaces_open(void)
{
	unsigned int nr = 0;
	char path[64], to[64];

	for (int fd = 0; fd < 5000; fd++) {
		ssize_t len;

		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		len = readlink(path, to, sizeof(to) - 1);
		to[len < 0 ? 0 : len] = 0;
		nr += !strcmp(to, "/dev/vmlab");
	}
	return nr;
}

/* A child keeps its own space, and not that of its parent, whatever the limit is. */
void case_lowered_limit(void)
{
	const struct rlimit limit = { 20, 20 };
	char *p = memory();
	pid_t pid;

	must(!setrlimit(RLIMIT_NOFILE, &limit));
	pid = fork();
	if (!pid) {
		must(spaces_open() == is_managed());
		check(p);
		_exit(0);
	}
	must_exit(pid, 0);
	must(spaces_open() == is_managed());
	check(p);
}

/* Without libc nothing is protected: but nothing is shared or lost either. */
void case_lost(void)
{
	char *p = memory();

	for (long fd = 3; fd < 5000; fd++) {
		long ret;

		__asm__ volatile("syscall"
				 : "=a"(ret)
				 : "a"(SYS_close), "D"(fd)
				 : "rcx", "r11", "memory");
	}
	must(p[0] == 1 && p[4 * page - 1] == 1);
	check(p);
}
