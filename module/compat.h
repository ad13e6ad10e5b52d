/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Every difference between the kernels that vmlab supports (6.1 and later),
 * and nothing else.  Each is keyed to the kernel that changed.
 */
#ifndef VMLAB_COMPAT_H
#define VMLAB_COMPAT_H

#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/shmem_fs.h>
#include <linux/shrinker.h>
#include <linux/slab.h>
#include <linux/version.h>

/*
 * Which user namespace an mm's privileges belong to moved from mm_struct to
 * the task's exec_state in 7.x, together with dumpability.  The header came
 * with the change.
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

/* vma_is_initial_heap() and vma_is_initial_stack() came in 6.6. */
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
 * what the user opened is its user path.  Before, f_path was that already.
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
 * Shrinkers are allocated since 6.7.  Before, they were registered as they
 * were, and had no private data.
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

/* Page faults under the per-VMA lock came in 6.4. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 4, 0)
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

/* Drop it: with per-VMA locks (6.4) it may be that of the VMA. */
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
 * VM_DROPPABLE came in 6.11, VM_SEALED in 6.10, VM_SHADOW_STACK in 6.4,
 * VM_ALLOW_ANY_UNCACHED in 6.9, VM_MAYBE_GUARD and VM_UFFD_RWP in 6.19 or later.
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
#ifndef VM_PKEY_BIT0
#define VM_PKEY_BIT0 0
#define VM_PKEY_BIT1 0
#define VM_PKEY_BIT2 0
#define VM_PKEY_BIT3 0
#endif

/*
 * <kunit/visibility.h> came in 6.2; symbol namespaces became strings in 6.13.
 * Kernels of ours that have KUnit are newer, so older ones export nothing.
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
