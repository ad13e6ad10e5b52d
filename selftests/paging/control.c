// SPDX-License-Identifier: GPL-2.0
/*
 * Control by hand: evict, prefetch, drop, lock; budgets that change; the dirty
 * bitmap under concurrent writers; prefetch, hits and waste counted; memory
 * pressure; tracepoints and debugfs against the statistics.
 */
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/tap.h"

#define PAGES	64

static size_t psize;

static char *map(int fd)
{
	return map_pages(fd, PAGES, PROT_READ | PROT_WRITE, MAP_SHARED, 0);
}

static void unmap(int fd, char *p)
{
	munmap(p, PAGES * psize);
	close(fd);
}

static struct vmlab_range range(int fd, uint32_t op, size_t first, size_t nr)
{
	struct vmlab_range r = {
		.size = sizeof(r), .op = op, .start = first * psize,
		.end = (first + nr) * psize,
	};

	if (ioctl(fd, VMLAB_IOC_RANGE, &r))
		bail("VMLAB_IOC_RANGE %u: %s", op, strerror(errno));
	return r;
}

static int set_paging(int fd, uint64_t budget, uint32_t policy,
		      uint32_t prefetch, uint32_t pages, uint32_t flags)
{
	struct vmlab_paging paging = {
		.size = sizeof(paging), .budget = budget, .policy = policy,
		.prefetch = prefetch, .prefetch_pages = pages, .flags = flags,
	};

	return ioctl(fd, VMLAB_IOC_PAGING_SET, &paging);
}

static struct vmlab_paging_stats paging_stats(int fd)
{
	struct vmlab_paging_stats stats = { .size = sizeof(stats) };

	if (ioctl(fd, VMLAB_IOC_PAGING_STATS, &stats))
		bail("VMLAB_IOC_PAGING_STATS: %s", strerror(errno));
	return stats;
}

static void by_hand(void)
{
	struct vmlab_range r = { .size = sizeof(r) };
	int fd = dev_open(O_RDWR), ro;
	char *p = map(fd), value;

	memset(p, 'a', 8 * psize);
	is(range(fd, VMLAB_RANGE_EVICT, 0, PAGES).done, 8, "pages evicted");
	is(space_stats(fd).frames, 0, "frames then");
	is(paging_stats(fd).stored, 8, "pages stored");
	is(range(fd, VMLAB_RANGE_PREFETCH, 0, 4).done, 4, "pages prefetched");
	is(space_stats(fd).frames, 4, "frames then");
	is(range(fd, VMLAB_RANGE_PREFETCH, 0, 4).done, 0, "pages again");
	ok(p[0] == 'a' && p[4 * psize - 1] == 'a', "their contents");
	is(paging_stats(fd).prefetch_used, 2, "of them used");
	is(range(fd, VMLAB_RANGE_EVICT, 2, 2).done, 2, "pages evicted");
	is(paging_stats(fd).stored, 8,
	   "pages stored: those were in the store already");

	is(range(fd, VMLAB_RANGE_DROP, 0, 2).done, 2, "pages dropped");
	is(range(fd, VMLAB_RANGE_DROP, 6, PAGES - 6).done, 2,
	   "pages dropped that were not resident");
	ok(!touch_load(p, &value) && !value, "a dropped page is zero");
	ok(!touch_load(p + 7 * psize, &value) && !value,
	   "so is one that was not resident");
	ok(!touch_load(p + 5 * psize, &value) && value == 'a',
	   "another is not");

	is(range(fd, VMLAB_RANGE_LOCK, 10, 2).done, 2, "pages locked");
	r = range(fd, VMLAB_RANGE_EVICT, 0, PAGES);
	is(r.busy, 2, "pages that stay");
	is(r.start, PAGES * psize, "where it stopped");
	is(range(fd, VMLAB_RANGE_DROP, 10, 2).busy, 2, "nor are they dropped");
	is(range(fd, VMLAB_RANGE_UNLOCK, 0, PAGES).done, 2, "pages unlocked");
	is(range(fd, VMLAB_RANGE_EVICT, 10, 2).done, 2, "and then evicted");

	works(mlock(p + 20 * psize, psize), "mlock");
	is(range(fd, VMLAB_RANGE_EVICT, 20, 1).busy, 1,
	   "pages that mlock() keeps");
	munlock(p + 20 * psize, psize);
	is(range(fd, VMLAB_RANGE_EVICT, 20, 1).done, 1, "after munlock");

	r = (struct vmlab_range){ .size = sizeof(r), .end = 1 };
	fails(ioctl(fd, VMLAB_IOC_RANGE, &r), EINVAL, "half a page");
	r = (struct vmlab_range){ .size = sizeof(r), .op = 5 };
	fails(ioctl(fd, VMLAB_IOC_RANGE, &r), EINVAL, "an unknown operation");
	r = (struct vmlab_range){ .size = sizeof(r), .start = psize };
	fails(ioctl(fd, VMLAB_IOC_RANGE, &r), EINVAL, "end below start");
	unmap(fd, p);

	ro = dev_open(O_RDONLY);
	r = (struct vmlab_range){ .size = sizeof(r), .end = psize };
	fails(ioctl(ro, VMLAB_IOC_RANGE, &r), EBADF, "reading is not enough");
	fails(set_paging(ro, 1, 0, 0, 0, 0), EBADF, "nor to set a budget");
	fails(ioctl(ro, VMLAB_IOC_DIRTY,
		    &((struct vmlab_dirty){ .size = sizeof(struct vmlab_dirty),
					    .end = psize })),
	      EBADF, "nor for the dirty bitmap");
	fails(ioctl(ro, VMLAB_IOC_INJECT_SET,
		    &((struct vmlab_inject){ .size =
						sizeof(struct vmlab_inject) })),
	      EBADF, "nor for rules");
	fails(ioctl(ro, VMLAB_IOC_BACKING,
		    &((struct vmlab_backing_config){ .size =
				sizeof(struct vmlab_backing_config) })),
	      EBADF, "nor for a backing");
	is(paging_stats(ro).charged, 0, "to read the statistics it is enough");
	close(ro);
}

