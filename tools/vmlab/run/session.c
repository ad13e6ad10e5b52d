// SPDX-License-Identifier: GPL-2.0
/*
 * Run a command, and wait for what happens: connections and messages of the preload
 * library, ends of processes, events of spaces, signals, and a timer.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "run/environment.h"
#include "run/internal.h"
#include "run/program.h"
#include "run/session.h"
#include "run/socket.h"
#include "run/tree.h"
#include "sys/clock.h"
#include "sys/xalloc.h"

enum {
	TICK_NS = 100 * 1000 * 1000,
	/* with run_plan.batches: so many reads a tick */
	BATCHES = 5,
	EVENTS_KEPT = 65536,
	/* what is ready at the end is handled, but not what never ends */
	LAST_ROUNDS = 10000,
};

/* --- signals ------------------------------------------------------------------------ */

/* Block what is handled; return the mask before in @before, for the command. */
static int open_signals(struct run_session *s, sigset_t *before)
{
	struct sigaction hangup;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGQUIT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGCHLD);
	/* nohup(1) ignores it: blocked, it would arrive nevertheless */
	if (!sigaction(SIGHUP, NULL, &hangup) && hangup.sa_handler != SIG_IGN)
		sigaddset(&set, SIGHUP);
	if (sigprocmask(SIG_BLOCK, &set, before))
		return -errno;
	s->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return s->signals < 0 ? -errno : run_watch(s, s->signals, SOURCE_SIGNALS, 0);
}

static void reap(struct run_session *s)
{
	struct rusage usage;
	int status;
	pid_t pid;

	/* those of others too, whose parent ended before them */
	while ((pid = wait4(-1, &status, WNOHANG, &usage)) > 0) {
		if (pid != s->report->pid)
			continue;
		s->report->status = status;
		s->report->usage = usage;
		s->ended = true;
	}
}

static void handle_signals(struct run_session *s)
{
	struct signalfd_siginfo info;

	while (read(s->signals, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		const int signal = (int)info.ssi_signo;

		if (signal == SIGCHLD)
			continue;
		s->report->interrupted = signal;
		/* ^C and ^\ reach the whole group of processes by themselves */
		if (info.ssi_code == SI_KERNEL && (signal == SIGINT || signal == SIGQUIT))
			continue;
		if (!s->ended)
			kill(s->report->pid, signal);
	}
	reap(s);
}

/* --- the loop ----------------------------------------------------------------------- */

/* Kill what is left of a command that took too long: with each tick, for it can fork. */
static void check_timeout(struct run_session *s)
{
	if (s->plan->timeout <= 0 || clock_now() - s->start < s->plan->timeout)
		return;
	s->report->timed_out |= !s->ended;
	if (!s->report->timed_out)
		return;
	if (!s->ended)
		kill(s->report->pid, SIGKILL);
	for (size_t i = 0; i < s->nr_members; i++)
		if (s->members[i].live && s->members[i].pidfd >= 0)
			syscall(SYS_pidfd_send_signal, s->members[i].pidfd, SIGKILL, NULL, 0);
}

static void handle_timer(struct run_session *s)
{
	const struct run_observer *o = s->plan->observer;
	uint64_t ticks;

	if (read(s->timer, &ticks, sizeof(ticks)) != (ssize_t)sizeof(ticks))
		return;
	check_timeout(s);
	if (s->plan->batches) {
		run_space_read_all(s);
		s->batches += ticks;
		if (s->batches < BATCHES)
			return;
		s->batches = 0;
	}
	run_space_sample(s);
	run_member_sample(s);
	if (o && o->on_tick)
		o->on_tick(o->arg);
}

static void handle_listener(struct run_session *s)
{
	struct ucred peer;
	int connection;

	while ((connection = run_socket_accept(s->listener, &peer)) >= 0)
		run_member_connect(s, connection, &peer);
	if (connection != -EMFILE && connection != -ENFILE)
		return;
	/* It would be ready for ever: refuse it, with the descriptor that is kept for that. */
	s->report->nr_refused++;
	close(s->spare);
	close(run_socket_accept(s->listener, &peer));
	s->spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
}

/* Handle one thing that is ready; return false when there was none in time. */
static bool handle(struct run_session *s, int timeout)
{
	enum source source;
	size_t index;

	if (!run_wait(s, timeout, &source, &index))
		return false;
	switch (source) {
	case SOURCE_LISTENER:
		handle_listener(s);
		break;
	case SOURCE_SIGNALS:
		handle_signals(s);
		break;
	case SOURCE_TIMER:
		handle_timer(s);
		break;
	case SOURCE_MEMBER:
		/* the counters of all spaces, before those of this one are gone */
		run_space_sample(s);
		run_member_end(s, index, false);
		break;
	case SOURCE_CONNECTION:
		run_space_sample(s);
		run_member_receive(s, index);
		break;
	case SOURCE_RING:
		run_space_read(s, index);
		break;
	}
	return true;
}

static void wait_for_end(struct run_session *s)
{
	while (!s->ended)
		handle(s, -1);
	s->report->seconds = clock_now() - s->start;
	for (int i = 0; i < LAST_ROUNDS && handle(s, 0); i++)
		;
	run_space_sample(s);
	for (size_t i = 0; i < s->nr_members; i++)
		if (s->members[i].live)
			run_member_end(s, i, true);
}

/* --- begin and end ------------------------------------------------------------------ */

static int add_file(posix_spawn_file_actions_t *actions, int fd, int as)
{
	return fd < 0 ? 0 : posix_spawn_file_actions_adddup2(actions, fd, as);
}

static int spawn(struct run_session *s, const char *path, char **environment,
		 const sigset_t *mask)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	int err;

	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setsigmask(&attr, mask);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK);
	err = add_file(&actions, s->plan->input, STDIN_FILENO);
	if (!err)
		err = add_file(&actions, s->plan->output, STDOUT_FILENO);
	if (!err)
		err = posix_spawn(&s->report->pid, path, &actions, &attr,
				  s->plan->command, environment);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&actions);
	return -err;
}

