// SPDX-License-Identifier: GPL-2.0
/*
 * Scans of page tables whose pages stay resident, while mm clears the entries
 * and sets them again: pages are cleaned, migrated, copied on write, collapsed
 * into huge pages.  Every scan must show each page exactly once.
 * VMLAB_STRESS_SECONDS sets how long all cases take together.
 */
#include <linux/kernel-page-flags.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <fcntl.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/tap.h"

#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE	25
#endif
#define MPOL_MF_MOVE	2

enum {
	PAGES = 512,		/* what a PTE table maps */
	CASES = 4,
	SECONDS = 16,		/* of all cases together */
	BATCH = 40,		/* records a call, so that a scan takes many */
};

static int fd;
static size_t page;
static char *map;
static atomic_bool stop;
static atomic_ulong rounds;

/* --- changes of page tables during the scans ----------------------------- */

static void write_all(void)
{
	for (int i = 0; i < PAGES; i++)
		((volatile char *)map)[(size_t)i * page]++;
}

static bool clean(void)
{
	uint64_t bitmap[PAGES / 64];
	struct vmlab_dirty dirty = {
		.size = sizeof(dirty),
		.flags = VMLAB_DIRTY_CLEAR,
		.end = PAGES * page,
		.bitmap = (uintptr_t)bitmap,
	};

	write_all();
	return !ioctl(fd, VMLAB_IOC_DIRTY, &dirty);
}

static bool migrate(void)
{
	static unsigned int turn;
	void *pages[PAGES];
	int nodes[PAGES], status[PAGES];
	bool moved = false;

	turn++;
	for (int i = 0; i < PAGES; i++) {
		pages[i] = map + (size_t)i * page;
		nodes[i] = turn % 2;
	}
	if (syscall(SYS_move_pages, 0, (long)PAGES, pages, nodes, status,
		    MPOL_MF_MOVE) < 0)
		return false;
	for (int i = 0; i < PAGES; i++)
		moved |= status[i] == nodes[i];
	return moved;
}

/* While a child shares the pages, each write copies one. */
static bool copy(void)
{
	int ends[2];
	pid_t pid;
	char c;

	if (pipe(ends))
		return false;
	pid = fork();
	if (!pid) {
		close(ends[1]);
		_exit(read(ends[0], &c, 1) != 0);
	}
	close(ends[0]);
	if (pid > 0)
		write_all();
	close(ends[1]);
	return pid > 0 && reap(pid) == 0;
}

/* mprotect() of a part makes small pages of it again. */
static bool collapse(void)
{
	char *middle = map + PAGES / 2 * page;

	return !madvise(map, PAGES * page, MADV_COLLAPSE) &&
	       !mprotect(middle, page, PROT_READ) &&
	       !mprotect(middle, page, PROT_READ | PROT_WRITE);
}

static void *disturb(void *arg)
{
	bool (*fn)(void) = *(bool (**)(void))arg;

	while (!atomic_load(&stop))
		if (fn())
			atomic_fetch_add(&rounds, 1);
	return NULL;
}

/* --- scans --------------------------------------------------------------- */

struct scan {
	unsigned long scans, missing, twice, facts;
	uint64_t next;		/* what the next record must start with */
	unsigned long pages_missing, pages_twice;
};

static void scan_start(struct scan *s)
{
	s->next = (uintptr_t)map;
	s->pages_missing = 0;
	s->pages_twice = 0;
}

static void scan_record(struct scan *s, uint64_t start, uint64_t end)
{
	if (start > s->next)
		s->pages_missing += (start - s->next) / page;
	else if (start < s->next)
		s->pages_twice += ((end < s->next ? end : s->next) - start) /
				  page;
	if (end > s->next)
		s->next = end;
}

static void scan_end(struct scan *s)
{
	scan_record(s, (uintptr_t)map + PAGES * page,
		    (uintptr_t)map + PAGES * page);
	s->scans++;
	s->missing += s->pages_missing != 0;
	s->twice += s->pages_twice != 0;
}

static struct vmlab_ptes new_query(void *records, uint32_t nr)
{
	return (struct vmlab_ptes){
		.size = sizeof(struct vmlab_ptes),
		.start = (uintptr_t)map,
		.end = (uintptr_t)map + PAGES * page,
		.category_anyof_mask = VMLAB_PTE_PRESENT | VMLAB_PTE_MIGRATION,
		.records = (uintptr_t)records,
		.nr = nr,
	};
}

static void scan_ptes(struct scan *s, uint32_t flags, uint64_t bits,
		      uint32_t batch)
{
	struct vmlab_pte pte[PAGES];
	struct vmlab_ptes query = new_query(pte, batch);

	query.flags = flags;
	query.return_mask = bits;
	scan_start(s);
	do {
		query.nr = batch;
		query.result = 0;
		if (ioctl(fd, VMLAB_IOC_PTES, &query))
			bail("PTES: %s", strerror(errno));
		for (uint32_t i = 0; i < query.nr; i++)
			scan_record(s, pte[i].start, pte[i].end);
	} while (query.nr);
	scan_end(s);
}

