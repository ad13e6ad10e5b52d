/* SPDX-License-Identifier: GPL-2.0 */
/* Processes that change their address space without end, each in its own way. */
#ifndef SELFTESTS_TARGET_H
#define SELFTESTS_TARGET_H

#include <stddef.h>
#include <sys/types.h>

/**
 * struct target - one of them, in memory that all processes share
 * @name: what it does
 * @keeper: the process that was started and has to live to the end
 * @pid: the process to look at: the keeper, or a child that comes and goes
 * @steps: changes made so far
 * @why: why this machine cannot have it, empty if it can
 */
struct target {
	const char *name;
	pid_t keeper;
	volatile pid_t pid;
	volatile unsigned long steps;
	char why[96];
};

/*
 * Start all of them and wait until each has made its first change; a test point
 * for each, skipped with the reason when the machine lacks what it takes.
 */
void targets_start(void);

/* A test point for each: is it alive and did it change? */
void targets_end(void);

extern struct target *targets;
extern const size_t nr_targets;

/* "PROGRAM brief": a process that maps, touches, and exits. */
#define TARGET_BRIEF "brief"
int target_brief(void);

#endif /* SELFTESTS_TARGET_H */
