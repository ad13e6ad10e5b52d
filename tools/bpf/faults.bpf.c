// SPDX-License-Identifier: GPL-2.0
/*
 * Count page faults of processes as the kernel counts them.
 *
 * handle_mm_fault() alone increments min_flt and maj_flt of a task, by one for
 * each completed fault, always of the current task.  The programs at its entry
 * and its return add up these increments, so the totals equal those of
 * getrusage(2) by construction.
 *
 * The kernel skips a program that already runs on the CPU: while a task is
 * preempted inside a program, other tasks on this CPU skip that program.
 * Therefore two copies of the program at the entry are attached; the second does
 * the work if the first was skipped.  When the program at the return was skipped,
 * the next fault or the exit of the task counts the fault, without a latency: the
 * kind is known from the entry.  Increments that both copies at the entry missed
 * are counted as "unseen".
 *
 * This file has the programs around a fault; the headers in faults/ do one part
 * of the work each.
 */
#include <linux/bpf.h>

#include "kernel_types.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "faults.h"
#include "faults/classify.bpf.h"
#include "faults/count.bpf.h"
#include "faults/maps.bpf.h"
#include "faults/path.bpf.h"
#include "faults/signals.bpf.h"
#include "faults/stacks.bpf.h"
#include "faults/targets.bpf.h"

char LICENSE[] SEC("license") = "GPL";

#define TMPFS_MAGIC 0x01021994

static __always_inline bool same_vma(const struct vma_key *a,
				     const struct vma_key *b)
{
	return a->start == b->start && a->file.ino == b->file.ino &&
	       a->file.dev == b->file.dev && a->tgid == b->tgid &&
	       a->exec_id == b->exec_id && a->class == b->class;
}

/* Record the VMA of a fault, and the key that the fault is counted under. */
static __always_inline void describe_vma(struct task_state *st,
					 struct vm_area_struct *vma, __u32 slot)
{
	struct vma_key new = {}, *key = &new;
	__u64 vm_flags = vma->vm_flags;
	struct mm_struct *mm = vma->vm_mm;
	__u32 known = st->known & ~KNOWN_RANGE;

	st->vma_start = vma->vm_start;
	st->vma_end = vma->vm_end;
	st->vma_pgoff = vma->vm_pgoff;
	st->vma_flags = vm_flags;
	key->tgid = st->process.tgid;
	key->exec_id = st->exec_id;
	if (identify(vma->vm_file, &key->file)) {
		key->start = st->vma_start;
		record_path(vma->vm_file, &key->file, slot);
	} else if (vma->vm_ops) {
		key->class = VMA_CLASS_SPECIAL;
		key->start = st->vma_start;
	} else if (vm_flags & VM_GROWSDOWN) {
		key->class = VMA_CLASS_STACK;
	} else if (st->vma_start <= mm->brk && st->vma_end >= mm->start_brk) {
		key->class = VMA_CLASS_HEAP;
	} else {
		key->start = st->vma_start;
	}
	if (!same_vma(key, &st->vma)) {
		st->vma = new;
		known &= ~KNOWN_VMA;
	}
	st->known = known;
}

/* Read how often mmap_lock of an mm was taken for writing; false if unknown. */
static __always_inline bool read_seq(struct mm_struct *mm, __u32 *seq)
{
	struct mm_struct___6_4 *old = (void *)mm;

	if (bpf_core_field_exists(mm->mm_lock_seq.sequence))
		*seq = mm->mm_lock_seq.sequence;
	else if (bpf_core_field_exists(old->mm_lock_seq))
		*seq = old->mm_lock_seq;
	else
		return false;
	return true;
}

/*
 * Return whether a fault is in the same gigabyte of the same VMA as the last one.
 * A VMA changes only with mmap_lock taken for writing, which changes mm_lock_seq
 * before a fault in the VMA can begin.  The kernel does not free a table of PMDs
 * below a VMA.
 */
static __always_inline bool is_same_place(const struct task_state *st,
					  const struct vm_area_struct *vma,
					  __u64 address)
{
	struct mm_struct *mm = vma->vm_mm;
	__u32 seq;

	return st->place.pmds && st->place.vma == (__u64)vma &&
	       st->place.mm == (__u64)mm &&
	       !((st->address ^ address) >> PMDS_SHIFT) && read_seq(mm, &seq) &&
	       st->place.seq == seq;
}

