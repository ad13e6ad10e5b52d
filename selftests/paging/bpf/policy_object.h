/* SPDX-License-Identifier: GPL-2.0 */
/* Load and unload policies from BPF objects. */
#ifndef SELFTESTS_PAGING_BPF_POLICY_OBJECT_H
#define SELFTESTS_PAGING_BPF_POLICY_OBJECT_H

#include <stdbool.h>
#include <stdint.h>

struct policy_object;

/* Does the linked libbpf support the struct_ops of modules? */
bool policy_object_supported(void);

/*
 * Load and register the policy of an object file; NULL and errno on failure.
 * *@id is the policy's ID in the module.
 */
struct policy_object *policy_object_load(const char *file, uint32_t *id);

/* Unregister the policy, unless it is unregistered already, and free @p. */
void policy_object_unload(struct policy_object *p);

/* mmap() the BPF map @map of @size bytes; end the test on failure. */
void *policy_object_map(struct policy_object *p, const char *map, size_t size);

#endif /* SELFTESTS_PAGING_BPF_POLICY_OBJECT_H */
