/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Every difference between the kernels that vmlab supports (6.1 and later),
 * and nothing else.  Each is tested by the version that made the change.
 */
#ifndef VMLAB_COMPAT_H
#define VMLAB_COMPAT_H

#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/shmem_fs.h>
#include <linux/shrinker.h>
#include <linux/slab.h>
#include <linux/version.h>
#include <linux/workqueue.h>

/*
 * Annotations of locks.  Since 7.0 clang checks them, and tells RCU and other shared
 * locks from exclusive ones; before, sparse checked some.
 */
#ifndef __guarded_by
#define __guarded_by(...)
#endif
#ifndef __acquires_shared
#define __acquires_shared(...)	__acquires(__VA_ARGS__)
#define __releases_shared(...)	__releases(__VA_ARGS__)
#endif
#ifndef __context_unsafe
#define __context_unsafe(comment)
#define context_unsafe(...)	(__VA_ARGS__)
#endif

/* Batches of pages and folios; the header was renamed in 7.3. */
#if __has_include(<linux/folio_batch.h>)
#include <linux/folio_batch.h>
#else
#include <linux/pagevec.h>
#endif

/*
 * The user namespace of an mm, in which privileges are checked, was moved from
 * mm_struct to the task's exec_state in 7.x.  The header was added with it.
 */
#if __has_include(<linux/sched/exec_state.h>)
#include <linux/sched/exec_state.h>
static inline struct user_namespace *
vmlab_mm_user_ns(struct task_struct *task, struct mm_struct *mm)
{
	return rcu_dereference(task->exec_state)->user_ns;
}
#else
static inline struct user_namespace *
vmlab_mm_user_ns(struct task_struct *task, struct mm_struct *mm)
{
	return mm->user_ns;
}
#endif

/*
 * RSS counters became per-CPU in 6.2: the plain read is off by up to the
 * batch size times the number of CPUs, the sum is exact.
 */
static inline unsigned long vmlab_mm_counter(struct mm_struct *mm, int member)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 2, 0)
	return percpu_counter_sum_positive(&mm->rss_stat[member]);
#else
	return get_mm_counter(mm, member);
#endif
}

/* vma_is_initial_heap() and vma_is_initial_stack() were added in 6.6. */
static inline bool vmlab_vma_is_heap(const struct vm_area_struct *vma)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
	return vma_is_initial_heap(vma);
#else
	return vma->vm_start <= vma->vm_mm->brk &&
	       vma->vm_end >= vma->vm_mm->start_brk;
#endif
}

static inline bool vmlab_vma_is_stack(const struct vm_area_struct *vma)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
	return vma_is_initial_stack(vma);
#else
	return vma->vm_start <= vma->vm_mm->start_stack &&
	       vma->vm_end >= vma->vm_mm->start_stack;
#endif
}

/*
 * Since 6.8 the file of a mapping on a stacked file system is a backing file;
 * its user path is that of the file that the user opened.  Before, f_path is.
 */
static inline const struct path *vmlab_file_path(const struct file *file)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 8, 0)
	return file_user_path(file);
#else
	return &file->f_path;
#endif
}

static inline const struct inode *vmlab_file_inode(const struct file *file)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 8, 0)
	return file_user_inode(file);
#else
	return file_inode(file);
#endif
}

/*
 * Since 6.9 a pidfd is an inode of pidfs whose i_private is the struct pid.
 * Before, only unexported symbols could tell a pidfd from another file.
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 9, 0)
#define VMLAB_HAVE_PIDFD 1
#else
#define VMLAB_HAVE_PIDFD 0
#endif

/*
 * Functions that clean the entries of a mapping are built where a driver selects
 * them, as vmwgfx does.
 */
