// SPDX-License-Identifier: GPL-2.0
/* Names of the bits of vm_flags and of the feature mask; the features. */
#include <linux/build_bug.h>
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/mm.h>

#include "compat.h"
#include "inspect/arch.h"
#include "inspect/inspect.h"
#include "policy/bpf/loaded.h"

struct mask_name {
	u64 mask;
	struct vmlab_flag_name name;
};

#define VMA_FLAG(flag, word, letters) \
	{ (u64)VM_##flag, { word, letters } }

/*
 * Words are those of include/linux/mm.h, letters those of /proc/PID/smaps.
 * Several flags share a bit on some kernels: the first that is listed wins.
 */
static const struct mask_name vma_flags[] = {
	VMA_FLAG(READ, "read", "rd"),
	VMA_FLAG(WRITE, "write", "wr"),
	VMA_FLAG(EXEC, "exec", "ex"),
	VMA_FLAG(SHARED, "shared", "sh"),
	VMA_FLAG(MAYREAD, "mayread", "mr"),
	VMA_FLAG(MAYWRITE, "maywrite", "mw"),
	VMA_FLAG(MAYEXEC, "mayexec", "me"),
	VMA_FLAG(MAYSHARE, "mayshare", "ms"),
	VMA_FLAG(GROWSDOWN, "growsdown", "gd"),
	VMA_FLAG(PFNMAP, "pfnmap", "pf"),
	VMA_FLAG(MAYBE_GUARD, "maybe_guard", "gu"),
	VMA_FLAG(LOCKED, "locked", "lo"),
	VMA_FLAG(IO, "io", "io"),
	VMA_FLAG(SEQ_READ, "seq_read", "sr"),
	VMA_FLAG(RAND_READ, "rand_read", "rr"),
	VMA_FLAG(DONTCOPY, "dontcopy", "dc"),
	VMA_FLAG(DONTEXPAND, "dontexpand", "de"),
	VMA_FLAG(LOCKONFAULT, "lockonfault", "lf"),
	VMA_FLAG(ACCOUNT, "account", "ac"),
	VMA_FLAG(NORESERVE, "noreserve", "nr"),
	VMA_FLAG(HUGETLB, "hugetlb", "ht"),
	VMA_FLAG(SYNC, "sync", "sf"),
	VMA_FLAG(ARCH_1, "arch_1", "ar"),
	VMA_FLAG(WIPEONFORK, "wipeonfork", "wf"),
	VMA_FLAG(DONTDUMP, "dontdump", "dd"),
	VMA_FLAG(SOFTDIRTY, "softdirty", "sd"),
	VMA_FLAG(MIXEDMAP, "mixedmap", "mm"),
	VMA_FLAG(HUGEPAGE, "hugepage", "hg"),
	VMA_FLAG(NOHUGEPAGE, "nohugepage", "nh"),
	VMA_FLAG(MERGEABLE, "mergeable", "mg"),
	VMA_FLAG(UFFD_MISSING, "uffd_missing", "um"),
	VMA_FLAG(UFFD_WP, "uffd_wp", "uw"),
	VMA_FLAG(UFFD_MINOR, "uffd_minor", "ui"),
	VMA_FLAG(UFFD_RWP, "uffd_rwp", "ur"),
	VMA_FLAG(SHADOW_STACK, "shadow_stack", "ss"),
	VMA_FLAG(DROPPABLE, "droppable", "dp"),
	VMA_FLAG(SEALED, "sealed", "sl"),
	VMA_FLAG(ALLOW_ANY_UNCACHED, "allow_any_uncached", ""),
	VMA_FLAG(PKEY_BIT0, "pkey_bit0", ""),
	VMA_FLAG(PKEY_BIT1, "pkey_bit1", ""),
	VMA_FLAG(PKEY_BIT2, "pkey_bit2", ""),
	VMA_FLAG(PKEY_BIT3, "pkey_bit3", ""),
};

#define FEATURE(feature, word) { VMLAB_FEAT_##feature, { word, "" } }

static const struct mask_name features[] = {
	FEATURE(PIDFD, "pidfd"),
	FEATURE(PER_VMA_LOCK, "per_vma_lock"),
	FEATURE(ANON_NAME, "anon_name"),
	FEATURE(SOFT_DIRTY, "soft_dirty"),
	FEATURE(THP, "thp"),
	FEATURE(HUGETLB, "hugetlb"),
	FEATURE(UFFD, "uffd"),
	FEATURE(STRUCT_OPS, "struct_ops"),
	FEATURE(PGTABLE, "pgtable"),
	FEATURE(HUGE, "huge_frames"),
	FEATURE(NO_PROTECT, "no_protect"),
};

static const struct vmlab_flag_name *
find_name(const struct mask_name *names, unsigned int nr, unsigned int bit)
{
	static const struct vmlab_flag_name none;
	unsigned int i;

	if (bit < 64)
		for (i = 0; i < nr; i++)
			if (names[i].mask == BIT_ULL(bit))
				return &names[i].name;
	return &none;
}

/**
 * vmlab_vma_flag_name() - return the name of a bit of vm_flags on this kernel
 * @bit: 0 to 63
 *
 * Context: any.
 * Return: its names, empty when the bit has no meaning here.
 */
const struct vmlab_flag_name *vmlab_vma_flag_name(unsigned int bit)
{
	return find_name(vma_flags, ARRAY_SIZE(vma_flags), bit);
}
VMLAB_EXPORT_FOR_KUNIT(vmlab_vma_flag_name);

/**
 * vmlab_feature_name() - return the name of a bit of vmlab_info.features
 * @bit: 0 to 63
 *
 * Context: any.
 * Return: its names, empty for an unknown feature.
 */
const struct vmlab_flag_name *vmlab_feature_name(unsigned int bit)
{
	return find_name(features, ARRAY_SIZE(features), bit);
}
VMLAB_EXPORT_FOR_KUNIT(vmlab_feature_name);

/**
 * vmlab_features() - return the features that this kernel has
 *
 * Context: any.
 * Return: VMLAB_FEAT_* bits.
 */
u64 vmlab_features(void)
{
	u64 f = 0;

	if (VMLAB_HAVE_PIDFD)
		f |= VMLAB_FEAT_PIDFD;
	if (VMLAB_FAULT_VMA_LOCK && IS_ENABLED(CONFIG_PER_VMA_LOCK))
		f |= VMLAB_FEAT_PER_VMA_LOCK;
	if (IS_ENABLED(CONFIG_ANON_VMA_NAME))
		f |= VMLAB_FEAT_ANON_NAME;
	if (IS_ENABLED(CONFIG_MEM_SOFT_DIRTY))
		f |= VMLAB_FEAT_SOFT_DIRTY;
	if (IS_ENABLED(CONFIG_TRANSPARENT_HUGEPAGE))
		f |= VMLAB_FEAT_THP;
	if (IS_ENABLED(CONFIG_HUGETLB_PAGE))
		f |= VMLAB_FEAT_HUGETLB;
	if (IS_ENABLED(CONFIG_USERFAULTFD))
		f |= VMLAB_FEAT_UFFD;
	if (vmlab_bpf_usable())
		f |= VMLAB_FEAT_STRUCT_OPS;
	if (vmlab_huge_possible())
		f |= VMLAB_FEAT_HUGE;
	if (vmlab_pt_levels())
		f |= VMLAB_FEAT_PGTABLE;
	if (VMLAB_HAVE_CLEAN_RECORD)
		f |= VMLAB_FEAT_NO_PROTECT;
	return f;
}
VMLAB_EXPORT_FOR_KUNIT(vmlab_features);
