// SPDX-License-Identifier: GPL-2.0
#include "inspect/stress/target.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/random.h"
#include "lib/tap.h"
#include "inspect/stress/change.h"

enum {
	THREADS = 2,
	START_MS = 120000,
	NICE = 10,		/* leave the dumps their share of the CPUs */
	STEPS = 8,		/* between two pauses */
};

struct target *targets;

static const struct kind {
	const char *name;
	void (*setup)(void);
	void (*step)(uint64_t *state);
	int threads;
} kinds[] = {
	{ "vmas", vmas_setup, vmas_step, THREADS },
	{ "tables", tables_setup, tables_step, THREADS },
	{ "brief", brief_setup, brief_step, 1 },
	{ "swap", swap_setup, swap_step, 1 },
	{ "ksm", ksm_setup, ksm_step, 1 },
	{ "hugetlb", hugetlb_setup, hugetlb_step, 1 },
	{ "uffd", uffd_setup, uffd_step, 1 },
	{ "file", file_setup, file_step, 1 },
};

const size_t nr_targets = sizeof(kinds) / sizeof(kinds[0]);

static const struct kind *kind;

static void *run(void *arg)
{
	uint64_t state = random_state((uintptr_t)arg, 0);

	/*
	 * Pause so that khugepaged runs: it has the lowest priority of all, and
	 * other threads wait for the pages that it has locked.
	 */
	for (;;) {
		kind->step(&state);
		if (++me->steps % STEPS == 0)
			msleep(2);
	}
	return NULL;
}

static int become(void *arg)
{
	size_t i = (size_t)(uintptr_t)arg;
	pthread_t thread;

	me = &targets[i];
	kind = &kinds[i];
	prctl(PR_SET_NAME, kind->name);
	setpriority(PRIO_PROCESS, 0, NICE);
	kind->setup();
	me->pid = getpid();
	for (uintptr_t t = 1; t < (uintptr_t)kind->threads; t++)
		if (pthread_create(&thread, NULL, run, (void *)(100 * t + i)))
			return 1;
	run((void *)(i + 1));
	return 0;
}

void targets_start(void)
{
	unsigned long long until;

	targets = mmap(NULL, nr_targets * sizeof(*targets), rw,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (targets == MAP_FAILED)
		bail("mmap: %s", strerror(errno));
	for (size_t i = 0; i < nr_targets; i++) {
		targets[i].name = kinds[i].name;
		targets[i].root = spawn(become, (void *)(uintptr_t)i);
	}
	until = now_ms() + START_MS;
	for (size_t i = 0; i < nr_targets; i++) {
		struct target *t = &targets[i];

		while (!t->steps && !t->reason[0] && now_ms() < until)
			msleep(10);
		if (t->reason[0])
			skip(t->reason, "start: %s", t->name);
		else
			ok(t->steps, "start: %s", t->name);
	}
}

void targets_end(void)
{
	for (size_t i = 0; i < nr_targets; i++) {
		struct target *t = &targets[i];
		int status = 0;
		bool gone = waitpid(t->root, &status, WNOHANG) != 0;

		if (!gone)
			kill_and_reap(t->root);
		if (t->reason[0])
			continue;
		ok(!gone && t->steps, "%s: %lu changes, alive to the end",
		   t->name, t->steps);
		if (gone)
			diag("  wait status %#x", (unsigned int)status);
	}
}
