// SPDX-License-Identifier: GPL-2.0
#include "inspect/stress/change.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/random.h"

struct target *me;
char *area, *shared;

void unsupported(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(me->reason, sizeof(me->reason), fmt, ap);
	va_end(ap);
	_exit(0);
}

char *map(size_t bytes, int flags, int fd)
{
	char *p = mmap(NULL, bytes, rw, flags, fd, 0);

	if (p == MAP_FAILED)
		unsupported("mmap of %zu bytes: %s", bytes, strerror(errno));
	return p;
}

char *map_anon(size_t bytes)
{
	return map(bytes, MAP_PRIVATE | MAP_ANONYMOUS, -1);
}

void write_pages(char *p, size_t bytes, char value)
{
	for (size_t i = 0; i < bytes; i += page)
		touch(p + i, TOUCH_WRITE, value, NULL);
}

char *part(uint64_t *state, char *whole, size_t size, size_t most,
	   size_t *len)
{
	*len = (random_next(state) % (most / page) + 1) * page;
	return whole + random_next(state) % ((size - *len) / page + 1) * page;
}

void write_in_child(char *p, size_t bytes, char value)
{
	pid_t pid = fork();

	if (!pid) {
		write_pages(p, bytes, value);
		_exit(0);
	}
	if (pid > 0)
		waitpid(pid, NULL, 0);
}