/* Record where a fault is. */
static __noinline int record_place(struct task_state *st,
				   struct vm_area_struct *vma, __u64 address,
				   __u32 slot)
{
	struct task_struct *task = bpf_get_current_task_btf();
	__u32 exec_id = task->self_exec_id, seq;
	struct mm_struct *mm;
	struct file *file;

	if (!st || !vma)
		return 0;
	if (st->exec_id != exec_id) {
		st->exec_id = exec_id;
		st->known = 0;
	}
	if (by_vma)
		describe_vma(st, vma, slot);
	mm = vma->vm_mm;
	file = vma->vm_file;
	st->pgd = mm->pgd;
	st->tmpfs = file && file->f_inode->i_sb->s_magic == TMPFS_MAGIC;
	st->place.pmds = 0;
	if (bpf_rdonly_cast && !file && !vma->vm_ops && read_seq(mm, &seq)) {
		st->place.pmds = find_pmds(st->pgd, address);
		st->place.vma = (__u64)vma;
		st->place.mm = (__u64)mm;
		st->place.seq = seq;
	}
	return 0;
}

/* Return the kind of a fault as kind_at_entry() does. */
static __noinline int find_kind(struct task_state *st,
				struct vm_area_struct *vma, __u64 address,
				__u32 flags)
{
	struct access a = { .address = address };
	struct file *file;

	if (!st || !vma)
		return FAULT_SPECIAL;
	file = vma->vm_file;
	if (file) {
		a.file = true;
		a.vmlab = vmlab_dev && file->f_inode->i_rdev == vmlab_dev;
	}
	a.vm_flags = vma->vm_flags;
	a.anon = !vma->vm_ops;
	a.write = flag(flags, FAULT_FLAG(WRITE) | FAULT_FLAG(UNSHARE));
	return kind_at_entry(st, &a);
}

/* Return the kind of a fault as far as it shows before the fault is handled. */
static __always_inline __u32 kind_at_begin(struct task_state *st,
					   struct vm_area_struct *vma,
					   __u64 address, __u32 flags)
{
	__u64 pte;

	/* the common case, without a call: an empty entry of anonymous memory */
	if (bpf_rdonly_cast && st->place.pmds && !st->stack_grown &&
	    !walk_pmds(st->place.pmds, address, &pte)) {
		st->pte = pte;
		return flag(flags, FAULT_FLAG(WRITE) | FAULT_FLAG(UNSHARE)) ?
			       FAULT_ANON :
			       FAULT_ZERO;
	}
	return find_kind(st, vma, address, flags);
}

/*
 * Add a fault to all tables.
 * @ctx: of fault_end; NULL if the kernel skipped it: then there is no latency, and
 *	the stack is not that of the fault any more
 */
static __always_inline void count(struct task_state *st, void *ctx, __u32 slot,
				  __u64 kind, const struct growth *g, __u64 ns)
{
	struct process_stat *p;

	kind = limit(kind, NR_FAULT_KINDS - 1);
	count_kind(kind, st->origin, g, ctx, ns);
	p = process_of(st);
	if (p) {
		add_growth(&p->count[kind], g);
		add(&p->ns, ns);
	}
	if (by_vma)
		count_vma(st, kind, g, ns);
	if (by_ip)
		count_ip(st, slot, kind, g, ns);
	if (by_stack)
		count_stack(ctx, slot, kind, g, ns);
}

/*
 * Count the last fault of a task, if the kernel skipped fault_end for it, and
 * the faults that both copies of fault_begin missed.
 * @slot: the slot of path_buffer
 */
static __noinline int count_missed(struct task_state *st, __u32 slot)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct fault_attempts *a = my_attempts();
	struct growth g;

	if (!st || !a)
		return 0;
	if (st->in_fault && take_growth(st, task, &g)) {
		st->in_fault = false;
		count(st, NULL, slot,
		      kind_by_result(st, 0, g.size == FAULT_MAJOR), &g, 0);
		add(&a->untimed, g.nr);
	}
	if (has_grown(st, task))
		count_unseen(st);
	return 0;
}

static __always_inline void begin(struct vm_area_struct *vma, __u64 address,
				  __u32 flags, const struct pt_regs *regs,
				  __u32 slot)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct task_state *st = state_of(task);

	if (!st)
		return;
	if (has_grown(st, task))
		count_missed(st, slot);
	else if (st->in_fault && st->address == address)
		return; /* the other copy began, on another CPU */
	st->in_fault = true;
	if (st->again) {
		bool same = continues(st, address, flags);

		st->again = false;
		if (same)
			return;
	}
	if (!regs)
		st->origin = ORIGIN_GUP;
	else
		st->origin = flag(flags, FAULT_FLAG(USER)) ? ORIGIN_USER :
							     ORIGIN_KERNEL;
	if (by_ip)
		note_ip(st, task, regs);
	if (!is_same_place(st, vma, address))
		record_place(st, vma, address, slot);
	st->address = address;
	st->kind = kind_at_begin(st, vma, address, flags);
	st->stack_grown = 0;
	st->begin_ns = bpf_ktime_get_ns();
}

