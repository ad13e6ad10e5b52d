/* SPDX-License-Identifier: GPL-2.0 */
/* The test of policies in BPF: what its parts share. */
#ifndef SELFTESTS_PAGING_BPF_H
#define SELFTESTS_PAGING_BPF_H

#include <stdint.h>

#include "paging/bpf/policy_object.h"

/* Directories with BPF objects: the examples, and those of the tests. */
extern const char *examples, *tests;

/* Load the policy @name of a directory: NULL and errno on failure. */
struct policy_object *load(const char *dir, const char *name, uint32_t *id);

/* Load it or end the test. */
struct policy_object *load_or_bail(const char *dir, const char *name,
				   uint32_t *id);

/* decisions.c: examples evict what a built-in policy or a simulation evicts. */
void decisions(unsigned int nr_strings);
/* examples.c: the examples that prefetch and take hints. */
void prefetching_examples(void);
/* misbehaving.c: programs that misbehave, or must not load. */
void misbehaving_programs(void);
/* in_use.c: policies are swapped and unloaded while a mapping is in use. */
void swap_in_use(unsigned int ms);
void unload_in_use(void);
/* requests.c: POLICIES, PAGING_SET and POLICY_SET with good and bad input. */
void requests(void);
void requests_without_struct_ops(void);

#endif /* SELFTESTS_PAGING_BPF_H */