static void budgets(void)
{
	struct vmlab_paging_stats before;
	int fd = dev_open(O_RDWR);
	unsigned int i, wrong = 0;
	char *p = map(fd);

	for (i = 0; i < PAGES; i++)
		p[i * psize] = (char)(i + 1);
	works(set_paging(fd, 10, VMLAB_POLICY_LRU, 0, 0, 0),
	      "a budget for a space that has frames");
	is(space_stats(fd).frames, 10, "frames");
	for (i = 0; i < PAGES; i++) {
		wrong += p[i * psize] != (char)(i + 1);
		wrong += space_stats(fd).frames > 10;
	}
	is(wrong, 0, "pages lost, or times above the budget");
	works(set_paging(fd, 3, VMLAB_POLICY_RANDOM, 0, 0, 0), "a smaller one");
	is(space_stats(fd).frames, 3, "frames");
	works(set_paging(fd, 0, VMLAB_POLICY_FIFO, 0, 0, 0), "none");
	for (i = 0; i < PAGES; i++)
		wrong += p[i * psize] != (char)(i + 1);
	is(wrong, 0, "pages lost");
	is(space_stats(fd).frames, PAGES, "frames");

	works(set_paging(fd, 4, VMLAB_POLICY_CLOCK, 0, 0, 0), "four");
	before = paging_stats(fd);
	is(range(fd, VMLAB_RANGE_LOCK, 0, 3).done, 3, "pages locked");
	fails(ioctl(fd, VMLAB_IOC_RANGE,
		    &((struct vmlab_range){ .size = sizeof(struct vmlab_range),
					    .op = VMLAB_RANGE_LOCK,
					    .start = 3 * psize,
					    .end = 4 * psize })),
	      ENOMEM, "a fourth");
	for (i = 0; i < PAGES; i++)
		wrong += p[i * psize] != (char)(i + 1);
	is(wrong, 0, "pages lost with one place left");
	is(space_stats(fd).frames, 4, "frames");
	is(paging_stats(fd).over_budget, before.over_budget,
	   "frames above the budget");
	works(set_paging(fd, 2, VMLAB_POLICY_CLOCK, 0, 0, 0),
	      "less than what is locked");
	is(space_stats(fd).frames, 3, "frames: those locked stay");
	p[20 * psize] = 1;
	is(paging_stats(fd).over_budget, before.over_budget + 1,
	   "frames above the budget, counted");
	unmap(fd, p);
}