#ifdef CONFIG_MAPPING_DIRTY_HELPERS
#define VMLAB_HAVE_CLEAN_RECORD 1
#define vmlab_clean_record clean_record_shared_mapping_range
#else
#define VMLAB_HAVE_CLEAN_RECORD 0
static inline unsigned long
vmlab_clean_record(struct address_space *mapping, pgoff_t first, pgoff_t nr,
		   pgoff_t bitmap_pgoff, unsigned long *bitmap, pgoff_t *start,
		   pgoff_t *end)
{
	return 0;
}
#endif

/*
 * vmf_insert_folio_pmd() was added in 6.15.  Older functions add no reverse
 * mapping, so eviction could not find the huge entry.
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 15, 0) && \
	defined(CONFIG_TRANSPARENT_HUGEPAGE)
#define VMLAB_HAVE_HUGE
#define vmlab_huge_possible() has_transparent_hugepage()
#else
#define vmlab_huge_possible() false
#endif

/*
 * The bit of userfaultfd in a huge entry lost its "_WP" in 7.x, when VM_UFFD_RWP
 * was added.
 */
#ifdef VM_UFFD_RWP
#define vmlab_pmd_uffd(pmd) pmd_uffd(pmd)
#else
#define vmlab_pmd_uffd(pmd) pmd_uffd_wp(pmd)
#endif

/*
 * vm_insert_page() and vm_insert_pages() map pages in VMAs with VM_MIXEDMAP only,
 * where mlock(2), guard regions and KSM do not work.  Where
 * vmf_insert_page_mkwrite() maps a page in any VMA, since 6.15, they do that too,
 * if they are given a VMA that exists for the call alone: they use its mm, range
 * and protection.  With VM_MIXEDMAP they count no page as locked by mlock(2).
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 15, 0)
#define VMLAB_AROUND_VM_FLAGS 0
static inline unsigned int vmlab_insert_locked(struct vm_fault *vmf,
					       unsigned long addr,
					       struct page *page)
{
	struct folio *folio = page_folio(page);
	struct vm_fault other = {
		.vma = vmf->vma,
		.address = addr,
	};
	int before = folio_mapcount(folio);

	/* NOPAGE is also returned when another entry is present. */
	return vmf_insert_page_mkwrite(&other, page, false) ==
	       VM_FAULT_NOPAGE && folio_mapcount(folio) > before;
}

static __always_inline void vmlab_vma_copy(struct vm_area_struct *copy,
					   const struct vm_area_struct *vma,
					   pgprot_t prot)
{
	memset(copy, 0, sizeof(*copy));
	copy->vm_mm = vma->vm_mm;
	copy->vm_start = vma->vm_start;
	copy->vm_end = vma->vm_end;
	copy->vm_page_prot = prot;
	vm_flags_init(copy, vma->vm_flags | VM_MIXEDMAP);
}

/*
 * Map up to @nr pages from @addr on, as far as nothing else is there.  Returns how
 * many were mapped; @asked is set to how many were tried.
 */
static inline unsigned int vmlab_insert_pages(struct vm_fault *vmf,
					      unsigned long addr,
					      struct page **pages,
					      unsigned int nr,
					      unsigned int *asked)
{
	const struct vm_area_struct *vma = vmf->vma;
	unsigned long left = nr;
	struct vm_area_struct copy __uninitialized;

	*asked = vma->vm_flags & VM_LOCKED ? 1 : nr;
	if (vma->vm_flags & VM_LOCKED)
		return vmlab_insert_locked(vmf, addr, *pages);
	vmlab_vma_copy(&copy, vma, vma->vm_page_prot);
	vm_insert_pages(&copy, addr, pages, &left);
	return nr - left;
}
#else
#define VMLAB_AROUND_VM_FLAGS VM_MIXEDMAP
static inline unsigned int vmlab_insert_pages(struct vm_fault *vmf,
					      unsigned long addr,
					      struct page **pages,
					      unsigned int nr,
					      unsigned int *asked)
{
	unsigned long left = nr;

	*asked = nr;
	vm_insert_pages(vmf->vma, addr, pages, &left);
	return nr - left;
}
#endif

