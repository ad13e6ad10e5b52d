/* SPDX-License-Identifier: GPL-2.0 */
/* Handlers of requests: they copy the records of producers to user buffers. */
#ifndef VMLAB_QUERY_H
#define VMLAB_QUERY_H

#include <linux/types.h>

long vmlab_query(unsigned int cmd, void __user *uarg);

/* One handler a request: 0 or a negative errno. */
long vmlab_query_info(void __user *uarg);
long vmlab_query_flag_names(void __user *uarg);
long vmlab_query_mm(void __user *uarg);
long vmlab_query_tasks(void __user *uarg);
long vmlab_query_vmas(void __user *uarg);
long vmlab_query_tree(void __user *uarg);
long vmlab_query_tree_stats(void __user *uarg);
long vmlab_query_find(void __user *uarg);
long vmlab_query_gaps(void __user *uarg);
long vmlab_query_gap_stats(void __user *uarg);
long vmlab_query_free_area(void __user *uarg);
long vmlab_query_layout(void __user *uarg);
long vmlab_query_ptes(void __user *uarg);
long vmlab_query_pages(void __user *uarg);
long vmlab_query_translate(void __user *uarg);
long vmlab_query_pgtotals(void __user *uarg);
long vmlab_query_kmem(void __user *uarg);

#endif /* VMLAB_QUERY_H */