SEC("fentry/handle_mm_fault")
int BPF_PROG(fault_begin_0, struct vm_area_struct *vma, unsigned long address,
	     unsigned int flags, struct pt_regs *regs)
{
	if (!was_handled(bpf_get_current_task_btf(), address))
		begin(vma, address, flags, regs, SLOT_BEGIN_0);
	return 0;
}

/* A function, so that fault_begin_1, which seldom calls it, saves few registers. */
static __noinline int begin_instead(struct vm_area_struct *vma, __u64 address,
				    __u32 flags, const struct pt_regs *regs)
{
	begin(vma, address, flags, regs, SLOT_BEGIN_1);
	return 0;
}

SEC("fentry/handle_mm_fault")
int BPF_PROG(fault_begin_1, struct vm_area_struct *vma, unsigned long address,
	     unsigned int flags, struct pt_regs *regs)
{
	if (!was_handled(bpf_get_current_task_btf(), address))
		begin_instead(vma, address, flags, regs);
	return 0;
}

/* Count an attempt that was not completed. */
static __noinline int count_attempt(struct task_state *st, __u32 flags,
				    __u32 ret)
{
	struct fault_attempts *t = my_attempts();
	__u32 why = FAILURE_OTHER;

	if (!t || !st)
		return 0;
	if (ret & bpf_core_enum_value(enum vm_fault_reason, VM_FAULT_RETRY)) {
		st->again = true;
		st->flags = flags;
		add(&t->retries, 1);
		return 0;
	}
	if (ret & bpf_core_enum_value(enum vm_fault_reason, VM_FAULT_OOM))
		why = FAILURE_OOM;
	else if (ret &
		 (bpf_core_enum_value(enum vm_fault_reason, VM_FAULT_HWPOISON) |
		  bpf_core_enum_value(enum vm_fault_reason,
				      VM_FAULT_HWPOISON_LARGE)))
		why = FAILURE_HWPOISON;
	else if (ret &
		 bpf_core_enum_value(enum vm_fault_reason, VM_FAULT_SIGBUS))
		why = FAILURE_SIGBUS;
	else if (ret &
		 bpf_core_enum_value(enum vm_fault_reason, VM_FAULT_SIGSEGV))
		why = FAILURE_SIGSEGV;
	add(&t->failures[why], 1);
	return 0;
}

SEC("fexit/handle_mm_fault")
int BPF_PROG(fault_end, struct vm_area_struct *vma, unsigned long address,
	     unsigned int flags, struct pt_regs *regs, __u32 ret)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct task_state *st;
	struct growth g;
	__u64 ns;

	st = bpf_task_storage_get(&tasks, task, NULL, 0);
	/* both copies of fault_begin missed it: see count_unseen() */
	if (!st || !st->in_fault)
		return 0;
	st->in_fault = false;
	if (!take_growth(st, task, &g)) {
		count_attempt(st, flags, ret);
		return 0;
	}
	ns = bpf_ktime_get_ns() - st->begin_ns;
	count(st, ctx, SLOT_END, kind_at_return(st, g.size == FAULT_MAJOR), &g,
	      ns);
	return 0;
}

/* handle_mm_fault() calls this to pass the fault to a userfaultfd. */
SEC("fentry/handle_userfault")
int BPF_PROG(on_userfault)
{
	struct task_state *st;

	st = bpf_task_storage_get(&tasks, bpf_get_current_task_btf(), NULL, 0);
	if (st)
		st->kind = FAULT_UFFD;
	return 0;
}

/* Called before handle_mm_fault() for an address below a stack. */
SEC("fexit/expand_stack_locked")
int BPF_PROG(on_expand_stack, struct vm_area_struct *vma, unsigned long address,
	     int ret)
{
	struct task_state *st = state_of(bpf_get_current_task_btf());

	if (!st)
		return 0;
	if (ret)
		st->stack_refused = address;
	else
		st->stack_grown = address & PAGE_MASK;
	return 0;
}

/* Newer kernels fault a few times after this: begin() counts these faults. */
SEC("tp_btf/sched_process_exit")
int BPF_PROG(on_exit, struct task_struct *task)
{
	struct process_stat *p;
	struct task_state *st;

	st = bpf_task_storage_get(&tasks, task, NULL, 0);
	if (!st)
		return 0;
	if (has_grown(st, task))
		count_missed(st, SLOT_EXIT);
	st->exited = true;
	st->known &= ~KNOWN_PROCESS;
	if (task->signal->live.counter ||
	    !bpf_map_lookup_elem(&processes, &st->process))
		return 0;
	p = process_of(st);
	if (p)
		p->exited = 1;
	return 0;
}
