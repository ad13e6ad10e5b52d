/* SPDX-License-Identifier: GPL-2.0 */
/* The process to inspect. */
#ifndef VMLAB_SUBJECT_H
#define VMLAB_SUBJECT_H

#include <linux/sched.h>

#include <linux/vmlab.h>

/**
 * struct vmlab_subject - a task under inspection and its mm, both referenced
 * @task: the task
 * @mm: its mm with a reference in mm_users, or NULL for a kernel thread
 */
struct vmlab_subject {
	struct task_struct *task;
	struct mm_struct *mm;
};

int vmlab_subject_get(struct vmlab_subject *subject,
		      const struct vmlab_target *target);
int vmlab_subject_get_mm(struct vmlab_subject *subject,
			 const struct vmlab_target *target);
int vmlab_subject_from_pid(struct vmlab_subject *subject, struct pid *pid);
void vmlab_subject_put(struct vmlab_subject *subject);

#endif /* VMLAB_SUBJECT_H */
