/* SPDX-License-Identifier: GPL-2.0 */
/* Child processes, and touches that may raise a signal. */
#ifndef SELFTESTS_CHILD_H
#define SELFTESTS_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * Fork a child that ends with what @fn returns, or with its parent: a test
 * that dies leaves nothing behind.
 */
pid_t spawn(int (*fn)(void *arg), void *arg);

/* Wait until it stopped itself: false when it ended instead, and *@status. */
bool wait_stopped(pid_t pid, int *status);

/* Wait for its end: the exit status, or 128 + the signal that killed it. */
int reap(pid_t pid);
int kill_and_reap(pid_t pid);

/* Stop the caller until SIGCONT; for use as the end of a spawned @fn. */
void stop_self(void);

enum touch { TOUCH_READ, TOUCH_WRITE };

/*
 * Touch one byte: 0, or the signal that it raised, and its si_code in *@code
 * unless that is NULL.  A write stores @value.  Any thread may call it.
 */
int touch(volatile char *p, enum touch how, char value, int *code);

/* Load one byte into *@value: 0, or the signal, which leaves *@value alone. */
int touch_load(volatile char *p, char *value);

void msleep(unsigned int ms);
unsigned long long now_ms(void);

/*
 * Wait for what chance or another process has to bring: until @done(@arg) says
 * so, or a minute has gone by, which is for a slow machine.
 */
void wait_until(bool (*done)(void *arg), void *arg);

#endif /* SELFTESTS_CHILD_H */
