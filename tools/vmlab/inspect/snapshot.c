// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "inspect/snapshot.h"
#include "sys/xalloc.h"

static int take_vmas(const struct vmlab_proc *proc, struct snapshot *snap)
{
	const struct vmlab_vma *vma;
	struct vmlab_vmas_iter *it;
	int ret;

	ret = vmlab_vmas_open(proc, 0, 0, &it);
	if (ret)
		return ret;
	vmlab_vmas_without_ops(it);
	while ((ret = vmlab_vmas_next(it, &vma)) > 0) {
		const struct snap_vma v = {
			.start = vma->start,
			.end = vma->end,
			.pgoff = vma->pgoff,
			.vm_flags = vma->vm_flags,
			.ino = vma->ino,
			.dev_major = vma->dev_major,
			.dev_minor = vma->dev_minor,
			.flags = vma->flags,
			.name = check_alloc(strdup(vmlab_vmas_name(it, vma))),
		};

		snapshot_add(snap, &v);
	}
	vmlab_vmas_close(it);
	return ret;
}

/* Entries and VMAs both come by rising address: one pass is enough. */
static int count_entries(const struct vmlab_proc *proc, struct snapshot *snap,
			 const struct vmlab_pt_query *query,
			 enum snap_counter counter)
{
	const struct vmlab_pte *pte;
	struct vmlab_ptes_iter *it;
	size_t first = 0;
	int ret;

	ret = vmlab_ptes_open(proc, query, &it);
	if (ret)
		return ret;
	while ((ret = vmlab_ptes_next(it, &pte)) > 0)
		snapshot_count(snap, &first, pte->start, pte->end, counter);
	vmlab_ptes_close(it);
	return ret;
}

static int take_rss(const struct vmlab_proc *proc, struct snapshot *snap)
{
	const struct vmlab_pt_query present = {
		.flags = VMLAB_PTES_FOLD_FLAGS,
		.category_inverted = VMLAB_PTE_ZERO | VMLAB_PTE_SPECIAL,
		.category_mask = VMLAB_PTE_PRESENT | VMLAB_PTE_ZERO |
				 VMLAB_PTE_SPECIAL,
		.return_mask = VMLAB_PTE_PRESENT,
	};
	const struct vmlab_pt_query swap = {
		.flags = VMLAB_PTES_FOLD_FLAGS,
		.category_mask = VMLAB_PTE_SWAP,
		.return_mask = VMLAB_PTE_SWAP,
	};
	int ret = count_entries(proc, snap, &present, SNAP_RSS);

	if (!ret && snap->rss[VMLAB_RSS_SWAP])
		ret = count_entries(proc, snap, &swap, SNAP_SWAP);
	return ret;
}

int snapshot_take(const struct vmlab *lab, const struct vmlab_proc *proc,
		  bool with_rss, struct snapshot *snap)
{
	const struct vmlab_info *info = vmlab_info_get(lab);
	uint64_t page = vmlab_page_size(lab);
	struct timespec now;
	struct vmlab_mm mm;
	int ret;

	memset(snap, 0, sizeof(*snap));
	clock_gettime(CLOCK_REALTIME, &now);
	ret = vmlab_mm_get(proc, &mm);
	if (ret)
		return ret;
	if (mm.flags & VMLAB_MM_KTHREAD)
		return -ENXIO;

	snap->pid = mm.pid;
	memcpy(snap->comm, mm.comm, sizeof(snap->comm));
	memcpy(snap->kernel, info->kernel_release, sizeof(snap->kernel));
	snap->time_ns = (uint64_t)now.tv_sec * 1000000000u +
			(uint64_t)now.tv_nsec;
	snap->page_size = page;
	snap->mmap_base = mm.mmap_base;
	snap->task_size = mm.task_size;
	snap->total_vm = mm.total_vm * page;
	for (size_t i = 0; i < VMLAB_RSS_NR; i++)
		snap->rss[i] = mm.rss[i] * page;
	snap->pgtables = mm.pgtables_bytes;
	for (unsigned int i = 0; i < 64; i++)
		snprintf(snap->flag_name[i], sizeof(snap->flag_name[i]), "%s",
			 vmlab_vm_flag_name(lab, i));

	ret = take_vmas(proc, snap);
	if (!ret && with_rss && vmlab_has_feature(lab, VMLAB_FEAT_PGTABLE)) {
		snap->has_rss = true;
		ret = take_rss(proc, snap);
	}
	return ret;
}
