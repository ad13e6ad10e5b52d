// SPDX-License-Identifier: GPL-2.0
/*
 * The policies in BPF that are loaded, and the spaces that have them.
 *
 * Before the programs are freed, unloading takes the policy from every space
 * that has it, under the lock that each call is made under.  Such a space goes
 * on with the default, the order of arrival, so unloading needs no memory and
 * cannot fail.
 */
#include "compat.h"

#if VMLAB_HAVE_STRUCT_OPS

#include <linux/err.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "policy/bpf/loaded.h"

/* Policies that are loaded, and the users of each of them. */
static LIST_HEAD(vmlab_bpf_policies);
static DEFINE_MUTEX(vmlab_bpf_lock);
static u32 vmlab_bpf_last_id;
static bool vmlab_bpf_registered;

/**
 * vmlab_bpf_set_usable() - record that the kernel accepted the struct_ops type
 *
 * Context: any.
 */
void vmlab_bpf_set_usable(void)
{
	vmlab_bpf_registered = true;
}

/**
 * vmlab_bpf_usable() - tell whether policies can be loaded
 *
 * Context: any.
 * Return: whether the kernel accepted the struct_ops type.
 */
bool vmlab_bpf_usable(void)
{
	return vmlab_bpf_registered;
}

static void vmlab_bpf_free(struct kref *ref)
{
	kfree(container_of(ref, struct vmlab_bpf_policy, ref));
}

/* Policies are constant to the pager, ours are not. */
static struct vmlab_bpf_policy *
to_bpf_policy(const struct vmlab_policy *policy)
{
	return container_of((struct vmlab_policy *)policy,
			    struct vmlab_bpf_policy, policy);
}

/**
 * vmlab_bpf_add() - offer a policy to all spaces
 * @policy: the policy, with one reference, which the list takes
 *
 * Context: process context, may sleep.
 * Return: 0, or -EEXIST when a policy of that name is loaded.
 */
int vmlab_bpf_add(struct vmlab_bpf_policy *policy)
{
	struct vmlab_bpf_policy *other;
	int ret = 0;

	mutex_lock(&vmlab_bpf_lock);
	list_for_each_entry(other, &vmlab_bpf_policies, link)
		if (!strcmp(other->name, policy->name))
			ret = -EEXIST;
	if (!ret) {
		policy->policy.bpf_id = ++vmlab_bpf_last_id;
		list_add_tail(&policy->link, &vmlab_bpf_policies);
	}
	mutex_unlock(&vmlab_bpf_lock);
	return ret;
}

/**
 * vmlab_bpf_unload() - take a policy from the list and from all spaces
 * @ops: its callbacks; none is called any more afterwards
 *
 * Context: process context, may sleep.
 */
void vmlab_bpf_unload(const struct vmlab_policy_ops *ops)
{
	struct vmlab_bpf_policy *policy;
	struct vmlab_bpf_space *user, *next;

	mutex_lock(&vmlab_bpf_lock);
	list_for_each_entry(policy, &vmlab_bpf_policies, link)
		if (policy->ops == ops)
			break;
	if (WARN_ON_ONCE(list_entry_is_head(policy, &vmlab_bpf_policies,
					    link))) {
		mutex_unlock(&vmlab_bpf_lock);
		return;
	}
	list_del(&policy->link);
	list_for_each_entry_safe(user, next, &policy->users, users_link) {
		list_del_init(&user->users_link);
		spin_lock(user->lock);
		if (ops->exit)
			ops->exit(user);
		user->ops = NULL;
		spin_unlock(user->lock);
		vmlab_count(user->space, policy_lost);
	}
	policy->nr_users = 0;
	/* Its spaces go on with the default. */
	WRITE_ONCE(policy->policy.name, vmlab_policy_fifo.name);
	WRITE_ONCE(policy->policy.bpf_id, 0);
	WRITE_ONCE(policy->policy.samples, false);
	mutex_unlock(&vmlab_bpf_lock);
	kref_put(&policy->ref, vmlab_bpf_free);
}
VMLAB_EXPORT_FOR_KUNIT(vmlab_bpf_unload);

