// SPDX-License-Identifier: GPL-2.0
/*
 * All requests about page tables while their target changes without end: it
 * maps, unmaps, protects, moves, forks, swaps, drops page tables, has huge
 * pages made and split.  There is nothing to compare with: what is checked is
 * that each record can be true.  VMLAB_STRESS_SECONDS sets how long.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../lib/child.h"
#include "../lib/dev.h"
#include "../lib/tap.h"
#include "ptwalk.h"
#include "ptzoo.h"

#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE		25
#endif
#ifndef MADV_PAGEOUT
#define MADV_PAGEOUT		21
#endif

enum {
	SECONDS = 5,
	THREADS = 3,
	AREA = 16 << 20,
	SHARED = 4 << 20,
};

#define ABSENT (VMLAB_PTE_SWAP | VMLAB_PTE_MIGRATION | VMLAB_PTE_DEV_PRIVATE | \
		VMLAB_PTE_DEV_EXCLUSIVE | VMLAB_PTE_HWPOISON | VMLAB_PTE_MARKER)

static uint32_t next_random(uint64_t *state)
{
	*state = *state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (uint32_t)(*state >> 33);
}

static void mutate_once(char *area, char *shared, uint64_t *state)
{
	size_t page = page_size();
	size_t len = (next_random(state) % 600 + 1) * page;
	size_t off = next_random(state) % ((AREA - len) / page) * page;
	char *p = area + off;
	void *q;

	switch (next_random(state) % 11) {
	case 0:
		munmap(p, len);
		break;
	case 1:
		mprotect(p, len, PROT_NONE);
		break;
	case 2:
		madvise(p, len, MADV_DONTNEED);
		break;
	case 3:
		madvise(p, len, MADV_PAGEOUT);
		break;
	case 4:
		madvise(area, AREA, MADV_COLLAPSE);
		break;
	case 5:
		madvise(shared, SHARED, MADV_COLLAPSE);
		break;
	case 6:
		q = mremap(p, page, 2 * page, MREMAP_MAYMOVE);
		if (q != MAP_FAILED && ((char *)q < area || (char *)q >= area + AREA))
			munmap(q, 2 * page);
		break;
	case 7:
		madvise(shared, SHARED, MADV_DONTNEED);
		memset(shared, 1, SHARED / 2);
		break;
	default:
		if (mmap(p, len, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == p) {
			madvise(p, len, MADV_HUGEPAGE);
			for (size_t i = 0; i < len; i += page)
				touch(p + i, TOUCH_WRITE, 1, NULL);
		}
	}
}

struct areas {
	char *area, *shared;
	uint64_t seed;
};

static void *mutator(void *arg)
{
	const struct areas *a = arg;
	uint64_t state = a->seed;

	for (;;) {
		mutate_once(a->area, a->shared, &state);
		if (next_random(&state) % 64 == 0) {
			pid_t pid = fork();

			if (!pid) {
				mutate_once(a->area, a->shared, &state);
				_exit(0);
			}
			if (pid > 0)
				waitpid(pid, NULL, 0);
		}
	}
	return NULL;
}

static int target(void *arg)
{
	static struct areas a[THREADS];
	pthread_t thread;

	(void)arg;
	for (int i = 0; i < THREADS; i++) {
		a[i].seed = (uint64_t)i + 1;
		a[i].area = i ? a[0].area :
			    mmap(NULL, AREA, PROT_READ | PROT_WRITE,
				 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		a[i].shared = i ? a[0].shared :
			      mmap(NULL, SHARED, PROT_READ | PROT_WRITE,
				   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
		if (a[i].area == MAP_FAILED || a[i].shared == MAP_FAILED)
			return 1;
	}
	for (int i = 1; i < THREADS; i++)
		if (pthread_create(&thread, NULL, mutator, &a[i]))
			return 1;
	mutator(&a[0]);
	return 0;
}

static bool plausible(uint64_t flags)
{
	bool present = flags & VMLAB_PTE_PRESENT;
	bool absent = flags & ABSENT;
	bool table = flags & VMLAB_PTE_TABLE;

	/* One of the three. */
	if (present + absent + table != 1)
		return false;
	return !(flags & VMLAB_PTE_ANON && flags & VMLAB_PTE_FILE);
}

