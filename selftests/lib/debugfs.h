/* SPDX-License-Identifier: GPL-2.0 */
/* The files of a process in debugfs. */
#ifndef SELFTESTS_DEBUGFS_H
#define SELFTESTS_DEBUGFS_H

#include <sys/types.h>

/* Create or remove the directory of a process: 0, or -1 and errno. */
int debugfs_attach(pid_t pid);
int debugfs_detach(pid_t pid);

/*
 * Attach to a process, read one of its files, detach: a string to free(), or
 * NULL and errno.
 */
char *debugfs_read(pid_t pid, const char *file);

#endif /* SELFTESTS_DEBUGFS_H */
