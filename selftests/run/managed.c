// SPDX-License-Identifier: GPL-2.0
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/tap.h"
#include "run/managed.h"

enum { LIMIT_SECONDS = 300 };

const char *budget_name(int budget)
{
	static char name[32];

	if (budget == NATIVE)
		return "native";
	if (budget == NO_BUDGET)
		return "no budget";
	snprintf(name, sizeof(name), "%d pages", budget);
	return name;
}

/* @more: further settings, or NULL to run natively. */
static void set_environment(int budget, const char *more)
{
	const char *tools = getenv("VMLAB_BIN");
	char text[4096];

	unsetenv("LD_PRELOAD");
	unsetenv("VMLAB_RUN");
	if (!more)
		return;
	if (!tools)
		bail("VMLAB_BIN does not name the directory of the library");
	snprintf(text, sizeof(text), "%s/libvmlab-run.so libjemalloc.so.2", tools);
	setenv("LD_PRELOAD", text, 1);
	snprintf(text, sizeof(text), "version=1,budget=%d%s", budget, more);
	setenv("VMLAB_RUN", text, 1);
}

static char *read_all(int fd)
{
	size_t room = 1 << 16, nr = 0;
	char *text = malloc(room), *more;
	ssize_t got;

	if (!text)
		bail("no memory");
	while ((got = read(fd, text + nr, room - nr - 1)) > 0) {
		nr += (size_t)got;
		if (nr < room - 1)
			continue;
		room *= 2;
		more = realloc(text, room);
		if (!more)
			bail("no memory");
		text = more;
	}
	text[nr] = 0;
	return text;
}

/* @more: further settings, or NULL to run natively. */
static char *run_with(int budget, const char *more, int *status, const char *const arguments[])
{
	int pipes[2];
	char *text;
	pid_t pid;

	fflush(NULL);
	if (pipe2(pipes, O_CLOEXEC))
		bail("pipe");
	pid = fork();
	if (!pid) {
		set_environment(budget, more);
		/* one that hangs before main() ends, too */
		alarm(LIMIT_SECONDS);
		dup2(pipes[1], 1);
		dup2(pipes[1], 2);
		execv("/proc/self/exe", (char *const *)arguments);
		_exit(126);
	}
	close(pipes[1]);
	text = read_all(pipes[0]);
	close(pipes[0]);
	waitpid(pid, status, 0);
	*status = WIFEXITED(*status) ? WEXITSTATUS(*status) : 128 + WTERMSIG(*status);
	return text;
}

char *run_self(int budget, int *status, const char *const arguments[])
{
	return run_with(budget, budget == NATIVE ? NULL : "", status, arguments);
}

void test_self(const char *name, int budget, const char *more, const char *const arguments[])
{
	char *text, *rest, *line;
	int status;

	text = run_with(budget, budget == NATIVE ? NULL : more, &status, arguments);
	rest = text;
	if (!ok(!status, "%s, %s", name, budget_name(budget))) {
		diag("status %d", status);
		while ((line = strsep(&rest, "\n")))
			if (*line)
				diag("%s", line);
	}
	free(text);
}

bool is_managed(void)
{
	return getenv("VMLAB_RUN");
}

bool address_is_managed(const void *p)
{
	static char maps[1 << 20];
	const int fd = open("/proc/self/maps", O_RDONLY);
	size_t nr = 0;
	ssize_t got;

	while ((got = read(fd, maps + nr, sizeof(maps) - 1 - nr)) > 0)
		nr += (size_t)got;
	close(fd);
	maps[nr] = 0;
	for (char *line = maps; line && *line;) {
		char *end = strchr(line, '\n'), *rest;
		const uintptr_t start = strtoull(line, &rest, 16);
		const uintptr_t stop = strtoull(rest + 1, NULL, 16);

		if (end)
			*end = 0;
		if (start <= (uintptr_t)p && (uintptr_t)p < stop)
			return strstr(line, "/dev/vmlab");
		line = end ? end + 1 : NULL;
	}
	return false;
}
