/* SPDX-License-Identifier: GPL-2.0 */
/* VMAs as table rows and JSON records, for all commands that show some. */
#ifndef VMLAB_SHOW_VMA_H
#define VMLAB_SHOW_VMA_H

#include <jansson.h>

#include "libvmlab.h"
#include "show/table.h"
#include "sys/vma_facts.h"

/** struct vma_words - bits of vm_flags for the columns PERM and FLAGS */
struct vma_words {
	const struct vmlab *lab;
	uint64_t read, write, exec, mayshare;
	/*
	 * bits that the column FLAGS leaves out: those that vma_perms() covers, and
	 * softdirty, which the kernel sets when it maps a VMA, so that nearly all have it
	 */
	uint64_t not_listed;
};

/** vma_words_init - look up the bits, once for many VMAs */
void vma_words_init(struct vma_words *words, const struct vmlab *lab);

#define VMA_PERMS_LEN 5

/** vma_perms - write "rwxp" or "rwxs" as in /proc/PID/maps; return @buf */
const char *vma_perms(const struct vma_words *words,
		      const struct vmlab_vma *vma,
		      char buf[static VMA_PERMS_LEN]);

/** vma_name_style - return the style of the name of a VMA */
enum style vma_name_style(const struct vmlab_vma *vma);

/* The columns that vma_cells() fills, for an array of struct column. */
/* clang-format off */
#define VMA_COLUMNS		\
	{ "START", true },	\
	{ "END", true },	\
	{ "SIZE", true },	\
	{ "PERM" },		\
	{ .title = "PGOFF", .right = true, .optional = true },	\
	{ .title = "FLAGS", .wrap = true },		\
	{ .title = "VM_OPS", .optional = true },		\
	{ .title = "NAME", .wrap = true }
/* clang-format on */

/** vma_cells - add the cells of one VMA to a row */
void vma_cells(struct table *t, const struct vma_words *words,
	       const struct vmlab_vmas_iter *it, const struct vmlab_vma *vma);

/** vma_json - make a JSON record of one VMA, with all that is known of it */
json_t *vma_json(const struct vma_words *words,
		 const struct vmlab_vmas_iter *it, const struct vmlab_vma *vma);

extern const struct column_list vma_tables[];

/**
 * struct vma_walk - a walk over the VMAs to print
 * @facts: what /proc says about the VMAs, NULL when it is not asked for
 * @flags: VMAs with all of these bits of vm_flags are printed
 * @ret: 1 with a VMA in @vma, 0 at the end, or a negative errno
 */
struct vma_walk {
	struct vmlab_vmas_iter *it;
	uint64_t flags;
	const struct vma_facts *facts;
	const struct vmlab_vma *vma;
	int ret;
};

/** vma_walk_next - advance to the next VMA that has the flags */
void vma_walk_next(struct vma_walk *walk);

/** vmas_print - print the rest of a walk as a table; return walk->ret at its end */
int vmas_print(FILE *out, const struct vma_words *words,
	       struct vma_walk *walk, bool colour);

/** vmas_print_details - likewise, several lines for each VMA */
int vmas_print_details(FILE *out, const struct vma_words *words,
		       struct vma_walk *walk, bool colour);

/**
 * vmas_print_json - likewise, as a JSON document
 * @pid: 0 for self
 */
int vmas_print_json(FILE *out, const struct vma_words *words,
		    struct vma_walk *walk, pid_t pid);

#endif /* VMLAB_SHOW_VMA_H */