/* --- the dirty bitmap under concurrent writers ----------------------------- */

#define WRITERS	3

static struct {
	char *map;
	atomic_bool stop;
	atomic_ulong writes;
} dirty_test;

/* Writes even pages only, one word or all of one. */
static void *writer(void *arg)
{
	uint64_t rng = (uintptr_t)arg * 0x9e3779b97f4a7c15, n = 0;

	while (!atomic_load(&dirty_test.stop)) {
		uint64_t *page;
		size_t first, end;

		rng ^= rng << 13;
		rng ^= rng >> 7;
		rng ^= rng << 17;
		page = (uint64_t *)(dirty_test.map + rng % (PAGES / 2) * 2 *
				    psize);
		first = rng >> 60 ? (rng >> 20) & (psize / 8 - 1) : 0;
		end = rng >> 60 ? first + 1 : psize / 8;
		for (size_t i = first; i < end; i++)
			page[i] = rng + n;
		n++;
	}
	atomic_fetch_add(&dirty_test.writes, n);
	return NULL;
}

/* Copy what was reported: as a live migration does. */
static unsigned int collect(int fd, char *shadow, const char *p,
			    uint64_t *bits)
{
	struct vmlab_dirty d = {
		.size = sizeof(d), .flags = VMLAB_DIRTY_CLEAR,
		.end = PAGES * psize, .bitmap = (uintptr_t)bits,
	};
	unsigned int i;

	if (ioctl(fd, VMLAB_IOC_DIRTY, &d))
		bail("VMLAB_IOC_DIRTY: %s", strerror(errno));
	for (i = 0; i < PAGES; i++)
		if (bits[0] >> i & 1)
			memcpy(shadow + i * psize, p + i * psize, psize);
	return d.nr_dirty;
}

static void dirty(bool budget)
{
	int fd = dev_open(O_RDWR);
	unsigned long long until;
	unsigned int i, rounds = 0, odd = 0, reported = 0;
	char *p = map(fd), *shadow = calloc(PAGES, psize);
	pthread_t thread[WRITERS];
	struct vmlab_dirty d = { .size = sizeof(d), .end = PAGES * psize };
	uint64_t bits[1];

	_Static_assert(PAGES == 64, "one word of the bitmap");
	if (budget && set_paging(fd, 12, VMLAB_POLICY_CLOCK, 0, 0, 0))
		bail("VMLAB_IOC_PAGING_SET: %s", strerror(errno));
	dirty_test.map = p;
	atomic_store(&dirty_test.writes, 0);
	atomic_store(&dirty_test.stop, false);
	for (i = 0; i < WRITERS; i++)
		pthread_create(&thread[i], NULL, writer,
			       (void *)(uintptr_t)(i + 1));
	until = now_ms() + 1000;
	while (now_ms() < until || rounds < 5) {
		reported += collect(fd, shadow, p, bits);
		odd += !!(bits[0] & 0xaaaaaaaaaaaaaaaa);
		rounds++;
		sched_yield();
	}
	atomic_store(&dirty_test.stop, true);
	for (i = 0; i < WRITERS; i++)
		pthread_join(thread[i], NULL);
	reported += collect(fd, shadow, p, bits);
	diag("%lu writes, %u rounds, %u pages reported",
	     atomic_load(&dirty_test.writes), rounds, reported);
	ok(!memcmp(shadow, p, PAGES * psize),
	   "a copy kept by the bitmap is exact%s",
	   budget ? ", with a budget of 12 frames" : "");
	is(odd, 0, "rounds that reported a page that nobody writes");
	is(collect(fd, shadow, p, bits), 0, "pages dirty when all is quiet");

	p[2 * psize] = 1;
	p[9 * psize] = 1;
	works(ioctl(fd, VMLAB_IOC_DIRTY, &d), "count without a bitmap");
	is(d.nr_dirty, 2, "pages");
	range(fd, VMLAB_RANGE_EVICT, 0, PAGES);
	is(collect(fd, shadow, p, bits), 2, "pages, though evicted");
	is(bits[0], 1 << 2 | 1 << 9, "which");
	d.end = UINT64_MAX & ~(psize - 1);
	works(ioctl(fd, VMLAB_IOC_DIRTY, &d), "the largest range there is");
	is(d.nr_dirty, 0, "pages");
	free(shadow);
	unmap(fd, p);
}

