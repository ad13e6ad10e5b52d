/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Wait for an event that continues or ends a measurement: a time, a signal, the end
 * of a process, a key.
 */
#ifndef VMLAB_EVENTS_H
#define VMLAB_EVENTS_H

enum event {
	EVENT_TIME, /* it is time */
	EVENT_SIGNAL,
	EVENT_PROCESS, /* the process has ended */
	EVENT_INPUT, /* there is input to read, or the input has ended */
};

struct events {
	int signals; /* a signalfd(2) */
	int process; /* a pidfd, or -1 */
	int input; /* a file descriptor to read from, or -1 */
};

/**
 * events_open - block signals, and receive them as events from now on
 * @signals: ended by 0, for events besides SIGINT, SIGTERM, SIGHUP and SIGQUIT;
 *	may be NULL
 *
 * Return: 0 or a negative errno.
 */
int events_open(struct events *events, const int *signals);

/** events_close - unblock the signals; pending ones are discarded */
void events_close(struct events *events);

/**
 * events_wait - wait for an event
 * @until: CLOCK_MONOTONIC in seconds; 0 to wait without limit
 * @signal: [out] for EVENT_SIGNAL: which
 *
 * Signals come before other events.
 */
enum event events_wait(const struct events *events, double until, int *signal);

#endif /* VMLAB_EVENTS_H */