/*
 * Set a writable and dirty entry, as pte_mkwrite() and pte_mkdirty() make it, if
 * there is none.  vmf_insert_page_mkwrite() can do that too, but warns when another
 * one, such as a guard marker, was set since the fault began.  Returns 0, -EBUSY when
 * there is an entry, or another errno.
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 15, 0) && defined(CONFIG_X86)
#define VMLAB_HAVE_INSERT_WRITABLE 1
static __always_inline int vmlab_insert_writable(struct vm_fault *vmf,
						 struct page *page)
{
	const pgprotval_t writable = _PAGE_RW | _PAGE_DIRTY | _PAGE_SOFT_DIRTY;
	const struct vm_area_struct *vma = vmf->vma;
	struct vm_area_struct copy __uninitialized;

	vmlab_vma_copy(&copy, vma,
		       __pgprot(pgprot_val(vma->vm_page_prot) | writable));
	return vm_insert_page(&copy, vmf->address, page);
}
#else
#define VMLAB_HAVE_INSERT_WRITABLE 0
static inline int vmlab_insert_writable(struct vm_fault *vmf,
					struct page *page)
{
	return -EOPNOTSUPP;
}
#endif

/*
 * Modules can offer struct_ops types since 6.9; with a link as argument of
 * their callbacks, as here, since 6.11.
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 11, 0) && \
	defined(CONFIG_BPF_JIT) && defined(CONFIG_BPF_SYSCALL) && \
	defined(CONFIG_DEBUG_INFO_BTF_MODULES)
#define VMLAB_HAVE_STRUCT_OPS 1
/* Since about 7.0 all arguments are trusted, without a flag. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(7, 0, 0)
#define VMLAB_KF_TRUSTED 0
#else
#define VMLAB_KF_TRUSTED KF_TRUSTED_ARGS
#endif
#else
#define VMLAB_HAVE_STRUCT_OPS 0
#endif

/* folio_mapcount() was exported, or inline, only after 6.1. */
static inline int vmlab_frame_mapcount(struct folio *folio)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 9, 0)
	return folio_mapcount(folio);
#else
	return page_mapcount(folio_page(folio, 0));
#endif
}

/* VMA flags have been write-protected by type since 6.3. */
static inline void vmlab_vm_flags_set(struct vm_area_struct *vma,
				      unsigned long flags)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
	vm_flags_set(vma, flags);
#else
	vma->vm_flags |= flags;
#endif
}

/* shmem_file_setup() takes a bitmap of VMA flags since 7.0. */
static inline struct file *vmlab_shmem_file(const char *name, loff_t size)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(7, 0, 0)
	return shmem_file_setup(name, size, mk_vma_flags(VMA_NORESERVE_BIT));
#else
	return shmem_file_setup(name, size, VM_NORESERVE);
#endif
}

/*
 * Shrinkers are allocated by shrinker_alloc() since 6.7.  Before, their owner
 * allocated them, and they had no private data.
 */
static inline struct shrinker *
vmlab_shrinker_start(const char *name,
		     unsigned long (*count)(struct shrinker *,
					    struct shrink_control *),
		     unsigned long (*scan)(struct shrinker *,
					   struct shrink_control *))
{
	struct shrinker *shrinker;

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 7, 0)
	shrinker = shrinker_alloc(0, "%s", name);
#else
	shrinker = kzalloc(sizeof(*shrinker), GFP_KERNEL);
#endif
	if (!shrinker)
		return NULL;
	shrinker->count_objects = count;
	shrinker->scan_objects = scan;
	shrinker->seeks = DEFAULT_SEEKS;
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 7, 0)
	shrinker_register(shrinker);
#else
	if (register_shrinker(shrinker, "%s", name)) {
		kfree(shrinker);
		return NULL;
	}
#endif
	return shrinker;
}

static inline void vmlab_shrinker_stop(struct shrinker *shrinker)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 7, 0)
	shrinker_free(shrinker);
#else
	unregister_shrinker(shrinker);
	kfree(shrinker);
#endif
}

