// SPDX-License-Identifier: GPL-2.0
/* TASKS and MM of processes that share an mm. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/dev.h"
#include "lib/proc.h"
#include "lib/tap.h"
#include "inspect/samples/samples.h"
#include "inspect/mm/mm.h"

static bool has_task(const struct vmlab_task *tasks, ssize_t nr, pid_t tid)
{
	for (ssize_t i = 0; i < nr; i++)
		if (tasks[i].tid == tid)
			return true;
	return false;
}

/* Compare the tasks of a sample whose mm @others other tasks share. */
static void compare_tasks(const char *kind, uint64_t others)
{
	pid_t pid = sample_find(kind);
	struct vmlab_task *tasks;
	struct vmlab_mm mm;
	size_t missing = 0, wrong = 0;
	char path[32];
	ssize_t nr, threads;
	int *tids;

	if (!pid) {
		skip("there is no such sample process", "%s: tasks", kind);
		return;
	}
	nr = get_tasks(vmlab_fd, VMLAB_TARGET_PID, pid, &tasks);
	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	threads = numbers_in(path, &tids);
	for (ssize_t i = 0; i < threads; i++)
		missing += !has_task(tasks, nr, tids[i]);
	for (ssize_t i = 0; i < nr; i++) {
		char *comm = slurp("/proc/%d/task/%d/comm", tasks[i].tgid,
				   tasks[i].tid);

		/* /proc appends a newline to comm. */
		wrong += !comm || strncmp(comm, tasks[i].comm,
					  strlen(tasks[i].comm)) ||
			 strlen(comm) != strlen(tasks[i].comm) + 1;
		free(comm);
	}
	is(missing, 0, "%s: every thread of /proc/PID/task", kind);
	is(wrong, 0, "%s: tgid, tid and comm of each", kind);
	is((uint64_t)nr, (uint64_t)threads + others, "%s: tasks", kind);
	if (get_mm(vmlab_fd, VMLAB_TARGET_PID, pid, &mm))
		bail("MM: %s", strerror(errno));
	is(mm.mm_users, (uint64_t)nr, "%s: mm_users counts them", kind);
	ok(mm.mm_count >= 1, "%s: mm_count", kind);
	free(tasks);
	free(tids);
}

static pid_t find_comm(const char *name)
{
	int *pids;
	ssize_t nr = numbers_in("/proc", &pids);
	pid_t found = 0;

	for (ssize_t i = 0; i < nr && !found; i++) {
		char *comm = slurp("/proc/%d/comm", pids[i]);

		if (comm && !strncmp(comm, name, strlen(name)))
			found = pids[i];
		free(comm);
	}
	free(pids);
	return found;
}

void test_shared(void)
{
	struct vmlab_task *tasks;
	struct vmlab_mm a, b;
	pid_t sharer, waiter;
	ssize_t nr;

	compare_tasks("plain", 0);
	compare_tasks("threads", 0);
	compare_tasks("clone_vm", 1);
	compare_tasks("vforked", 0);

	/* Two processes that share an mm. */
	sharer = find_comm("shares_mm");
	if (get_mm(vmlab_fd, VMLAB_TARGET_PID, sample_find("clone_vm"), &a) ||
	    get_mm(vmlab_fd, VMLAB_TARGET_PID, sharer, &b))
		bail("MM: %s", strerror(errno));
	is(a.arg_start, b.arg_start, "clone_vm: one mm, seen by both");
	ok(a.pid != b.pid && a.tgid != b.tgid, "clone_vm: two processes");
	is(a.map_count, b.map_count, "clone_vm: the same VMAs");

	waiter = find_comm("waits_in_vfork");
	nr = get_tasks(vmlab_fd, VMLAB_TARGET_PID, waiter, &tasks);
	is((uint64_t)nr, 2, "a vfork child shares its parent's mm");
	ok(has_task(tasks, nr, waiter), "... with the parent, which waits");
	free(tasks);
}

/* Test that a thread id yields the mm of the process and the ids of the thread. */
void test_by_tid(void)
{
	pid_t pid = sample_find("threads");
	struct vmlab_task *tasks;
	struct vmlab_mm mm;
	ssize_t nr = get_tasks(vmlab_fd, VMLAB_TARGET_PID, pid, &tasks);

	for (ssize_t i = 0; i < nr; i++) {
		if (tasks[i].tid == pid)
			continue;
		works(get_mm(vmlab_fd, VMLAB_TARGET_PID, tasks[i].tid, &mm),
		      "a thread id is a target");
		is((uint64_t)mm.pid, (uint64_t)tasks[i].tid, "... its pid");
		is((uint64_t)mm.tgid, (uint64_t)pid, "... its tgid");
		is(mm.mm_users, (uint64_t)nr, "... its mm");
		break;
	}
	free(tasks);
}
