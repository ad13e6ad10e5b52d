// SPDX-License-Identifier: GPL-2.0
#include "faults/cases/case.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

size_t pages = 64;

void die(const char *what)
{
	fprintf(stderr, "faultcase: %s: %s\n", what, strerror(errno));
	exit(1);
}

void lacking(const char *what)
{
	fprintf(stderr, "faultcase: this kernel lacks %s\n", what);
	exit(77);
}

char *map(size_t size, int prot, int flags, int fd)
{
	char *p = mmap(NULL, size, prot, flags, fd, 0);

	if (p == MAP_FAILED)
		die("mmap");
	return p;
}

char *map_anon(size_t size)
{
	char *p = map(size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
		      -1);

	madvise(p, size, MADV_NOHUGEPAGE);
	return p;
}

int wait_for(pid_t pid)
{
	int status;

	if (pid < 0)
		die("fork");
	if (waitpid(pid, &status, 0) < 0)
		die("waitpid");
	return status;
}

int file_of_pages(const char *name)
{
	const char *dir = getenv("FAULTCASE_DIR");
	char path[4096], buf[4096];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir ? dir : ".", name);
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	if (fd < 0)
		die(path);
	memset(buf, 'x', sizeof(buf));
	for (size_t i = 0; i < pages * page / sizeof(buf); i++)
		if (write(fd, buf, sizeof(buf)) != sizeof(buf))
			die("write");
	if (fsync(fd))
		die("fsync");
	unlink(path);
	return fd;
}

void print_address(const void *p)
{
	printf("%p\n", p);
	fflush(stdout);
}

void read_uncounted(const volatile char *p, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		(void)p[i * page];
}