/*
 * Releasing an empty batch of folios, of pages before 6.6, drains the batches
 * of this CPU, those of mlock(2) too.
 */
static inline void vmlab_drain_batches(void)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
	struct folio_batch batch;

	folio_batch_init(&batch);
	__folio_batch_release(&batch);
#else
	struct pagevec batch;

	pagevec_init(&batch);
	__pagevec_release(&batch);
#endif
}

/* Since 6.17 per-CPU workqueues are requested by a flag. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 17, 0)
#define VMLAB_WQ_PERCPU WQ_PERCPU
#else
#define VMLAB_WQ_PERCPU 0
#endif

/*
 * Page faults are handled under the per-VMA lock since 6.4 for anonymous
 * memory, and since 6.7 for mappings of files.
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 7, 0)
#define VMLAB_FAULT_VMA_LOCK FAULT_FLAG_VMA_LOCK
#else
#define VMLAB_FAULT_VMA_LOCK 0
#endif

/* May a fault be answered by VM_FAULT_RETRY, with its lock dropped? */
static inline bool vmlab_fault_may_retry(unsigned int flags)
{
	return fault_flag_allow_retry_first(flags) &&
	       !(flags & FAULT_FLAG_RETRY_NOWAIT);
}

/*
 * May a killed task drop the lock, also in a later try?  As
 * __folio_lock_or_retry() in mm/filemap.c.
 */
static inline bool vmlab_fault_may_end(unsigned int flags)
{
	return flags & FAULT_FLAG_ALLOW_RETRY &&
	       flags & FAULT_FLAG_KILLABLE &&
	       !(flags & FAULT_FLAG_RETRY_NOWAIT);
}

/* Drop the lock of a fault: since 6.4 it can be that of the VMA. */
static inline void vmlab_fault_unlock(struct vm_fault *vmf)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
	release_fault_lock(vmf);
#else
	mmap_read_unlock(vmf->vma->vm_mm);
#endif
}

/*
 * Flags that a kernel does not have are 0 here, and so never set.
 * VM_DROPPABLE was added in 6.11, VM_SEALED in 6.10, VM_SHADOW_STACK in 6.4,
 * VM_ALLOW_ANY_UNCACHED in 6.9, VM_MAYBE_GUARD and VM_UFFD_RWP in 6.19 or
 * later.
 */
#ifndef VM_DROPPABLE
#define VM_DROPPABLE 0
#endif
#ifndef VM_SEALED
#define VM_SEALED 0
#endif
#ifndef VM_SHADOW_STACK
#define VM_SHADOW_STACK 0
#endif
#ifndef VM_ALLOW_ANY_UNCACHED
#define VM_ALLOW_ANY_UNCACHED 0
#endif
#ifndef VM_MAYBE_GUARD
#define VM_MAYBE_GUARD 0
#endif
#ifndef VM_UFFD_RWP
#define VM_UFFD_RWP 0
#endif
#ifndef VM_UFFD_MINOR
#define VM_UFFD_MINOR 0
#endif
/* Of a VMA of userfaultfd, as userfaultfd_armed() tests them. */
#define VMLAB_VM_UFFD \
	(VM_UFFD_MISSING | VM_UFFD_MINOR | VM_UFFD_WP | VM_UFFD_RWP)
#ifndef VM_PKEY_BIT0
#define VM_PKEY_BIT0 0
#define VM_PKEY_BIT1 0
#define VM_PKEY_BIT2 0
#define VM_PKEY_BIT3 0
#endif

/*
 * _PAGE_BIT_UFFD_WP was renamed in 7.x, since it means more than write
 * protection; _PAGE_BIT_SAVED_DIRTY was added in 6.6 and _PAGE_BIT_DEVMAP
 * removed in 6.17.  Bits that a kernel does not have are 0.
 */