static int open_session(struct run_session *s, char name[static RUN_SOCKET_NAME],
			sigset_t *mask, struct failure *failure)
{
	const long period = s->plan->batches ? TICK_NS / BATCHES : TICK_NS;
	const struct itimerspec tick = { { 0, period }, { 0, period } };
	int err = 0;

	s->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (s->epoll < 0)
		err = -errno;
	if (!err)
		err = open_signals(s, mask);
	if (!err) {
		s->listener = run_socket_listen(name);
		err = s->listener < 0 ? s->listener :
					run_watch(s, s->listener, SOURCE_LISTENER, 0);
	}
	if (!err) {
		s->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
		if (s->timer < 0 || timerfd_settime(s->timer, 0, &tick, NULL))
			err = -errno;
	}
	if (!err)
		err = run_watch(s, s->timer, SOURCE_TIMER, 0);
	if (!err) {
		s->spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
		err = s->spare < 0 ? -errno : 0;
	}
	if (!err && prctl(PR_SET_CHILD_SUBREAPER, 1))
		err = -errno;
	return err ? failure_set(failure, err, "cannot wait for the command: %s",
				 strerror(-err)) :
		     0;
}

static void close_session(struct run_session *s, const sigset_t *mask)
{
	const int fds[] = { s->timer, s->listener, s->signals, s->epoll, s->spare };
	struct signalfd_siginfo info;

	prctl(PR_SET_CHILD_SUBREAPER, 0);
	/* those that the command got are not for this process, which must not go on though */
	while (s->signals >= 0 && read(s->signals, &info, sizeof(info)) > 0)
		if (info.ssi_signo != SIGCHLD)
			s->report->interrupted = (int)info.ssi_signo;
	for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
		if (fds[i] >= 0)
			close(fds[i]);
	free(s->members);
	free(s->spaces);
	free(s->events);
	sigprocmask(SIG_SETMASK, mask, NULL);
}

static int start_failed(struct run_report *report, int err, struct failure *failure)
{
	const char *name = report->command[0];

	report->start_errno = -err;
	/* not -EPERM or -EACCES: these mean that vmlab lacks a privilege */
	if (err == -ENOENT)
		return failure_set(failure, -EIO, "cannot run '%s': there is no such command",
				   name);
	return failure_set(failure, -EIO, "cannot run '%s': %s", name, strerror(-err));
}

/* A process takes three descriptors: let there be as many as possible meanwhile. */
static void raise_limit(struct rlimit *before)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, before))
		return;
	limit = *before;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

static int run_program(struct run_session *s, const char *path, const char *libraries,
		       struct failure *failure)
{
	const struct run_plan *plan = s->plan;
	char name[RUN_SOCKET_NAME], **environment;
	sigset_t mask;
	int err;

	sigprocmask(SIG_SETMASK, NULL, &mask);
	err = open_session(s, name, &mask, failure);
	if (!err) {
		const struct run_settings settings = {
			.paging = &plan->paging,
			.space_flags = plan->space_flags,
			.event_mask = plan->event_mask,
			.nr_events = plan->nr_events ? plan->nr_events : EVENTS_KEPT,
			.socket = name,
		};

		environment = environment_make(libraries, &settings);
		s->start = clock_now();
		err = spawn(s, path, environment, &mask);
		if (err) {
			err = start_failed(s->report, err, failure);
		} else {
			struct rlimit limit = { 0 };

			raise_limit(&limit);
			wait_for_end(s);
			if (limit.rlim_max)
				setrlimit(RLIMIT_NOFILE, &limit);
			run_report_sum(s->report);
		}
		environment_free(environment);
	}
	close_session(s, &mask);
	return err;
}

int run_command(const struct run_plan *plan, struct run_report *report,
		struct failure *failure)
{
	struct run_session s = {
		.plan = plan,
		.report = report,
		.epoll = -1,
		.listener = -1,
		.signals = -1,
		.timer = -1,
		.spare = -1,
	};
	char *path, *libraries;
	int err;

	*report = (struct run_report){
		.command = plan->command,
		.paging = plan->paging,
		.space_flags = plan->space_flags,
		.page_size = (uint64_t)sysconf(_SC_PAGESIZE),
	};
	err = program_find(plan->command[0], &path);
	if (err)
		return start_failed(report, err, failure);
	err = program_check(path, failure);
	if (err) {
		report->start_errno = -err;
	} else {
		err = environment_libraries(&libraries, failure);
		if (!err) {
			s.preloads = *libraries;
			err = run_program(&s, path, libraries, failure);
			free(libraries);
		}
	}
	free(path);
	return err;
}
