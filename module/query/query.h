/* SPDX-License-Identifier: GPL-2.0 */
/* Consumers: they copy the producers' records to user buffers. */
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

#endif /* VMLAB_QUERY_H */