/**
 * vmlab_bpf_get() - look up a loaded policy by its number
 * @id: vmlab_policy_info.id
 *
 * Context: process context, may sleep.
 * Return: the policy, to be given to vmlab_bpf_put(), or NULL.
 */
const struct vmlab_policy *vmlab_bpf_get(u32 id)
{
	const struct vmlab_policy *found = NULL;
	struct vmlab_bpf_policy *policy;

	mutex_lock(&vmlab_bpf_lock);
	list_for_each_entry(policy, &vmlab_bpf_policies, link) {
		if (policy->policy.bpf_id == id) {
			kref_get(&policy->ref);
			found = &policy->policy;
			break;
		}
	}
	mutex_unlock(&vmlab_bpf_lock);
	return found;
}
VMLAB_EXPORT_FOR_KUNIT(vmlab_bpf_get);

/**
 * vmlab_bpf_put() - undo vmlab_bpf_get()
 * @policy: from there
 *
 * Context: any.
 */
void vmlab_bpf_put(const struct vmlab_policy *policy)
{
	kref_put(&to_bpf_policy(policy)->ref, vmlab_bpf_free);
}
VMLAB_EXPORT_FOR_KUNIT(vmlab_bpf_put);

/**
 * vmlab_bpf_join() - give a space a policy
 * @space: the pages of the space, none yet
 * @policy: from vmlab_bpf_get()
 *
 * Context: process context, may sleep.
 * Return: 0, -ENOENT when the policy was unloaded meanwhile, or a negative
 * errno from its init().
 */
int vmlab_bpf_join(struct vmlab_bpf_space *space,
		   const struct vmlab_policy *policy)
{
	struct vmlab_bpf_policy *bpf = to_bpf_policy(policy);
	int ret = 0;

	mutex_lock(&vmlab_bpf_lock);
	if (!bpf->policy.bpf_id)
		ret = -ENOENT;
	else if (bpf->ops->init)
		ret = bpf->ops->init(space);
	/* A program can return any number. */
	if (ret > 0 || ret < -MAX_ERRNO)
		ret = -EINVAL;
	if (!ret) {
		kref_get(&bpf->ref);
		space->policy = bpf;
		space->ops = bpf->ops;
		list_add_tail(&space->users_link, &bpf->users);
		bpf->nr_users++;
	}
	mutex_unlock(&vmlab_bpf_lock);
	return ret;
}

/**
 * vmlab_bpf_leave() - undo vmlab_bpf_join()
 * @space: the pages of the space; the pager does not use them any more
 *
 * Context: process context, may sleep.
 */
void vmlab_bpf_leave(struct vmlab_bpf_space *space)
{
	struct vmlab_bpf_policy *policy = space->policy;

	mutex_lock(&vmlab_bpf_lock);
	/* Unless it was unloaded. */
	if (space->ops) {
		if (space->ops->exit)
			space->ops->exit(space);
		list_del(&space->users_link);
		policy->nr_users--;
	}
	mutex_unlock(&vmlab_bpf_lock);
	kref_put(&policy->ref, vmlab_bpf_free);
}

/**
 * vmlab_bpf_list() - list the policies that are loaded
 * @infos: filled in, zeroed by the caller
 * @nr: capacity of @infos
 *
 * Context: process context, may sleep.
 * Return: the number of loaded policies, which can exceed @nr.
 */
unsigned int vmlab_bpf_list(struct vmlab_policy_info *infos, unsigned int nr)
{
	struct vmlab_bpf_policy *policy;
	unsigned int i = 0;

	mutex_lock(&vmlab_bpf_lock);
	list_for_each_entry(policy, &vmlab_bpf_policies, link) {
		if (i < nr) {
			infos[i].id = policy->policy.bpf_id;
			if (policy->policy.samples)
				infos[i].flags = VMLAB_POLICY_SAMPLES;
			infos[i].spaces = policy->nr_users;
			strscpy(infos[i].name, policy->name,
				sizeof(infos[i].name));
		}
		i++;
	}
	mutex_unlock(&vmlab_bpf_lock);
	return i;
}
VMLAB_EXPORT_FOR_KUNIT(vmlab_bpf_list);

#endif /* VMLAB_HAVE_STRUCT_OPS */
