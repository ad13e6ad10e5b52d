/* SPDX-License-Identifier: GPL-2.0 */
/* VMAs as table rows and JSON records, for every command that shows some. */
#ifndef VMLAB_VMA_OUT_H
#define VMLAB_VMA_OUT_H

#include <jansson.h>

#include "libvmlab.h"
#include "show/table.h"

/** struct vma_words - the device, and bits that have a place of their own */
struct vma_words {
	const struct vmlab *lab;
	uint64_t read, write, exec, mayshare;
	uint64_t told; /* all that vma_perms() tells, and their may... forms */
};

/** vma_words_init - look the bits up, once for many VMAs */
void vma_words_init(struct vma_words *words, const struct vmlab *lab);

#define VMA_PERMS_LEN 5

/** vma_perms - "rwxp" or "rwxs" as in /proc/PID/maps; returns @buf */
const char *vma_perms(const struct vma_words *words,
		      const struct vmlab_vma *vma,
		      char buf[static VMA_PERMS_LEN]);

/** vma_name_style - how to print a name */
enum style vma_name_style(const struct vmlab_vma *vma);

/* the columns that vma_cells() fills, for an array of struct column */
/* clang-format off */
#define VMA_COLUMNS		\
	{ "START", true },	\
	{ "END", true },	\
	{ "SIZE", true },	\
	{ "PERM" },		\
	{ "PGOFF", true },	\
	{ "FLAGS" },		\
	{ "VM_OPS" },		\
	{ "NAME" }
/* clang-format on */

/** vma_cells - one VMA as cells of a row */
void vma_cells(struct table *t, const struct vma_words *words,
	       const struct vmlab_vmas_iter *it, const struct vmlab_vma *vma);

/** vma_json - one VMA, all that is known */
json_t *vma_json(const struct vma_words *words,
		 const struct vmlab_vmas_iter *it, const struct vmlab_vma *vma);

/** json_vm_flags - the names of the bits that are set */
json_t *json_vm_flags(const struct vmlab *lab, uint64_t vm_flags);

/** vma_traits - call @print with the name of each VMLAB_VMA_* bit that is set */
void vma_traits(const struct vmlab_vma *vma,
		void (*print)(void *arg, const char *name), void *arg);

#endif /* VMLAB_VMA_OUT_H */
