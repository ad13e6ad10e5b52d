// SPDX-License-Identifier: GPL-2.0
/* CPUs: pin tasks, take one alone, wait until a task is off its CPU. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "labs/cpu.h"
#include "labs/lib/system_internal.h"
#include "labs/process.h"

enum {
	PAUSE_US = 500,
	PAUSES = 60 * 1000000 / PAUSE_US,
	KTHREAD = 0x00200000, /* PF_KTHREAD in include/linux/sched.h */
};

/* Return the @nth CPU that this process may use; the last one for a large @nth. */
static int allowed_cpu(int nth)
{
	cpu_set_t set;
	int found = -1;

	if (sched_getaffinity(0, sizeof(set), &set))
		return -1;
	for (int cpu = 0; cpu < CPU_SETSIZE && nth >= 0; cpu++) {
		if (CPU_ISSET((unsigned int)cpu, &set)) {
			found = cpu;
			nth--;
		}
	}
	return found;
}

int lab_cpu_first(void)
{
	return allowed_cpu(0);
}

int lab_cpu_last(void)
{
	int last = allowed_cpu(CPU_SETSIZE);

	return last == allowed_cpu(0) ? -1 : last;
}

void lab_pin(struct lab_run *run, int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET((unsigned int)cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		lab_fail(run, "sched_setaffinity to CPU %d: %s", cpu,
			 strerror(errno));
}

void lab_one_cpu(struct lab_run *run)
{
	int cpu = sched_getcpu();

	lab_pin(run, cpu < 0 ? 0 : cpu);
}

void lab_cpu_alone(struct lab_run *run, int cpu, char cgroup[LAB_PATH])
{
	char path[2 * LAB_PATH], text[64];

	lab_cgroup(run, "cpu", "cpuset", cgroup);
	snprintf(text, sizeof(text), "%d", cpu);
	lab_cgroup_write(run, cgroup, "cpuset.cpus", text);
	lab_cgroup_write(run, cgroup, "cpuset.cpus.partition", "root");
	snprintf(path, sizeof(path), "%s/cpuset.cpus.partition", cgroup);
	if (!lab_read_text(path, text, sizeof(text)) || strcmp(text, "root"))
		lab_skip(run, "CPU %d cannot be taken from other processes: the partition is %s",
			 cpu, text);
}

bool lab_is_kthread(pid_t pid)
{
	char path[64], line[512];
	const char *end;
	unsigned int flags;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	if (!lab_read_text(path, line, sizeof(line)))
		return false;
	/* The name of the command may hold blanks and parentheses. */
	end = strrchr(line, ')');
	return end &&
	       sscanf(end + 1, " %*c %*d %*d %*d %*d %*d %u", &flags) == 1 &&
	       flags & KTHREAD;
}

pid_t lab_kthread_find(const char *name)
{
	DIR *dir = opendir("/proc");
	const struct dirent *entry;
	char path[64], comm[64];
	pid_t found = 0;

	while (dir && !found && (entry = readdir(dir))) {
		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		snprintf(path, sizeof(path), "/proc/%.20s/comm",
			 entry->d_name);
		if (lab_read_text(path, comm, sizeof(comm)) &&
		    !strcmp(comm, name) &&
		    lab_is_kthread((pid_t)atoi(entry->d_name)))
			found = (pid_t)atoi(entry->d_name);
	}
	if (dir)
		closedir(dir);
	return found;
}

void lab_kthread_move(struct lab_run *run, pid_t pid, const char *cgroup)
{
	char root[LAB_PATH], partition[2 * LAB_PATH], text[32];

	snprintf(text, sizeof(text), "%d", pid);
	snprintf(root, sizeof(root), "%.*s/cgroup.procs",
		 (int)(strrchr(cgroup, '/') - cgroup), cgroup);
	system_undo(run, UNDO_WRITE, root, text);
	/*
	 * This is taken back before the thread is moved back: the kernel then lets
	 * it run on all CPUs, and does not do so when a partition ends later.
	 */
	snprintf(partition, sizeof(partition), "%s/cpuset.cpus.partition",
		 cgroup);
	system_undo(run, UNDO_WRITE, partition, "member");
	lab_cgroup_write(run, cgroup, "cgroup.procs", text);
}

void lab_blocked(struct lab_run *run, pid_t tid, long number)
{
	char path[64], line[256], *end;

	/* The kernel reports the call only after the task has left its CPU. */
	snprintf(path, sizeof(path), "/proc/%d/syscall", tid);
	for (int i = 0; i < PAUSES; i++) {
		if (!lab_read_text(path, line, sizeof(line)))
			lab_fail(run, "read %s: %s", path, strerror(errno));
		if (strtol(line, &end, 10) == number && end != line)
			return;
		usleep(PAUSE_US);
	}
	lab_fail(run, "task %d does not sleep in system call %ld: %s", tid,
		 number, line);
}

void lab_exited(struct lab_run *run, pid_t tgid, pid_t tid)
{
	for (int i = 0; i < PAUSES; i++) {
		if (syscall(SYS_tgkill, tgid, tid, 0))
			return;
		usleep(PAUSE_US);
	}
	lab_fail(run, "thread %d did not exit", tid);
}

/* --- processes of a CPU that is taken ------------------------------------------- */

struct apart {
	const char *cgroup;
	struct lab_gate ready;
};

static void on_wake(int sig)
{
	(void)sig;
}

static int sleep_apart(struct lab_run *run, void *arg)
{
	const struct apart *apart = arg;

	signal(SIGUSR1, on_wake);
	lab_cgroup_join(run, apart->cgroup);
	lab_gate_open(apart->ready);
	do {
		pause();
	} while (true);
	return 0;
}

static int work_apart(struct lab_run *run, void *arg)
{
	const struct apart *apart = arg;
	volatile bool go_on = true;

	lab_cgroup_join(run, apart->cgroup);
	lab_gate_open(apart->ready);
	while (go_on)
		;
	return 0;
}

static pid_t spawn_apart(struct lab_run *run, const char *cgroup,
			 int (*work)(struct lab_run *run, void *arg))
{
	struct apart apart = { cgroup, lab_gate_make(run) };
	pid_t pid = lab_spawn(run, work, &apart);

	/* The write to cgroup.procs returns on the new CPU. */
	lab_gate_pass(run, apart.ready);
	close(apart.ready.fd);
	return pid;
}

pid_t lab_sleeper(struct lab_run *run, const char *cgroup)
{
	pid_t pid = spawn_apart(run, cgroup, sleep_apart);

	lab_blocked(run, pid, SYS_pause);
	return pid;
}

/* Return how often a process has gone to sleep. */
static unsigned long switches(struct lab_run *run, pid_t pid)
{
	char path[64], line[128];
	unsigned long nr = 0;
	FILE *status;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	status = fopen(path, "re");
	if (!status)
		lab_fail(run, "read %s: %s", path, strerror(errno));
	while (fgets(line, sizeof(line), status))
		if (sscanf(line, "voluntary_ctxt_switches: %lu", &nr) == 1)
			break;
	fclose(status);
	return nr;
}

void lab_sleeper_wake(struct lab_run *run, pid_t pid)
{
	unsigned long before = switches(run, pid);

	kill(pid, SIGUSR1);
	for (int i = 0; i < PAUSES && switches(run, pid) == before; i++)
		usleep(PAUSE_US);
	lab_blocked(run, pid, SYS_pause);
}

pid_t lab_busy(struct lab_run *run, const char *cgroup)
{
	return spawn_apart(run, cgroup, work_apart);
}
