/* SPDX-License-Identifier: GPL-2.0 */
/* The columns of vmlab vmas that are printed on request. */
#ifndef VMLAB_SHOW_VMA_FACTS_H
#define VMLAB_SHOW_VMA_FACTS_H

#include <jansson.h>

#include "libvmlab.h"
#include "show/table.h"
#include "sys/vma_facts.h"

/* clang-format off */
#define VMA_FACT_COLUMNS						\
	{ .title = "RSS", .right = true, .extra = true },		\
	{ .title = "PSS", .right = true, .extra = true },		\
	{ .title = "SHARED", .right = true, .optional = true, .extra = true },	\
	{ .title = "DIRTY", .right = true, .optional = true, .extra = true },	\
	{ .title = "SWAP", .right = true, .extra = true },		\
	{ .title = "NODES", .extra = true },				\
	{ .title = "BUILD_ID", .extra = true }
/* clang-format on */

/** vma_facts_wanted - return the FACTS_* that --output or --sort asks for */
unsigned int vma_facts_wanted(void);

/** vma_facts_cells - add the cells of VMA_FACT_COLUMNS; @facts may be NULL */
void vma_facts_cells(struct table *t, const struct vma_facts *facts,
		     const struct vmlab_vma *vma, const char *name);

/** vma_facts_json - add the members about a VMA to its record */
void vma_facts_json(json_t *record, const struct vma_facts *facts,
		    const struct vmlab_vma *vma, const char *name);

#endif /* VMLAB_SHOW_VMA_FACTS_H */
