/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Producers: they read kernel structures and yield records of the uapi header.
 * None formats text, none touches a user buffer.
 */
#ifndef VMLAB_INSPECT_H
#define VMLAB_INSPECT_H

#include <linux/mm_types.h>
#include <linux/sched.h>

#include <linux/vmlab.h>

#include "../subject.h"

struct pid_namespace;

/* mm.c */
int vmlab_inspect_mm(const struct vmlab_subject *subject,
		     struct vmlab_mm *record);

/* tasks.c */
unsigned int vmlab_inspect_tasks(const struct mm_struct *mm, u64 *cursor,
				 struct vmlab_task *tasks, unsigned int nr);
void vmlab_inspect_borrowed(struct task_struct *kthread,
			    struct vmlab_mm *record);

/* vmas.c */

/**
 * struct vmlab_vma_batch - room for VMA records and their names
 * @vmas: array of records
 * @nr: records that @vmas has room for
 * @filled: records in @vmas
 * @strings: room for names
 * @strings_size: bytes at @strings
 * @strings_used: bytes in use
 * @last_ops: vm_operations_struct that @last_ops_off names
 * @last_ops_off: offset of the name of @last_ops in @strings
 */
struct vmlab_vma_batch {
	struct vmlab_vma *vmas;
	unsigned int nr;
	unsigned int filled;
	char *strings;
	u32 strings_size;
	u32 strings_used;
	const void *last_ops;
	u32 last_ops_off;
};

int vmlab_vma_batch_alloc(struct vmlab_vma_batch *batch, unsigned int nr,
			  u32 strings_size);
void vmlab_vma_batch_free(struct vmlab_vma_batch *batch);
int vmlab_inspect_vmas(struct mm_struct *mm, u64 *cursor, u64 end,
		       struct vmlab_vma_batch *batch);

/* vmflags.c */
const struct vmlab_flag_name *vmlab_vma_flag_name(unsigned int bit);
const struct vmlab_flag_name *vmlab_feature_name(unsigned int bit);
u64 vmlab_features(void);

#endif /* VMLAB_INSPECT_H */
