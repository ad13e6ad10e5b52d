/* SPDX-License-Identifier: GPL-2.0 */
/* The process to inspect. */
#ifndef VMLAB_SUBJECT_H
#define VMLAB_SUBJECT_H

#include <linux/sched.h>

#include <linux/vmlab.h>

/**
 * struct vmlab_subject - a task under inspection and its mm
 * @task: the task
 * @mm: its mm, or NULL for a kernel thread
 * @own: they are the caller's own, which need no reference; otherwise there is a
 *	reference on @task, and one in mm_users of @mm
 */
struct vmlab_subject {
	struct task_struct *task;
	struct mm_struct *mm;
	bool own;
};

int vmlab_subject_get(struct vmlab_subject *subject,
		      const struct vmlab_target *target);
int vmlab_subject_get_other_mm(struct vmlab_subject *subject,
			       const struct vmlab_target *target);
int vmlab_subject_from_pid(struct vmlab_subject *subject, struct pid *pid);
void vmlab_subject_put_other(struct vmlab_subject *subject);

/* The caller keeps its mm during a system call: there is nothing to look up. */
static inline bool vmlab_subject_is_own(struct vmlab_subject *subject,
					const struct vmlab_target *target)
{
	if (target->kind != VMLAB_TARGET_SELF || target->id || !current->mm)
		return false;
	subject->task = current;
	subject->mm = current->mm;
	subject->own = true;
	return true;
}

/**
 * vmlab_subject_get_mm() - get the target of a request that needs an mm
 * @subject: filled in, with an mm
 * @target: the target that the caller named
 *
 * Context: as vmlab_subject_get().
 * Return: as vmlab_subject_get(), or -ENXIO for a kernel thread, which has no
 * mm.
 */
static inline int vmlab_subject_get_mm(struct vmlab_subject *subject,
				       const struct vmlab_target *target)
{
	return vmlab_subject_is_own(subject, target) ? 0 :
	       vmlab_subject_get_other_mm(subject, target);
}

/**
 * vmlab_subject_put() - release a subject
 * @subject: from one of the functions above
 *
 * Context: process context.
 */
static inline void vmlab_subject_put(struct vmlab_subject *subject)
{
	if (!subject->own)
		vmlab_subject_put_other(subject);
}

#endif /* VMLAB_SUBJECT_H */
