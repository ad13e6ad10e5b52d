// SPDX-License-Identifier: GPL-2.0
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "faults/live.h"
#include "faults/process.h"
#include "faults/session.h"
#include "model/activity.h"
#include "show/top.h"
#include "sys/clock.h"
#include "sys/events.h"
#include "sys/xalloc.h"

struct live {
	const struct live_options *options;
	struct faults_session *session;
	struct events events;
	struct screen *terminal; /* NULL: print one table after the other */
	struct counters counters; /* at the end of the last interval */
	struct interval interval; /* the last one */
	bool measured; /* @interval is valid */
};

static int read_counters(struct live *l, struct counters *c)
{
	struct process_stat *stats;
	struct process_key *keys;
	int err;

	memset(c, 0, sizeof(*c));
	c->time = clock_now();
	err = faults_totals(l->session, &c->totals);
	if (err)
		return err;
	err = faults_read(l->session, FAULTS_PROCESSES, (void **)&keys,
			  (void **)&stats, &c->nr);
	if (err)
		return err;
	c->processes = check_alloc(calloc(c->nr + 1, sizeof(*c->processes)));
	for (size_t i = 0; i < c->nr; i++) {
		c->processes[i].key = keys[i];
		c->processes[i].stat = stats[i];
	}
	free(keys);
	free(stats);
	counters_sort(c);
	return 0;
}

static int end_interval(struct live *l)
{
	struct counters now;
	int err = read_counters(l, &now);

	if (err)
		return err;
	interval_release(&l->interval);
	interval_between(&l->counters, &now, &l->interval);
	l->measured = true;
	for (size_t i = 0; i < now.nr; i++)
		if (now.processes[i].stat.exited)
			faults_forget(l->session, &now.processes[i].key);
	counters_drop_exited(&now);
	free(l->counters.processes);
	l->counters = now;
	return 0;
}

static void show(struct live *l)
{
	if (l->options->json)
		top_print_json(&l->interval);
	else
		top_show(&l->interval, l->terminal, l->options->colour);
}

static void redraw(struct live *l)
{
	screen_clear(l->terminal);
	if (l->measured)
		show(l);
}

/* Stop as SIGTSTP stops a process that does not catch it. */
static void stop(struct live *l)
{
	sigset_t set;

	screen_suspend(l->terminal);
	sigemptyset(&set);
	sigaddset(&set, SIGTSTP);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	raise(SIGTSTP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	/* also when the kernel ignored it, in an orphaned process group */
	screen_resume(l->terminal);
	redraw(l);
}

/* Return whether a signal ends the program. */
static bool on_signal(struct live *l, int signal)
{
	switch (signal) {
	case SIGWINCH:
		redraw(l);
		return false;
	case SIGTSTP:
		stop(l);
		return false;
	case SIGCONT:
		/* a shell may have changed the terminal meanwhile */
		screen_resume(l->terminal);
		redraw(l);
		return false;
	default:
		return true;
	}
}

/* what a wait ended with */
enum wake { WAKE_INTERVAL, WAKE_LAST, WAKE_END };

/* Wait for the end of the interval. */
static enum wake wait_until(struct live *l, double when)
{
	int signal;
	char key;

	for (;;) {
		switch (events_wait(&l->events, when, &signal)) {
		case EVENT_TIME:
			return WAKE_INTERVAL;
		case EVENT_PROCESS:
			return WAKE_LAST;
		case EVENT_SIGNAL:
			if (on_signal(l, signal))
				return WAKE_END;
			break;
		case EVENT_INPUT:
			if (!screen_key(l->terminal, &key) || key == 'q' ||
			    key == 'Q')
				return WAKE_END;
			break;
		}
	}
}

static int watch(struct live *l)
{
	const struct live_options *o = l->options;
	double next = l->counters.time + o->delay;
	enum wake wake = WAKE_INTERVAL;
	int err = 0;

	for (uint64_t i = 0; !o->count || i < o->count; i++) {
		if (wake == WAKE_LAST || ferror(stdout))
			break;
		wake = wait_until(l, next);
		if (wake == WAKE_END)
			break;
		err = end_interval(l);
		if (err)
			break;
		show(l);
		next += o->delay;
		if (next < clock_now())
			next = clock_now() + o->delay;
	}
	return err;
}

static int open_events(struct live *l, int pidfd, struct failure *failure)
{
	static const int job_control[] = { SIGWINCH, SIGTSTP, SIGCONT, 0 };
	int err = events_open(&l->events, l->terminal ? job_control : NULL);

	if (err)
		return failure_set(failure, err, "cannot receive signals: %s",
				   strerror(-err));
	l->events.process = pidfd;
	l->events.input = l->terminal ? STDIN_FILENO : -1;
	return 0;
}

static int run(struct live *l, int pidfd, struct failure *failure)
{
	int err = open_events(l, pidfd, failure);

	if (err)
		return err;
	/* faults before the first interval belong to it */
	l->counters.time = clock_now();
	err = watch(l);
	events_close(&l->events);
	return err ? failure_set(failure, err, "cannot read the counters: %s",
				 strerror(-err)) :
		     0;
}

int live_run(const struct live_options *o, struct failure *failure)
{
	struct live l = { .options = o };
	struct faults_options session = {
		.everybody = !o->pid,
		.pid = o->pid,
		.follow = o->pid,
		.verbose = o->verbose,
	};
	int pidfd = -1, err = 0;

	if (o->pid)
		err = faults_open_process(o->pid, &pidfd, failure);
	if (!err)
		err = faults_open(&l.session, &session, failure);
	if (!err) {
		if (!o->batch && !o->json)
			l.terminal = screen_open();
		err = run(&l, pidfd, failure);
		screen_close(l.terminal);
		faults_close(l.session);
	}
	if (pidfd >= 0)
		close(pidfd);
	interval_release(&l.interval);
	free(l.counters.processes);
	return err;
}
