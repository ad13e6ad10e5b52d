/* SPDX-License-Identifier: GPL-2.0 */
/* Record the accesses of a process that runs already. */
#ifndef VMLAB_RUN_ATTACH_H
#define VMLAB_RUN_ATTACH_H

#include <sys/types.h>

#include "run/accesses.h"

/**
 * attach_accesses - record the accesses of a process to its spaces for a time
 * @a: sample, max_pages and adapt are set
 * @pid: the process: its spaces are those of its open files
 * @seconds: how long; it ends with the process, or with SIGINT or SIGTERM, too
 * @failure: [out] the reason on failure
 *
 * The settings of paging are restored at the end, but for sampling for events that
 * another program recorded: these end.  Meanwhile reads of events do not block.
 * Needs CAP_SYS_PTRACE for processes of others.
 *
 * Return: 0, or a negative errno.
 */
int attach_accesses(struct accesses *a, pid_t pid, double seconds,
		    struct failure *failure);

#endif /* VMLAB_RUN_ATTACH_H */
