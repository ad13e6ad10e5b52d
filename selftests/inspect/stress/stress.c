// SPDX-License-Identifier: GPL-2.0
/*
 * Dump processes that change all the time, by requests and by debugfs at once:
 * each record is consistent, nothing fails, and all targets survive.
 * VMLAB_STRESS_SECONDS sets the duration.
 */
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/tap.h"
#include "inspect/swap.h"
#include "inspect/stress/dump.h"
#include "inspect/stress/mover.h"
#include "inspect/stress/target.h"

enum { SECONDS = 15 };

static const struct dumper {
	const char *name;
	int (*dump)(struct report *report, unsigned long long until);
} dumpers[] = {
	{ "request", dump_requests },
	{ "debugfs", dump_files },
};

enum { NR = sizeof(dumpers) / sizeof(dumpers[0]) };

static struct report *reports;
static unsigned long long until;

void report_wrong(struct report *report, unsigned int kind, const char *fmt, ...)
{
	struct kind_count *c = &report->kind[kind];
	va_list ap;

	if (c->wrong++ >= SAMPLES)
		return;
	va_start(ap, fmt);
	vsnprintf(c->sample[c->wrong - 1], sizeof(c->sample[0]), fmt, ap);
	va_end(ap);
}

static int dump(void *arg)
{
	size_t i = (size_t)(uintptr_t)arg;

	return dumpers[i].dump(&reports[i], until);
}

static void report_results(const struct dumper *d, const struct report *r)
{
	for (unsigned int k = 0; k < r->nr; k++) {
		const struct kind_count *c = &r->kind[k];

		diag("%s %s: %lu dumps, %lu records, %lu cut short by an exit",
		     d->name, c->name, c->dumps, c->records, c->gone);
		ok(c->dumps && !c->wrong, "%s %s: each record is consistent",
		   d->name, c->name);
		/* Below the point that they explain. */
		for (unsigned long i = 0; i < c->wrong && i < SAMPLES; i++)
			diag("  %s", c->sample[i]);
		if (c->wrong > SAMPLES)
			diag("  and %lu more", c->wrong - SAMPLES);
	}
}

static void report_seen(uint64_t seen)
{
	int fd = dev_open(O_RDONLY);
	const struct vmlab_flag_names *names =
		dev_flag_names(fd, VMLAB_NAMES_PTE);
	char line[800] = "";

	for (int bit = 0; bit < 64; bit++)
		if (seen >> bit & 1)
			snprintf(line + strlen(line),
				 sizeof(line) - strlen(line), " %s",
				 names->bit[bit].name);
	diag("bits in entries:%s", line);
}

int main(int argc, char **argv)
{
	const char *env = getenv("VMLAB_STRESS_SECONDS");
	unsigned long seconds = env && *env ? strtoul(env, NULL, 10) : SECONDS;
	pid_t pid[NR];

	if (argc > 1 && !strcmp(argv[1], TARGET_BRIEF))
		return target_brief();
	reports = mmap(NULL, NR * sizeof(*reports), PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (reports == MAP_FAILED)
		bail("mmap: %s", strerror(errno));
	swap_start();
	scanners_start();
	targets_start();
	mover_start();
	until = now_ms() + seconds * 1000;
	for (size_t i = 0; i < NR; i++)
		pid[i] = spawn(dump, (void *)(uintptr_t)i);
	for (size_t i = 0; i < NR; i++)
		is((unsigned long long)reap(pid[i]), 0,
		   "%s: dumped for %lu s", dumpers[i].name, seconds);
	for (size_t i = 0; i < NR; i++)
		report_results(&dumpers[i], &reports[i]);
	report_seen(reports[0].seen);
	mover_end();
	targets_end();
	scanners_end();
	swap_end();
	return tap_done();
}
