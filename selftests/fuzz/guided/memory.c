// SPDX-License-Identifier: GPL-2.0
/* Calls that map memory, change mappings and access them. */
#include <errno.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fuzz/guided/world.h"

/* Advices that are newer than the headers of some distributions. */
enum {
	POPULATE_READ = 22, POPULATE_WRITE = 23, DONTNEED_LOCKED = 24, COLLAPSE = 25,
	SOFT_OFFLINE = 101, GUARD_INSTALL = 102, GUARD_REMOVE = 103,
};

#ifndef PR_SET_VMA
#define PR_SET_VMA		0x53564d41
#define PR_SET_VMA_ANON_NAME	0
#endif

#define NODES			2

static const struct word prots[] = {
	WORD(PROT_READ), WORD(PROT_WRITE), WORD(PROT_EXEC), WORD(PROT_NONE),
};

/* MAP_FIXED is an argument of its own: a mapping must not replace the program's memory. */
static const struct word map_flags[] = {
	WORD(MAP_SHARED), WORD(MAP_PRIVATE), WORD(MAP_SHARED_VALIDATE),
	WORD(MAP_POPULATE), WORD(MAP_LOCKED), WORD(MAP_NORESERVE), WORD(MAP_NONBLOCK),
	WORD(MAP_GROWSDOWN), WORD(MAP_SYNC), WORD(MAP_32BIT), WORD(MAP_ANONYMOUS),
	WORD(MAP_STACK), WORD(MAP_DENYWRITE), WORD(MAP_HUGETLB),
};

static const struct word map_places[] = {
	{ "ANY", 0 }, { "HINT", 1 }, { "FIXED", 2 }, { "NOREPLACE", 3 }, { "INSIDE", 4 },
};

static const struct arg args_mmap[] = {
	{ .name = "region", .type = A_REGION },
	{ .name = "fd", .type = A_FD },
	{ .name = "offset", .type = A_OFFSET },
	{ .name = "pages", .type = A_COUNT, .limit = REGION_PAGES },
	{ .name = "prot", .type = A_FLAGS, WORDS(prots), .limit = PROT_READ | PROT_WRITE },
	{ .name = "flags", .type = A_FLAGS, WORDS(map_flags), .limit = MAP_SHARED },
	{ .name = "place", .type = A_ENUM, WORDS(map_places) },
	{ .name = "inside", .type = A_COUNT, .limit = 64 },
};

CALL(mmap)
{
	struct region *r = &world.region[v[0]];
	uint64_t bytes = (v[3] ? v[3] : 1) * PAGE, at = 0;
	/* A descriptor of the device is none of hugetlbfs. */
	int flags = (int)v[5] & ~(MAP_FIXED | (v[5] & MAP_ANONYMOUS ? 0 : MAP_HUGETLB));
	void *p;

	switch (v[6] % 5) {
	case 1:
		at = ARENA + v[0] * REGION_SPAN;
		break;
	case 2:
		at = ARENA + v[0] * REGION_SPAN;
		flags |= MAP_FIXED;
		break;
	case 3:
		at = ARENA + v[0] * REGION_SPAN;
		flags |= MAP_FIXED_NOREPLACE;
		break;
	case 4:		/* split what is mapped */
		if (r->start < ARENA || r->start >= ARENA + NR_REGIONS * REGION_SPAN)
			break;
		at = r->start + v[7] * PAGE;
		flags |= MAP_FIXED;
		break;
	}
	if (bytes > REGION_SPAN / 2)
		bytes = REGION_SPAN / 2;
	p = mmap((void *)(uintptr_t)at, bytes, (int)v[4], flags, (int)v[1], (off_t)v[2]);
	if (p == MAP_FAILED)
		return -1;
	if (v[6] % 5 != 4)
		*r = (struct region){ (uintptr_t)p, bytes };
	return 0;
}

static const struct arg args_munmap[] = {
	{ .name = "addr", .type = A_ADDR },
	{ .name = "length", .type = A_LENGTH },
};

/* A program may only change the mappings that it made. */
static uint64_t inside(uint64_t addr, uint64_t length)
{
	for (int i = 0; i < NR_REGIONS; i++) {
		const struct region *r = &world.region[i];

		if (addr >= r->start && addr < r->start + r->bytes)
			return length < r->start + r->bytes - addr ? length :
			       r->start + r->bytes - addr;
	}
	return addr >= ARENA && addr < ARENA + (NR_REGIONS + 2) * REGION_SPAN ?
	       length % REGION_SPAN : 0;
}

CALL(munmap)
{
	return munmap((void *)(uintptr_t)v[0], inside(v[0], v[1]));
}

