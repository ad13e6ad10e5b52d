/* SPDX-License-Identifier: GPL-2.0 */
/* Memory pressure: clean frames go back to the kernel. */
#ifndef VMLAB_SHRINK_H
#define VMLAB_SHRINK_H

struct vmlab_space;

int vmlab_shrink_init(void);
void vmlab_shrink_exit(void);
void vmlab_shrink_add(struct vmlab_space *space);
void vmlab_shrink_remove(struct vmlab_space *space);
int vmlab_space_by_id(u64 id, int (*fn)(struct vmlab_space *space, void *arg),
		      void *arg);

#endif /* VMLAB_SHRINK_H */
