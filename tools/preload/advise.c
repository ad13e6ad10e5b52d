// SPDX-License-Identifier: GPL-2.0
/*
 * madvise(2): what it means for anonymous private memory, for memory of the library.
 *
 * Most advice works on the VMAs of the device as it does elsewhere.  What discards
 * contents must drop them from the space, too.
 */
#include <sys/mman.h>

#include "copy.h"
#include "memory.h"
#include "open.h"
#include "space.h"
#include "vmas.h"

#ifndef MADV_DONTNEED_LOCKED
#define MADV_DONTNEED_LOCKED	24
#endif
#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE		25
#endif
#define ADVICE_GUARD_INSTALL	102

static long drop_or_give_back(int fd, uintptr_t start, size_t len)
{
	return space_drop(fd, start, len) ? give_back_zero(fd, start, len) : 0;
}

/* Advice for memory of the library: @vma, cut to the range. */
static long advise_ours(int fd, const struct vmlab_vma *vma, int advice)
{
	const size_t len = vma->end - vma->start;
	int how = advice;
	long ret;

	switch (advice) {
	case MADV_REMOVE:
		/* As for memory without a file. */
		return -EINVAL;
	case MADV_COLLAPSE:
		/* Only a matter of speed, which the space decides. */
		return 0;
	case MADV_WIPEONFORK:
		ret = give_back_used(fd, vma->start, len);
		return ret ? ret : raw_madvise(vma->start, len, advice);
	case ADVICE_GUARD_INSTALL:
		/* Fork would lose a guard: the child maps all VMAs anew. */
		ret = give_back(fd, false, vma->start, len);
		return ret ? ret : raw_madvise(vma->start, len, advice);
	case MADV_FREE:
		if (vma_locked(vma))
			return -EINVAL;
		how = MADV_DONTNEED;
		break;
	}
	ret = raw_madvise(vma->start, len, how);
	if (!ret && (how == MADV_DONTNEED || how == MADV_DONTNEED_LOCKED))
		ret = drop_or_give_back(fd, vma->start, len);
	return ret;
}

/*
 * VMA by VMA, as the kernel does it: a hole is an error only at the end, any other error
 * ends the call.
 */
static long advise_each(int fd, uintptr_t start, uintptr_t end, int advice)
{
	struct vma_walk walk;
	struct vmlab_vma vma;
	bool hole = false;
	long ret;

	vma_walk_start(&walk, fd, start, end);
	while (start < end) {
		ret = vma_walk_next(&walk, &vma);
		if (ret < 0)
			return ret;
		if (!ret || vma.start > start)
			hole = true;
		if (!ret)
			break;
		if (vma_is_ours(&vma)) {
			vma_cut(&vma, start, end);
			ret = advise_ours(fd, &vma, advice);
		} else {
			vma_cut(&vma, start, end);
			ret = raw_madvise(vma.start, vma.end - vma.start, advice);
		}
		if (ret)
			return ret;
		start = vma.end;
	}
	return hole ? -ENOMEM : 0;
}

static bool is_special(int advice)
{
	switch (advice) {
	case MADV_DONTNEED:
	case MADV_DONTNEED_LOCKED:
	case MADV_FREE:
	case MADV_REMOVE:
	case MADV_COLLAPSE:
	case MADV_WIPEONFORK:
	case ADVICE_GUARD_INSTALL:
		return true;
	}
	return false;
}

long run_madvise(uintptr_t addr, size_t len, int advice)
{
	const size_t bytes = page_up(len);
	int fd;

	if (!is_special(advice) || addr % PAGE_BYTES || !bytes || bytes < len ||
	    addr + bytes < addr || !managed_may_have(addr, bytes))
		return raw_madvise(addr, len, advice);
	fd = space_use(false);
	if (fd < 0)
		return raw_madvise(addr, len, advice);
	if (advice == MADV_DONTNEED) {
		const long ret = raw_madvise(addr, len, advice);

		/* The common case.  ENOMEM: there are holes, the rest was done. */
		if (!ret || ret == -ENOMEM)
			return drop_or_give_back(fd, addr, bytes) ? -ENOMEM : ret;
	}
	return advise_each(fd, addr, addr + bytes, advice);
}

/*
 * What discards contents is for the memory of the caller only, since Linux 6.13.  Refused,
 * as by the kernels before: those that use it go on with madvise(2).
 */
long run_process_madvise(int pidfd, const struct iovec *ranges, size_t nr, int advice,
			 unsigned int flags)
{
	if (is_special(advice) && advice != MADV_COLLAPSE)
		return -EINVAL;
	return raw6(SYS_process_madvise, pidfd, (long)ranges, (long)nr, advice, flags, 0);
}
