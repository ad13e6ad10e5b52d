/* SPDX-License-Identifier: GPL-2.0 */
/* Find processes by name. */
#ifndef VMLAB_SYS_PROCESS_NAME_H
#define VMLAB_SYS_PROCESS_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/**
 * process_named - find the processes with a name, but for the caller
 * @name: the name, as pgrep -x takes it: the one in /proc/PID/comm, or the last
 *	part of argv[0], which is not cut to 15 bytes
 * @part: find the processes that have @name in their name
 * @pids: [out] the first @max pids, in ascending order
 *
 * Return: how many processes have the name, also beyond @max.
 */
size_t process_named(const char *name, bool part, pid_t *pids, size_t max);

#endif /* VMLAB_SYS_PROCESS_NAME_H */
