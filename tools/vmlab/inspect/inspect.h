/* SPDX-License-Identifier: GPL-2.0 */
/* The process that a command inspects: open it, read its VMAs, close it. */
#ifndef VMLAB_INSPECT_INSPECT_H
#define VMLAB_INSPECT_INSPECT_H

#include "cli/cli.h"
#include "inspect/snapshot.h"

/* What a command needs besides the process. */
enum {
	INSPECT_PGTABLE = 1, /* a module that can read page tables here */
	INSPECT_VMAS = 2, /* a snapshot of the VMAs */
	INSPECT_RSS = 4, /* a snapshot with resident memory and swap */
};

/**
 * struct target - the process that a command inspects
 * @pid: as the command line has it, 0 for self
 * @snap: empty unless the command needs it
 */
struct target {
	const struct cli *cli;
	struct vmlab *lab;
	struct vmlab_proc *proc;
	pid_t pid;
	struct snapshot snap;
};

/**
 * inspect - run a command on the process that an operand names
 * @operand: a pid, a name, or "self"
 * @needs: INSPECT_*
 * @show: returns 0, a negative errno about the process, which is then reported,
 *	or an exit code, with the error reported
 * @arg: passed to @show
 *
 * Return: an exit code, with the error reported.
 */
int inspect(const struct cli *cli, const char *operand, unsigned int needs,
	    int (*show)(struct target *target, void *arg), void *arg);

/**
 * inspect_each - likewise, on each of several processes
 * @operands: a NULL ends them
 *
 * With several, a heading precedes the tables of each, and JSON has a document for
 * each.  A process that cannot be inspected does not end the command.
 *
 * Return: the first exit code that is not EXIT_OK, with the errors reported.
 */
int inspect_each(const struct cli *cli, char **operands, unsigned int needs,
		 int (*show)(struct target *target, void *arg), void *arg);

#endif /* VMLAB_INSPECT_INSPECT_H */