#ifdef CONFIG_X86_64
#ifdef _PAGE_BIT_UFFD
#define VMLAB_PAGE_BIT_UFFD _PAGE_BIT_UFFD
#define vmlab_pte_swp_uffd(pte) pte_swp_uffd(pte)
#else
#define VMLAB_PAGE_BIT_UFFD _PAGE_BIT_UFFD_WP
#define vmlab_pte_swp_uffd(pte) pte_swp_uffd_wp(pte)
#endif
#ifdef _PAGE_BIT_SAVED_DIRTY
#define VMLAB_PAGE_SAVED_DIRTY BIT_ULL(_PAGE_BIT_SAVED_DIRTY)
#else
#define VMLAB_PAGE_SAVED_DIRTY 0
#endif
#ifdef _PAGE_BIT_DEVMAP
#define VMLAB_PAGE_DEVMAP BIT_ULL(_PAGE_BIT_DEVMAP)
#else
#define VMLAB_PAGE_DEVMAP 0
#endif
#endif

/*
 * Entries that are not present: <linux/leafops.h> defines them since 6.19;
 * before, <linux/swapops.h> did, as kinds of swap entries.
 */
#if __has_include(<linux/leafops.h>)
#include <linux/leafops.h>
typedef softleaf_t vmlab_leaf_t;
#define vmlab_leaf_from_pte softleaf_from_pte
#define vmlab_leaf_is_swap softleaf_is_swap
#define vmlab_leaf_is_marker softleaf_is_marker
#define vmlab_leaf_marker softleaf_to_marker
#define vmlab_leaf_is_migration softleaf_is_migration
#define vmlab_leaf_is_migration_write softleaf_is_migration_write
#define vmlab_leaf_is_migration_exclusive softleaf_is_migration_read_exclusive
#define vmlab_leaf_is_device_private softleaf_is_device_private
#define vmlab_leaf_is_device_exclusive softleaf_is_device_exclusive
#define vmlab_leaf_is_hwpoison softleaf_is_hwpoison
#define vmlab_leaf_has_pfn softleaf_has_pfn
#define vmlab_leaf_to_pfn softleaf_to_pfn
#else
#include <linux/swap.h>
#include <linux/swapops.h>
typedef swp_entry_t vmlab_leaf_t;
#define vmlab_leaf_from_pte pte_to_swp_entry
#define vmlab_leaf_is_swap(leaf) (!non_swap_entry(leaf))
#define vmlab_leaf_is_marker is_pte_marker_entry
#define vmlab_leaf_marker pte_marker_get
#define vmlab_leaf_is_migration is_migration_entry
#define vmlab_leaf_is_migration_write is_writable_migration_entry
#ifdef CONFIG_MIGRATION
#define vmlab_leaf_is_migration_exclusive is_readable_exclusive_migration_entry
#else
static inline bool vmlab_leaf_is_migration_exclusive(vmlab_leaf_t leaf)
{
	return false;
}
#endif
#define vmlab_leaf_is_device_private is_device_private_entry
#define vmlab_leaf_is_device_exclusive is_device_exclusive_entry
#define vmlab_leaf_is_hwpoison is_hwpoison_entry
#define vmlab_leaf_has_pfn is_pfn_swap_entry
#define vmlab_leaf_to_pfn swp_offset_pfn
#endif

/*
 * A page that could not be read back from swap: a kind of entry until 6.2, a
 * marker since then.  The marker for guard regions was added in 6.13.
 */
#ifdef SWP_SWAPIN_ERROR
#define vmlab_leaf_is_lost is_swapin_error_entry
#else
static inline bool vmlab_leaf_is_lost(vmlab_leaf_t leaf)
{
	return false;
}
#endif
#ifdef PTE_MARKER_POISONED
#define VMLAB_PTE_MARKER_POISON PTE_MARKER_POISONED
#else
#define VMLAB_PTE_MARKER_POISON 0
#endif
#ifdef PTE_MARKER_GUARD
#define VMLAB_PTE_MARKER_GUARD PTE_MARKER_GUARD
#else
#define VMLAB_PTE_MARKER_GUARD 0
#endif

