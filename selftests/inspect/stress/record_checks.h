/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Records about a process that changes: there is nothing to compare them with,
 * but each shows one moment and has to be possible by itself.
 */
#ifndef SELFTESTS_PLAUSIBLE_H
#define SELFTESTS_PLAUSIBLE_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/vmlab.h>

/*
 * Each returns NULL, or what is wrong.  Records of one call are in order of
 * address; those of the next begin at its cursor.
 */
const char *vmas_implausible(const struct vmlab_vmas *before,
			     const struct vmlab_vmas *req);
const char *gaps_implausible(const struct vmlab_gaps *before,
			     const struct vmlab_gaps *req);
const char *tree_implausible(const struct vmlab_tree *before,
			     const struct vmlab_tree *req);
const char *ptes_implausible(const struct vmlab_ptes *before,
			     const struct vmlab_ptes *req);
const char *pages_implausible(const struct vmlab_ptes *before,
			      const struct vmlab_ptes *req);
const char *totals_implausible(const struct vmlab_pgtable_totals *t);
const char *translation_implausible(const struct vmlab_translation *t);
const char *find_implausible(const struct vmlab_find *f);
const char *area_implausible(const struct vmlab_free_area *r);

/* What was seen so far, VMLAB_PTE_*. */
extern uint64_t seen_flags;

#endif /* SELFTESTS_PLAUSIBLE_H */
