/* SPDX-License-Identifier: GPL-2.0 */
/* Paging policies in BPF: into the kernel and out of it. */
#ifndef VMLAB_POLICY_BPF_H
#define VMLAB_POLICY_BPF_H

#include <linux/vmlab.h>

/* where what is loaded is pinned: a directory for each policy */
#define POLICY_PIN_ROOT "/sys/fs/bpf/vmlab"

/**
 * policy_load - load a policy and pin it, so that it stays
 * @file: a BPF object with one struct_ops map of type vmlab_policy_ops
 * @name: [out] what it is called
 * @verbose: show what libbpf and the verifier say
 *
 * Return: an exit code, with the complaint made.
 */
int policy_load(const char *file, char name[static VMLAB_POLICY_NAME_MAX],
		bool verbose);

/**
 * policy_unload - take a policy out of the kernel, also while spaces use it
 * @name: what it is called
 *
 * Return: an exit code, with the complaint made.
 */
int policy_unload(const char *name);

#endif /* VMLAB_POLICY_BPF_H */
