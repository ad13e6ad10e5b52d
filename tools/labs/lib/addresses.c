// SPDX-License-Identifier: GPL-2.0
/* Lookups, free ranges and regions, as labs ask for them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "labs/addresses.h"
#include "labs/lib/run.h"

struct vmlab_find lab_look_up(struct lab_run *run, pid_t pid, uint64_t start,
			      uint64_t end)
{
	static char strings[VMLAB_FIND_STRINGS_MIN];
	struct vmlab_proc *proc = lab_run_proc(run, pid);
	struct vmlab_find find;

	lab_check(run, vmlab_find_get(proc, start, end, &find, strings),
		  "look up %#llx", (unsigned long long)start);
	vmlab_proc_close(proc);
	return find;
}

struct vmlab_tree_stats lab_tree(struct lab_run *run, pid_t pid)
{
	struct vmlab_proc *proc = lab_run_proc(run, pid);
	struct vmlab_tree_stats stats;

	lab_check(run, vmlab_tree_stats_get(proc, &stats),
		  "the maple tree of process %d", pid);
	vmlab_proc_close(proc);
	return stats;
}

struct vmlab_gap_stats lab_gaps(struct lab_run *run, const void *start,
				const void *end)
{
	struct vmlab_proc *proc = lab_run_proc(run, 0);
	struct vmlab_gap_stats stats;

	lab_check(run,
		  vmlab_gap_stats_get(proc, (uintptr_t)start, (uintptr_t)end,
				      &stats),
		  "the free ranges");
	vmlab_proc_close(proc);
	return stats;
}

void lab_each_gap(struct lab_run *run, uint64_t start, uint64_t end,
		  bool (*gap)(const struct vmlab_gap *gap, void *arg),
		  void *arg)
{
	struct vmlab_proc *proc = lab_run_proc(run, 0);
	const struct vmlab_gap *found;
	struct vmlab_gaps_iter *it;

	lab_check(run, vmlab_gaps_open(proc, start, end, &it),
		  "the free ranges");
	while (lab_check(run, vmlab_gaps_next(it, &found), "the free ranges"))
		if (gap(found, arg))
			break;
	vmlab_gaps_close(it);
	vmlab_proc_close(proc);
}

struct vmlab_free_area lab_free_area(struct lab_run *run, uint64_t length)
{
	struct vmlab_proc *proc = lab_run_proc(run, 0);
	struct vmlab_free_area area = { .length = length };

	lab_check(run, vmlab_free_area_get(proc, &area), "a free area");
	vmlab_proc_close(proc);
	return area;
}

bool lab_region(struct lab_run *run, const char *name,
		struct vmlab_region *region)
{
	struct vmlab_region *list;
	bool found = false;
	size_t nr;
	int err = vmlab_layout_get(lab_device(run), &list, &nr);

	if (err == -EOPNOTSUPP)
		lab_skip(run, "the module does not know the layout of this "
			      "architecture");
	lab_check(run, err, "the layout");
	for (size_t i = 0; i < nr && !found; i++) {
		*region = list[i];
		found = !strcmp(list[i].name, name);
	}
	free(list);
	if (found && region->flags & VMLAB_REGION_HIDDEN)
		lab_skip(run, "kernel addresses are hidden: run as root, with "
			      "kernel.kptr_restrict below 2");
	return found;
}

size_t lab_kmem(struct lab_run *run, uint32_t kind, uint64_t length,
		struct vmlab_kmem_page **pages)
{
	size_t nr;
	int err = vmlab_kmem_get(lab_device(run), kind, length, pages, &nr,
				 NULL);

	*pages = err ? NULL : *pages;
	if (err == -ENOMEM)
		return 0;
	lab_check(run, err, "allocate %llu bytes in the kernel",
		  (unsigned long long)length);
	if (!err && !(*pages)[0].addr)
		lab_skip(run, "kernel addresses are hidden: run as root, with "
			      "kernel.kptr_restrict below 2");
	return nr;
}
