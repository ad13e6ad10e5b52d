/* SPDX-License-Identifier: GPL-2.0 */
/* The kind of a fault: from flags, the VMA and the page-table entry. */
#ifndef VMLAB_FAULTS_CLASSIFY_BPF_H
#define VMLAB_FAULTS_CLASSIFY_BPF_H

#include "faults/maps.bpf.h"
#include "pagewalk.h"

static __always_inline bool flag(__u32 flags, __u64 mask)
{
	return flags & mask;
}

#define FAULT_FLAG(name) bpf_core_enum_value(enum fault_flag, FAULT_FLAG_##name)

/*
 * Return whether an attempt continues the previous one, which returned
 * VM_FAULT_RETRY: it has FAULT_FLAG_TRIED, or it holds mmap_lock after an attempt
 * under the lock of the VMA.  Any other attempt is a new exception.
 */
static __always_inline bool continues(const struct task_state *st,
				      __u64 address, __u32 flags)
{
	if ((st->address & PAGE_MASK) != (address & PAGE_MASK))
		return false;
	if (flag(flags, FAULT_FLAG(TRIED)))
		return true;
	if (!bpf_core_enum_value_exists(enum fault_flag, FAULT_FLAG_VMA_LOCK))
		return false;
	return flag(st->flags, FAULT_FLAG(VMA_LOCK)) &&
	       !flag(flags, FAULT_FLAG(VMA_LOCK));
}

/* what the kind of a fault depends on */
struct access {
	__u64 address;
	__u64 vm_flags;
	bool write;
	bool anon; /* the VMA is anonymous */
	bool file; /* it maps a file */
	bool vmlab; /* of vmlab */
};

/* Return the kind of a fault on an empty page-table entry. */
static __always_inline __u32 kind_of_empty(struct task_state *st,
					   const struct access *a)
{
	st->pfn_before = 0;
	if (a->anon) {
		if (st->stack_grown &&
		    st->stack_grown == (a->address & PAGE_MASK))
			return FAULT_STACK;
		return a->write ? FAULT_ANON : FAULT_ZERO;
	}
	if (!a->file || a->vm_flags & (VM_PFNMAP | VM_IO | VM_MIXEDMAP))
		return FAULT_SPECIAL;
	if (!a->write)
		return FAULT_FILE_READ;
	return a->vm_flags & VM_SHARED ? FAULT_FILE_WRITE : FAULT_COW;
}

/* Return whether an entry is neither present, nor in swap, nor a marker. */
static __always_inline bool is_migration(__u64 entry)
{
	return entry && !(entry & (ENTRY_PRESENT | ENTRY_PROTNONE)) &&
	       ENTRY_SWAP_TYPE(entry) >= SWAP_TYPES &&
	       ENTRY_SWAP_TYPE(entry) != SWAP_TYPE_MARKER;
}

/* Return the kind as far as it shows before the fault is handled. */
static __always_inline __u32 kind_at_entry(struct task_state *st,
					   const struct access *a)
{
	struct walk w;

	if (a->vm_flags & VM_HUGETLB)
		return FAULT_HUGETLB;
	if (a->vmlab)
		return FAULT_VMLAB;
	walk_page_table(st->pgd, a->address, &w);
	st->pte = w.level == 1 ? w.slot : 0;
	if (!w.valid) {
		lost(LOST_WALK);
		return kind_of_empty(st, a);
	}
	if (!w.entry)
		return kind_of_empty(st, a);
	if (!(w.entry & ENTRY_PRESENT)) {
		if (w.entry & ENTRY_PROTNONE)
			return FAULT_NUMA;
		if (ENTRY_SWAP_TYPE(w.entry) < SWAP_TYPES)
			return FAULT_SWAP;
		if (ENTRY_SWAP_TYPE(w.entry) == SWAP_TYPE_MARKER)
			return kind_of_empty(st, a);
		return FAULT_MIGRATION;
	}
	if (!a->write || w.entry & ENTRY_WRITE)
		return FAULT_SPURIOUS;
	if (!a->anon && kind_of_empty(st, a) == FAULT_SPECIAL)
		return FAULT_SPECIAL;
	if (a->vm_flags & VM_SHARED)
		return FAULT_FILE_WRITE;
	st->pfn_before = walk_pfn(&w, a->address);
	return FAULT_COW;
}

/*
 * Return the final kind: some kinds show only in the entry after the fault.
 * @pte: the address of the entry, if it is known
 */
static __noinline int kind_by_result(struct task_state *st, __u64 pte,
				     bool major)
{
	struct walk w;

	if (!st)
		return FAULT_SPECIAL;
	/* a major fault on tmpfs is a read from swap */
	if (st->tmpfs && major && st->kind != FAULT_VMLAB &&
	    st->kind != FAULT_UFFD)
		return FAULT_SWAP;
	if (st->kind == FAULT_ANON || st->kind == FAULT_ZERO) {
		walk_again(st->pgd, st->address, pte, &w);
		/* the entry was empty only while the page was being unmapped */
		if (w.valid && is_migration(w.entry))
			return FAULT_MIGRATION;
		if (st->kind == FAULT_ANON && w.valid && w.level > 1 &&
		    w.entry & ENTRY_LEAF)
			return FAULT_THP;
	} else if (st->kind == FAULT_COW && st->pfn_before) {
		walk_again(st->pgd, st->address, pte, &w);
		if (w.valid && (w.entry & ENTRY_PRESENT) &&
		    (w.entry & ENTRY_WRITE) &&
		    walk_pfn(&w, st->address) == st->pfn_before)
			return FAULT_REUSE;
	}
	return st->kind;
}

/* Return the final kind of the current fault. */
static __always_inline __u32 kind_at_return(struct task_state *st, bool major)
{
	__u64 entry;

	/* the common case, without a call */
	if (bpf_rdonly_cast && st->kind == FAULT_ANON && st->pte && !major &&
	    read_entry(st->pte, &entry, true) && entry & ENTRY_PRESENT)
		return FAULT_ANON;
	return kind_by_result(st, st->pte, major);
}

#endif /* VMLAB_FAULTS_CLASSIFY_BPF_H */
