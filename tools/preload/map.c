// SPDX-License-Identifier: GPL-2.0
/*
 * mmap(2) and munmap(2) of anonymous private memory.
 *
 * The kernel first maps what the program asks for: it chooses the address, checks the
 * limits and replaces what MAP_FIXED replaces.  Then the space is mapped over it, each
 * address at the offset that equals it.  Where that fails the program has the memory
 * that it asked for, and it is not managed.
 */
#include <sys/mman.h>

#include "memory.h"
#include "open.h"
#include "report.h"
#include "settings.h"
#include "space.h"

/* Flags that do not keep memory from being managed. */
static bool may_manage(size_t len, int prot, int flags)
{
	return (flags & MAP_TYPE) == MAP_PRIVATE && flags & MAP_ANONYMOUS &&
	       !(flags & (MAP_GROWSDOWN | MAP_HUGETLB)) && !(prot & PROT_EXEC) && len;
}

/* Map a new range of anonymous memory, which nobody uses yet, from the space. */
static void map_space(int fd, uintptr_t start, size_t len, int prot, int flags)
{
	long ret = space_drop(fd, start, len);

	/* Old contents that cannot be dropped must not appear in new memory. */
	if (!ret) {
		managed_add(start, len);
		ret = raw_mmap(start, len, prot, MAP_SHARED | MAP_FIXED | flags, fd,
			       (off_t)start);
	}
	if (!raw_failed(ret)) {
		if (settings_get()->space_flags & VMLAB_SPACE_HUGE && len >= HUGE_BYTES)
			raw_madvise(start, len, MADV_HUGEPAGE);
		return;
	}
	report_given_back(len);
	if (flags & MAP_LOCKED)
		raw3(SYS_mlock, (long)start, (long)len, 0);
	else if (flags & MAP_POPULATE)
		raw_madvise(start, len,
			    prot & PROT_WRITE ? MADV_POPULATE_WRITE : MADV_POPULATE_READ);
}

/*
 * Map @len bytes and give away what lies around the aligned ones: for huge frames,
 * address and offset must have the same place in 2 MiB.
 */
static long map_aligned(size_t len, int prot, int flags)
{
	const size_t room = len + HUGE_BYTES - PAGE_BYTES;
	long at = raw_mmap(0, room, prot, flags, -1, 0);
	uintptr_t start, end;

	if (raw_failed(at))
		return raw_mmap(0, len, prot, flags, -1, 0);
	start = ((uintptr_t)at + HUGE_BYTES - 1) & ~(HUGE_BYTES - 1);
	end = (uintptr_t)at + room;
	if (start != (uintptr_t)at)
		raw_munmap((uintptr_t)at, start - (uintptr_t)at);
	if (start + len != end)
		raw_munmap(start + len, end - start - len);
	return (long)start;
}

/*
 * Does RLIMIT_MEMLOCK allow to map @len more bytes with MAP_LOCKED?  Asked before anything
 * is replaced, as the kernel does.  Nothing is touched: there is no access.
 */
static long may_lock(size_t len)
{
	const long at = raw_mmap(0, len, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS |
				 MAP_NORESERVE | MAP_LOCKED, -1, 0);

	if (!raw_failed(at))
		raw_munmap((uintptr_t)at, len);
	return at;
}

static bool wants_aligned(uintptr_t addr, size_t len, int flags, off_t offset)
{
	const struct settings *settings = settings_get();

	return !addr && !(offset % (off_t)PAGE_BYTES) &&
	       len >= HUGE_BYTES && len <= SIZE_MAX - HUGE_BYTES &&
	       !(flags & (MAP_FIXED | MAP_FIXED_NOREPLACE | MAP_32BIT)) && settings &&
	       settings->space_flags & VMLAB_SPACE_HUGE;
}

long run_mmap(uintptr_t addr, size_t len, int prot, int flags, int fd, off_t offset)
{
	const int later = flags & (MAP_POPULATE | MAP_LOCKED);
	const bool manage = may_manage(len, prot, flags);
	/* Others matter only where they replace managed memory. */
	const int space = manage || flags & MAP_FIXED ? space_use(manage) : -1;
	long ret;

	if (manage && space >= 0 && flags & MAP_LOCKED) {
		ret = may_lock(len);
		if (raw_failed(ret))
			return ret;
	}
	if (!manage || space < 0) {
		ret = raw_mmap(addr, len, prot, flags, fd, offset);
		if (!raw_failed(ret) && space >= 0 && flags & MAP_FIXED &&
		    managed_may_have((uintptr_t)ret, page_up(len)))
			space_drop(space, (uintptr_t)ret, page_up(len));
		return ret;
	}
	if (wants_aligned(addr, len, flags, offset))
		ret = map_aligned(page_up(len), prot, flags & ~later);
	else
		ret = raw_mmap(addr, len, prot, flags & ~later, fd, offset);
	if (!raw_failed(ret))
		map_space(space, (uintptr_t)ret, page_up(len), prot, later);
	return ret;
}

/*
 * The frames of a range must be dropped while nobody else can map it, or what another
 * thread maps there next would lose its contents; and not before it is unmapped, because
 * that may fail.  So something else takes its place for a moment.
 */
long run_munmap(uintptr_t addr, size_t len)
{
	const size_t bytes = page_up(len);
	int fd;
	long ret;

	if (!bytes || addr % PAGE_BYTES || addr + bytes < addr ||
	    !managed_may_have(addr, bytes))
		return raw_munmap(addr, len);
	fd = space_use(false);
	if (fd < 0)
		return raw_munmap(addr, len);
	ret = raw_mmap(addr, bytes, PROT_NONE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
	/* If it fails the frames stay, until the addresses are mapped again. */
	if (!raw_failed(ret))
		space_drop(fd, addr, bytes);
	return raw_munmap(addr, len);
}
