// SPDX-License-Identifier: GPL-2.0
/* VMLAB_IOC_INJECT_SET and _GET: errors and delays in faults, by rule. */
#include <linux/capability.h>
#include <linux/pid.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include <linux/vmlab.h>

#include "control/control.h"
#include "fault/inject.h"
#include "uarg.h"

#define VMLAB_ACCESS_ALL \
	(VMLAB_ACCESS_READ | VMLAB_ACCESS_WRITE | VMLAB_ACCESS_EXEC)

/* Check a rule and look up its process. */
static int inject_prepare(struct vmlab_inject_state *state)
{
	const struct vmlab_inject_rule *rule = &state->rule;
	const bool delays = rule->action == VMLAB_INJECT_DELAY;

	if ((rule->end && rule->end <= rule->start) || !rule->access ||
	    rule->access & ~VMLAB_ACCESS_ALL ||
	    rule->action > VMLAB_INJECT_DELAY || rule->pid < 0 ||
	    rule->probability > VMLAB_INJECT_CERTAIN || rule->reserved ||
	    rule->delay_us > VMLAB_INJECT_DELAY_MAX ||
	    delays != !!rule->delay_us ||
	    rule->matches || rule->hits)
		return -EINVAL;
	/* The kernel logs each as a memory error of the machine. */
	if (rule->action == VMLAB_INJECT_HWPOISON &&
	    !ns_capable_noaudit(&init_user_ns, CAP_SYS_ADMIN))
		return -EPERM;
	state->kernel = ns_capable_noaudit(&init_user_ns, CAP_SYS_PTRACE);
	if (!rule->pid)
		return 0;
	state->pid = find_get_pid(rule->pid);
	return state->pid ? 0 : -ESRCH;
}

/**
 * vmlab_ioctl_inject_set() - VMLAB_IOC_INJECT_SET
 * @space: the space of the open file
 * @uarg: struct vmlab_inject of the caller
 *
 * Context: process context, may sleep.
 * Return: 0 or a negative errno.
 */
long vmlab_ioctl_inject_set(struct vmlab_space *space, void __user *uarg)
{
	struct vmlab_inject_rule __user *urules;
	struct vmlab_inject_rules *rules = NULL;
	struct vmlab_inject inject;
	unsigned int i;
	int ret;

	ret = vmlab_uarg_get(&inject, sizeof(inject), sizeof(inject), uarg);
	if (ret)
		return ret;
	if (inject.flags || inject.reserved)
		return -EINVAL;
	if (inject.nr > VMLAB_INJECT_RULES_MAX)
		return -E2BIG;

	if (inject.nr) {
		rules = kzalloc(struct_size(rules, state, inject.nr),
				GFP_KERNEL_ACCOUNT);
		if (!rules)
			return -ENOMEM;
		rules->nr = inject.nr;
	}
	urules = u64_to_user_ptr(inject.rules);
	for (i = 0; i < inject.nr; i++) {
		ret = copy_from_user(&rules->state[i].rule, &urules[i],
				     sizeof(*urules)) ? -EFAULT :
		      inject_prepare(&rules->state[i]);
		if (ret) {
			vmlab_inject_free(rules);
			return ret;
		}
	}

	ret = vmlab_inject_set(space, rules);
	if (ret)
		vmlab_inject_free(rules);
	return ret;
}

/**
 * vmlab_ioctl_inject_get() - VMLAB_IOC_INJECT_GET
 * @space: the space of the open file
 * @uarg: struct vmlab_inject of the caller
 *
 * Context: process context, may sleep.
 * Return: 0 or a negative errno.
 */
long vmlab_ioctl_inject_get(struct vmlab_space *space, void __user *uarg)
{
	struct vmlab_inject_rule __user *urules;
	struct vmlab_inject inject;
	unsigned int i;
	u32 room;
	int ret;

	ret = vmlab_uarg_get(&inject, sizeof(inject), sizeof(inject), uarg);
	if (ret)
		return ret;
	if (inject.flags || inject.reserved)
		return -EINVAL;

	urules = u64_to_user_ptr(inject.rules);
	room = inject.nr;
	inject.nr = 0;
	for (i = 0; ; i++) {
		struct vmlab_inject_rule rule = {};
		struct vmlab_inject_rules *rules;

		rcu_read_lock();
		rules = rcu_dereference(space->inject);
		if (rules) {
			inject.nr = rules->nr;
			if (i < rules->nr) {
				struct vmlab_inject_state *state =
					&rules->state[i];

				rule = state->rule;
				rule.matches = atomic64_read(&state->matches);
				rule.hits = atomic64_read(&state->hits);
			}
		}
		rcu_read_unlock();
		if (!rules || i >= inject.nr || i >= room)
			break;
		if (copy_to_user(&urules[i], &rule, sizeof(rule)))
			return -EFAULT;
	}
	return vmlab_uarg_put(&inject, sizeof(inject), uarg);
}
