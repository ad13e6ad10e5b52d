// SPDX-License-Identifier: GPL-2.0
/*
 * A process that is killed while it changes the settings of a space ends within
 * a second or so: while PAGING_SET sorts a long trace for OPT, and while
 * INJECT_SET waits for the lock that PAGING_SET holds.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/paging.h"
#include "lib/tap.h"

#define MAX_TRACE	((size_t)4 << 20)
/* A change that takes as long, so that it is killed in the middle. */
#define LONG_MS		3000
#define SOON_MS		500
#define ENDS_MS		1500

struct job {
	int fd;
	uint64_t *trace;
	size_t nr;
};

static int set_trace(void *arg)
{
	const struct job *job = arg;

	drop_output();
	return set_paging(job->fd, .policy = VMLAB_POLICY_OPT, .budget = 8,
			  .trace = (uintptr_t)job->trace,
			  .nr_trace = (uint32_t)job->nr) ? 1 : 0;
}

static int set_rule(void *arg)
{
	const struct job *job = arg;
	struct vmlab_inject_rule rule = {
		.access = VMLAB_ACCESS_READ,
		.action = VMLAB_INJECT_SIGBUS,
		.probability = VMLAB_INJECT_CERTAIN,
	};

	drop_output();
	return set_rules(job->fd, &rule, 1) ? 1 : 0;
}

/* Make the trace so long that PAGING_SET takes LONG_MS; false if it cannot. */
static bool long_enough(struct job *job)
{
	for (job->nr = MAX_TRACE / 16; job->nr <= MAX_TRACE; job->nr *= 2) {
		unsigned long long begin = now_ms();

		if (reap(spawn(set_trace, job)))
			bail("PAGING_SET with a trace of %zu accesses", job->nr);
		diag("  %zu accesses: %llu ms", job->nr, now_ms() - begin);
		if (now_ms() - begin >= LONG_MS)
			return true;
	}
	return false;
}

/* Kill a process that runs for some time, and see it end. */
static void kill_in_middle(pid_t pid, const char *what)
{
	unsigned long long begin;
	int result = 0;
	bool ended;

	msleep(SOON_MS);
	kill(pid, SIGKILL);
	begin = now_ms();
	ended = reap_in_time(pid, &result);
	diag("  ended after %llu ms with %d", now_ms() - begin, result);
	ok(ended && result == 128 + SIGKILL && now_ms() - begin < ENDS_MS,
	   "%s is killed", what);
}

int main(void)
{
	struct job job = { .fd = dev_open(O_RDWR) };
	pid_t sorts;

	job.trace = malloc(MAX_TRACE * sizeof(*job.trace));
	if (!job.trace)
		bail("out of memory");
	srandom(1);
	for (size_t i = 0; i < MAX_TRACE; i++)
		job.trace[i] = (uint64_t)random();
	if (!long_enough(&job)) {
		skip("this machine sorts too fast", "killed in PAGING_SET");
		return tap_done();
	}
	kill_in_middle(spawn(set_trace, &job), "PAGING_SET with a long trace");

	sorts = spawn(set_trace, &job);
	msleep(SOON_MS);
	kill_in_middle(spawn(set_rule, &job), "INJECT_SET during PAGING_SET");
	kill_and_reap(sorts);
	free(job.trace);
	return tap_done();
}
