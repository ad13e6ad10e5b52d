/* SPDX-License-Identifier: GPL-2.0 */
/* The walk of the page tables for one address. */
#ifndef VMLAB_SHOW_TRANSLATE_H
#define VMLAB_SHOW_TRANSLATE_H

#include "libvmlab.h"
#include "model/snapshot.h"
#include "show/table.h"

extern const struct column_list translate_tables[];

/**
 * struct translation_view - a walk to print
 * @names: VMAs, to name the one at the address
 * @pid: 0 for self
 * @leaf: the level at which the walk ended at a frame, else 1
 * @hidden: entries and physical addresses are hidden from the caller
 */
struct translation_view {
	const struct vmlab *lab;
	const struct vmlab_translation *t;
	const struct snapshot *names;
	pid_t pid;
	unsigned int page_shift;
	unsigned int leaf;
	bool hidden;
	bool colour;
};

/** translation_at_frame - tell whether the walk ended at a frame */
bool translation_at_frame(const struct vmlab_translation *t);

/** translation_outcome - return the outcome of the walk in a word */
const char *translation_outcome(const struct translation_view *view);

/** translation_reason - return the outcome of the walk as a sentence */
const char *translation_reason(const struct translation_view *view);

/** translation_print - print the address, the VMA, each step and the result */
void translation_print(FILE *out, const struct translation_view *view);

/** translation_print_json - likewise, as a JSON document */
void translation_print_json(FILE *out, const struct translation_view *view);

#endif /* VMLAB_SHOW_TRANSLATE_H */
