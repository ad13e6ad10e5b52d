// SPDX-License-Identifier: GPL-2.0
#include "herd.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../lib/child.h"
#include "../lib/tap.h"
#include "swap.h"
#include "zoo.h"

static struct animal herd[] = {
#define ANIMAL(name) { #name, 0 },
	ZOO(ANIMAL)
#undef ANIMAL
	{ "compat32", 0 },
};

enum { NR = sizeof(herd) / sizeof(herd[0]) };

struct start {
	const char *name;
	int out;
};

static void sibling(char *path, size_t size, const char *name)
{
	ssize_t len = readlink("/proc/self/exe", path, size - 32);

	if (len < 0)
		bail("/proc/self/exe: %s", strerror(errno));
	path[len] = '\0';
	strcpy(strrchr(path, '/') + 1, name);
}

static int run(void *arg)
{
	const struct start *s = arg;
	char path[PATH_MAX];
	bool zoo = strcmp(s->name, "compat32") != 0;

	dup2(s->out, STDOUT_FILENO);
	sibling(path, sizeof(path), zoo ? "zoo" : s->name);
	execl(path, zoo ? "zoo" : s->name, s->name, NULL);
	dprintf(s->out, "%s: %s", path, strerror(errno));
	return ZOO_SKIP;
}

static void start_one(struct animal *a)
{
	char reason[128];
	struct start s = { .name = a->name };
	int out[2], status = 0;
	ssize_t len;
	pid_t pid;

	if (pipe(out))
		bail("pipe: %s", strerror(errno));
	s.out = out[1];
	pid = spawn(run, &s);
	close(out[1]);
	if (wait_stopped(pid, &status)) {
		a->pid = pid;
		ok(true, "start: %s", a->name);
	} else if (WIFEXITED(status) && WEXITSTATUS(status) == ZOO_SKIP) {
		len = read(out[0], reason, sizeof(reason) - 1);
		reason[len > 0 ? len : 0] = '\0';
		skip(reason, "start: %s", a->name);
	} else {
		ok(false, "start: %s", a->name);
		diag("  wait status %#x", (unsigned int)status);
	}
	close(out[0]);
}

void herd_start(void)
{
	swap_start();
	for (size_t i = 0; i < NR; i++)
		start_one(&herd[i]);
}

void herd_end(void)
{
	for (size_t i = 0; i < NR; i++) {
		if (herd[i].pid)
			kill_and_reap(herd[i].pid);
		herd[i].pid = 0;
	}
	swap_end();
}

pid_t herd_find(const char *name)
{
	for (size_t i = 0; i < NR; i++)
		if (!strcmp(herd[i].name, name))
			return herd[i].pid;
	return 0;
}