static bool ptes_plausible(const struct pte_list *l)
{
	uint64_t end = 0;

	for (size_t i = 0; i < l->nr; i++) {
		const struct vmlab_pte *r = &l->pte[i];

		if (!plausible(r->flags) || !r->nr || r->reserved ||
		    r->end - r->start != r->nr << r->shift ||
		    r->index != (r->start >> r->shift & 511) ||
		    r->shift != 12 + 9 * (r->level - 1))
			return false;
		if (r->flags & VMLAB_PTE_TABLE)
			continue;
		/* A huge page may appear where small ones were reported. */
		if (r->end <= end || (r->start < end && r->level == 1) ||
		    (r->flags & VMLAB_PTE_PRESENT && !r->phys))
			return false;
		end = r->end;
	}
	return true;
}

static bool pages_plausible(const struct page_list *l)
{
	uint64_t last = 0;

	for (size_t i = 0; i < l->nr; i++) {
		const struct vmlab_page *r = &l->page[i];

		if (!plausible(r->entry_flags) || (i && r->addr <= last) ||
		    (r->flags & VMLAB_PAGE_STABLE &&
		     (r->head_pfn > r->pfn ||
		      r->pfn - r->head_pfn >= 1ULL << r->order)))
			return false;
		last = r->addr;
	}
	return true;
}

static bool translation_plausible(const struct vmlab_translation *t)
{
	for (unsigned int i = 0; i + 1 < t->steps; i++)
		if (!(t->step[i].flags & VMLAB_PTE_TABLE) ||
		    t->step[i].phys != t->step[i + 1].table)
			return false;
	return t->outcome != VMLAB_WALK_MAPPED ||
	       (t->steps && t->phys &&
		t->step[t->steps - 1].flags & VMLAB_PTE_PRESENT);
}

struct tally {
	unsigned long ptes, pages, totals, translations, wrong;
};

static void look(int fd, pid_t pid, struct tally *n)
{
	struct vmlab_pgtable_totals totals;
	struct vmlab_translation t;
	struct page_list pages;
	struct pte_list l;
	uint32_t flags = n->ptes % 2 ? VMLAB_PTES_TABLES : VMLAB_PTES_RAW;

	if (get_ptes(fd, pid, 0, 0, flags, 0, n->ptes % 5 ? 1000 : 7, &l))
		bail("PTES: %s", strerror(errno));
	n->ptes++;
	n->wrong += !ptes_plausible(&l);
	for (size_t i = 0; i < l.nr; i += 97) {
		if (get_translation(fd, pid, l.pte[i].start, &t))
			bail("TRANSLATE: %s", strerror(errno));
		n->translations++;
		n->wrong += !translation_plausible(&t);
	}
	free(l.pte);
	if (get_pages(fd, pid, 0, 0, 500, &pages))
		bail("PAGES: %s", strerror(errno));
	n->pages++;
	n->wrong += !pages_plausible(&pages);
	free(pages.page);
	if (get_totals(fd, pid, &totals))
		bail("PGTABLE_TOTALS: %s", strerror(errno));
	n->totals++;
}

void test_live(void)
{
	const char *env = getenv("VMLAB_STRESS_SECONDS");
	unsigned long seconds = env ? strtoul(env, NULL, 10) : SECONDS;
	unsigned long long until = now_ms() + seconds * 1000;
	struct tally n = {};
	int fd = dev_open(O_RDWR);
	pid_t pid = spawn(target, NULL);

	msleep(100);
	while (now_ms() < until)
		look(fd, pid, &n);
	ok(!kill(pid, 0) && !waitpid(pid, NULL, WNOHANG),
	   "live: the target was alive to the end");
	is(n.wrong, 0, "live: each record can be true");
	diag("  %lu s: %lu walks of entries, %lu of pages, %lu totals, %lu translations",
	     seconds, n.ptes, n.pages, n.totals, n.translations);
	kill_and_reap(pid);
	close(fd);
}
