// SPDX-License-Identifier: GPL-2.0
/* Stop threads that fault: read and write their memory, inspect them, step them. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/page.h"
#include "lib/paging.h"
#include "lib/proc.h"
#include "lib/random.h"
#include "lib/tap.h"
#include "paging/races/races.h"

enum { STEPS = 8 };

static pid_t traced;
static int memory;

/* Seize the threads.  Returns their number. */
static size_t seize(pid_t pid, pid_t tids[WRITERS])
{
	unsigned long long until = now_ms() + HANG_MS;
	char path[64];
	int *ids = NULL;
	ssize_t nr = 0;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	/* The first thread waits for the others. */
	while (nr < WRITERS && now_ms() < until) {
		free(ids);
		nr = numbers_in(path, &ids);
		msleep(10);
	}
	for (ssize_t i = 0; i < nr && i < WRITERS; i++) {
		tids[i] = ids[i];
		if (ptrace(PTRACE_SEIZE, ids[i], NULL, NULL))
			bail("PTRACE_SEIZE: %s", strerror(errno));
	}
	free(ids);
	return nr < WRITERS ? (size_t)nr : WRITERS;
}

/*
 * Wait until a traced thread stops or ends.  Returns its number, with its status, or 0 when
 * the process has ended, which is left for reap().
 */
static pid_t event(int *status)
{
	siginfo_t info;

	if (waitid(P_ALL, 0, &info, WSTOPPED | WEXITED | WNOWAIT | __WALL))
		bail("waitid: %s", strerror(errno));
	if (info.si_pid == traced && info.si_code != CLD_TRAPPED && info.si_code != CLD_STOPPED)
		return 0;
	return waitpid(info.si_pid, status, __WALL);
}

/*
 * Wait for a stop of a thread; false when it has ended.  SIGCHLD stops any of them, also one
 * that has locks of malloc() during fork(): the others go on, or this one would wait for a
 * lock, and we for it.
 */
static bool stopped(pid_t tid)
{
	int status;
	pid_t got;

	while ((got = event(&status)) > 0 && got != tid)
		ptrace(PTRACE_CONT, got, NULL, NULL);
	return got == tid && WIFSTOPPED(status);
}

static void poke(struct writer *w, pid_t tid, unsigned int i)
{
	void *at = (void *)(uintptr_t)version_word(own_page(w, i));
	uint64_t found;

	errno = 0;
	found = (uint64_t)ptrace(PTRACE_PEEKDATA, tid, at, NULL);
	if (errno)
		count_failed("PEEKDATA");
	else if (found != w->version[i])
		count_lost(w, i, found, "PEEKDATA");
	if (ptrace(PTRACE_POKEDATA, tid, at, (void *)(uintptr_t)(w->version[i] + 1)))
		count_failed("POKEDATA");
	else
		w->version[i]++;
}

static void through_proc(struct writer *w, unsigned int i)
{
	off_t at = (off_t)(uintptr_t)version_word(own_page(w, i));
	uint64_t value = 0;

	if (pread(memory, &value, sizeof(value), at) != (ssize_t)sizeof(value))
		count_failed("read of /proc/PID/mem");
	else if (value != w->version[i])
		count_lost(w, i, value, "/proc/PID/mem");
	value = w->version[i] + 1;
	if (pwrite(memory, &value, sizeof(value), at) != (ssize_t)sizeof(value))
		count_failed("write to /proc/PID/mem");
	else
		w->version[i] = value;
}

static void inspect(void)
{
	struct vma_list list;
	struct vmlab_mm mm;
	bool found = false;

	/* Threads that run split and merge VMAs: get all in one request. */
	if (get_mm(space, VMLAB_TARGET_PID, traced, &mm) ||
	    get_vmas(space, VMLAB_TARGET_PID, traced, 1024, 1 << 17, &list)) {
		count_failed("MM or VMAS");
		return;
	}
	for (size_t i = 0; i < list.nr; i++)
		found = found || (list.vma[i].start <= (uintptr_t)map &&
				  list.vma[i].end > (uintptr_t)map);
	if (!found) {
		errno = ENOENT;
		count_failed("the mapping among the VMAs");
	}
	free_vmas(&list);
}

/* Step a thread that is stopped, also through faults; false when it has ended. */
static bool step(pid_t tid)
{
	for (int i = 0; i < STEPS; i++)
		if (ptrace(PTRACE_SINGLESTEP, tid, NULL, NULL) || !stopped(tid))
			return false;
	return true;
}

/* Stop one thread and disturb it; false when it has ended. */
static bool stop_one(struct writer *w, pid_t tid)
{
	unsigned int i = (unsigned int)random_below(&w->rng, OWN);
	struct vmlab_range r;

	if (ptrace(PTRACE_INTERRUPT, tid, NULL, NULL) || !stopped(tid))
		return false;
	if (random_below(&w->rng, 2) &&
	    try_range(space, VMLAB_RANGE_EVICT, own_page(w, i), 1, &r))
		count_failed("EVICT");
	switch (random_below(&w->rng, 4)) {
	case 0:
		through_proc(w, i);
		break;
	case 1:
		inspect();
		break;
	case 2:
		/* The first thread would wait for the others, and we for it. */
		if (tid != traced && !step(tid))
			return false;
		break;
	default:
		poke(w, tid, i);
	}
	return !ptrace(PTRACE_CONT, tid, NULL, NULL);
}

/* Let all threads go on alone.  Those that do not stop any more have ended or will. */
static void release(const pid_t tids[WRITERS])
{
	int status;
	pid_t got;

	for (int i = 0; i < WRITERS; i++)
		ptrace(PTRACE_INTERRUPT, tids[i], NULL, NULL);
	while ((got = event(&status)) > 0)
		if (WIFSTOPPED(status))
			ptrace(PTRACE_DETACH, got, NULL, NULL);
}

unsigned long disturb_stop(struct writer *w, pid_t pid)
{
	unsigned long stops = 0;
	pid_t tids[WRITERS];
	char path[64];
	size_t nr;

	traced = pid;
	nr = seize(pid, tids);
	snprintf(path, sizeof(path), "/proc/%d/mem", pid);
	memory = open(path, O_RDWR | O_CLOEXEC);
	if (nr != WRITERS || memory < 0)
		bail("%s: %zu threads: %s", path, nr, strerror(errno));
	while (!atomic_load(&shared->stop)) {
		if (stop_one(w, tids[random_below(&w->rng, nr)]))
			stops++;
	}
	close(memory);
	release(tids);
	return stops;
}
