/* SPDX-License-Identifier: GPL-2.0 */
/* One struct mm_struct, and the tasks that share it. */
#ifndef VMLAB_SHOW_MM_H
#define VMLAB_SHOW_MM_H

#include "libvmlab.h"
#include "show/table.h"

/** struct mm_tasks - the tasks that share an mm */
struct mm_tasks {
	struct vmlab_task *task;
	size_t nr;
};

extern const struct column_list mm_tables[];

/** mm_print - print an mm as tables; of a kernel thread, the mm it borrows */
void mm_print(FILE *out, const struct vmlab *lab, const struct vmlab_mm *mm,
	      const struct mm_tasks *tasks, bool colour);

/** mm_print_json - print an mm as a JSON document */
void mm_print_json(FILE *out, const struct vmlab *lab,
		   const struct vmlab_mm *mm, const struct mm_tasks *tasks);

#endif /* VMLAB_SHOW_MM_H */
