// SPDX-License-Identifier: GPL-2.0
/* Errors and delays in faults, by rule. */
#include <linux/hrtimer.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/pid.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "compat.h"
#include "events.h"
#include "fault/inject.h"

/**
 * vmlab_inject_free() - free rules that are not in use
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

/* Return the n-th draw of a seed, in millionths: SplitMix64 at position n. */
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
	/* mremap(2) can grow a mapping beyond the highest offset. */
	if (vmf->pgoff > ULONG_MAX >> PAGE_SHIFT)
		return false;
	if (!(rule->access & access) || offset < rule->start ||
	    (rule->end && offset >= rule->end) ||
	    (state->pid && state->pid != task_tgid(current)))
		return false;
	/*
	 * A task that can stall the kernel at an address of its choice can
	 * win races in the kernel: as with userfaultfd, it needs a capability.
	 */
	if (rule->action == VMLAB_INJECT_DELAY && !state->kernel &&
	    !(vmf->flags & FAULT_FLAG_USER))
		return false;
	/*
	 * The lock was dropped already, or must not be dropped.  Where mm populates a
	 * mapping, for mlock(2) or MAP_POPULATE, it does not tell a repeated fault from
	 * a first one, and would repeat it for ever.
	 */
	if (rule->action == VMLAB_INJECT_RETRY &&
	    (!(vmf->flags & FAULT_FLAG_USER) ||
	     !vmlab_fault_may_retry(vmf->flags)))
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

/* Wait, but end with a fatal signal.  Returns 0 or -EINTR. */
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
 * vmlab_inject_fault() - apply the injection rules to a fault
 * @space: the space
 * @vmf: the fault
 *
 * Context: process context, may sleep.
 * Return: -1 when no rule ends the fault, VMLAB_INJECT_* (but not DELAY) of the
 * rule that does, or -EINTR when the task was killed in a delay.
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

	vmlab_event(&space->events, VMLAB_EVENT_INJECT, vmf->pgoff, action);
	if (action != VMLAB_INJECT_DELAY)
		return action;
	if (vmlab_inject_delay(delay))
		return -EINTR;
	i++;
	goto again;
}

/**
 * vmlab_inject_set() - replace the rules of a space
 * @space: the space
 * @rules: the new rules, or NULL for none; the space owns them after success
 *
 * Context: process context, may sleep; takes config_lock.
 * Return: 0, or -EINTR when the task was killed: the rules stay the caller's.
 */
int vmlab_inject_set(struct vmlab_space *space,
		     struct vmlab_inject_rules *rules)
{
	if (mutex_lock_killable(&space->config_lock))
		return -EINTR;
	rules = rcu_replace_pointer(space->inject, rules,
				    lockdep_is_held(&space->config_lock));
	mutex_unlock(&space->config_lock);
	if (rules)
		synchronize_rcu();
	vmlab_inject_free(rules);
	return 0;
}

/**
 * vmlab_inject_destroy() - free the rules of a space that is being closed
 * @space: the space; no VMA maps it any more, and no request uses it
 *
 * Context: process context.
 */
void vmlab_inject_destroy(struct vmlab_space *space)
{
	vmlab_inject_free(rcu_replace_pointer(space->inject, NULL, true));
}
