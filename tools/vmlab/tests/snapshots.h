/* SPDX-License-Identifier: GPL-2.0 */
/* Snapshots made up for tests. */
#ifndef VMLAB_TESTS_SNAPSHOTS_H
#define VMLAB_TESTS_SNAPSHOTS_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/snapshot.h"
#include "sys/xalloc.h"

#define PAGE UINT64_C(4096)

enum { READ = 1, WRITE = 2, EXEC = 4, SHARE = 8, SOFTDIRTY = 16 };

static inline void snap_init(struct snapshot *snap)
{
	static const char *const names[] = { "read", "write", "exec",
					     "mayshare", "softdirty" };

	memset(snap, 0, sizeof(*snap));
	snap->pid = 42;
	snap->page_size = PAGE;
	snap->task_size = 1000 * PAGE;
	strcpy(snap->comm, "test");
	strcpy(snap->kernel, "1.2.3");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		snprintf(snap->flag_name[i], sizeof(snap->flag_name[i]), "%s",
			 names[i]);
}

/* Add a VMA of pages [start, end); file 0 is anonymous memory. */
static inline struct snap_vma *add(struct snapshot *snap, uint64_t start,
				   uint64_t end, uint64_t flags, uint64_t file,
				   uint64_t pgoff, const char *name)
{
	struct snap_vma *v;

	snap->vma = check_alloc(reallocarray(snap->vma, snap->nr + 1, sizeof(*snap->vma)));
	v = &snap->vma[snap->nr++];
	snap->room = snap->nr;
	memset(v, 0, sizeof(*v));
	v->start = start * PAGE;
	v->end = end * PAGE;
	v->vm_flags = flags;
	v->ino = file;
	v->pgoff = pgoff;
	v->flags = file ? VMLAB_VMA_FILE : 0;
	v->name = check_alloc(strdup(name));
	return v;
}

/* Add anonymous memory, at the offset that the kernel gives new memory. */
static inline struct snap_vma *anon(struct snapshot *snap, uint64_t start,
				    uint64_t end, uint64_t flags)
{
	return add(snap, start, end, flags, 0, start, "");
}

#endif /* VMLAB_TESTS_SNAPSHOTS_H */
