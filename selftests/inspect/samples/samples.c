// SPDX-License-Identifier: GPL-2.0
#include "inspect/samples/samples.h"

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
#include "inspect/samples/kinds.h"

static struct sample {
	const char *name;
	pid_t pid;		/* 0: the machine does not support it */
} samples[] = {
#define SAMPLE(kind) { #kind, 0 },
	SAMPLE_KINDS(SAMPLE)
#undef SAMPLE
};

enum { NR = sizeof(samples) / sizeof(samples[0]), END_MS = 30000 };

static pid_t builder;		/* sample-processes, when it is a child of ours */

static struct sample *find(const char *name)
{
	for (size_t i = 0; i < NR; i++)
		if (!strcmp(samples[i].name, name))
			return &samples[i];
	return NULL;
}

pid_t sample_find(const char *name)
{
	struct sample *s = find(name);

	return s ? s->pid : 0;
}

struct launch {
	int out[2];
	bool outlive;		/* the caller */
};

static int run_builder(void *arg)
{
	const struct launch *l = arg;
	char path[PATH_MAX];

	if (!sibling_program("sample-processes", path))
		return 1;
	dup2(l->out[1], STDOUT_FILENO);
	close(l->out[0]);
	close(l->out[1]);
	if (l->outlive) {
		setsid();
		prctl(PR_SET_PDEATHSIG, 0);
	}
	execl(path, "sample-processes", NULL);
	return 1;
}

/* Parse a line that sample-processes prints; false at the end of its report. */
static bool parse_line(char *line)
{
	char *what = strchr(line, ' ');
	struct sample *s;

	line[strcspn(line, "\n")] = '\0';
	if (!strcmp(line, "end"))
		return false;
	if (!what || line[0] == '#') {
		diag("%s", line);
		return true;
	}
	*what++ = '\0';
	s = find(line);
	if (!s)
		bail("sample-processes has an unknown kind: %s", line);
	if (*what == '-') {
		skip(what + 2, "start: %s", s->name);
	} else {
		s->pid = (pid_t)strtol(what, NULL, 10);
		if (!ok(s->pid > 0, "start: %s", s->name))
			diag("  wait status %s", what);
	}
	return true;
}

static void launch(bool outlive)
{
	struct launch l = { .outlive = outlive };
	unsigned long long since = now_ms();
	char line[256];
	bool more = true;
	FILE *from;

	if (pipe(l.out))
		bail("pipe: %s", strerror(errno));
	builder = spawn(run_builder, &l);
	close(l.out[1]);
	from = fdopen(l.out[0], "r");
	while (from && more && fgets(line, sizeof(line), from))
		more = parse_line(line);
	if (!from || more)
		bail("sample-processes did not start");
	fclose(from);
	diag("%d sample processes started in %llu ms", NR, now_ms() - since);
}

/* Use the published samples; false when there are none. */
static bool adopt(void)
{
	char *list = slurp(SAMPLES_LIST), *rest = list, *line = next_line(&rest);
	bool found = line && !kill((pid_t)strtol(line, NULL, 10), 0);

	while (found && (line = next_line(&rest))) {
		char *pid = strchr(line, ' ');
		struct sample *s;

		if (!pid)
			continue;
		*pid++ = '\0';
		s = find(line);
		if (s)
			s->pid = (pid_t)strtol(pid, NULL, 10);
	}
	free(list);
	return found;
}

static void forget(void)
{
	for (size_t i = 0; i < NR; i++)
		samples[i].pid = 0;
}

void samples_start(void)
{
	if (!adopt())
		launch(false);
}

void samples_end(void)
{
	if (!builder)
		return;
	kill(builder, SIGTERM);
	reap(builder);
	builder = 0;
	forget();
}

void samples_publish(void)
{
	FILE *list;

	if (adopt())
		bail("sample processes exist already: see " SAMPLES_LIST);
	launch(true);
	list = fopen(SAMPLES_LIST, "we");
	if (!list)
		bail("%s: %s", SAMPLES_LIST, strerror(errno));
	fprintf(list, "%d\n", builder);
	for (size_t i = 0; i < NR; i++)
		fprintf(list, "%s %d\n", samples[i].name, samples[i].pid);
	if (fclose(list))
		bail("%s: %s", SAMPLES_LIST, strerror(errno));
}

void samples_withdraw(void)
{
	char *list = slurp(SAMPLES_LIST);
	pid_t pid = list ? (pid_t)strtol(list, NULL, 10) : 0;
	unsigned long long until = now_ms() + END_MS;

	free(list);
	unlink(SAMPLES_LIST);
	if (pid <= 0)
		bail("there are no sample processes: no " SAMPLES_LIST);
	forget();
	ok(!kill(pid, SIGTERM), "the sample processes lived until now");
	while (!kill(pid, 0) && now_ms() < until)
		msleep(50);
	ok(kill(pid, 0) && errno == ESRCH, "the sample processes end");
}
