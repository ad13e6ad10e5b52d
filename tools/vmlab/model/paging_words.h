/* SPDX-License-Identifier: GPL-2.0 */
/* Names of what <linux/vmlab.h> numbers: policies, prefetching, backings, events. */
#ifndef VMLAB_PAGING_WORDS_H
#define VMLAB_PAGING_WORDS_H

#include <stdint.h>

#include "libvmlab.h"

/* the built-in policies, for the completion of options */
#define PAGING_POLICIES "fifo clock second-chance lru mru lfu random opt"

/**
 * paging_policy_parse - translate the name of a built-in policy
 * @s: as paging_policy_name() returns it, or "second-chance", which is clock
 *
 * Return: 0 or -EINVAL.
 */
int paging_policy_parse(const char *s, uint32_t *policy);

/** paging_policy_name - return the name of a VMLAB_POLICY_*; "unknown" when it has none */
const char *paging_policy_name(uint32_t policy);

/**
 * paging_prefetch_parse - set @prefetch and @prefetch_pages of @paging
 * @s: "none", "next:N", "stride:N" or "whole", N from 1 to VMLAB_PREFETCH_MAX
 *
 * Return: 0 or -EINVAL.
 */
int paging_prefetch_parse(const char *s, struct vmlab_paging *paging);

/** paging_prefetch_name - return the name of a VMLAB_PREFETCH_*; "unknown" when it has none */
const char *paging_prefetch_name(uint32_t prefetch);

/**
 * paging_backing_parse - translate a backing into VMLAB_BACKING_*
 * @s: "zero", "pattern", "pfn" or "file:PATH"
 * @path: [out] PATH, which points into @s; NULL without a file
 *
 * Return: 0 or -EINVAL.
 */
int paging_backing_parse(const char *s, uint32_t *backing, const char **path);

/** paging_backing_name - return the name of a VMLAB_BACKING_*; "unknown" when it has none */
const char *paging_backing_name(uint32_t backing);

/** paging_action_parse - translate the @len bytes at @s into VMLAB_INJECT_*; 0 or -EINVAL */
int paging_action_parse(const char *s, size_t len, uint32_t *action);

/** paging_action_name - return the name of a VMLAB_INJECT_*; "unknown" when it has none */
const char *paging_action_name(uint32_t action);

/** paging_event_name - return the name of a VMLAB_EVENT_*; "unknown" when it has none */
const char *paging_event_name(uint32_t type);

/** paging_event_detail - return the meaning of @arg of an event in one word, or NULL */
const char *paging_event_detail(const struct vmlab_event *event);

#endif /* VMLAB_PAGING_WORDS_H */