/* --- prefetch -------------------------------------------------------------- */

/*
 * On paper: FIFO, and after each fill the next so many, as far as they are not
 * there.
 */
struct paper {
	unsigned int queue[PAGES], nr;
	bool early[PAGES];
	unsigned int filled, prefetched, used, wasted;
};

static bool on_paper(const struct paper *s, unsigned int page)
{
	for (unsigned int i = 0; i < s->nr; i++)
		if (s->queue[i] == page)
			return true;
	return false;
}

static void bring_on_paper(struct paper *s, unsigned int budget,
			   unsigned int page, bool early)
{
	if (s->nr == budget) {
		s->wasted += s->early[s->queue[0]];
		memmove(s->queue, s->queue + 1, --s->nr * sizeof(s->queue[0]));
	}
	s->queue[s->nr++] = page;
	s->early[page] = early;
	s->prefetched += early;
	s->filled += !early;
}

static void access_on_paper(struct paper *s, unsigned int budget,
			    unsigned int page, unsigned int next)
{
	if (on_paper(s, page)) {
		s->used += s->early[page];
		s->early[page] = false;
		return;
	}
	bring_on_paper(s, budget, page, false);
	for (unsigned int i = 1; i <= next && page + i < PAGES; i++)
		if (!on_paper(s, page + i))
			bring_on_paper(s, budget, page + i, true);
}

static void prefetch(unsigned int next, unsigned int budget)
{
	struct paper paper = {};
	struct vmlab_paging_stats stats;
	int fd = dev_open(O_RDWR);
	char *p = map(fd);
	unsigned int i;

	if (set_paging(fd, budget, VMLAB_POLICY_FIFO,
		       next ? VMLAB_PREFETCH_NEXT : VMLAB_PREFETCH_NONE, next,
		       0))
		bail("VMLAB_IOC_PAGING_SET: %s", strerror(errno));
	srandom(7);
	for (i = 0; i < 300; i++) {
		/* In runs, of which prefetch lives, and jumps. */
		static unsigned int page;

		page = random() % 4 ? (page + 1) % PAGES : random() % PAGES;
		access_on_paper(&paper, budget, page, next);
		touch(p + page * psize, TOUCH_READ, 0, NULL);
	}
	stats = paging_stats(fd);
	is(space_stats(fd).filled, paper.filled,
	   "fills, %u ahead, %u frames", next, budget);
	is(stats.prefetched, paper.prefetched, "prefetched");
	is(stats.prefetch_used, paper.used, "used");
	is(stats.prefetch_wasted, paper.wasted, "wasted");
	ok(!next || (paper.used && paper.wasted), "some of each");
	unmap(fd, p);
}

static void around(void)
{
	int fd = dev_open(O_RDWR), i;
	char *p;

	fails(set_paging(fd, 0, 0, VMLAB_PREFETCH_STRIDE, 3,
			 VMLAB_PAGING_AROUND), EINVAL,
	      "around, but not the next pages");
	works(set_paging(fd, 0, 0, VMLAB_PREFETCH_NEXT, 3,
			 VMLAB_PAGING_AROUND), "around");
	p = map(fd);
	for (i = 0; i < 16; i++)
		touch(p + i * psize, TOUCH_READ, 0, NULL);
	is(space_stats(fd).faults, 4, "faults of 16 reads");
	is(paging_stats(fd).mapped_around, 12, "entries set around");
	is(paging_stats(fd).prefetched, 12, "pages prefetched");
	is(range(fd, VMLAB_RANGE_EVICT, 0, 16).done, 16, "evicted");
	is(paging_stats(fd).prefetch_used + paging_stats(fd).prefetch_wasted,
	   0, "pages known as used or wasted");
	for (i = 0; i < 16; i++)
		touch(p + i * psize, TOUCH_WRITE, 'w', NULL);
	is(space_stats(fd).faults, 4 + 16, "faults of 16 writes besides");
	for (i = 0; i < 16; i++)
		p[i * psize + 1] = 'x';
	range(fd, VMLAB_RANGE_EVICT, 0, 16);
	for (i = 0; i < 16 && p[i * psize] == 'w' && p[i * psize + 1] == 'x';)
		i++;
	is(i, 16, "pages that come back around");
	p[psize] = 'y';
	range(fd, VMLAB_RANGE_EVICT, 0, 16);
	is(p[psize], 'y', "written through an entry set around");
	works(set_paging(fd, 0, 0, VMLAB_PREFETCH_NEXT, 3,
			 VMLAB_PAGING_AROUND | VMLAB_PAGING_STEPPING),
	      "around and stepping");
	unmap(fd, p);
}

