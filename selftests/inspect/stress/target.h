/* SPDX-License-Identifier: GPL-2.0 */
/* Target processes that change their address space all the time. */
#ifndef SELFTESTS_TARGET_H
#define SELFTESTS_TARGET_H

#include <stddef.h>
#include <sys/types.h>

/**
 * struct target - a target, in memory that all processes share
 * @name: of the kind of changes
 * @root: the process that was started and lives until the end
 * @pid: the process to inspect: @root, or its current child
 * @steps: changes made so far
 * @reason: why this machine does not support it, empty if it does
 */
struct target {
	const char *name;
	pid_t root;
	volatile pid_t pid;
	volatile unsigned long steps;
	char reason[96];
};

/*
 * Start all targets and wait until each has made its first change; a test point
 * for each, skipped with the reason when the machine does not support it.
 */
void targets_start(void);

/* End all targets; a test point for each: it was alive and made changes. */
void targets_end(void);

extern struct target *targets;
extern const size_t nr_targets;

/* What "test-inspect-stress brief" does: map, touch, and exit. */
#define TARGET_BRIEF "brief"
int target_brief(void);

#endif /* SELFTESTS_TARGET_H */
