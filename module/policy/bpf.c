// SPDX-License-Identifier: GPL-2.0
/*
 * The struct_ops type vmlab_policy_ops, and the policies that are loaded.
 *
 * Who may load BPF programs registers a map of this type; from then on spaces
 * can choose the policy, as sockets choose a congestion control.  Before the
 * programs go, unloading takes them away from every space that uses them, under
 * the lock that each call is made under.  Such a space goes on by itself in the
 * order of arrival, so unloading needs no memory and cannot fail.
 *
 * The kernel holds a reference to this module for each map of the type, and for
 * each program that calls one of its functions.
 */
#include "../compat.h"

#if VMLAB_HAVE_STRUCT_OPS

#include <linux/bpf.h>
#include <linux/bpf_verifier.h>
#include <linux/btf.h>
#include <linux/ctype.h>
#include <linux/err.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../space.h"
#include "bpf.h"

/* Policies that are loaded, and who uses each of them. */
static LIST_HEAD(vmlab_bpf_policies);
static DEFINE_MUTEX(vmlab_bpf_lock);
static u32 vmlab_bpf_last_id;
static bool vmlab_bpf_registered;

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
 * vmlab_bpf_load() - offer a policy to all spaces
 * @ops: its callbacks, which stay until vmlab_bpf_unload() returns
 *
 * Context: process context, may sleep.
 * Return: 0, -EEXIST when one of that name is loaded, -ENOMEM.
 */
int vmlab_bpf_load(const struct vmlab_policy_ops *ops)
{
	struct vmlab_bpf_policy *policy, *other;

	policy = kzalloc(sizeof(*policy), GFP_KERNEL);
	if (!policy)
		return -ENOMEM;
	kref_init(&policy->ref);
	INIT_LIST_HEAD(&policy->users);
	policy->ops = ops;
	strscpy(policy->name, ops->name, sizeof(policy->name));
	policy->policy = vmlab_policy_bpf;
	policy->policy.name = policy->name;
	policy->policy.samples = ops->flags & VMLAB_POLICY_SAMPLES;
	if (!ops->fault)
		policy->policy.fault = NULL;

	mutex_lock(&vmlab_bpf_lock);
	list_for_each_entry(other, &vmlab_bpf_policies, link) {
		if (!strcmp(other->name, policy->name)) {
			mutex_unlock(&vmlab_bpf_lock);
			kfree(policy);
			return -EEXIST;
		}
	}
	policy->policy.bpf_id = ++vmlab_bpf_last_id;
	list_add_tail(&policy->link, &vmlab_bpf_policies);
	mutex_unlock(&vmlab_bpf_lock);
	return 0;
}
VMLAB_EXPORT_FOR_KUNIT(vmlab_bpf_load);

/**
 * vmlab_bpf_unload() - take a policy back, also from the spaces that use it
 * @ops: as given to vmlab_bpf_load(); none is called any more afterwards
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
		spinlock_t *lock = &user->space->pager.lock;

		list_del_init(&user->users_link);
		spin_lock(lock);
		if (ops->exit)
			ops->exit(user);
		user->ops = NULL;
		spin_unlock(lock);
		vmlab_count(user->space, policy_lost);
	}
	policy->nr_users = 0;
	/* What is left of it is the default. */
	WRITE_ONCE(policy->policy.name, vmlab_policy_fifo.name);
	WRITE_ONCE(policy->policy.bpf_id, 0);
	WRITE_ONCE(policy->policy.samples, false);
	mutex_unlock(&vmlab_bpf_lock);
	kref_put(&policy->ref, vmlab_bpf_free);
}
VMLAB_EXPORT_FOR_KUNIT(vmlab_bpf_unload);

/**
 * vmlab_bpf_get() - look a policy up by its number
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
 * vmlab_bpf_join() - a space is about to be in the charge of a policy
 * @space: its pages, none yet
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
	/* A program may answer anything. */
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
 * @space: its pages; the pager does not use it any more
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
 * vmlab_bpf_list() - tell of the policies that are loaded
 * @infos: filled in, zeroed by the caller
 * @nr: room in it
 *
 * Context: process context, may sleep.
 * Return: how many there are.
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

/* --- what the BPF subsystem asks ------------------------------------------ */

static int vmlab_ops_btf_init(struct btf *btf)
{
	vmlab_bpf_registered = true;
	return 0;
}

/* A program that may sleep would do so under a spinlock. */
static int vmlab_ops_check_member(const struct btf_type *type,
				  const struct btf_member *member,
				  const struct bpf_prog *prog)
{
	return prog->sleepable ? -EINVAL : 0;
}

