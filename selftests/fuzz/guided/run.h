/* SPDX-License-Identifier: GPL-2.0 */
/* Run programs, and watch what they leave behind. */
#ifndef SELFTESTS_FUZZ_GUIDED_RUN_H
#define SELFTESTS_FUZZ_GUIDED_RUN_H

#include "fuzz/guided/world.h"

enum run_end {
	RUN_ENDED,
	RUN_KILLED,	/* after the time limit */
	RUN_STUCK,	/* killed, and did not end: a finding */
};

/* Prepare what all programs share. */
void run_open(void);
/* Run a program in a child; @limit_ms: kill it then. */
enum run_end run_program(const struct program *p, struct outcome *o, int limit_ms);

/* watch.c */
void watch_open(void);
/* The first line of a complaint of the kernel since the last call, or NULL. */
const char *watch_kernel(void);
/* Wait until no program's space, process or frame is left; what is left, or NULL. */
const char *watch_left(void);
/* Set the parameters of the module back, and other switches. */
void watch_restore(void);
/* Leave programs the memory that they had at first; no program runs. */
void watch_limit(void);

#endif /* SELFTESTS_FUZZ_GUIDED_RUN_H */
