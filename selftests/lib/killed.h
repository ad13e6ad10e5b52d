/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kill a child in the middle of a request.  Where the middle is follows from the
 * processor time that the child used, in nanoseconds, so that other load on the
 * machine moves nothing.
 */
#ifndef SELFTESTS_KILLED_H
#define SELFTESTS_KILLED_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * Wait until a child sleeps in state 'D', in which only SIGKILL ends its wait, or
 * 'S'; false when it has not after a minute, or ended instead.
 */
bool wait_state(pid_t pid, char state);

/*
 * Run @fn in a child to its end.  Return the processor time that it took, or end the
 * test when @fn does not return 0.
 */
unsigned long long cpu_once(int (*fn)(void *arg), void *arg);

/* The least of three such runs. */
unsigned long long cpu_whole(int (*fn)(void *arg), void *arg);

/*
 * Run @fn in a child and kill it after @after of processor time.  Return the time
 * that it used in all, at least @after; or 0 when it ended before it was killed.
 */
unsigned long long cpu_killed(int (*fn)(void *arg), void *arg, unsigned long long after);

/*
 * Is @fn, killed after a tenth of the time that it takes, gone before a quarter of
 * it?  Repeat until that happened several times: the kill itself can come late.  Each
 * try is compared with whole runs right before and after it, since an emulated
 * processor is several times slower while the host is busy.
 */
enum killed { KILLED_EARLY, KILLED_LATE, TOO_SHORT };
enum killed when_killed(int (*fn)(void *arg), void *arg);

#endif /* SELFTESTS_KILLED_H */