static const struct word remap_flags[] = {
	WORD(MREMAP_MAYMOVE), WORD(MREMAP_FIXED), WORD(MREMAP_DONTUNMAP),
};

static const struct arg args_mremap[] = {
	{ .name = "addr", .type = A_ADDR },
	{ .name = "old", .type = A_LENGTH },
	{ .name = "new", .type = A_LENGTH },
	{ .name = "flags", .type = A_FLAGS, WORDS(remap_flags), .limit = MREMAP_MAYMOVE },
	{ .name = "region", .type = A_REGION },
};

CALL(mremap)
{
	uint64_t to = ARENA + v[4] * REGION_SPAN, bytes = v[2] % (REGION_SPAN / 2);
	void *p = mremap((void *)(uintptr_t)v[0], inside(v[0], v[1]), bytes,
			 (int)v[3], to);

	if (p == MAP_FAILED)
		return -1;
	world.region[v[4]] = (struct region){ (uintptr_t)p, bytes };
	return 0;
}

static const struct word advices[] = {
	WORD(MADV_NORMAL), WORD(MADV_RANDOM), WORD(MADV_SEQUENTIAL), WORD(MADV_WILLNEED),
	WORD(MADV_DONTNEED), WORD(MADV_FREE), WORD(MADV_REMOVE), WORD(MADV_DONTFORK),
	WORD(MADV_DOFORK), WORD(MADV_MERGEABLE), WORD(MADV_UNMERGEABLE), WORD(MADV_HUGEPAGE),
	WORD(MADV_NOHUGEPAGE), WORD(MADV_DONTDUMP), WORD(MADV_DODUMP), WORD(MADV_WIPEONFORK),
	WORD(MADV_KEEPONFORK), WORD(MADV_COLD), WORD(MADV_PAGEOUT), WORD(MADV_HWPOISON),
	{ "MADV_POPULATE_READ", POPULATE_READ }, { "MADV_POPULATE_WRITE", POPULATE_WRITE },
	{ "MADV_DONTNEED_LOCKED", DONTNEED_LOCKED }, { "MADV_COLLAPSE", COLLAPSE },
	{ "MADV_SOFT_OFFLINE", SOFT_OFFLINE }, { "MADV_GUARD_INSTALL", GUARD_INSTALL },
	{ "MADV_GUARD_REMOVE", GUARD_REMOVE },
};

static const struct arg args_madvise[] = {
	{ .name = "addr", .type = A_ADDR },
	{ .name = "length", .type = A_LENGTH },
	{ .name = "advice", .type = A_ENUM, WORDS(advices) },
};

CALL(madvise)
{
	volatile uint64_t length = inside(v[0], v[1]);

	/*
	 * In a mapping that userfaultfd write-protects mm tries this for ever, with memfd
	 * too: zapping leaves a marker where there must be none.
	 */
	if (v[2] == GUARD_INSTALL && world.uffd >= 0)
		return -1;
	/* Such frames are lost until the next boot. */
	if (v[2] == MADV_HWPOISON || v[2] == SOFT_OFFLINE)
		length = length > PAGE ? PAGE : length;
	/* The task that poisons a page it maps is sent SIGBUS. */
	if (sigsetjmp(w->fault, 0)) {
		errno = EFAULT;
		return -1;
	}
	w->may_fault = 1;
	return madvise((void *)(uintptr_t)v[0], length, (int)v[2]);
}

static const struct arg args_mprotect[] = {
	{ .name = "addr", .type = A_ADDR },
	{ .name = "length", .type = A_LENGTH },
	{ .name = "prot", .type = A_FLAGS, WORDS(prots), .limit = PROT_READ | PROT_WRITE },
	{ .name = "key", .type = A_COUNT, .limit = 2 },
};

CALL(mprotect)
{
	if (v[3])
		return pkey_mprotect((void *)(uintptr_t)v[0], inside(v[0], v[1]), (int)v[2],
				     pkey_alloc(0, 0));
	return mprotect((void *)(uintptr_t)v[0], inside(v[0], v[1]), (int)v[2]);
}

static const struct arg args_stripes[] = {
	{ .name = "addr", .type = A_ADDR },
	{ .name = "pages", .type = A_COUNT, .limit = 256 },
	{ .name = "prot", .type = A_FLAGS, WORDS(prots), .limit = PROT_READ },
};

/* Change every second page: as many mappings, in a tree with more levels. */
CALL(stripes)
{
	for (uint64_t n = 0; n < v[1]; n += 2)
		if (mprotect((void *)(uintptr_t)(v[0] + n * PAGE), inside(v[0] + n * PAGE, PAGE),
			     (int)v[2]))
			return -1;
	return 0;
}

