// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "faults/process.h"
#include "libvmlab.h"
#include "sys/clock.h"
#include "sys/events.h"

/* Return the process that a thread belongs to, 0 when there is none. */
static pid_t process_of(pid_t tid)
{
	char path[64], line[256];
	pid_t tgid = 0;
	FILE *status;

	snprintf(path, sizeof(path), "/proc/%d/status", tid);
	status = fopen(path, "re");
	if (!status)
		return 0;
	while (fgets(line, sizeof(line), status))
		if (sscanf(line, "Tgid: %d", &tgid) == 1)
			break;
	fclose(status);
	return tgid;
}

/* The kernel counts no faults of its own threads. */
static bool is_kernel_thread(pid_t pid)
{
	const unsigned int pf_kthread = 0x00200000;
	unsigned int flags = 0;
	char path[64], line[512], *comm_end;
	FILE *stat;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	stat = fopen(path, "re");
	if (!stat)
		return false;
	/* the name may hold blanks and parentheses */
	comm_end = fgets(line, sizeof(line), stat) ? strrchr(line, ')') : NULL;
	fclose(stat);
	return comm_end &&
	       sscanf(comm_end, ") %*c %*d %*d %*d %*d %*d %u", &flags) == 1 &&
	       flags & pf_kthread;
}

int faults_open_process(pid_t pid, int *pidfd, struct failure *failure)
{
	char text[VMLAB_EXPLAIN_MAX];
	pid_t process;
	int err;

	if (is_kernel_thread(pid))
		return failure_set(failure, -EINVAL, "%s",
				   vmlab_explain(-ENXIO, VMLAB_ABOUT_PROCESS, pid,
						 text, sizeof(text)));
	*pidfd = pidfd_open(pid, 0);
	if (*pidfd >= 0)
		return 0;
	err = -errno;
	/* for a thread EINVAL, or ENOENT since Linux 6.15 */
	process = process_of(pid);
	if (process && process != pid)
		return failure_set(failure, -EINVAL,
				   "--pid=%d: %d is a thread of process %d: "
				   "give --pid=%d", pid, pid, process, process);
	if (err == -ESRCH)
		return failure_set(failure, err,
				   "there is no process %d: see ps(1)", pid);
	return failure_set(failure, err, "cannot open process %d: %s", pid,
			   strerror(-err));
}

static int spawn(char *const *argv, pid_t *pid)
{
	sigset_t defaults, none;
	posix_spawnattr_t attr;
	int err;

	sigemptyset(&none);
	sigemptyset(&defaults);
	sigaddset(&defaults, SIGINT);
	sigaddset(&defaults, SIGQUIT);
	sigaddset(&defaults, SIGTERM);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setsigdefault(&attr, &defaults);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGDEF |
						POSIX_SPAWN_SETSIGMASK);
	err = posix_spawnp(pid, argv[0], NULL, &attr, argv, environ);
	posix_spawnattr_destroy(&attr);
	return -err;
}

static int open_events(struct events *events, struct failure *failure)
{
	int err = events_open(events, NULL);

	return err ? failure_set(failure, err, "cannot receive signals: %s",
				 strerror(-err)) :
		     0;
}

/* Wait for the command, passing signals on. */
static int wait_for(struct faults_report *r, struct events *events)
{
	int signal, err = 0;

	events->process = pidfd_open(r->command_pid, 0);
	/* without a pidfd: wait, with signals pending meanwhile */
	while (events->process >= 0 &&
	       events_wait(events, 0, &signal) != EVENT_PROCESS)
		if (signal == SIGTERM || signal == SIGHUP)
			kill(r->command_pid, signal);
	if (wait4(r->command_pid, &r->status, 0, &r->usage) < 0)
		err = -errno;
	if (events->process >= 0)
		close(events->process);
	return err;
}

int faults_run_command(struct faults_report *r, struct failure *failure)
{
	struct events events;
	double start;
	int err = open_events(&events, failure);

	if (err)
		return err;
	start = clock_now();
	err = spawn(r->command, &r->command_pid);
	if (err) {
		failure_set(failure, err, "cannot run '%s': %s", r->command[0],
			    strerror(-err));
		r->spawn_errno = -err;
		/* not -EPERM or -EACCES: these mean that vmlab lacks a privilege */
		err = -EIO;
	} else {
		err = wait_for(r, &events);
		r->seconds = clock_now() - start;
		r->waited = !err;
		if (err)
			failure_set(failure, err, "cannot wait for '%s': %s",
				    r->command[0], strerror(-err));
	}
	events_close(&events);
	return err;
}

int faults_watch_process(struct faults_report *r, int pidfd, double duration,
			 struct failure *failure)
{
	struct events events;
	double start;
	int signal, err = open_events(&events, failure);

	if (err)
		return err;
	start = clock_now();
	events.process = pidfd;
	events_wait(&events, duration > 0 ? start + duration : 0, &signal);
	r->seconds = clock_now() - start;
	events_close(&events);
	return 0;
}
