/* SPDX-License-Identifier: GPL-2.0 */
/* Child processes, accesses that may raise a signal, and time. */
#ifndef SELFTESTS_CHILD_H
#define SELFTESTS_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * Fork a child that exits with what @fn returns.  It is killed when its parent
 * dies: a test that fails leaves no process behind.
 */
pid_t spawn(int (*fn)(void *arg), void *arg);

/* Wait until a child stops; false when it ended instead, with *@status. */
bool wait_stopped(pid_t pid, int *status);

/* Wait for its end; return the exit status, or 128 + the fatal signal. */
int reap(pid_t pid);
int kill_and_reap(pid_t pid);

/*
 * A process that has not ended after this time counts as hung.  It needs some
 * milliseconds; emulated machines and debug kernels are slow.
 */
#define HANG_MS	60000

/* Wait for its end, as reap(), but at most HANG_MS: false when it still runs. */
bool reap_in_time(pid_t pid, int *result);

/*
 * Run @fn in a child that has no output, and wait for its end.  Return what
 * reap() does, or RUN_KILLED when it hung and SIGKILL ended it, or RUN_STUCK
 * when it still runs after that: then it is left behind.
 */
enum { RUN_KILLED = -1, RUN_STUCK = -2 };
int run_bounded(int (*fn)(void *arg), void *arg);

/* Close the outputs: a process that is left behind must not hold them. */
void drop_output(void);

/* Stop the caller until SIGCONT. */
void stop_self(void);

enum touch { TOUCH_READ, TOUCH_WRITE };

/*
 * Access one byte.  Return 0, or the signal that this raised, with its si_code
 * in *@code unless that is NULL.  A write stores @value.  Any thread may call.
 */
int touch(volatile char *p, enum touch how, char value, int *code);

/* Load one byte into *@value; return 0, or the signal that this raised. */
int touch_load(volatile char *p, char *value);

void msleep(unsigned int ms);
unsigned long long now_ms(void);

/*
 * Wait until @done(@arg) returns true, at most a minute: for events that depend
 * on chance or on another process.
 */
void wait_until(bool (*done)(void *arg), void *arg);

#endif /* SELFTESTS_CHILD_H */
