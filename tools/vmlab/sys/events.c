// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "sys/clock.h"
#include "sys/events.h"

static sigset_t blocked;

int events_open(struct events *e, const int *signals)
{
	struct sigaction hangup;

	e->process = -1;
	e->input = -1;
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGINT);
	sigaddset(&blocked, SIGTERM);
	sigaddset(&blocked, SIGQUIT);
	/* nohup(1) ignores it: blocked, it would arrive nevertheless */
	if (!sigaction(SIGHUP, NULL, &hangup) && hangup.sa_handler != SIG_IGN)
		sigaddset(&blocked, SIGHUP);
	for (; signals && *signals; signals++)
		sigaddset(&blocked, *signals);
	if (sigprocmask(SIG_BLOCK, &blocked, NULL))
		return -errno;
	e->signals = signalfd(-1, &blocked, SFD_CLOEXEC | SFD_NONBLOCK);
	return e->signals < 0 ? -errno : 0;
}

void events_close(struct events *e)
{
	struct signalfd_siginfo info;

	if (e->signals < 0)
		return;
	while (read(e->signals, &info, sizeof(info)) > 0)
		;
	close(e->signals);
	e->signals = -1;
	sigprocmask(SIG_UNBLOCK, &blocked, NULL);
}

/* the timeout for poll(2), ms: rounded up, at most an hour */
static int timeout(double until)
{
	double left = until - clock_now();

	if (until <= 0 || left > 3600)
		return 3600 * 1000;
	return left <= 0 ? 0 : (int)(left * 1000) + 1;
}

enum event events_wait(const struct events *e, double until, int *signal)
{
	struct pollfd fds[] = {
		{ .fd = e->signals, .events = POLLIN },
		{ .fd = e->process, .events = POLLIN },
		{ .fd = e->input, .events = POLLIN },
	};
	struct signalfd_siginfo info;

	for (;;) {
		int nr = poll(fds, 3, timeout(until));

		if (nr <= 0) {
			if (until > 0 && clock_now() >= until)
				return EVENT_TIME;
			continue;
		}
		if (fds[0].revents &&
		    read(e->signals, &info, sizeof(info)) == sizeof(info)) {
			*signal = (int)info.ssi_signo;
			return EVENT_SIGNAL;
		}
		if (fds[1].revents)
			return EVENT_PROCESS;
		if (fds[2].revents)
			return EVENT_INPUT;
	}
}