/* --- memory pressure ------------------------------------------------------- */

static bool write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);
	bool done = fd >= 0 && write(fd, text, strlen(text)) > 0;

	if (fd >= 0)
		close(fd);
	return done;
}

static void pressure(void)
{
	int fd = dev_open(O_RDWR), i, wrong = 0;
	struct vmlab_paging_stats stats;
	char *p = map(fd);

	for (i = 0; i < PAGES; i++)
		touch(p + i * psize, i % 4 ? TOUCH_READ : TOUCH_WRITE, 's',
		      NULL);
	/* Written, saved, and read again: clean as well. */
	range(fd, VMLAB_RANGE_EVICT, 0, 1);
	touch(p, TOUCH_READ, 0, NULL);
	is(space_stats(fd).frames_dirty, PAGES / 4 - 1, "frames dirty");
	/* The first scan only unmaps frames, the second evicts them. */
	for (i = 0; i < 2; i++) {
		if (!write_file("/proc/sys/vm/drop_caches", "2")) {
			skip("no drop_caches", "memory pressure");
			unmap(fd, p);
			return;
		}
	}
	stats = paging_stats(fd);
	is(stats.shrunk, PAGES - PAGES / 4 + 1, "clean frames given back");
	is(space_stats(fd).frames, PAGES / 4 - 1, "frames left: the dirty ones");
	for (i = 0; i < PAGES; i++)
		wrong += p[i * psize] != (i % 4 ? 0 : 's');
	is(wrong, 0, "pages lost");
	is(paging_stats(fd).refaults - stats.refaults, stats.shrunk,
	   "refaults of them");
	unmap(fd, p);
}

/* --- tracepoints ----------------------------------------------------------- */

#define TRACING	"/sys/kernel/tracing"

static unsigned int traced(const char *event, uint64_t id)
{
	char line[1024], want[2][64];
	FILE *trace = fopen(TRACING "/trace", "r");
	unsigned int nr = 0;

	snprintf(want[0], sizeof(want[0]), " %s: ", event);
	snprintf(want[1], sizeof(want[1]), " space=%llu ",
		 (unsigned long long)id);
	while (trace && fgets(line, sizeof(line), trace))
		nr += strstr(line, want[0]) && strstr(line, want[1]);
	if (trace)
		fclose(trace);
	return nr;
}

static void tracepoints(void)
{
	struct vmlab_paging_stats paging;
	struct vmlab_space_stats stats;
	char name[] = "/dev/shm/vmlab-XXXXXX";
	struct vmlab_backing_config config = {
		.size = sizeof(config), .backing = VMLAB_BACKING_FILE,
	};
	uint64_t id;
	char *p;
	int fd, i;

	if (access(TRACING "/trace", R_OK))
		mount("none", TRACING, "tracefs", 0, NULL);
	if (!write_file(TRACING "/events/vmlab/enable", "1")) {
		skip("no tracefs, or no event tracing", "tracepoints");
		return;
	}
	write_file(TRACING "/trace", "\n");
	fd = dev_open(O_RDWR);
	id = space_id(fd);
	config.fd = mkstemp(name);
	if (config.fd < 0 || unlink(name) ||
	    ftruncate(config.fd, PAGES * psize) ||
	    ioctl(fd, VMLAB_IOC_BACKING, &config) ||
	    set_paging(fd, 5, VMLAB_POLICY_LRU, 0, 0, VMLAB_PAGING_STEPPING))
		bail("%s: %s", name, strerror(errno));
	p = map(fd);
	for (i = 0; i < 100; i++)
		touch(p + i * 7 % 16 * psize, i % 3 ? TOUCH_READ : TOUCH_WRITE,
		      't', NULL);
	is(touch(p + PAGES * psize - psize, TOUCH_READ, 0, NULL), 0, "a read");
	works(msync(p, PAGES * psize, MS_SYNC), "msync");
	write_file(TRACING "/events/vmlab/enable", "0");
	stats = space_stats(fd);
	paging = paging_stats(fd);
	ok(stats.faults && stats.mkwrite && paging.evicted &&
	   paging.written_back, "something of each happened");
	is(traced("vmlab_fault", id), stats.faults, "vmlab_fault events");
	is(traced("vmlab_mkwrite", id), stats.mkwrite, "vmlab_mkwrite events");
	/* A choice that write-back holds at the moment stays. */
	ok(traced("vmlab_victim", id) >= paging.evicted,
	   "vmlab_victim events: %u, and %llu evicted",
	   traced("vmlab_victim", id), (unsigned long long)paging.evicted);
	is(traced("vmlab_evict", id), paging.evicted, "vmlab_evict events");
	is(traced("vmlab_writeback", id),
	   paging.written_back + paging.writeback_errors,
	   "vmlab_writeback events");
	unmap(fd, p);
	close(config.fd);
	write_file(TRACING "/trace", "\n");
}

