/* SPDX-License-Identifier: GPL-2.0 */
/* Whether a preload library can manage the memory of a program. */
#ifndef VMLAB_RUN_PROGRAM_H
#define VMLAB_RUN_PROGRAM_H

#include "model/run_report.h"
#include "sys/failure.h"

/**
 * program_find - find the file of a command, as execvp(3) does
 * @name: the name or path
 * @path: [out] the path, to be freed by the caller
 *
 * Return: 0 or a negative errno: -ENOENT when there is none, -EACCES when it cannot be
 * executed.
 */
int program_find(const char *name, char **path);

/**
 * program_why - tell whether the memory of a program can be managed
 * @fd: its file, open for reading; a script counts as managed
 *
 * Return: RUN_MANAGED, RUN_WHY_STATIC, RUN_WHY_SETUID or RUN_WHY_32BIT.
 */
enum run_why program_why(int fd);

/**
 * program_check - check that a command can be run on managed memory
 * @path: its file; for a script, its interpreter is checked as well
 *
 * Return: 0, or a negative errno, with a sentence in @failure.
 */
int program_check(const char *path, struct failure *failure);

#endif /* VMLAB_RUN_PROGRAM_H */
