// SPDX-License-Identifier: GPL-2.0
/*
 * The struct_ops type vmlab_policy_ops, as the BPF subsystem needs it.
 *
 * A user who may load BPF programs registers a map of this type.  From then on
 * spaces can choose the policy, as sockets choose a congestion control.  The
 * kernel holds a reference to this module for each map of the type, and for
 * each program that calls one of its kfuncs.
 */
#include "compat.h"

#if VMLAB_HAVE_STRUCT_OPS

#include <linux/bpf.h>
#include <linux/bpf_verifier.h>
#include <linux/btf.h>
#include <linux/ctype.h>
#include <linux/module.h>
#include <linux/string.h>

#include "policy/bpf/kfuncs.h"
#include "policy/bpf/loaded.h"
#include "policy/bpf/policy.h"
#include "policy/bpf/struct_ops.h"

static int vmlab_ops_btf_init(struct btf *btf)
{
	vmlab_bpf_set_usable();
	return 0;
}

/* The pager calls programs under a spinlock. */
static int vmlab_ops_check_member(const struct btf_type *type,
				  const struct btf_member *member,
				  const struct bpf_prog *prog)
{
	return prog->sleepable ? -EINVAL : 0;
}

/* The name becomes a file name. */
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

/* Never called: the BPF subsystem takes the types of the callbacks from them. */

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
 * vmlab_bpf_init() - register the struct_ops type and its kfuncs; once, at
 *	module load.  The kernel unregisters both at unload.
 *
 * Context: process context, may sleep.
 * Return: 0, also where the kernel or this module has no BTF: the feature is
 * absent then.  Else a negative errno.
 */
int vmlab_bpf_init(void)
{
	int ret = vmlab_bpf_kfuncs_init();

	if (!ret)
		ret = register_bpf_struct_ops(&bpf_vmlab_policy_ops,
					      vmlab_policy_ops);
	if (ret == -ENOENT)
		ret = 0;
	if (!ret && !vmlab_bpf_usable())
		pr_info("vmlab: no policies in BPF: the module has no BTF\n");
	return ret;
}

#endif /* VMLAB_HAVE_STRUCT_OPS */
