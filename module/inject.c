// SPDX-License-Identifier: GPL-2.0
/* Errors and delays in faults, by rule. */
#include <linux/capability.h>
#include <linux/hrtimer.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/pid.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "compat.h"
#include "control.h"
#include "inject.h"
#include "space.h"
#include "uarg.h"

#define VMLAB_ACCESS_ALL \
	(VMLAB_ACCESS_READ | VMLAB_ACCESS_WRITE | VMLAB_ACCESS_EXEC)

/* A rule at work: what user space gave, whose it is, and what it did. */
struct vmlab_inject_state {
	struct vmlab_inject_rule rule;
	struct pid *pid;
	atomic64_t matches;
	atomic64_t hits;
};

/* All rules of a space; replaced as a whole, under RCU. */
struct vmlab_inject_rules {
	unsigned int nr;
	struct vmlab_inject_state state[];
};

/**
 * vmlab_inject_free() - free rules that nobody uses any more
 * @rules: the rules, or NULL
 *
 * Context: process context.
 */
void vmlab_inject_free(struct vmlab_inject_rules *rules)
{
	unsigned int i;

	if (!rules)
		return;
	for (i = 0; i < rules->nr; i++)
		put_pid(rules->state[i].pid);
	kfree(rules);
}

/* The n-th draw of a seed, in millionths: SplitMix64 at position n. */
static u32 vmlab_inject_draw(u64 seed, u64 n)
{
	u64 z = seed + n * 0x9e3779b97f4a7c15ULL;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	z ^= z >> 31;
	return mul_u64_u64_shr(z, VMLAB_INJECT_CERTAIN, 64);
}

static bool vmlab_inject_hits(struct vmlab_inject_state *state,
			      const struct vm_fault *vmf)
{
	const struct vmlab_inject_rule *rule = &state->rule;
	u64 offset = (u64)vmf->pgoff << PAGE_SHIFT, n;
	u32 access;

	access = vmf->flags & FAULT_FLAG_WRITE ? VMLAB_ACCESS_WRITE :
		 vmf->flags & FAULT_FLAG_INSTRUCTION ? VMLAB_ACCESS_EXEC :
						       VMLAB_ACCESS_READ;
	if (!(rule->access & access) || offset < rule->start ||
	    (rule->end && offset >= rule->end) ||
	    (state->pid && state->pid != task_tgid(current)))
		return false;
	/* A lock that was dropped already, or that may not be, stays. */
	if (rule->action == VMLAB_INJECT_RETRY &&
	    !vmlab_fault_may_retry(vmf->flags))
		return false;

	n = atomic64_inc_return(&state->matches);
	if (rule->nth && rule->nth != n)
		return false;
	if (rule->probability < VMLAB_INJECT_CERTAIN &&
	    vmlab_inject_draw(rule->seed, n) >= rule->probability)
		return false;
	atomic64_inc(&state->hits);
	return true;
}

/* Wait, but not a moment longer than the task lives.  Returns 0 or -EINTR. */
static int vmlab_inject_delay(u32 us)
{
	ktime_t expires = ktime_add_us(ktime_get(), us);

	while (ktime_before(ktime_get(), expires)) {
		if (fatal_signal_pending(current))
			return -EINTR;
		set_current_state(TASK_KILLABLE);
		schedule_hrtimeout(&expires, HRTIMER_MODE_ABS);
	}
	__set_current_state(TASK_RUNNING);
	return 0;
}

/**
 * vmlab_inject_fault() - disturb a fault if a rule says so
 * @space: the space
 * @vmf: the fault
 *
 * Context: process context, may sleep.
 * Return: -1 when the fault goes on, else VMLAB_INJECT_* but DELAY; -EINTR
 * when the task was killed while it waited.
 */
int vmlab_inject_fault(struct vmlab_space *space, struct vm_fault *vmf)
{
	struct vmlab_inject_rules *rules;
	unsigned int i = 0;
	u32 action, delay;

again:
	rcu_read_lock();
	rules = rcu_dereference(space->inject);
	for (; rules && i < rules->nr; i++)
		if (vmlab_inject_hits(&rules->state[i], vmf))
			break;
	if (!rules || i >= rules->nr) {
		rcu_read_unlock();
		return -1;
	}
	action = rules->state[i].rule.action;
	delay = rules->state[i].rule.delay_us;
	rcu_read_unlock();

	vmlab_event(&space->events, VMLAB_EVENT_INJECT, vmf->pgoff, action, 0);
	if (action != VMLAB_INJECT_DELAY)
		return action;
	if (vmlab_inject_delay(delay))
		return -EINTR;
	i++;
	goto again;
}

/* Check a rule and look its process up. */
static int vmlab_inject_prepare(struct vmlab_inject_state *state)
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
	/* The kernel logs each as an error of the machine. */
	if (rule->action == VMLAB_INJECT_HWPOISON && !capable(CAP_SYS_ADMIN))
		return -EPERM;
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
		      vmlab_inject_prepare(&rules->state[i]);
		if (ret) {
			vmlab_inject_free(rules);
			return ret;
		}
	}

	mutex_lock(&space->resize_lock);
	rules = rcu_replace_pointer(space->inject, rules,
				    lockdep_is_held(&space->resize_lock));
	mutex_unlock(&space->resize_lock);
	if (rules)
		synchronize_rcu();
	vmlab_inject_free(rules);
	return 0;
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
