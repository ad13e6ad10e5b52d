// SPDX-License-Identifier: GPL-2.0
#include "inspect/busy_processes.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/proc.h"
#include "lib/tap.h"
#include "inspect/page_kinds.h"

static struct animal {
	const char *name;
	pid_t pid;		/* 0: the machine cannot have it */
} herd[] = {
#define ANIMAL(name) { #name, 0 },
	ZOO(ANIMAL)
#undef ANIMAL
};

enum { NR = sizeof(herd) / sizeof(herd[0]), END_MS = 30000 };

static pid_t keeper;		/* the zoo program, if it is our child */

static struct animal *find(const char *name)
{
	for (size_t i = 0; i < NR; i++)
		if (!strcmp(herd[i].name, name))
			return &herd[i];
	return NULL;
}

pid_t herd_find(const char *name)
{
	struct animal *a = find(name);

	return a ? a->pid : 0;
}

struct start {
	int out[2];
	bool stays;
};

static int run(void *arg)
{
	const struct start *s = arg;
	char path[PATH_MAX];

	if (!sibling_program("page-kinds", path))
		return 1;
	dup2(s->out[1], STDOUT_FILENO);
	close(s->out[0]);
	close(s->out[1]);
	if (s->stays) {
		setsid();
		prctl(PR_SET_PDEATHSIG, 0);
	}
	execl(path, "page-kinds", NULL);
	return 1;
}

/* A line of what the zoo program prints; false at its end. */
static bool told(char *line)
{
	char *what = strchr(line, ' ');
	struct animal *a;

	line[strcspn(line, "\n")] = '\0';
	if (!strcmp(line, "end"))
		return false;
	if (!what || line[0] == '#') {
		diag("%s", line);
		return true;
	}
	*what++ = '\0';
	a = find(line);
	if (!a)
		bail("a stranger in the zoo: %s", line);
	if (*what == '-') {
		skip(what + 2, "start: %s", a->name);
	} else {
		a->pid = (pid_t)strtol(what, NULL, 10);
		if (!ok(a->pid > 0, "start: %s", a->name))
			diag("  wait status %s", what);
	}
	return true;
}

static void launch(bool stays)
{
	struct start s = { .stays = stays };
	unsigned long long since = now_ms();
	char line[256];
	bool more = true;
	FILE *from;

	if (pipe(s.out))
		bail("pipe: %s", strerror(errno));
	keeper = spawn(run, &s);
	close(s.out[1]);
	from = fdopen(s.out[0], "r");
	while (from && more && fgets(line, sizeof(line), from))
		more = told(line);
	if (!from || more)
		bail("the zoo did not start");
	fclose(from);
	diag("herd of %d made in %llu ms", NR, now_ms() - since);
}

/* Is there one that the caller did not make? */
static bool adopt(void)
{
	char *list = slurp(HERD_LIST), *rest = list, *line = next_line(&rest);
	bool found = line && !kill((pid_t)strtol(line, NULL, 10), 0);

	while (found && (line = next_line(&rest))) {
		char *pid = strchr(line, ' ');
		struct animal *a;

		if (!pid)
			continue;
		*pid++ = '\0';
		a = find(line);
		if (a)
			a->pid = (pid_t)strtol(pid, NULL, 10);
	}
	free(list);
	return found;
}

void herd_start(void)
{
	if (!adopt())
		launch(false);
}

void herd_end(void)
{
	if (!keeper)
		return;
	kill(keeper, SIGTERM);
	reap(keeper);
	keeper = 0;
	for (size_t i = 0; i < NR; i++)
		herd[i].pid = 0;
}

void herd_publish(void)
{
	FILE *list;

	if (adopt())
		bail("there is a herd already: see " HERD_LIST);
	launch(true);
	list = fopen(HERD_LIST, "we");
	if (!list)
		bail("%s: %s", HERD_LIST, strerror(errno));
	fprintf(list, "%d\n", keeper);
	for (size_t i = 0; i < NR; i++)
		fprintf(list, "%s %d\n", herd[i].name, herd[i].pid);
	if (fclose(list))
		bail("%s: %s", HERD_LIST, strerror(errno));
}

void herd_withdraw(void)
{
	char *list = slurp(HERD_LIST);
	pid_t pid = list ? (pid_t)strtol(list, NULL, 10) : 0;
	unsigned long long until = now_ms() + END_MS;

	free(list);
	unlink(HERD_LIST);
	if (pid <= 0)
		bail("there is no herd");
	for (size_t i = 0; i < NR; i++)
		herd[i].pid = 0;
	ok(!kill(pid, SIGTERM), "the zoo was there to the end");
	while (!kill(pid, 0) && now_ms() < until)
		msleep(50);
	ok(kill(pid, 0) && errno == ESRCH, "the zoo ended");
}
