// SPDX-License-Identifier: GPL-2.0
/* The mm of every process and kernel thread of the machine. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/debugfs.h"
#include "lib/dev.h"
#include "lib/differences.h"
#include "lib/proc.h"
#include "lib/tap.h"
#include "inspect/mm/mm.h"

enum { TRIES = 20 };	/* a running process may change meanwhile */

struct proc_files {
	char *status, *stat, *statm, *maps;
};

static bool read_files(pid_t pid, struct proc_files *f)
{
	f->status = slurp("/proc/%d/status", pid);
	f->stat = slurp("/proc/%d/stat", pid);
	f->statm = slurp("/proc/%d/statm", pid);
	f->maps = slurp("/proc/%d/maps", pid);
	return f->status && f->stat && f->statm && f->maps;
}

static void free_files(struct proc_files *f)
{
	free(f->status);
	free(f->stat);
	free(f->statm);
	free(f->maps);
}

/* Compare only the lines about the mm: others change all the time. */
static bool same_sizes(const char *a, const char *b)
{
	a = strstr(a, "VmPeak:");
	b = strstr(b, "VmPeak:");
	if (!a || !b)
		return a == b;
	return !strncmp(a, b, strcspn(a, "T"));
}

static bool same_files(const struct proc_files *a, const struct proc_files *b)
{
	return same_sizes(a->status, b->status) &&
	       !strcmp(a->statm, b->statm) && !strcmp(a->maps, b->maps);
}

enum outcome { EQUAL, DIFFERENT, CHANGED, GONE };

static enum outcome compare_once(pid_t pid, bool with_debugfs)
{
	struct proc_files before, after = { 0 };
	enum outcome outcome = GONE;
	struct vmlab_mm mm;
	char *text = NULL;

	if (!read_files(pid, &before))
		goto out;
	if (get_mm(vmlab_fd, VMLAB_TARGET_PID, pid, &mm)) {
		if (errno != ESRCH) {
			differs("MM: %s", strerror(errno));
			outcome = DIFFERENT;
		}
		goto out;
	}
	if (with_debugfs) {
		text = slurp(DEBUGFS "/%d/mm", pid);
		if (!text)
			goto out;
	}
	if (!read_files(pid, &after))
		goto out;
	if (!same_files(&before, &after)) {
		outcome = CHANGED;
		goto out;
	}
	differences_reset();
	if (with_debugfs) {
		compare_debugfs(&mm, text);
	} else {
		compare_status(&mm, before.status);
		compare_stat(&mm, before.stat);
		compare_statm(&mm, before.statm);
		compare_maps(&mm, before.maps);
	}
	outcome = differences() ? DIFFERENT : EQUAL;
out:
	free(text);
	free_files(&before);
	free_files(&after);
	return outcome;
}

static void compare_process(pid_t pid, const char *comm)
{
	for (int with_debugfs = 0; with_debugfs < 2; with_debugfs++) {
		const char *where = with_debugfs ? "debugfs" : "/proc";
		enum outcome outcome = CHANGED;

		for (int try = 0; try < TRIES && outcome == CHANGED; try++) {
			if (try)
				msleep(5);
			outcome = compare_once(pid, with_debugfs);
		}
		if (outcome == GONE)
			return;
		if (outcome == CHANGED)
			skip("the process changes all the time", "%d %s: %s", pid, comm,
			     where);
		else
			ok(outcome == EQUAL, "%d %s: mm as in %s", pid, comm,
			   where);
	}
}

/* Whether all members are zero but those that identify the task. */
static bool is_empty(const struct vmlab_mm *mm)
{
	const char *p = (const char *)&mm->mm_users;

	while (p < (const char *)(mm + 1))
		if (*p++)
			return false;
	return true;
}

static int compare_kthread(pid_t pid, const char *comm)
{
	struct vmlab_task *tasks;
	struct vmlab_mm mm;
	char *text;
	bool good;

	if (get_mm(vmlab_fd, VMLAB_TARGET_PID, pid, &mm)) {
		diag("%d %s: MM: %s", pid, comm, strerror(errno));
		return 1;
	}
	good = (mm.flags & VMLAB_MM_KTHREAD) && is_empty(&mm) &&
	       !(mm.flags & ~7U) && mm.pid == pid && mm.tgid == pid;
	/* The borrowed mm has a name, unless it is the kernel's own. */
	good &= !(mm.active_pid && !(mm.flags & VMLAB_MM_BORROWS));
	good &= !!mm.active_pid == !!mm.active_comm[0];
	if (get_tasks(vmlab_fd, VMLAB_TARGET_PID, pid, &tasks) != -1 ||
	    errno != ENXIO) {
		free(tasks);
		good = false;
	}
	text = slurp(DEBUGFS "/%d/mm", pid);
	/* A kernel thread may use an mm of a process for a while. */
	good &= text && (strstr(text, "\nmm none") ||
			 strstr(text, "\nmm adopted")) &&
		strstr(text, "\nactive_mm ") && !strstr(text, "total_vm");
	free(text);
	if (!good)
		diag("%d %s: flags %#x, active_pid %d \"%s\"", pid, comm,
		     mm.flags, mm.active_pid, mm.active_comm);
	return !good;
}

void test_all(void)
{
	int *pids, processes = 0, kthreads = 0, wrong = 0;
	ssize_t nr = numbers_in("/proc", &pids);

	for (ssize_t i = 0; i < nr; i++) {
		char *comm = slurp("/proc/%d/comm", pids[i]);
		char *status = slurp("/proc/%d/status", pids[i]);
		unsigned long long value;

		if (comm && status && pids[i] != getpid()) {
			for (char *c = comm; *c; c++)
				if (*c == '\n')
					*c = c[1] ? ' ' : '\0';
			debugfs_attach(pids[i]);
			if (proc_field(status, "VmSize", &value)) {
				compare_process(pids[i], comm);
				processes++;
			} else if (proc_state(pids[i]) != 'Z') {
				wrong += compare_kthread(pids[i], comm);
				kthreads++;
			}
			debugfs_detach(pids[i]);
		}
		free(comm);
		free(status);
	}
	free(pids);
	ok(processes > 2, "%d processes compared", processes);
	is((uint64_t)wrong, 0, "%d kernel threads have no mm", kthreads);
}
