/* SPDX-License-Identifier: GPL-2.0 */
/* Memory pressure: evict clean frames. */
#ifndef VMLAB_SPACE_SHRINK_H
#define VMLAB_SPACE_SHRINK_H

#include <linux/shrinker.h>

unsigned long vmlab_shrink_scan(struct shrinker *shrinker,
				struct shrink_control *sc);
int vmlab_shrink_init(void);
void vmlab_shrink_exit(void);

#endif /* VMLAB_SPACE_SHRINK_H */
