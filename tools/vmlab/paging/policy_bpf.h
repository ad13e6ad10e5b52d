/* SPDX-License-Identifier: GPL-2.0 */
/* Loading paging policies into the kernel and unloading them. */
#ifndef VMLAB_POLICY_BPF_H
#define VMLAB_POLICY_BPF_H

#include <stdbool.h>

#include "libvmlab.h"
#include "sys/failure.h"

/**
 * policy_load - load a policy and pin it, so that it outlives the command
 * @file: a BPF object with one struct_ops map of type vmlab_policy_ops; "-" is
 *	standard input
 * @name: [out] the name of the policy
 * @verbose: print the messages of libbpf and the verifier on stderr
 * @failure: [out] the reason on failure
 *
 * Return: 0, -EPERM without the privilege to load BPF programs, or another
 * negative errno.
 */
int policy_load(const char *file, char name[static VMLAB_POLICY_NAME_MAX],
		bool verbose, struct failure *failure);

/**
 * policy_unload - unload a policy, also while spaces use it
 * @name: the name of the policy
 * @failure: [out] the reason on failure
 *
 * Return: as policy_load().
 */
int policy_unload(const char *name, struct failure *failure);

#endif /* VMLAB_POLICY_BPF_H */
