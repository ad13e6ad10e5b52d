/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * vmlab: the only contract between the module and user space.
 *
 * This header states the rules for all requests, and includes those for each
 * area: vmlab_mm.h, vmlab_pagetable.h, vmlab_kmem.h, vmlab_tree.h,
 * vmlab_space.h, vmlab_paging.h and vmlab_events.h.
 *
 * Rules that hold for every request:
 *
 * - The argument is a pointer to a structure.  The caller sets its first
 *   member, @size, to the sizeof() of the structure that it was compiled with,
 *   as in openat2(2).  The module accepts a smaller, older structure.  It
 *   accepts a larger, newer one when the members that it does not know are
 *   zero.
 *     EINVAL  @size is below the structure's first published size
 *     E2BIG   @size is above PAGE_SIZE, or an unknown member is not zero
 * - Members named @reserved and undefined flag bits must be zero: EINVAL.
 * - Members are input unless marked [out] or [in, out]; in structures that
 *   only report, all but @size, @flags and @target are output.
 * - Every member has a fixed width and natural alignment, and pointers are
 *   passed as __u64: the layout is the same for 32-bit callers.
 * - Addresses and lengths are bytes unless a comment says pages; a page is
 *   1 << vmlab_info.page_shift bytes.  Ranges are half open: [start, end).
 * - Any request can fail with
 *     EFAULT  a pointer is invalid
 *     ENOTTY  the module does not know the request
 */
#ifndef _UAPI_LINUX_VMLAB_H
#define _UAPI_LINUX_VMLAB_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define VMLAB_DEVICE		"/dev/vmlab"
#define VMLAB_ABI_VERSION	1	/* incremented when a request changes meaning */

#define VMLAB_IOC_MAGIC		0xB7

/* --- the module and the kernel ------------------------------------------- */

/* vmlab_info.features */
#define VMLAB_FEAT_PIDFD	(1ULL << 0) /* targets by pidfd (Linux 6.9+) */
#define VMLAB_FEAT_PER_VMA_LOCK	(1ULL << 1) /* CONFIG_PER_VMA_LOCK */
#define VMLAB_FEAT_ANON_NAME	(1ULL << 2) /* CONFIG_ANON_VMA_NAME */
#define VMLAB_FEAT_SOFT_DIRTY	(1ULL << 3) /* CONFIG_MEM_SOFT_DIRTY */
#define VMLAB_FEAT_THP		(1ULL << 4) /* CONFIG_TRANSPARENT_HUGEPAGE */
#define VMLAB_FEAT_HUGETLB	(1ULL << 5) /* CONFIG_HUGETLB_PAGE */
#define VMLAB_FEAT_UFFD		(1ULL << 6) /* CONFIG_USERFAULTFD */
#define VMLAB_FEAT_STRUCT_OPS	(1ULL << 7) /* BPF policies: VMLAB_POLICY_BPF */
#define VMLAB_FEAT_PGTABLE	(1ULL << 8) /* page tables: vmlab_pagetable.h */
#define VMLAB_FEAT_HUGE		(1ULL << 9) /* huge frames: VMLAB_SPACE_HUGE */
#define VMLAB_FEAT_NO_PROTECT	(1ULL << 10) /* VMLAB_DIRTY_NO_PROTECT */

/**
 * struct vmlab_info - VMLAB_IOC_INFO: versions, features, sizes
 * @size: set by the caller, see the rules above
 * @abi_version: VMLAB_ABI_VERSION that the module was built with
 * @features: VMLAB_FEAT_* bits that are usable on this kernel
 * @page_shift: log2 of the page size in bytes
 * @pgtable_levels: levels of the page table in use: 4 or 5
 * @va_bits: bits of a user virtual address: 47 or 56 on x86-64
 * @pa_bits: bits of a physical address in a page table entry
 * @module_version: the module's version, NUL-terminated
 * @kernel_release: the kernel's release as in uname(2), NUL-terminated
 *
 * Needs no privilege.
 */
