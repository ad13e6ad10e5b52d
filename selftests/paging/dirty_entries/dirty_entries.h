/* SPDX-License-Identifier: GPL-2.0 */
/* VMLAB_DIRTY_NO_PROTECT: dirty bits of page-table entries as the dirty bitmap. */
#ifndef SELFTESTS_DIRTY_ENTRIES_H
#define SELFTESTS_DIRTY_ENTRIES_H

#include <linux/vmlab.h>

/* Pages of a space: the bitmap is one word. */
enum { NR = 64 };

#define TAKE	(VMLAB_DIRTY_CLEAR | VMLAB_DIRTY_NO_PROTECT)

void test_refused(void);
void test_operations(void);
void test_model(void);
void test_concurrent(void);
void test_killed(void);

#endif /* SELFTESTS_DIRTY_ENTRIES_H */
