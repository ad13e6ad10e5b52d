// SPDX-License-Identifier: GPL-2.0
/* struct mm_struct of one process: what /proc/PID/status has, and more. */
#include <linux/hugetlb.h>
#include <linux/mm.h>
#include <linux/pid.h>
#include <linux/sched/mm.h>
#include <linux/string.h>

#include "compat.h"
#include "inspect/inspect.h"

/* The uapi indices equal the kernel's, which may change. */
static_assert(VMLAB_RSS_FILE == MM_FILEPAGES);
static_assert(VMLAB_RSS_ANON == MM_ANONPAGES);
static_assert(VMLAB_RSS_SWAP == MM_SWAPENTS);
static_assert(VMLAB_RSS_SHMEM == MM_SHMEMPAGES);

static void vmlab_inspect_sizes(struct mm_struct *mm, struct vmlab_mm *r)
{
	unsigned long rss;
	unsigned int i;

	for (i = 0; i < VMLAB_RSS_NR; i++)
		r->rss[i] = vmlab_mm_counter(mm, i);
	rss = r->rss[VMLAB_RSS_FILE] + r->rss[VMLAB_RSS_ANON] +
	      r->rss[VMLAB_RSS_SHMEM];

	r->total_vm = mm->total_vm;
	/* mm updates the marks only when a size is about to shrink. */
	r->hiwater_vm = max(mm->hiwater_vm, mm->total_vm);
	r->hiwater_rss = max(mm->hiwater_rss, rss);
	r->data_vm = mm->data_vm;
	r->exec_vm = mm->exec_vm;
	r->stack_vm = mm->stack_vm;
	r->locked_vm = mm->locked_vm;
	r->pinned_vm = atomic64_read(&mm->pinned_vm);
	r->pgtables_bytes = mm_pgtables_bytes(mm);
#ifdef CONFIG_HUGETLB_PAGE
	r->hugetlb_pages = atomic_long_read(&mm->hugetlb_usage);
#endif
	r->def_flags = mm->def_flags;
}

static void vmlab_inspect_ranges(struct mm_struct *mm, struct vmlab_mm *r)
{
	r->task_size = mm->task_size;
	r->mmap_base = mm->mmap_base;
#ifdef CONFIG_HAVE_ARCH_COMPAT_MMAP_BASES
	/* A 32-bit program's calls search from a base of their own. */
	if (!upper_32_bits(mm->task_size))
		r->mmap_base = mm->mmap_compat_base;
#endif

	/* prctl(PR_SET_MM) changes these under arg_lock. */
	spin_lock(&mm->arg_lock);
	r->start_code = mm->start_code;
	r->end_code = mm->end_code;
	r->start_data = mm->start_data;
	r->end_data = mm->end_data;
	r->start_brk = mm->start_brk;
	r->brk = mm->brk;
	r->start_stack = mm->start_stack;
	r->arg_start = mm->arg_start;
	r->arg_end = mm->arg_end;
	r->env_start = mm->env_start;
	r->env_end = mm->env_end;
	spin_unlock(&mm->arg_lock);
}

/**
 * vmlab_inspect_mm() - describe a process's mm
 * @subject: the process; a kernel thread has few of the fields
 * @r: filled in except for its size and target
 *
 * Context: process context, may sleep; takes mmap_lock for reading.
 * Return: 0, or -EINTR when the caller was killed while it waited.
 */
int vmlab_inspect_mm(const struct vmlab_subject *subject, struct vmlab_mm *r)
{
	struct task_struct *task = subject->task;
	struct mm_struct *mm = subject->mm;

	r->pid = task_pid_vnr(task);
	r->tgid = task_tgid_vnr(task);
	get_task_comm(r->comm, task);

	if (!mm)
		return vmlab_inspect_borrowed(task, r);

	if (mmap_read_lock_killable(mm))
		return -EINTR;
	/* The subject of another process holds one of them. */
	r->mm_users = atomic_read(&mm->mm_users) - !subject->own;
	r->mm_count = atomic_read(&mm->mm_count);
	r->map_count = mm->map_count;
	vmlab_inspect_ranges(mm, r);
	vmlab_inspect_sizes(mm, r);
	mmap_read_unlock(mm);
	return 0;
}
