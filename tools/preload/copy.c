// SPDX-License-Identifier: GPL-2.0
/*
 * Copy what a space has, and give back: put anonymous memory with the same contents in
 * the place of a mapping of the space.
 *
 * Writes of other threads during the copy can be lost.  A caller for which the program
 * may write meanwhile says what it does about that.
 */
#include <string.h>
#include <sys/mman.h>

#include "copy.h"
#include "report.h"
#include "space.h"
#include "vmas.h"

static bool page_is_zero(uintptr_t at)
{
	const uint64_t *word = (const uint64_t *)at;

	for (size_t i = 0; i < PAGE_BYTES / sizeof(*word); i++)
		if (word[i])
			return false;
	return true;
}

void copy_pages(uintptr_t from, size_t len, uintptr_t to)
{
	for (size_t at = 0; at < len; at += PAGE_BYTES)
		if (!page_is_zero(from + at))
			memcpy((void *)(to + at), (void *)(from + at), PAGE_BYTES);
}

enum { BITMAP_WORDS = 32 };

/* Copy the pages that were written: the others are zero and need no frame for that. */
static void copy_written(int fd, uintptr_t start, size_t len, uintptr_t from, uintptr_t to)
{
	const size_t step = BITMAP_WORDS * 64 * PAGE_BYTES;
	uint64_t bitmap[BITMAP_WORDS];

	for (size_t done = 0; done < len; done += step) {
		const size_t part = len - done < step ? len - done : step;
		struct vmlab_dirty dirty = {
			.size = sizeof(dirty),
			.start = start + done,
			.end = start + done + part,
			.bitmap = (uintptr_t)bitmap,
		};

		if (raw_ioctl(fd, VMLAB_IOC_DIRTY, &dirty)) {
			copy_pages(from + done, part, to + done);
			continue;
		}
		for (size_t i = 0; i < part / PAGE_BYTES; i++)
			if (bitmap[i / 64] >> i % 64 & 1)
				copy_pages(from + done + i * PAGE_BYTES, PAGE_BYTES,
					   to + done + i * PAGE_BYTES);
	}
}

int copy_contents(int fd, bool lost, uintptr_t start, size_t len, uintptr_t to)
{
	struct vmlab_dirty dirty = {
		.size = sizeof(dirty),
		.start = start,
		.end = start + len,
	};
	long from;

	if (lost) {
		copy_pages(start, len, to);
		return 0;
	}
	/* Often nothing was written, in a range that was only reserved. */
	if (!raw_ioctl(fd, VMLAB_IOC_DIRTY, &dirty) && !dirty.nr_dirty)
		return 0;
	/* Another mapping can be read whatever the protection of the first one is. */
	from = raw_mmap(0, len, PROT_READ, MAP_SHARED, fd, (off_t)start);
	if (raw_failed(from))
		return (int)from;
	copy_written(fd, start, len, (uintptr_t)from, to);
	raw_munmap((uintptr_t)from, len);
	return 0;
}

/* Replace a VMA of the library, or a part; @copy: keep its contents. */
static int give_back_vma(int fd, bool lost, const struct vmlab_vma *vma, bool copy)
{
	const size_t len = vma->end - vma->start;
	long new, ret;

	new = raw_mmap(0, len, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (raw_failed(new))
		return (int)new;
	ret = 0;
	if (copy && lost && !(vma->vm_flags & PROT_READ))
		ret = raw_mprotect(vma->start, len, vma_prot(vma) | PROT_READ);
	if (copy && !ret)
		ret = copy_contents(fd, lost, vma->start, len, (uintptr_t)new);
	if (!ret)
		ret = vma_apply(vma, (uintptr_t)new, len);
	if (!ret && vma_locked(vma))
		ret = raw3(SYS_mlock, new, (long)len, 0);
	if (!ret)
		ret = raw_mremap((uintptr_t)new, len, len, MREMAP_MAYMOVE | MREMAP_FIXED,
				 vma->start);
	if (raw_failed(ret)) {
		raw_munmap((uintptr_t)new, len);
		return (int)ret;
	}
	if (!lost)
		space_drop(fd, vma->start, len);
	report_given_back(len);
	return 0;
}

static int give_back_all(int fd, bool lost, uintptr_t start, size_t len, bool copy)
{
	struct vma_walk walk;
	struct vmlab_vma vma;
	int ret;

	vma_walk_start(&walk, fd, start, start + len);
	while ((ret = vma_walk_ours(&walk, &vma)) > 0) {
		ret = give_back_vma(fd, lost, &vma, copy);
		if (ret)
			break;
	}
	return ret;
}

int give_back(int fd, bool lost, uintptr_t start, size_t len)
{
	return give_back_all(fd, lost, start, len, true);
}

int give_back_used(int fd, uintptr_t start, size_t len)
{
	const int hold = space_hold(fd);
	const int ret = give_back(fd, false, start, len);

	if (hold >= 0)
		raw_close(hold);
	return ret;
}

int give_back_zero(int fd, uintptr_t start, size_t len)
{
	return give_back_all(fd, false, start, len, false);
}
