/* SPDX-License-Identifier: GPL-2.0 */
/* A BPF object with a paging policy: read it and check it before it is loaded. */
#ifndef VMLAB_POLICY_OBJECT_H
#define VMLAB_POLICY_OBJECT_H

#include <bpf/libbpf.h>
#include <stdbool.h>

#include "libvmlab.h"
#include "sys/failure.h"

/**
 * struct policy_object - an object that can be loaded
 * @obj: the object
 * @ops: its struct_ops map of type vmlab_policy_ops
 * @name: the name of the policy
 */
struct policy_object {
	struct bpf_object *obj;
	struct bpf_map *ops;
	char name[VMLAB_POLICY_NAME_MAX];
};

/**
 * policy_object_open - read a BPF object and find the policy in it
 * @file: the path of the object; "-" is standard input
 * @o: [out] to be freed with bpf_object__close() on @obj
 * @failure: [out] the reason on failure
 *
 * Return: 0 or a negative errno.
 */
int policy_object_open(const char *file, struct policy_object *o,
		       struct failure *failure);

/**
 * policy_name_ok - tell whether a policy may have this name
 *
 * The name becomes the name of a directory: the module accepts 1 to 15 letters,
 * digits, '.', '_' and '-', without a '.' in front; see vmlab_ops_name_ok() of
 * module/policy/bpf/struct_ops.c.
 */
bool policy_name_ok(const char *name);

#endif /* VMLAB_POLICY_OBJECT_H */
