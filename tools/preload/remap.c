// SPDX-License-Identifier: GPL-2.0
/*
 * mremap(2) of memory of the library.  The kernel would move the mapping and keep its
 * offsets; but each address must have the offset that equals it.  So contents are copied.
 * No program can write to memory while it may move.
 */
#include <sys/mman.h>

#include "preload.h"

#ifndef MREMAP_DONTUNMAP
#define MREMAP_DONTUNMAP	4
#endif

struct remap {
	int fd;
	uintptr_t old;
	size_t old_len;
	size_t new_len;
	int flags;
	uintptr_t addr;
	struct vmlab_vma vma;	/* the one of @old */
};

/* The checks of mremap(2) that do not depend on what is mapped. */
static bool is_valid(const struct remap *r)
{
	if (r->flags & ~(MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP))
		return false;
	if (r->flags & MREMAP_FIXED && !(r->flags & MREMAP_MAYMOVE))
		return false;
	if (r->flags & MREMAP_DONTUNMAP &&
	    (!(r->flags & MREMAP_MAYMOVE) || r->old_len != r->new_len))
		return false;
	if (r->old % PAGE_BYTES || !r->new_len || !r->old_len)
		return false;
	if (!(r->flags & MREMAP_FIXED))
		return true;
	return !(r->addr % PAGE_BYTES) && r->addr + r->new_len >= r->addr &&
	       (r->addr + r->new_len <= r->old || r->old + r->old_len <= r->addr);
}

/* Is all of a range memory of the library, with the same flags? */
static bool is_uniform(const struct remap *r, size_t len)
{
	const uintptr_t end = r->old + len;
	uintptr_t at = r->old;
	struct vma_walk walk;
	struct vmlab_vma vma;

	vma_walk_start(&walk, r->fd, at, end);
	while (at < end) {
		if (vma_walk_ours(&walk, &vma) <= 0 || vma.start > at ||
		    vma.vm_flags != r->vma.vm_flags)
			return false;
		at = vma.end;
	}
	return true;
}

static long move(const struct remap *r)
{
	const size_t keep = r->old_len < r->new_len ? r->old_len : r->new_len;
	const int fixed = r->flags & MREMAP_FIXED ? MAP_FIXED : 0;
	long new, ret;

	if (!is_uniform(r, keep))
		return -EFAULT;
	new = run_mmap(r->addr, r->new_len, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | fixed, -1, 0);
	if (raw_failed(new))
		return new;
	ret = copy_contents(r->fd, false, r->old, keep, (uintptr_t)new);
	if (!ret)
		ret = vma_apply(&r->vma, (uintptr_t)new, r->new_len);
	if (ret) {
		run_munmap((uintptr_t)new, r->new_len);
		return ret;
	}
	if (vma_locked(&r->vma))
		raw3(SYS_mlock, new, (long)r->new_len, 0);
	if (!(r->flags & MREMAP_DONTUNMAP))
		run_munmap(r->old, r->old_len);
	else if (vma_locked(&r->vma) ||
		 run_madvise(r->old, r->old_len, MADV_DONTNEED))
		give_back_zero(r->fd, r->old, r->old_len);
	return new;
}

static long remap(const struct remap *r)
{
	long ret;

	if (r->flags & (MREMAP_FIXED | MREMAP_DONTUNMAP))
		return move(r);
	if (r->new_len == r->old_len)
		return is_uniform(r, r->old_len) ? (long)r->old : -EFAULT;
	if (r->new_len < r->old_len) {
		ret = run_munmap(r->old + r->new_len, r->old_len - r->new_len);
		return ret ? ret : (long)r->old;
	}
	ret = raw_mremap(r->old, r->old_len, r->new_len, 0, 0);
	if (!raw_failed(ret)) {
		managed_add(r->old, r->new_len);
		/* What is new must be zero. */
		if (space_drop(r->fd, r->old + r->old_len, r->new_len - r->old_len))
			give_back_zero(r->fd, r->old + r->old_len,
				       r->new_len - r->old_len);
		return ret;
	}
	if (ret != -ENOMEM && ret != -EFAULT)
		return ret;
	if (!(r->flags & MREMAP_MAYMOVE))
		return is_uniform(r, r->old_len) ? -ENOMEM : ret;
	return move(r);
}

long run_mremap(uintptr_t old, size_t old_len, size_t new_len, int flags, uintptr_t addr)
{
	struct remap r = {
		.old = old,
		.old_len = page_up(old_len),
		.new_len = page_up(new_len),
		.flags = flags,
		.addr = flags & MREMAP_FIXED ? addr : 0,
	};
	long ret;

	r.fd = managed_may_have(old, 1) ? space_use(false) : -1;
	if (r.fd >= 0 && vma_ours_at(r.fd, old, &r.vma))
		return is_valid(&r) ? remap(&r) : -EINVAL;
	ret = raw_mremap(old, old_len, new_len, flags, addr);
	/* It may have replaced managed memory. */
	if (flags & MREMAP_FIXED && !raw_failed(ret) &&
	    managed_may_have((uintptr_t)ret, r.new_len)) {
		r.fd = space_use(false);
		if (r.fd >= 0)
			space_drop(r.fd, (uintptr_t)ret, r.new_len);
	}
	return ret;
}