/*
 * Return the mapcount of a page as /proc/kpagecount shows it.  Until 6.9 that
 * is page_mapcount(), except for pages that use the field otherwise; since
 * 6.10 a function that only fs/proc can call.  With CONFIG_NO_PAGE_MAPCOUNT
 * (6.15) only the average over a folio is known.  The caller holds a reference
 * on the folio.
 */
static inline int vmlab_page_mapcount(struct folio *folio, struct page *page)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 10, 0)
	return PageSlab(page) || page_has_type(page) ? 0 : page_mapcount(page);
#else
	int mapcount;

#ifdef CONFIG_NO_PAGE_MAPCOUNT
	if (folio_test_large(folio)) {
		int entire = folio_entire_mapcount(folio);
		int parts = folio_large_mapcount(folio) - entire;

		if (entire + parts <= 0)
			return 0;
		if (parts <= 0)
			return entire;
		parts += folio_nr_pages(folio) / 2;
		return max(entire + (parts >> folio_order(folio)), 1);
	}
#endif
	mapcount = atomic_read(&page->_mapcount) + 1;
	/* Pages with a type store a far smaller value in the field. */
	if (mapcount < 0)
		mapcount = 0;
	if (folio_test_large(folio))
		mapcount += folio_entire_mapcount(folio);
	return mapcount;
#endif
}

/*
 * Is a page mapped once, as bit 56 of /proc/PID/pagemap shows it?  For all
 * pages of a huge page the first one is tested in 6.1, and again since 6.15.
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 9, 0) && \
	LINUX_VERSION_CODE < KERNEL_VERSION(6, 15, 0)
#define VMLAB_PMD_EXCLUSIVE_BY_PAGE 1
#else
#define VMLAB_PMD_EXCLUSIVE_BY_PAGE 0
#endif

static inline bool vmlab_page_exclusive(struct folio *folio, struct page *page)
{
#ifdef CONFIG_NO_PAGE_MAPCOUNT
	return !folio_maybe_mapped_shared(folio);
#else
	return vmlab_page_mapcount(folio, page) == 1;
#endif
}

/* The same for hugetlb, whose PMD tables may be shared: @shared. */
static inline bool vmlab_hugetlb_exclusive(struct folio *folio, bool shared)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 10, 0)
	return page_mapcount(&folio->page) == 1;
#elif LINUX_VERSION_CODE < KERNEL_VERSION(6, 15, 0)
	return !folio_likely_mapped_shared(folio) && !shared;
#else
	return !folio_maybe_mapped_shared(folio) && !shared;
#endif
}

/*
 * stable_page_flags() is exported since 7.x.  For older kernels, frame.c
 * composes the flags from the bits of page->flags.  6.1 reads them from the
 * page itself, later kernels from the first page of the folio.
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(7, 0, 0)
#define VMLAB_HAVE_STABLE_PAGE_FLAGS 1
#else
#define VMLAB_HAVE_STABLE_PAGE_FLAGS 0
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 9, 0)
#define VMLAB_KPF_EXTRA { KPF_ERROR, PG_error }, \
			{ KPF_MAPPEDTODISK, PG_mappedtodisk }, \
			VMLAB_KPF_UNCACHED
#ifdef CONFIG_ARCH_USES_PG_UNCACHED
#define VMLAB_KPF_UNCACHED { KPF_UNCACHED, PG_uncached },
#else
#define VMLAB_KPF_UNCACHED
#endif
static inline unsigned long vmlab_kpf_source(struct folio *folio,
					     struct page *page)
{
	return page->flags;
}

static inline bool vmlab_folio_is_thp(struct folio *folio)
{
	return folio_test_lru(folio) || folio_test_anon(folio);
}
#else
#define VMLAB_KPF_EXTRA { KPF_OWNER_2, PG_owner_2 },
/* The flags of a folio are a structure since 6.18. */
static inline unsigned long vmlab_kpf_source(struct folio *folio,
					     struct page *page)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 18, 0)
	return folio->flags.f;
#else
	return folio->flags;
#endif
}

