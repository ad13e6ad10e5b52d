// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "model/snapshot.h"
#include "sys/xalloc.h"

void snapshot_add(struct snapshot *snap, const struct snap_vma *vma)
{
	struct snap_vma *last = snap->nr ? &snap->vma[snap->nr - 1] : NULL;

	/* a VMA that grew across the cursor of a walk is reported again */
	if (last && vma->start < last->end) {
		if (vma->start <= last->start) {
			free(last->name);
			last->name = NULL;
			snap->nr--;
		} else {
			last->end = vma->start;
		}
	}
	snap->vma = array_grow(snap->vma, snap->nr, &snap->room,
			       sizeof(*snap->vma));
	snap->vma[snap->nr++] = *vma;
}

void snapshot_count(struct snapshot *snap, size_t *first, uint64_t start,
		    uint64_t end, enum snap_counter counter)
{
	while (*first < snap->nr && snap->vma[*first].end <= start)
		++*first;
	for (size_t i = *first; i < snap->nr && snap->vma[i].start < end; i++) {
		struct snap_vma *v = &snap->vma[i];
		uint64_t from = start > v->start ? start : v->start;
		uint64_t to = end < v->end ? end : v->end;

		if (to > from)
			*(counter == SNAP_SWAP ? &v->swap : &v->rss) += to - from;
	}
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

/* shmem_zero_setup(), memfd_create(2) and shmget(2) make such names. */
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
