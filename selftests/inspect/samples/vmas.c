// SPDX-License-Identifier: GPL-2.0
/* Samples with many VMAs, or VMAs that are grown, locked or advised. */
#include <alloca.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/child.h"
#include "inspect/samples/build.h"
#include "inspect/samples/kinds.h"

#ifndef MAP_DROPPABLE
#define MAP_DROPPABLE		0x08
#endif

/*
 * Create about as many VMAs as a process may have, with a gap after each 31.  On
 * a slow kernel, create those that fit in a quarter of a minute.
 */
void make_max_vmas(void)
{
	enum { PAGES = 67200, RUN = 32, BUDGET_MS = 15000 };
	unsigned long long until = now_ms() + BUDGET_MS;
	char *p = map(PAGES, rw, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
		      -1, 0);

	/* A huge page would be split again at once. */
	madvise(p, PAGES * page, MADV_NOHUGEPAGE);
	for (size_t i = 0; i < PAGES && now_ms() < until; i++) {
		if (i % RUN == RUN - 1)
			require(!munmap(p + i * page, page), "munmap");
		else if (i % 2)
			require(!mprotect(p + i * page, page, PROT_READ),
				"mprotect");
		else if (i % 60 == 0)
			p[i * page] = 1;
	}
}

void make_many_vmas(void)
{
	const size_t pages = 2200;
	char *p = map_anon(pages);

	/* Neighbours with different protections do not merge. */
	for (size_t i = 0; i < pages; i += 2)
		require(!mprotect(p + i * page, page, PROT_READ), "mprotect");
	for (size_t i = 1; i < pages; i += 100)
		p[i * page] = 1;
}

void make_stack_grown(void)
{
	volatile char *p = alloca(1 << 20);

	for (size_t i = 0; i < 1 << 20; i += page)
		p[i] = 1;
}

void make_growsdown(void)
{
	char *p = map(64, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	volatile char *low;

	munmap(p, 64 * page);
	p = mmap(p + 60 * page, 2 * page, rw,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN | MAP_FIXED, -1,
		 0);
	require(p != MAP_FAILED, "mmap");
	write_pages(p, 0, 2);
	low = p - 3 * page;
	*low = 1;
}

void make_heap(void)
{
	char *p = sbrk(0);

	require(sbrk(1 << 20) == p, "sbrk");
	memset(p, 1, 100000);
	/* Split the heap: maps calls each part [heap]. */
	p = (char *)(((uintptr_t)p + 8 * page) & ~(page - 1));
	require(!mprotect(p, 2 * page, PROT_READ), "mprotect");
	require(!munmap(p + 10 * page, 2 * page), "munmap");
}

void make_locked(void)
{
	require(!mlock(map_anon(8), 5 * page), "mlock");
	require(!mlock2(map_anon(8), 8 * page, MLOCK_ONFAULT), "mlock2");
	write_pages(map(4, rw, MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED, -1, 0),
		    0, 1);
}

void make_lock_all(void)
{
	require(!mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT), "mlockall");
	map_anon(4);
}

void make_advice(void)
{
	static const int advices[] = {
		MADV_SEQUENTIAL, MADV_RANDOM, MADV_DONTFORK, MADV_DONTDUMP,
		MADV_WIPEONFORK, MADV_MERGEABLE, MADV_HUGEPAGE,
		MADV_NOHUGEPAGE, MADV_GUARD_INSTALL, MADV_FREE, MADV_COLD,
	};
	enum { NR = sizeof(advices) / sizeof(advices[0]) };
	char *p = map_anon(4 * NR);

	write_pages(p, 0, 4 * NR);
	/* The kernel may refuse an advice that it does not know. */
	for (size_t i = 0; i < NR; i++)
		madvise(p + 4 * i * page, 2 * page, advices[i]);
	map(1, rw, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	(void)mmap(NULL, page, rw, MAP_DROPPABLE | MAP_ANONYMOUS, -1, 0);
	map(1, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	map(1, PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	map(1, PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}
