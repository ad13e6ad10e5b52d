// SPDX-License-Identifier: GPL-2.0
/* Runs of entries end where the next frame is not adjacent. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "lib/dev.h"
#include "lib/page.h"
#include "lib/tap.h"
#include "inspect/pagetable/pagetable.h"

#define NR	2048u		/* pages: in four tables or more */
#define TRIES	50

/* Bits of the entry itself: no struct page is read for them. */
#define ENTRY_BITS	(VMLAB_PTE_PRESENT | VMLAB_PTE_WRITE | VMLAB_PTE_DIRTY)

static struct pte_list read_ptes(const char *p, uint32_t flags, uint32_t batch)
{
	const uint64_t start = (uintptr_t)p;
	struct pte_list l;

	if (get_ptes(vmlab_fd, 0, start, start + NR * page_size(), flags,
		     ENTRY_BITS, batch, &l))
		bail("PTES: %s", strerror(errno));
	return l;
}

/* Fold records of one entry each, in place, as the kernel should. */
static void fold(struct pte_list *l)
{
	size_t nr = 0;

	for (size_t i = 0; i < l->nr; i++) {
		struct vmlab_pte *last = &l->pte[nr - !!nr], *r = &l->pte[i];

		if (nr && last->end == r->start && last->flags == r->flags &&
		    last->phys + last->nr * page_size() == r->phys) {
			last->end = r->end;
			last->nr++;
		} else {
			l->pte[nr++] = *r;
		}
	}
	l->nr = nr;
}

static bool equal(const struct pte_list *a, const struct pte_list *b)
{
	return a->nr == b->nr &&
	       !memcmp(a->pte, b->pte, a->nr * sizeof(*a->pte));
}

/*
 * Compare runs with single entries.  Return 1 when they agree, 0 when they do not,
 * -1 when the kernel changed the entries meanwhile.
 */
static int runs_agree(const char *p, uint32_t batch, size_t *nr)
{
	struct pte_list before = read_ptes(p, VMLAB_PTES_RAW, 1000);
	struct pte_list runs = read_ptes(p, 0, batch);
	struct pte_list after = read_ptes(p, VMLAB_PTES_RAW, 1000);
	int ret = -1;

	if (equal(&before, &after)) {
		fold(&before);
		ret = equal(&before, &runs);
		*nr = runs.nr;
	}
	free(before.pte);
	free(runs.pte);
	free(after.pte);
	return ret;
}

static void compare(const char *p, uint32_t batch, const char *what)
{
	size_t nr = 0;
	int ret = -1;

	for (int i = 0; i < TRIES && ret < 0; i++)
		ret = runs_agree(p, batch, &nr);
	ok(ret == 1, "%s, %u records a call: the entries, folded", what, batch);
	diag("%zu runs of %u pages", nr, NR);
}

void test_places(void)
{
	static const uint32_t batches[] = { 1, 7, 1000 };
	char *p = mmap(NULL, NR * page_size(), PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		bail("mmap: %s", strerror(errno));
	madvise(p, NR * page_size(), MADV_NOHUGEPAGE);
	/* The first half in an order that leaves few frames adjacent. */
	for (unsigned int i = 0; i < NR / 2; i++)
		p[i * 405u % (NR / 2) * page_size()] = 1;
	for (unsigned int i = NR / 2; i < NR; i++)
		p[i * page_size()] = 1;
	for (size_t i = 0; i < 3; i++)
		compare(p, batches[i], "scattered and adjacent frames");
	/* Entries whose bits differ, too. */
	for (unsigned int i = 0; i < NR; i += 5)
		if (mprotect(p + i * page_size(), page_size(), PROT_READ))
			bail("mprotect: %s", strerror(errno));
	for (size_t i = 0; i < 3; i++)
		compare(p, batches[i], "one in five protected");
	munmap(p, NR * page_size());
}
