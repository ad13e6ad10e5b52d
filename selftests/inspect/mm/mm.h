/* SPDX-License-Identifier: GPL-2.0 */
/* The parts of test-inspect-mm. */
#ifndef SELFTESTS_MM_H
#define SELFTESTS_MM_H

#include "lib/dev.h"

extern int vmlab_fd;	/* /dev/vmlab */

/* Comparisons of a record, which report each difference with differs(). */
void compare_status(const struct vmlab_mm *mm, const char *status);
void compare_stat(const struct vmlab_mm *mm, const char *stat);
void compare_statm(const struct vmlab_mm *mm, const char *statm);
void compare_maps(const struct vmlab_mm *mm, char *maps);
void compare_debugfs(const struct vmlab_mm *mm, char *text);

void test_all(void);
void test_shared(void);
void test_by_tid(void);

#endif /* SELFTESTS_MM_H */
