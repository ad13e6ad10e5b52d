/* SPDX-License-Identifier: GPL-2.0 */
/* BPF objects with a policy in them, in and out of the kernel. */
#ifndef SELFTESTS_LAB_BPFOBJ_H
#define SELFTESTS_LAB_BPFOBJ_H

#include <stdbool.h>
#include <stdint.h>

struct policy_obj;

/* Does the libbpf that we were linked with know the struct_ops of modules? */
bool policy_obj_supported(void);

/*
 * Load the policy of a file and register it; NULL and errno when that fails.
 * *@id is the module's number for it.
 */
struct policy_obj *policy_obj_load(const char *file, uint32_t *id);

/* Take it out of the kernel, unless it was, and free it. */
void policy_obj_unload(struct policy_obj *p);

/* Map one of its maps, of @size bytes; ends the test on failure. */
void *policy_obj_map(struct policy_obj *p, const char *map, size_t size);

#endif /* SELFTESTS_LAB_BPFOBJ_H */
