/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Checks of records about a process that changes: there is nothing to compare
 * them with, but each record describes one moment and must be consistent.
 */
#ifndef SELFTESTS_RECORD_CHECKS_H
#define SELFTESTS_RECORD_CHECKS_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/vmlab.h>

/*
 * Return NULL, or what is wrong.  @before is the request before the call, which
 * has the cursor at which the records begin.
 */
const char *check_vmas(const struct vmlab_vmas *before,
		       const struct vmlab_vmas *req);
const char *check_gaps(const struct vmlab_gaps *before,
		       const struct vmlab_gaps *req);
const char *check_tree(const struct vmlab_tree *before,
		       const struct vmlab_tree *req);
const char *check_ptes(const struct vmlab_ptes *before,
		       const struct vmlab_ptes *req);
const char *check_pages(const struct vmlab_ptes *before,
			const struct vmlab_ptes *req);
const char *check_totals(const struct vmlab_pgtable_totals *t);
const char *check_translation(const struct vmlab_translation *t);
const char *check_find(const struct vmlab_find *f);
const char *check_area(const struct vmlab_free_area *r);

/* VMLAB_PTE_* bits of all entries checked so far. */
extern uint64_t seen_flags;

/* The range of the last record checked, to report the one that is wrong. */
extern struct checked_range {
	uint64_t start, end;
} checked;

#endif /* SELFTESTS_RECORD_CHECKS_H */