/* --- debugfs --------------------------------------------------------------- */

static FILE *debugfs_open(int fd, const char *name)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), DEBUGFS "/spaces/%llu/%s",
		 (unsigned long long)space_id(fd), name);
	file = fopen(path, "r");
	if (!file)
		bail("%s: %s", path, strerror(errno));
	return file;
}

static bool debugfs_has(int fd, const char *name, const char *want)
{
	FILE *file = debugfs_open(fd, name);
	char line[256];
	bool found = false;

	while (!found && fgets(line, sizeof(line), file))
		found = !strcmp(line, want);
	fclose(file);
	return found;
}

static void debugfs(void)
{
	int fd = dev_open(O_RDWR), refs, mapcount;
	unsigned long pgoff, pfn, last = 0;
	unsigned int nr = 0, bad = 0;
	char *p = map(fd), line[256], state[16], want[64];
	FILE *file;

	ok(debugfs_has(fd, "policy", "policy none\n"), "policy: none yet");
	works(set_paging(fd, 6, VMLAB_POLICY_LFU, VMLAB_PREFETCH_NEXT, 2, 0),
	      "LFU");
	ok(debugfs_has(fd, "policy", "policy lfu\n") &&
	   debugfs_has(fd, "policy", "budget 6\n") &&
	   debugfs_has(fd, "policy", "prefetch next\n") &&
	   debugfs_has(fd, "policy", "backing zero\n"), "policy: LFU");
	touch(p + psize, TOUCH_WRITE, 1, NULL);
	range(fd, VMLAB_RANGE_LOCK, 40, 1);
	range(fd, VMLAB_RANGE_EVICT, 1, 1);
	touch(p + psize, TOUCH_READ, 0, NULL);

	file = debugfs_open(fd, "frames");
	ok(fgets(line, sizeof(line), file) &&
	   !strcmp(line, "pgoff pfn mapcount refs state\n"), "frames: header");
	while (fgets(line, sizeof(line), file)) {
		const char *expect = "----e";

		if (sscanf(line, "%lu %lu %d %d %15s", &pgoff, &pfn, &mapcount,
			   &refs, state) != 5) {
			bad++;
			continue;
		}
		if (pgoff == 1)
			expect = "-ts--";
		else if (pgoff == 40)
			expect = "---le";
		bad += (nr && pgoff <= last) || strcmp(state, expect) ||
		       mapcount != (pgoff == 1) || refs != mapcount + 1;
		if (bad)
			diag("%s", line);
		last = pgoff;
		nr++;
	}
	fclose(file);
	is(nr, space_stats(fd).frames, "frames: lines");
	is(nr, 4, "frames: 1, 2, 3 and 40");
	is(bad, 0, "frames: lines that say anything else");
	snprintf(want, sizeof(want), "refaults %llu pages\n",
		 (unsigned long long)paging_stats(fd).refaults);
	ok(debugfs_has(fd, "stats", want), "stats: %s", want);
	unmap(fd, p);
}

int main(void)
{
	psize = page_size();
	by_hand();
	budgets();
	dirty(false);
	dirty(true);
	prefetch(0, 8);
	prefetch(1, 8);
	prefetch(4, 8);
	around();
	pressure();
	tracepoints();
	debugfs();
	return tap_done();
}
