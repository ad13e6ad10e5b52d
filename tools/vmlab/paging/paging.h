/* SPDX-License-Identifier: GPL-2.0 */
/* The words of the paging laboratory: policies, prefetch, backings, rules. */
#ifndef VMLAB_PAGING_H
#define VMLAB_PAGING_H

#include <jansson.h>
#include <stdint.h>

#include "libvmlab.h"
#include "show/table.h"

/* for the completion of options */
#define PAGING_POLICIES "fifo clock lru lfu random opt"

/** paging_policy_parse - a built-in VMLAB_POLICY_* by name: 0 or -EINVAL */
int paging_policy_parse(const char *s, uint32_t *policy);

/** paging_policy_name - the inverse; "unknown" for a number without a name */
const char *paging_policy_name(uint32_t policy);

/**
 * paging_prefetch_parse - "none", "next:N", "stride:N" or "whole"
 *
 * Return: 0 or -EINVAL.
 */
int paging_prefetch_parse(const char *s, struct vmlab_paging *paging);

/** paging_prefetch_name - "none", "next", "stride", "whole" */
const char *paging_prefetch_name(uint32_t prefetch);

/**
 * paging_backing_parse - "zero", "pattern", "pfn" or "file:PATH"
 * @path: [out] PATH, which points into @s, or NULL
 *
 * Return: 0 or -EINVAL.
 */
int paging_backing_parse(const char *s, uint32_t *backing, const char **path);

/** paging_backing_name - the inverse, without the path */
const char *paging_backing_name(uint32_t backing);

/**
 * paging_rule_parse - a rule of injection
 *
 * ACTION[,KEY=VALUE]...: sigbus, oom, hwpoison, retry or delay; pages=FIRST-LAST,
 * access=rwx, nth=N, probability=0.25, seed=N, pid=PID, us=MICROSECONDS.
 *
 * Return: 0, -EINVAL, or -ERANGE for a number that is too large.
 */
int paging_rule_parse(const char *s, uint64_t page_size,
		      struct vmlab_inject_rule *rule);

/** paging_action_name - VMLAB_INJECT_* */
const char *paging_action_name(uint32_t action);

/** paging_event_name - VMLAB_EVENT_* */
const char *paging_event_name(uint32_t type);

/** paging_event_detail - what @arg of an event says, in a word, or NULL */
const char *paging_event_detail(const struct vmlab_event *event);

#endif /* VMLAB_PAGING_H */
