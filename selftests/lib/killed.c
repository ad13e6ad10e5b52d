// SPDX-License-Identifier: GPL-2.0
#include "killed.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "child.h"
#include "proc.h"
#include "tap.h"

#define SECOND	1000000000ull

/* A short wait, such as for a disk, is over before it is seen so often. */
#define STAYS	20
/* What is shorter ends before a kill arrives. */
#define SHORT	(SECOND / 50)
/*
 * Tries that must end early; tries and milliseconds after which no more will.  Where
 * the host takes the processor away, its clock runs on and a kill arrives late.
 */
#define ENOUGH		3
#define TRIES		10
#define TRY_MS		30000

bool wait_state(pid_t pid, char state)
{
	const unsigned long long end = now_ms() + HANG_MS;
	unsigned int seen = 0;
	char now;

	do {
		now = proc_state(pid);
		seen = now == state ? seen + 1 : 0;
		if (seen == STAYS)
			return true;
		msleep(5);
	} while (now != 'Z' && now_ms() < end);
	return false;
}

/* A request in a child, and the time that the child had used before it. */
struct run {
	int (*fn)(void *arg);
	void *arg;
	volatile unsigned long long *begin;	/* 0 before it begins; shared memory */
};

static unsigned long long cpu_time(clockid_t clock)
{
	struct timespec ts;

	if (clock_gettime(clock, &ts))
		return 0;
	return (unsigned long long)ts.tv_sec * SECOND + (unsigned long long)ts.tv_nsec;
}

static int begin(void *arg)
{
	const struct run *run = arg;

	drop_output();
	*run->begin = cpu_time(CLOCK_PROCESS_CPUTIME_ID);
	return run->fn(run->arg);
}

static unsigned long long of_timeval(struct timeval t)
{
	return (unsigned long long)t.tv_sec * SECOND + (unsigned long long)t.tv_usec * 1000;
}

/* Reap a child; return the time that it used since it began, and its result. */
static unsigned long long reap_time(pid_t pid, const struct run *run, int *status)
{
	struct rusage usage;
	unsigned long long all;

	while (wait4(pid, status, 0, &usage) != pid)
		if (errno != EINTR)
			bail("wait4: %s", strerror(errno));
	all = of_timeval(usage.ru_utime) + of_timeval(usage.ru_stime);
	return all > *run->begin ? all - *run->begin : 1;
}

static struct run new_run(int (*fn)(void *arg), void *arg)
{
	struct run run = { .fn = fn, .arg = arg };

	run.begin = mmap(NULL, sizeof(*run.begin), PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (run.begin == MAP_FAILED)
		bail("mmap: %s", strerror(errno));
	return run;
}

unsigned long long cpu_once(int (*fn)(void *arg), void *arg)
{
	struct run run = new_run(fn, arg);
	int status = 0;
	pid_t pid = spawn(begin, &run);
	unsigned long long used = reap_time(pid, &run, &status);

	if (status)
		bail("a request in a child: status %#x", (unsigned int)status);
	munmap((void *)run.begin, sizeof(*run.begin));
	return used;
}

unsigned long long cpu_whole(int (*fn)(void *arg), void *arg)
{
	unsigned long long least = cpu_once(fn, arg);

	for (int i = 0; i < 2; i++) {
		unsigned long long used = cpu_once(fn, arg);

		if (used < least)
			least = used;
	}
	return least;
}

unsigned long long cpu_killed(int (*fn)(void *arg), void *arg, unsigned long long after)
{
	struct run run = new_run(fn, arg);
	pid_t pid = spawn(begin, &run);
	clockid_t clock;
	int status = 0;
	unsigned long long used;

	if (clock_getcpuclockid(pid, &clock))
		bail("clock_getcpuclockid: %s", strerror(errno));
	while (proc_state(pid) != 'Z' &&
	       (!*run.begin || cpu_time(clock) < *run.begin + after))
		msleep(1);
	kill(pid, SIGKILL);
	used = reap_time(pid, &run, &status);
	munmap((void *)run.begin, sizeof(*run.begin));
	return WIFSIGNALED(status) ? used : 0;
}

enum killed when_killed(int (*fn)(void *arg), void *arg)
{
	const unsigned long long end = now_ms() + TRY_MS;
	unsigned long long before = cpu_once(fn, arg), after, used;
	unsigned int early = 0, tries;

	diag("takes %llu us of processor time", before / 1000);
	if (before < SHORT)
		return TOO_SHORT;
	for (tries = 0; early < ENOUGH && (tries < TRIES || now_ms() < end);
	     tries++) {
		used = cpu_killed(fn, arg, before / 10);
		after = cpu_once(fn, arg);
		if (used && used < (before < after ? before : after) / 4)
			early++;
		before = after;
	}
	diag("%u of %u tries were gone before a quarter of it", early, tries);
	return early == ENOUGH ? KILLED_EARLY : KILLED_LATE;
}
