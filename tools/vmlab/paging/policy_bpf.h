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

/** struct policy_attached - a policy that is loaded as long as this program needs it */
struct policy_attached;

/**
 * policy_attach - load a policy, without a pin: it does not outlive the command
 * @file, @name, @failure: as in policy_load()
 * @attached: [out] to be freed with policy_detach()
 *
 * Return: as policy_load().
 */
int policy_attach(const char *file, char name[static VMLAB_POLICY_NAME_MAX],
		  struct policy_attached **attached, struct failure *failure);

/** policy_detach - unload the policy; spaces that use it go on with fifo.  Accepts NULL */
void policy_detach(struct policy_attached *attached);

/**
 * policy_unload - unload a policy, also while spaces use it
 * @name: the name of the policy
 * @failure: [out] the reason on failure
 *
 * Return: as policy_load().
 */
int policy_unload(const char *name, struct failure *failure);

#endif /* VMLAB_POLICY_BPF_H */
