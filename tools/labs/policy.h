/* SPDX-License-Identifier: GPL-2.0 */
/* Paging policies in BPF, for the time of a run. */
#ifndef LABS_POLICY_H
#define LABS_POLICY_H

#include "labs/lab.h"

/**
 * lab_policy_missing - say why policies cannot be loaded
 *
 * Return: NULL when the kernel and this program can load them.
 */
const char *lab_policy_missing(const struct lab_run *run);

/**
 * lab_policy_load - load one of the example policies until the run ends
 * @file: its name without ".bpf.o": "fifo"
 *
 * Nothing is pinned: the kernel unloads the policy when the process ends.
 *
 * Return: its id, for struct vmlab_paging.
 */
uint32_t lab_policy_load(struct lab_run *run, const char *file);

#endif /* LABS_POLICY_H */