static const struct arg args_name[] = {
	{ .name = "addr", .type = A_ADDR },
	{ .name = "length", .type = A_LENGTH },
	{ .name = "none", .type = A_COUNT, .limit = 2 },
};

/* A name for anonymous memory. */
CALL(name)
{
	return prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME, v[0], inside(v[0], v[1]),
		     v[2] ? NULL : "vmlab fuzz");
}

static const struct word lock_calls[] = {
	{ "LOCK", 0 }, { "LOCK_ONFAULT", 1 }, { "UNLOCK", 2 }, { "ALL", 3 }, { "NONE", 4 },
};

static const struct arg args_mlock[] = {
	{ .name = "addr", .type = A_ADDR },
	{ .name = "length", .type = A_LENGTH },
	{ .name = "how", .type = A_ENUM, WORDS(lock_calls) },
};

CALL(mlock)
{
	void *addr = (void *)(uintptr_t)v[0];

	switch (v[2] % 5) {
	case 0:
		return mlock(addr, v[1]);
	case 1:
		return syscall(SYS_mlock2, addr, v[1], 1);
	case 2:
		return munlock(addr, v[1]);
	case 3:
		return mlockall(MCL_FUTURE | MCL_ONFAULT);
	default:
		return munlockall();
	}
}

static const struct word sync_flags[] = {
	WORD(MS_ASYNC), WORD(MS_SYNC), WORD(MS_INVALIDATE),
};

static const struct arg args_msync[] = {
	{ .name = "addr", .type = A_ADDR },
	{ .name = "length", .type = A_LENGTH },
	{ .name = "flags", .type = A_FLAGS, WORDS(sync_flags), .limit = MS_SYNC },
};

CALL(msync)
{
	return msync((void *)(uintptr_t)v[0], v[1], (int)v[2]);
}

static const struct arg args_mincore[] = {
	{ .name = "addr", .type = A_ADDR },
	{ .name = "length", .type = A_LENGTH },
	{ .name = "buf", .type = A_BUF },
};

CALL(mincore)
{
	return mincore((void *)(uintptr_t)v[0], v[1] % (REGION_PAGES * PAGE),
		       (unsigned char *)(uintptr_t)v[2]);
}

static const struct arg args_move_pages[] = {
	{ .name = "addr", .type = A_ADDR },
	{ .name = "node", .type = A_COUNT, .limit = NODES + 1 },
};

/* Migrate four pages. */
CALL(move_pages)
{
	void *pages[4];
	int nodes[4], status[4];

	for (int i = 0; i < 4; i++) {
		pages[i] = (void *)(uintptr_t)(v[0] + (uint64_t)i * PAGE);
		nodes[i] = (int)v[1];
	}
	return syscall(SYS_move_pages, 0, 4UL, pages, v[1] < NODES ? nodes : NULL, status, 4);
}

static const struct word accesses[] = {
	{ "LOAD", 0 }, { "STORE", 1 }, { "ADD", 2 },
};

static const struct arg args_touch[] = {
	{ .name = "addr", .type = A_ADDR },
	{ .name = "pages", .type = A_COUNT, .limit = 96 },
	{ .name = "access", .type = A_ENUM, WORDS(accesses) },
	{ .name = "stride", .type = A_COUNT, .limit = 8 },
};

/* Access pages; a page that raises a signal is left out. */
CALL(touch)
{
	volatile uint64_t *at;
	volatile uint64_t n = 0;
	volatile long faults = 0;
	const uint64_t nr = v[1] ? v[1] : 1;

	if (sigsetjmp(w->fault, 0)) {
		faults++;
		n++;
	}
	for (; n < nr; n++) {
		at = (void *)(uintptr_t)((v[0] & ~7ULL) + n * PAGE * (v[3] ? v[3] : 1));
		w->may_fault = 1;
		switch (v[2] % 3) {
		case 0:
			(void)*at;
			break;
		case 1:
			*at = n;
			break;
		default:
			__atomic_fetch_add((uint64_t *)(uintptr_t)at, 1, __ATOMIC_SEQ_CST);
		}
		w->may_fault = 0;
	}
	w->may_fault = 0;
	return faults;
}

const struct call_kind memory_kinds[] = {
	KIND(mmap, 20), KIND(munmap, 6), KIND(mremap, 6), KIND(madvise, 14),
	KIND(mprotect, 6), KIND(name, 1), KIND(stripes, 2),
	KIND(mlock, 4), KIND(msync, 5), KIND(mincore, 1),
	KIND(move_pages, 3), KIND(touch, 30),
};

const size_t nr_memory_kinds = ARRAY_SIZE(memory_kinds);
