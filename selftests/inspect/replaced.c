// SPDX-License-Identifier: GPL-2.0
/*
 * A record of PTES does not fold entries of a VMA with those of another that
 * replaced it.  Two slots of 2 MiB are mapped together, and only one of them is
 * populated at a time: mremap(2) replaces the mapping at once.  A scan releases
 * mmap_lock after some page tables.  Where this is between the slots, the scan
 * can see both populated, one in the old mapping and one in the new.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/tap.h"

#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ	22
#endif

#ifndef MREMAP_DONTUNMAP
#define MREMAP_DONTUNMAP	4
#endif

#define SLOT		((size_t)2 << 20)	/* what a PTE table maps */
/* The lock is released after some 15 tables: populated slots before the two. */
#define FIRST		8
#define LAST		20
#define TRIES_MS	300
#define PATIENCE_MS	300000
#define RECORDS		64

static char *base, *spare;
static size_t first;		/* the two slots, from @base */
static atomic_bool stop;
static atomic_ulong rounds;

static void map_at(char *p, size_t slots, int flags)
{
	if (mmap(p, slots * SLOT, PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | flags, -1, 0) != p)
		bail("mmap: %s", strerror(errno));
	madvise(p, slots * SLOT, MADV_NOHUGEPAGE);
}

static void *replace(void *arg)
{
	size_t populated = 0;

	(void)arg;
	while (!atomic_load(&stop)) {
		map_at(spare, 2, MAP_NORESERVE);
		if (madvise(spare + populated * SLOT, SLOT, MADV_POPULATE_READ))
			bail("MADV_POPULATE_READ: %s", strerror(errno));
		if (mremap(spare, 2 * SLOT, 2 * SLOT,
			   MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP,
			   base + first * SLOT) == MAP_FAILED)
			bail("mremap: %s", strerror(errno));
		populated = !populated;
		atomic_fetch_add(&rounds, 1);
	}
	return NULL;
}

/* Does a record span the end of the first of the two slots? */
static bool scan(int fd, unsigned long *both)
{
	const uint64_t middle = (uintptr_t)base + (first + 1) * SLOT;
	static struct vmlab_pte pte[RECORDS];
	struct vmlab_ptes query = {
		.size = sizeof(query),
		.flags = VMLAB_PTES_FOLD_FLAGS,
		.start = (uintptr_t)base,
		.end = middle + SLOT,
		.category_mask = VMLAB_PTE_PRESENT,
		.return_mask = VMLAB_PTE_PRESENT,
		.records = (uintptr_t)pte,
		.nr = RECORDS,
	};
	bool before = false, after = false, spans = false;

	if (ioctl(fd, VMLAB_IOC_PTES, &query))
		bail("PTES: %s", strerror(errno));
	for (uint32_t i = 0; i < query.nr; i++) {
		spans |= pte[i].start < middle && pte[i].end > middle;
		before |= pte[i].end == middle;
		after |= pte[i].start == middle;
	}
	*both += spans || (before && after);
	return spans;
}

/* Returns the number of scans with a record that spans both mappings. */
static unsigned long scan_while_replaced(int fd, unsigned long *both)
{
	unsigned long long end = now_ms() + TRIES_MS;
	unsigned long wrong = 0;
	pthread_t thread;

	map_at(base, first, 0);
	if (madvise(base, first * SLOT, MADV_POPULATE_READ))
		bail("MADV_POPULATE_READ: %s", strerror(errno));
	/* The VMA before does not merge with the two slots. */
	mprotect(base, first * SLOT, PROT_READ);
	map_at(base + first * SLOT, 2, 0);
	atomic_store(&stop, false);
	if (pthread_create(&thread, NULL, replace, NULL))
		bail("pthread_create");
	while (now_ms() < end)
		wrong += scan(fd, both);
	atomic_store(&stop, true);
	pthread_join(thread, NULL);
	return wrong;
}

int main(void)
{
	unsigned long wrong = 0, both = 0;
	unsigned long long end;
	int fd = dev_open(O_RDWR);
	char *p = mmap(NULL, (LAST + 6) * SLOT, PROT_NONE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (p == MAP_FAILED)
		bail("mmap: %s", strerror(errno));
	spare = (char *)(((uintptr_t)p + SLOT - 1) & ~(SLOT - 1));
	base = spare + 3 * SLOT;
	/* Until a slow machine has replaced enough, too. */
	end = now_ms() + PATIENCE_MS;
	do {
		for (first = FIRST; first <= LAST; first++)
			wrong += scan_while_replaced(fd, &both);
	} while (atomic_load(&rounds) <= 100 && now_ms() < end);
	ok(atomic_load(&rounds) > 100, "%lu mappings were replaced",
	   atomic_load(&rounds));
	is(wrong, 0, "scans with a record of two mappings; %lu showed both", both);
	return tap_done();
}
