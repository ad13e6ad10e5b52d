/* SPDX-License-Identifier: GPL-2.0 */
/* Injection rules as a user writes them: ACTION[,KEY=VALUE]... */
#ifndef VMLAB_INJECT_RULE_H
#define VMLAB_INJECT_RULE_H

#include <stdint.h>
#include <sys/types.h>

#include "libvmlab.h"

/**
 * inject_rule_parse - parse one injection rule
 * @s: an action (sigbus, oom, hwpoison, retry, delay), then any of
 *	pages=FIRST-LAST, access=rwx, nth=N, probability=0.25, seed=N, pid=PID,
 *	us=MICROSECONDS, with commas between; a delay needs us=, no other
 *	action takes it
 * @page_size: bytes
 * @self: the pid that pid=self stands for
 * @rule: [out] the rule, for vmlab_space_inject_set()
 *
 * Return: 0, -EINVAL, -ERANGE for a number that is too large, or -ENOMEM.
 */
int inject_rule_parse(const char *s, uint64_t page_size, pid_t self,
		      struct vmlab_inject_rule *rule);

#endif /* VMLAB_INJECT_RULE_H */