/* Are the facts those of the page that is mapped there? */
static bool facts_fit(const struct vmlab_page *p)
{
	const uint64_t kind = p->entry_flags & VMLAB_PTE_ANON ?
			      1ULL << KPF_ANON : 0;

	if (!(p->entry_flags & VMLAB_PTE_PRESENT))
		return true;
	return p->flags & VMLAB_PAGE_STABLE && p->mapcount && p->refcount &&
	       p->entry_flags & (VMLAB_PTE_ANON | VMLAB_PTE_FILE) &&
	       (p->page_flags & 1ULL << KPF_ANON) == kind &&
	       p->page_flags & 1ULL << KPF_MMAP &&
	       !(p->page_flags & 1ULL << KPF_BUDDY) &&
	       p->pfn >= p->head_pfn && p->pfn < p->head_pfn + (1UL << p->order);
}

static void scan_pages(struct scan *s)
{
	struct vmlab_page p[BATCH];
	struct vmlab_ptes query = new_query(p, BATCH);
	bool fit = true;

	scan_start(s);
	do {
		query.nr = BATCH;
		query.result = 0;
		if (ioctl(fd, VMLAB_IOC_PAGES, &query))
			bail("PAGES: %s", strerror(errno));
		for (uint32_t i = 0; i < query.nr; i++) {
			scan_record(s, p[i].addr, p[i].addr + page);
			fit &= facts_fit(&p[i]);
		}
	} while (query.nr);
	scan_end(s);
	s->facts += !fit;
}

static void verdict(const char *what, const char *how, const struct scan *s)
{
	diag("%s, %s: %lu scans; wrong: %lu miss pages, %lu repeat pages, %lu facts",
	     what, how, s->scans, s->missing, s->twice, s->facts);
	is(s->missing, 0, "%s: %s of all resident pages", what, how);
	is(s->twice, 0, "%s: %s of each page once", what, how);
}

static void test(const char *what, bool (*fn)(void))
{
	const char *env = getenv("VMLAB_STRESS_SECONDS");
	unsigned long seconds = env && *env ? strtoul(env, NULL, 10) : SECONDS;
	struct scan folded = {}, raw = {}, bare = {}, pages = {};
	unsigned long long end;
	pthread_t thread;

	atomic_store(&stop, false);
	atomic_store(&rounds, 0);
	for (int i = 0; i < PAGES; i++)
		map[(size_t)i * page] = 1;
	if (mlock(map, PAGES * page))
		bail("mlock: %s", strerror(errno));
	if (pthread_create(&thread, NULL, disturb, &fn))
		bail("pthread_create");
	end = now_ms() + seconds * 1000 / CASES;
	while (now_ms() < end) {
		scan_ptes(&folded, 0, 0, PAGES);
		scan_ptes(&bare, VMLAB_PTES_FOLD_FLAGS,
			  VMLAB_PTE_PRESENT | VMLAB_PTE_MIGRATION, PAGES);
		scan_ptes(&raw, VMLAB_PTES_RAW, 0, BATCH);
		scan_pages(&pages);
	}
	atomic_store(&stop, true);
	pthread_join(thread, NULL);
	ok(atomic_load(&rounds), "%s: %lu rounds meanwhile", what,
	   atomic_load(&rounds));
	verdict(what, "folded records", &folded);
	verdict(what, "bare records", &bare);
	verdict(what, "raw records", &raw);
	verdict(what, "PAGES", &pages);
	is(pages.facts, 0, "%s: facts of the page that is mapped", what);
}

static void map_anon(void)
{
	const size_t size = PAGES * page;
	char *p = mmap(NULL, 2 * size, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		bail("mmap: %s", strerror(errno));
	map = (char *)(((uintptr_t)p + size - 1) & ~(size - 1));
	madvise(p, 2 * size, MADV_NOHUGEPAGE);
}

static void unmap(void)
{
	munmap(map, PAGES * page);
}

int main(void)
{
	page = page_size();
	fd = dev_open(O_RDWR);

	map = map_pages(fd, PAGES, PROT_READ | PROT_WRITE, MAP_SHARED, 0);
	test("cleaned pages", clean);
	unmap();

	map_anon();
	test("pages copied on write", copy);
	unmap();

	map_anon();
	map[0] = 1;
	if (access("/sys/devices/system/node/node1", F_OK))
		skip("one node only: boot with numa=fake=2", "migrated pages");
	else
		test("migrated pages", migrate);
	unmap();

	map_anon();
	madvise(map, PAGES * page, MADV_HUGEPAGE);
	/* 4-KiB pages first: fault them in while huge pages are not allowed. */
	memset(map, 1, PAGES * page);
	if (collapse())
		test("collapsed pages", collapse);
	else
		skip("no MADV_COLLAPSE", "collapsed pages");
	unmap();
	return tap_done();
}
