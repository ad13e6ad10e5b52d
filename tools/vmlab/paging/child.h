/* SPDX-License-Identifier: GPL-2.0 */
/* A second process: it does its work, reports, and waits until its parent ends it. */
#ifndef VMLAB_PAGING_CHILD_H
#define VMLAB_PAGING_CHILD_H

#include <stdint.h>
#include <sys/types.h>

#include "model/space_result.h"

/**
 * struct child - the second process, and the pipes to it
 * @pid: its pid; 0 when there is none
 * @report: descriptor to read its struct child_report from
 * @end: descriptor; when the parent closes it, the child exits
 */
struct child {
	pid_t pid;
	int report;
	int end;
};

/**
 * struct child_report - what the child tells its parent
 * @err: 0 or a negative errno
 * @base: the first address of its mapping
 * @touched: the outcome of its touches
 */
struct child_report {
	int err;
	uint64_t base;
	struct touched touched;
};

/**
 * child_start - fork a process that calls @work and then waits for child_end()
 * @work: called in the child; fills in @report
 * @arg: passed to @work
 * @child: [out]
 *
 * The child ignores SIGINT, so that ^C ends the parent first.
 *
 * Return: 0 or a negative errno of pipe(2) or fork(2).
 */
int child_start(void (*work)(void *arg, struct child_report *report), void *arg,
		struct child *child);

/**
 * child_wait_report - wait for the report of the child
 *
 * Return: 0, the negative errno in the report, -ECHILD when the child died
 * before it had reported, or a negative errno of read(2).
 */
int child_wait_report(const struct child *child, struct child_report *report);

/** child_end - end the child and reap it; does nothing without a child */
void child_end(struct child *child);

#endif /* VMLAB_PAGING_CHILD_H */
