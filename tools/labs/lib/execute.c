// SPDX-License-Identifier: GPL-2.0
/*
 * Three processes: the runner, the keeper, and the run.  The keeper is the
 * parent of the run, and the subreaper of all of its descendants.  It shares a
 * pipe with the runner: when the runner ends the pipe ends, the keeper kills all
 * its descendants and takes back the changes in the log.  It has a session of its
 * own, so that ^C of a terminal reaches the runner alone.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "labs/lib/descendants.h"
#include "labs/lib/execute.h"
#include "labs/lib/lock.h"
#include "sys/xalloc.h"

static const int end_signals[] = { SIGINT, SIGTERM, SIGHUP };

enum { NR_END_SIGNALS = sizeof(end_signals) / sizeof(end_signals[0]) };

static volatile sig_atomic_t interrupted;
static volatile sig_atomic_t alive_fd = -1;

static void on_signal(int sig)
{
	int fd = alive_fd;

	interrupted = sig;
	/* The end of the pipe tells the keeper. */
	alive_fd = -1;
	if (fd >= 0)
		close(fd);
}

static void *shared_alloc(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return check_alloc(p == MAP_FAILED ? NULL : p);
}

struct lab_result *lab_result_alloc(void)
{
	return shared_alloc(sizeof(struct lab_result));
}

void lab_result_free(struct lab_result *result)
{
	munmap(result, sizeof(*result));
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void __attribute__((format(printf, 2, 3)))
set_reason(struct lab_result *r, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(r->reason, sizeof(r->reason), fmt, ap);
	va_end(ap);
}

static void explain_end(struct lab_result *r, int status)
{
	if (r->reason[0])
		return;
	if (WIFSIGNALED(status))
		set_reason(r, "the run was ended by signal %d (%s)%s",
			   WTERMSIG(status), strsignal(WTERMSIG(status)),
			   WTERMSIG(status) != SIGKILL ? "" :
			   ": when no command sent it, the OOM killer did, for want "
			   "of memory: see dmesg");
	else
		set_reason(r, "the run exited with %d before its end",
			   WEXITSTATUS(status));
}

/* Wait until the run ends, the runner ends, or the time limit passes. */
static void wait_for_end(struct lab_run *run, pid_t pid, int alive)
{
	int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	struct pollfd fds[] = {
		{ .fd = pidfd, .events = POLLIN },
		{ .fd = alive, .events = POLLIN },
	};
	int limit = (int)run->options->seconds * 1000;
	int ret;

	if (pidfd < 0) {
		set_reason(run->result, "pidfd_open: %s", strerror(errno));
		return;
	}
	do {
		ret = poll(fds, 2, limit);
	} while (ret < 0 && errno == EINTR);
	if (!ret) {
		run->result->verdict = LAB_FAILED;
		set_reason(run->result,
			   "the run took more than %u s: give a higher --timeout",
			   run->options->seconds);
	} else if (fds[1].revents) {
		run->result->verdict = LAB_INTERRUPTED;
	}
	close(pidfd);
}

/* Take back the changes of a run whose processes have ended. */
static void take_back(struct lab_run *run)
{
	char failed[UNDO_PATH];

	undo_all(run->undo, failed);
	if (!failed[0])
		return;
	run->result->verdict = LAB_FAILED;
	set_reason(run->result, "could not restore %s", failed);
}

static void __attribute__((noreturn)) keep(struct lab_run *run, int alive)
{
	int status = 0;
	pid_t pid;

	setsid();
	prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	for (int i = 0; i < NR_END_SIGNALS; i++)
		signal(end_signals[i], SIG_IGN);
	run->result->verdict = LAB_FAILED;
	pid = fork();
	if (!pid) {
		for (int i = 0; i < NR_END_SIGNALS; i++)
			signal(end_signals[i], SIG_DFL);
		prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
		close(alive);
		lab_run_child(run);
	}
	if (pid > 0) {
		wait_for_end(run, pid, alive);
		undo_wait(run->undo);
		/* Not reaped yet: its pid is still its own. */
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
		if (run->result->verdict == LAB_FAILED)
			explain_end(run->result, status);
	} else {
		set_reason(run->result, "fork: %s", strerror(errno));
	}
	descendants_kill();
	take_back(run);
	_exit(0);
}

/* The OOM killer can end the keeper; then its children end too (PR_SET_PDEATHSIG). */
static void wait_for_keeper(struct lab_run *run, pid_t keeper)
{
	int status = 0;

	while (waitpid(keeper, &status, 0) < 0 && errno == EINTR)
		;
	if (!WIFSIGNALED(status))
		return;
	take_back(run);
	run->result->verdict = LAB_FAILED;
	set_reason(run->result,
		   "the process that cleans up was ended by signal %d (%s)",
		   WTERMSIG(status), strsignal(WTERMSIG(status)));
}

/* Start the keeper, and wait for it. */
static void start_keeper(struct lab_run *run)
{
	struct sigaction action = { .sa_handler = on_signal };
	struct sigaction old[NR_END_SIGNALS];
	int alive[2];
	pid_t keeper;

	if (pipe(alive)) {
		set_reason(run->result, "pipe: %s", strerror(errno));
		return;
	}
	interrupted = 0;
	alive_fd = alive[1];
	for (int i = 0; i < NR_END_SIGNALS; i++) {
		sigaction(end_signals[i], &action, &old[i]);
		/* nohup(1) and the shell's & ask to ignore it */
		if (old[i].sa_handler == SIG_IGN)
			signal(end_signals[i], SIG_IGN);
	}
	fflush(NULL);
	keeper = fork();
	if (!keeper) {
		close(alive[1]);
		keep(run, alive[0]);
	}
	close(alive[0]);
	if (keeper < 0)
		set_reason(run->result, "fork: %s", strerror(errno));
	else
		wait_for_keeper(run, keeper);
	for (int i = 0; i < NR_END_SIGNALS; i++)
		sigaction(end_signals[i], &old[i], NULL);
	if (alive_fd >= 0)
		close(alive[1]);
	alive_fd = -1;
	if (interrupted)
		run->result->verdict = LAB_INTERRUPTED;
}

void lab_execute(const struct lab *lab, const struct lab_options *options,
		 struct lab_result *result)
{
	struct lab_run run = {
		.lab = lab,
		.options = options,
		.result = result,
		.undo = shared_alloc(sizeof(struct undo_log)),
		/* held until all is restored, whichever process ends first */
		.lock = lab_lock_open(),
	};
	double start = now();

	memset(result, 0, sizeof(*result));
	result->verdict = LAB_FAILED;
	if (options->broken)
		snprintf(result->broken, sizeof(result->broken), "%s",
			 options->broken);
	/* With the settings of another run there may be no memory for a fork. */
	if (!options->predict_only)
		lab_run_lock(&run, false);
	start_keeper(&run);
	result->seconds = now() - start;
	if (run.lock >= 0)
		close(run.lock);
	munmap(run.undo, sizeof(*run.undo));
}
