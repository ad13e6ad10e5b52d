// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "model/xalloc.h"
#include "model/snapshot.h"

static struct snap_vma *add_vma(struct snapshot *snap, size_t *room)
{
	if (snap->nr == *room) {
		*room = *room ? 2 * *room : 256;
		snap->vma = check_alloc(reallocarray(snap->vma, *room,
					      sizeof(*snap->vma)));
	}
	memset(&snap->vma[snap->nr], 0, sizeof(*snap->vma));
	return &snap->vma[snap->nr++];
}

static int take_vmas(const struct vmlab_proc *proc, struct snapshot *snap)
{
	const struct vmlab_vma *vma;
	struct vmlab_vmas_iter *it;
	size_t room = 0;
	int ret;

	ret = vmlab_vmas_open(proc, 0, 0, &it);
	if (ret)
		return ret;
	while ((ret = vmlab_vmas_next(it, &vma)) > 0) {
		struct snap_vma *v;

		/* one that grew across the cursor is reported again */
		if (snap->nr && vma->start < snap->vma[snap->nr - 1].end) {
			v = &snap->vma[snap->nr - 1];
			if (vma->start > v->start) {
				v->end = vma->start;
				v = add_vma(snap, &room);
			} else {
				free(v->name);
			}
		} else {
			v = add_vma(snap, &room);
		}
		v->start = vma->start;
		v->end = vma->end;
		v->pgoff = vma->pgoff;
		v->vm_flags = vma->vm_flags;
		v->ino = vma->ino;
		v->dev_major = vma->dev_major;
		v->dev_minor = vma->dev_minor;
		v->flags = vma->flags;
		v->name = check_alloc(strdup(vmlab_vmas_name(it, vma)));
	}
	vmlab_vmas_close(it);
	return ret;
}

/* The entries and the VMAs both come by rising address: one pass does. */
static int add_ptes(const struct vmlab_proc *proc, struct snapshot *snap,
		    const struct vmlab_pt_query *query, bool swap)
{
	const struct vmlab_pte *pte;
	struct vmlab_ptes_iter *it;
	size_t i = 0;
	int ret;

	ret = vmlab_ptes_open(proc, query, &it);
	if (ret)
		return ret;
	while ((ret = vmlab_ptes_next(it, &pte)) > 0) {
		while (i < snap->nr && snap->vma[i].end <= pte->start)
			i++;
		for (size_t j = i;
		     j < snap->nr && snap->vma[j].start < pte->end; j++) {
			struct snap_vma *v = &snap->vma[j];
			uint64_t from = pte->start > v->start ? pte->start :
								v->start;
			uint64_t to = pte->end < v->end ? pte->end : v->end;

			if (to > from)
				*(swap ? &v->swap : &v->rss) += to - from;
		}
	}
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
	int ret = add_ptes(proc, snap, &present, false);

	if (!ret && snap->rss[VMLAB_RSS_SWAP])
		ret = add_ptes(proc, snap, &swap, true);
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

void snapshot_free(struct snapshot *snap)
{
	for (size_t i = 0; i < snap->nr; i++)
		free(snap->vma[i].name);
	free(snap->vma);
	memset(snap, 0, sizeof(*snap));
}

const struct snap_vma *snapshot_vma_at(const struct snapshot *snap,
				       uint64_t addr)
{
	size_t low = 0, high = snap->nr;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (snap->vma[mid].end <= addr)
			low = mid + 1;
		else
			high = mid;
	}
	if (low == snap->nr || snap->vma[low].start > addr)
		return NULL;
	return &snap->vma[low];
}

static bool has(const struct snapshot *snap, const struct snap_vma *vma,
		const char *flag)
{
	for (unsigned int i = 0; i < 64; i++)
		if (!strcmp(snap->flag_name[i], flag))
			return vma->vm_flags >> i & 1;
	return false;
}

const char *snapshot_perms(const struct snapshot *snap,
			   const struct snap_vma *vma,
			   char buf[static SNAP_PERMS_LEN])
{
	buf[0] = has(snap, vma, "read") ? 'r' : '-';
	buf[1] = has(snap, vma, "write") ? 'w' : '-';
	buf[2] = has(snap, vma, "exec") ? 'x' : '-';
	buf[3] = has(snap, vma, "mayshare") ? 's' : 'p';
	buf[4] = '\0';
	return buf;
}

/* shmem_zero_setup() and memfd_create(2) make such names */
static bool is_shared_memory(const char *name)
{
	return !strncmp(name, "/dev/zero", 9) ||
	       !strncmp(name, "/memfd:", 7) || !strncmp(name, "/SYSV", 5) ||
	       !strncmp(name, "/dev/shm/", 9) ||
	       !strncmp(name, "[anon_shmem:", 12);
}

enum snap_kind snapshot_kind(const struct snapshot *snap,
			     const struct snap_vma *vma)
{
	if (vma->flags & VMLAB_VMA_VMLAB)
		return SNAP_VMLAB;
	if (vma->flags & VMLAB_VMA_SPECIAL)
		return SNAP_SPECIAL;
	if (vma->flags & VMLAB_VMA_HEAP)
		return SNAP_HEAP;
	if (vma->flags & VMLAB_VMA_STACK)
		return SNAP_STACK;
	if (!(vma->flags & VMLAB_VMA_FILE))
		return SNAP_ANON;
	if (has(snap, vma, "mayshare") && is_shared_memory(vma->name))
		return SNAP_SHARED;
	return has(snap, vma, "exec") ? SNAP_CODE : SNAP_FILE;
}

const char *snapshot_kind_name(enum snap_kind kind)
{
	static const char *const names[] = {
		[SNAP_CODE] = "code",	    [SNAP_FILE] = "file",
		[SNAP_HEAP] = "heap",	    [SNAP_STACK] = "stack",
		[SNAP_ANON] = "anonymous",  [SNAP_SHARED] = "shared memory",
		[SNAP_SPECIAL] = "special", [SNAP_VMLAB] = "vmlab",
	};

	return kind < SNAP_KINDS ? names[kind] : "";
}