struct vmlab_info {
	__u32 size;
	__u32 abi_version;
	__u64 features;
	__u32 page_shift;
	__u32 pgtable_levels;
	__u32 va_bits;
	__u32 pa_bits;
	char module_version[32];
	char kernel_release[64];
};

#define VMLAB_IOC_INFO		_IO(VMLAB_IOC_MAGIC, 0x00)

/* vmlab_flag_names.kind */
#define VMLAB_NAMES_VMA_FLAGS	0	/* bits of vmlab_vma.vm_flags */
#define VMLAB_NAMES_FEATURES	1	/* bits of vmlab_info.features */
#define VMLAB_NAMES_PTE		2	/* VMLAB_PTE_* bits, as in vmlab_pte.flags */
#define VMLAB_NAMES_PAGE_FLAGS	3	/* bits of vmlab_page.page_flags */

/**
 * struct vmlab_flag_name - name of one bit on the running kernel
 * @name: the name in the kernel's source, in lower case and without its prefix:
 *	"mayread", "pfnmap"; empty when the bit has no meaning on this kernel
 * @mnemonic: the two letters of "VmFlags:" in /proc/PID/smaps
 *	(proc_pid_smaps(5)), or empty
 */
struct vmlab_flag_name {
	char name[20];
	char mnemonic[4];
};

/**
 * struct vmlab_flag_names - VMLAB_IOC_FLAG_NAMES: names of 64 flag bits
 * @size: set by the caller
 * @kind: VMLAB_NAMES_*; EINVAL for another
 * @bit: [out] @bit[n] is the name of bit n
 *
 * Bit numbers of vm_flags differ between kernels; with the names a program
 * decodes them on any kernel.  Needs no privilege.
 */
struct vmlab_flag_names {
	__u32 size;
	__u32 kind;
	struct vmlab_flag_name bit[64];
};

#define VMLAB_IOC_FLAG_NAMES	_IO(VMLAB_IOC_MAGIC, 0x01)

/* --- targets and accesses ------------------------------------------------ */

/* vmlab_target.kind */
#define VMLAB_TARGET_SELF	0	/* the caller; @id must be 0 */
#define VMLAB_TARGET_PID	1	/* @id is a pid or tid in the caller's pid namespace */
#define VMLAB_TARGET_PIDFD	2	/* @id is a pidfd, see pidfd_open(2) */

/**
 * struct vmlab_target - the process whose mm a request reads
 * @kind: VMLAB_TARGET_*
 * @id: a number whose meaning depends on @kind
 *
 * A process may always inspect its own mm.  The mm of another process needs
 * CAP_SYS_PTRACE in the user namespace of that mm.
 *   EINVAL      unknown @kind; @id is not positive, or not 0 for SELF
 *   ESRCH       there is no such process, or it has exited: a zombie has no mm.
 *               A leader that has exited stands for its process while one of
 *               its threads lives
 *   EBADF       @id is not a pidfd
 *   EPERM       the caller lacks CAP_SYS_PTRACE
 *   EOPNOTSUPP  a pidfd, without VMLAB_FEAT_PIDFD
 *   ENXIO       the target is a kernel thread, and the request needs an mm
 *   EINTR       the caller was killed while it waited for a lock
 */
struct vmlab_target {
	__u32 kind;
	__s32 id;
};

/* vmlab_translation.access, vmlab_translation.vma_access, vmlab_inject_rule.access */
#define VMLAB_ACCESS_READ	(1u << 0)
#define VMLAB_ACCESS_WRITE	(1u << 1)
#define VMLAB_ACCESS_EXEC	(1u << 2)

#include <linux/vmlab_mm.h>
#include <linux/vmlab_pagetable.h>
#include <linux/vmlab_kmem.h>
#include <linux/vmlab_tree.h>
#include <linux/vmlab_space.h>
#include <linux/vmlab_paging.h>
#include <linux/vmlab_events.h>

#endif /* _UAPI_LINUX_VMLAB_H */