#define vmlab_folio_is_thp(folio) folio_test_large_rmappable(folio)
#endif
#endif

/* Names for vmlab_page_flag_name() of bits that not all kernels have. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 9, 0)
#define VMLAB_KPF_NAMES(name) \
	name(MAPPEDTODISK, "mappedtodisk"), name(UNCACHED, "uncached")
#else
#define VMLAB_KPF_NAMES(name) \
	name(OWNER_2, "owner_2"), name(ARCH_3, "arch_3")
#endif

/*
 * Return how often mmap_lock was taken for writing; the number does not change
 * while the lock is held for reading.  Per-VMA locks added it in 6.4 as an
 * int; since 6.13, and in some stable kernels, it is a seqcount_t, whose first
 * member is that number.
 */
static inline bool vmlab_mm_generation(struct mm_struct *mm, u64 *generation)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 4, 0) && \
	defined(CONFIG_PER_VMA_LOCK)
	*generation = READ_ONCE(*(unsigned int *)&mm->mm_lock_seq);
	return true;
#else
	*generation = 0;
	return false;
#endif
}

/*
 * Does mmap() search from mmap_base down?  A flag of the mm since 6.10, with
 * accessors since 6.18; before, x86 made both bases equal where it does not.
 */
static inline bool vmlab_mm_topdown(const struct mm_struct *mm)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 18, 0)
	return mm_flags_test(MMF_TOPDOWN, mm);
#elif LINUX_VERSION_CODE >= KERNEL_VERSION(6, 10, 0)
	return test_bit(MMF_TOPDOWN, &mm->flags);
#else
	return mm->mmap_base != mm->mmap_legacy_base;
#endif
}

/*
 * Return where mmap() would place anonymous memory in the caller's own mm.
 * The function was renamed in 6.10, and lost its argument mm in about 7.0.
 */
static inline unsigned long vmlab_own_unmapped_area(unsigned long addr,
						    unsigned long len)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(7, 0, 0)
	return mm_get_unmapped_area(NULL, addr, len, 0, 0);
#elif LINUX_VERSION_CODE >= KERNEL_VERSION(6, 10, 0)
	return mm_get_unmapped_area(current->mm, NULL, addr, len, 0, 0);
#else
	return get_unmapped_area(NULL, addr, len, 0, 0);
#endif
}

/*
 * Anonymous mappings that are a multiple of a huge page in length are aligned
 * to one since 6.7, where the kernel has THP.
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 7, 0)
#define VMLAB_THP_ALIGNS_ANON IS_ENABLED(CONFIG_TRANSPARENT_HUGEPAGE)
#else
#define VMLAB_THP_ALIGNS_ANON 0
#endif

#ifdef CONFIG_ANON_VMA_NAME
/*
 * Before 6.2 only memory without a file could have a name: in the VMA of a
 * file the member shares its place with another one.
 */
static inline bool vmlab_vma_has_anon_name(const struct vm_area_struct *vma)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
	if (vma->vm_file)
		return false;
#endif
	return vma->anon_name;
}
#endif

/*
 * <kunit/visibility.h> was added in 6.2; symbol namespaces are strings since
 * 6.13.  On kernels without the header nothing is exported: KUnit tests run on
 * later ones.
 */
#if IS_ENABLED(CONFIG_KUNIT) && __has_include(<kunit/visibility.h>)
#include <kunit/visibility.h>
#define VMLAB_EXPORT_FOR_KUNIT(symbol) EXPORT_SYMBOL_IF_KUNIT(symbol)
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 13, 0)
#define VMLAB_IMPORT_KUNIT MODULE_IMPORT_NS("EXPORTED_FOR_KUNIT_TESTING")
#else
#define VMLAB_IMPORT_KUNIT MODULE_IMPORT_NS(EXPORTED_FOR_KUNIT_TESTING)
#endif
#else
#define VMLAB_EXPORT_FOR_KUNIT(symbol)
#endif

#endif /* VMLAB_COMPAT_H */
