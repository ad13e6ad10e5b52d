/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * Memory of the kernel itself: how kmalloc(), vmalloc() and vmap() map frames.
 *
 * A part of <linux/vmlab.h>, which states the rules for all requests: include
 * that one.
 */
#ifndef _UAPI_LINUX_VMLAB_KMEM_H
#define _UAPI_LINUX_VMLAB_KMEM_H

#ifndef _UAPI_LINUX_VMLAB_H
#error "include <linux/vmlab.h>"
#endif

/* vmlab_kmem.kind */
#define VMLAB_KMEM_KMALLOC	0	/* kmalloc(): frames in a row, through the direct map */
#define VMLAB_KMEM_VMALLOC	1	/* vmalloc(): any frames, mapped by page tables */
#define VMLAB_KMEM_VMAP		2	/* vmap() of frames of which no two are adjacent */

#define VMLAB_KMEM_LENGTH_MAX	(8ULL << 20)

/* vmlab_kmem_page.flags */
#define VMLAB_KMEM_LRU		(1u << 0) /* on a list of pages that reclaim may evict */

/**
 * struct vmlab_kmem_page - one page of an allocation
 * @addr: kernel address of the page
 * @pfn: frame that the kernel's page tables map there
 * @flags: VMLAB_KMEM_*
 * @level: level of the entry that maps it: 1 for a PTE, 2 for 2 MiB, 3 for 1 GiB
 * @reserved: zero
 */
struct vmlab_kmem_page {
	__u64 addr;
	__u64 pfn;
	__u32 flags;
	__u8 level;
	__u8 reserved[3];
};

/**
 * struct vmlab_kmem - VMLAB_IOC_KMEM: allocate kernel memory, look at it, free it
 * @size: set by the caller
 * @flags: must be zero
 * @kind: [in] VMLAB_KMEM_*
 * @result: [out] VMLAB_PT_HIDDEN; must be zero on input
 * @length: [in] bytes, 1 to VMLAB_KMEM_LENGTH_MAX
 * @pages: [in] pointer to an array of struct vmlab_kmem_page
 * @nr: [in] records that @pages has room for
 *	[out] pages of the allocation; those without room are left out
 * @reserved: must be zero
 *
 * The memory is freed before the request returns, and nothing is read from or
 * written to it.  It is charged to the memory cgroup of the caller meanwhile.
 * The allocator does not retry and does not run the OOM killer.
 *
 * @pfn and @addr need CAP_SYS_ADMIN in the initial user namespace: without it
 * they are zero, and VMLAB_PT_HIDDEN is set.  @addr is also zero where
 * VMLAB_IOC_LAYOUT hides the addresses of the kernel half.
 *   EINVAL      @kind is unknown, or @length is out of range
 *   ENOMEM      the allocation failed: kmalloc() cannot allocate more than the
 *               largest block of the page allocator, 4 MiB on x86-64
 *   EOPNOTSUPP  VMLAB_FEAT_PGTABLE is missing
 *   EINTR       the caller was killed
 */
struct vmlab_kmem {
	__u32 size;
	__u32 flags;
	__u32 kind;
	__u32 result;
	__u64 length;
	__u64 pages;
	__u32 nr;
	__u32 reserved;
};

#define VMLAB_IOC_KMEM		_IO(VMLAB_IOC_MAGIC, 0x44)

#endif /* _UAPI_LINUX_VMLAB_KMEM_H */
