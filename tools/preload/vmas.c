// SPDX-License-Identifier: GPL-2.0
/*
 * Which VMAs are the library's: the kernel knows, so the library keeps no list that a
 * raw system call or a signal handler could make wrong.
 *
 * A VMA of the library maps a space shared, and maps each address from the offset that
 * equals it.  A mapping of the device that the program makes itself hardly does.
 */
#include <string.h>
#include <sys/mman.h>

#include "preload.h"

/* Bits of vm_flags by their names, 0 for none. */
static struct {
	uint64_t locked, dontcopy, dontdump, hugepage, nohugepage, seq_read, rand_read;
	uint64_t pkey[4];
} flag;

void vma_flags_read(int fd)
{
	static struct vmlab_flag_names names;
	const struct {
		const char *name;
		uint64_t *bit;
	} wanted[] = {
		{ "locked", &flag.locked },	{ "dontcopy", &flag.dontcopy },
		{ "dontdump", &flag.dontdump }, { "hugepage", &flag.hugepage },
		{ "nohugepage", &flag.nohugepage }, { "seq_read", &flag.seq_read },
		{ "rand_read", &flag.rand_read }, { "pkey_bit0", &flag.pkey[0] },
		{ "pkey_bit1", &flag.pkey[1] },	{ "pkey_bit2", &flag.pkey[2] },
		{ "pkey_bit3", &flag.pkey[3] },
	};

	names.size = sizeof(names);
	names.kind = VMLAB_NAMES_VMA_FLAGS;
	if (raw_ioctl(fd, VMLAB_IOC_FLAG_NAMES, &names))
		return;
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		for (unsigned int bit = 0; bit < 64; bit++)
			if (!strncmp(names.bit[bit].name, wanted[i].name,
				     sizeof(names.bit[bit].name)))
				*wanted[i].bit = 1ull << bit;
}

void vma_walk_start(struct vma_walk *walk, int fd, uintptr_t start, uintptr_t end)
{
	walk->fd = fd;
	walk->cursor = start;
	walk->end = end;
	walk->next = 0;
	walk->nr = 0;
}

int vma_walk_next(struct vma_walk *walk, struct vmlab_vma *vma)
{
	struct vmlab_vmas vmas = {
		.size = sizeof(vmas),
		.flags = VMLAB_VMAS_NO_OPS,
		.cursor = walk->cursor,
		.end = walk->end,
		.vmas = (uintptr_t)walk->vma,
		.nr = sizeof(walk->vma) / sizeof(walk->vma[0]),
	};
	long ret;

	if (walk->next == walk->nr) {
		ret = raw_ioctl(walk->fd, VMLAB_IOC_VMAS, &vmas);
		if (ret)
			return (int)ret;
		walk->from = walk->cursor;
		walk->cursor = vmas.cursor;
		walk->nr = vmas.nr;
		walk->map_count = vmas.map_count;
		walk->next = 0;
		if (!vmas.nr)
			return 0;
	}
	*vma = walk->vma[walk->next++];
	return 1;
}

bool vma_is_ours(const struct vmlab_vma *vma)
{
	return vma->flags & VMLAB_VMA_VMLAB && vma->vm_flags & VMA_SHARED &&
	       vma->pgoff * PAGE_BYTES == vma->start;
}

void vma_cut(struct vmlab_vma *vma, uintptr_t start, uintptr_t end)
{
	if (vma->start < start)
		vma->start = start;
	if (vma->end > end)
		vma->end = end;
}

int vma_walk_ours(struct vma_walk *walk, struct vmlab_vma *vma)
{
	int ret;

	do {
		ret = vma_walk_next(walk, vma);
	} while (ret > 0 && !vma_is_ours(vma));
	if (ret > 0)
		vma_cut(vma, walk->from, walk->end);
	return ret;
}

bool vma_ours_at(int fd, uintptr_t addr, struct vmlab_vma *vma)
{
	struct vma_walk walk;

	vma_walk_start(&walk, fd, addr, addr + 1);
	return vma_walk_next(&walk, vma) > 0 && vma->start <= addr && vma_is_ours(vma);
}

int vma_prot(const struct vmlab_vma *vma)
{
	/* VM_READ, VM_WRITE and VM_EXEC are PROT_*. */
	return (int)(vma->vm_flags & (PROT_READ | PROT_WRITE | PROT_EXEC));
}

bool vma_locked(const struct vmlab_vma *vma)
{
	return vma->vm_flags & flag.locked;
}

bool vma_not_for_child(const struct vmlab_vma *vma)
{
	return vma->vm_flags & flag.dontcopy;
}

long vma_apply(const struct vmlab_vma *vma, uintptr_t start, size_t len)
{
	const struct {
		uint64_t bit;
		int advice;
	} advices[] = {
		{ flag.dontcopy, MADV_DONTFORK },   { flag.dontdump, MADV_DONTDUMP },
		{ flag.hugepage, MADV_HUGEPAGE },   { flag.nohugepage, MADV_NOHUGEPAGE },
		{ flag.seq_read, MADV_SEQUENTIAL }, { flag.rand_read, MADV_RANDOM },
	};
	int key = 0;

	for (size_t i = 0; i < sizeof(advices) / sizeof(advices[0]); i++)
		if (vma->vm_flags & advices[i].bit)
			raw_madvise(start, len, advices[i].advice);
	for (int i = 0; i < 4; i++)
		key |= vma->vm_flags & flag.pkey[i] ? 1 << i : 0;
	if (key)
		return raw6(SYS_pkey_mprotect, (long)start, (long)len, vma_prot(vma), key,
			    0, 0);
	return raw_mprotect(start, len, vma_prot(vma));
}