/* Like a file name: it becomes one. */
static bool vmlab_ops_name_ok(const char *name)
{
	const char *p;

	if (!*name || *name == '.' ||
	    strnlen(name, VMLAB_POLICY_NAME_MAX) == VMLAB_POLICY_NAME_MAX)
		return false;
	for (p = name; *p; p++)
		if (!isascii(*p) || (!isalnum(*p) && !strchr("._-", *p)))
			return false;
	return true;
}

static int vmlab_ops_init_member(const struct btf_type *type,
				 const struct btf_member *member, void *kdata,
				 const void *udata)
{
	const struct vmlab_policy_ops *from = udata;
	struct vmlab_policy_ops *to = kdata;
	u32 at = __btf_member_bit_offset(type, member) / 8;

	switch (at) {
	case offsetof(struct vmlab_policy_ops, name):
		if (!vmlab_ops_name_ok(from->name))
			return -EINVAL;
		strscpy(to->name, from->name, sizeof(to->name));
		return 1;
	case offsetof(struct vmlab_policy_ops, flags):
		if (from->flags & ~VMLAB_POLICY_SAMPLES)
			return -EINVAL;
		to->flags = from->flags;
		return 1;
	}
	return 0;
}

static int vmlab_ops_validate(void *kdata)
{
	const struct vmlab_policy_ops *ops = kdata;

	return ops->victim ? 0 : -EINVAL;
}

static int vmlab_ops_reg(void *kdata, struct bpf_link *link)
{
	return vmlab_bpf_load(kdata);
}

static void vmlab_ops_unreg(void *kdata, struct bpf_link *link)
{
	vmlab_bpf_unload(kdata);
}

static bool vmlab_ops_valid_access(int off, int size,
				   enum bpf_access_type type,
				   const struct bpf_prog *prog,
				   struct bpf_insn_access_aux *info)
{
	return bpf_tracing_btf_ctx_access(off, size, type, prog, info);
}

static const struct bpf_verifier_ops vmlab_ops_verifier = {
	.get_func_proto	 = bpf_base_func_proto,
	.is_valid_access = vmlab_ops_valid_access,
};

/* Never called: they tell the types of the callbacks. */

static int stub_init(struct vmlab_bpf_space *space)
{
	return 0;
}

static void stub_exit(struct vmlab_bpf_space *space)
{
}

static void stub_insert(struct vmlab_bpf_space *space, u64 pgoff, u32 accessed)
{
}

static void stub_remove(struct vmlab_bpf_space *space, u64 pgoff)
{
}

static void stub_access(struct vmlab_bpf_space *space, u64 pgoff)
{
}

static u64 stub_victim(struct vmlab_bpf_space *space, u64 prev)
{
	return VMLAB_BPF_NONE;
}

static void stub_fault(struct vmlab_bpf_space *space, u64 pgoff, u64 first,
		       u64 end, u32 filled)
{
}

static struct vmlab_policy_ops vmlab_ops_stubs = {
	.init	= stub_init,
	.exit	= stub_exit,
	.insert	= stub_insert,
	.remove	= stub_remove,
	.access	= stub_access,
	.victim	= stub_victim,
	.fault	= stub_fault,
};

static struct bpf_struct_ops bpf_vmlab_policy_ops = {
	.verifier_ops	= &vmlab_ops_verifier,
	.init		= vmlab_ops_btf_init,
	.check_member	= vmlab_ops_check_member,
	.init_member	= vmlab_ops_init_member,
	.validate	= vmlab_ops_validate,
	.reg		= vmlab_ops_reg,
	.unreg		= vmlab_ops_unreg,
	.cfi_stubs	= &vmlab_ops_stubs,
	.owner		= THIS_MODULE,
	.name		= "vmlab_policy_ops",
};

/**
 * vmlab_bpf_init() - offer the struct_ops type and its functions; once, at
 *	module load.  The kernel takes both back by itself at unload.
 *
 * Context: process context, may sleep.
 * Return: 0, also where the kernel or this module has no type information: the
 * feature is absent then.  Else a negative errno.
 */
int vmlab_bpf_init(void)
{
	int ret = vmlab_bpf_kfuncs_init();

	if (!ret)
		ret = register_bpf_struct_ops(&bpf_vmlab_policy_ops,
					      vmlab_policy_ops);
	if (ret == -ENOENT)
		ret = 0;
	if (!ret && !vmlab_bpf_registered)
		pr_info("vmlab: no policies in BPF: the module has no BTF\n");
	return ret;
}

/**
 * vmlab_bpf_usable() - can policies be loaded?
 *
 * Context: any.
 * Return: whether the kernel accepted the struct_ops type.
 */
bool vmlab_bpf_usable(void)
{
	return vmlab_bpf_registered;
}

#endif /* VMLAB_HAVE_STRUCT_OPS */
