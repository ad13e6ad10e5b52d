/* SPDX-License-Identifier: GPL-2.0 */
/* The processes that a command started, as /proc shows them. */
#ifndef VMLAB_RUN_TREE_H
#define VMLAB_RUN_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "model/run_report.h"

/** struct tree_process - a process: its pid, and that of its parent */
struct tree_process {
	pid_t pid;
	pid_t parent;
};

/**
 * tree_read - find the processes that descend from this one
 * @processes: [out] to be freed by the caller
 *
 * Those whose parent ended belong to it when the caller is a subreaper: prctl(2).
 * Zombies are left out.
 *
 * Return: how many.
 */
size_t tree_read(struct tree_process **processes);

/**
 * tree_contains - tell whether a process descends from this one
 * @reaped: what to return when that is not known any more, because the process, or one
 *	between it and this one, was reaped
 */
bool tree_contains(pid_t pid, bool reaped);

/** tree_anon - read the anonymous memory of a process in bytes; 0 when it has ended */
uint64_t tree_anon(pid_t pid);

/** tree_name - read the name of a process; false when it has ended */
bool tree_name(pid_t pid, char name[static 16]);

/**
 * tree_preloads - tell whether the environment of a process has it load the library
 *
 * Return: also true when that cannot be read.
 */
bool tree_preloads(pid_t pid);

/**
 * tree_program - identify the program that a process runs, and tell whether it can be
 * managed
 * @id: [out] the same number as long as it runs the same file
 *
 * Return: as program_why(); RUN_WHY_SETUID for a file that cannot be read.
 */
enum run_why tree_program(pid_t pid, uint64_t *id);

#endif /* VMLAB_RUN_TREE_H */
