/* SPDX-License-Identifier: GPL-2.0 */
/* Pinning loaded policies in the BPF file system, where they outlive the command. */
#ifndef VMLAB_POLICY_PINS_H
#define VMLAB_POLICY_PINS_H

#include <bpf/libbpf.h>

/* a directory for each policy, with its link and its maps */
#define POLICY_PIN_ROOT "/sys/fs/bpf/vmlab"

/**
 * policy_pins_mount - mount the BPF file system when it is not there
 *
 * Return: 0 or a negative errno of mount(2).
 */
int policy_pins_mount(void);

/**
 * policy_pins_create - pin the link of a policy, and its maps for applications
 * @name: the name of the policy
 *
 * Return: 0 or a negative errno; then nothing is pinned.
 */
int policy_pins_create(struct bpf_object *obj, struct bpf_link *link,
		       const char *name);

/** policy_pins_open - open the pinned link of a policy; NULL with errno on failure */
struct bpf_link *policy_pins_open(const char *name);

/** policy_pins_remove - remove what is pinned for a policy; 0 or a negative errno */
int policy_pins_remove(const char *name);

#endif /* VMLAB_POLICY_PINS_H */
