/* SPDX-License-Identifier: GPL-2.0 */
/* Read the pages of several processes, and count the frames they share. */
#ifndef VMLAB_INSPECT_SHARING_H
#define VMLAB_INSPECT_SHARING_H

#include "cli/cli.h"
#include "model/sharing.h"

/** struct sharing_target - one of the processes */
struct sharing_target {
	pid_t pid;
	struct vmlab_proc *proc;
	struct snapshot snap;
};

/** struct sharing - all that was read and counted */
struct sharing {
	struct vmlab *lab;
	uint64_t page_size;
	struct sharing_target *target;
	size_t nr_targets;
	size_t nr_kernel_threads, nr_exited; /* that were skipped */
	pid_t kernel_thread, exited; /* the last of them */
	struct share_groups groups;
	struct share_pages pages; /* sorted by frame */
	struct share_report report;
};

/**
 * sharing_read - read the pages of processes and count them
 * @s: [out] to be freed by sharing_free(), also after an error
 * @operands: the processes
 * @nr: how many
 *
 * Return: an exit code, with the error reported.
 */
int sharing_read(struct sharing *s, const struct cli *cli, char **operands,
		 size_t nr);

/** sharing_free - close the processes and free everything */
void sharing_free(struct sharing *s);

#endif /* VMLAB_INSPECT_SHARING_H */
