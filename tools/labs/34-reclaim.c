// SPDX-License-Identifier: GPL-2.0
/* Lab 34: which pages reclaim evicts first, and which never. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "labs/cached.h"
#include "labs/cpu.h"
#include "labs/memory.h"
#include "labs/system.h"
#include "labs/watermarks.h"

#define LRU_GEN	"/sys/kernel/mm/lru_gen/enabled"

enum {
	COLD = 512, /* pages read once */
	HOT = 32, /* read, and accessed through a mapping */
	LOCKED = 32,
	DIRTY = 16, /* below a tenth: the flusher threads leave them alone */
	NEW = 256, /* pages read at the limit */
	AHEAD = 64, /* pages charged ahead for the processor: MEMCG_CHARGE_BATCH */
	BATCH = 64, /* pages of a turn of reclaim, at most */
};

/* the two algorithms */
static const struct algorithm {
	const char *name, *what, *setting;
	bool ordered; /* in the order of access, and clean pages first */
} algorithms[] = {
	{ "classic", "two lists", "0", true },
	{ "mglru", "multi-generational LRU", "7", false },
};

enum { NR_ALGORITHMS = 2 };

static const struct lab_break breaks[] = {
	{ "unlocked", "do not lock the pages that should be locked" },
	{ "untouched", "do not access the hot pages through their mapping" },
	{ "written-back", "write the dirty pages back before the limit is reached" },
	{ "watermarks", "do not raise the watermarks above free memory" },
	{ 0 },
};

static size_t nr_algorithms(void)
{
	return access(LRU_GEN, F_OK) ? 1 : NR_ALGORITHMS;
}

static void predict_one(struct lab_run *run, const struct algorithm *a,
			const char *key, const char *what, double value,
			const char *formula)
{
	char full_key[40], full_what[128];

	snprintf(full_key, sizeof(full_key), "%s-%s", a->name, key);
	snprintf(full_what, sizeof(full_what), "%s: %s", a->what, what);
	lab_predict(run, full_key, full_what, value, "pages", "%s", formula);
}

static void predict(struct lab_run *run)
{
	for (size_t i = 0; i < nr_algorithms(); i++) {
		const struct algorithm *a = &algorithms[i];
		char key[40], what[64];

		snprintf(key, sizeof(key), "%s-left", a->name);
		snprintf(what, sizeof(what), "%s: pages evicted", a->what);
		lab_predict_range(run, key, what, NEW - AHEAD, NEW + BATCH, "pages",
				  "%d new - %d charged ahead, + a batch of %d",
				  (int)NEW, (int)AHEAD, (int)BATCH);
		predict_one(run, a, "hot", "of the hot pages evicted", 0,
			    "the oldest, but their accessed bits are set");
		predict_one(run, a, "locked", "of the locked pages evicted", 0,
			    "mlock(2) makes them unevictable");
		predict_one(run, a, "direct", "evicted, not counted as direct", 0,
			    "the task at the limit reclaims: pgsteal_direct");
		predict_one(run, a, "kswapd", "evicted by kswapd", 0,
			    "it watches free memory, not limits of cgroups");
		if (!a->ordered)
			continue;
		predict_one(run, a, "order", "evicted while an older one stayed", 0,
			    "cold pages are evicted in the order of access");
		predict_one(run, a, "dirty", "of the dirty pages evicted", 0,
			    "clean pages first: they need no write");
		predict_one(run, a, "new", "of the new pages evicted", 0,
			    "the youngest");
	}
	lab_watermarks_predict(run);
	lab_predict(run, "kept", "low watermark: of the locked pages evicted", 0,
		    "pages", "mlock(2) makes them unevictable");
}

static void measure(struct lab_run *run, const struct algorithm *a,
		    const char *key, size_t value)
{
	char full[40];

	snprintf(full, sizeof(full), "%s-%s", a->name, key);
	lab_measure(run, full, lab_count(value));
}

struct files {
	struct lab_cached hot, dirty, locked, cold, new;
};

static void make_files(struct lab_run *run, const char *disk, struct files *f)
{
	f->hot = lab_cached_make(run, disk, HOT);
	f->dirty = lab_cached_make(run, disk, DIRTY);
	f->locked = lab_cached_make(run, disk, LOCKED);
	f->cold = lab_cached_make(run, disk, COLD);
	f->new = lab_cached_make(run, disk, NEW);
}

/* Measure what was evicted; return how many pages. */
static size_t measure_files(struct lab_run *run, const struct algorithm *a,
			    const struct files *f, unsigned int plot)
{
	bool gone[COLD];
	size_t hot = lab_cached_missing(run, &f->hot, NULL);
	size_t dirty = lab_cached_missing(run, &f->dirty, NULL);
	size_t locked = lab_cached_missing(run, &f->locked, NULL);
	size_t new = lab_cached_missing(run, &f->new, NULL);
	size_t sum = hot + dirty + locked + new;

	sum += lab_cached_missing(run, &f->cold, gone);
	lab_cached_plot(run, plot, a->what, gone, COLD);
	measure(run, a, "hot", hot);
	measure(run, a, "locked", locked);
	if (a->ordered) {
		measure(run, a, "order", lab_cached_disorder(gone, COLD));
		measure(run, a, "dirty", dirty);
		measure(run, a, "new", new);
	}
	measure(run, a, "left", sum);
	return sum;
}

/* Fill a cgroup up to its limit, and go beyond it. */
static void run_at_limit(struct lab_run *run, const struct algorithm *a,
			 const struct files *f, const char *cgroup)
{
	size_t page = lab_machine(run)->page;
	char limit[32];

	lab_step(run, "%s: read %d hot, write %d dirty, lock %d, read %d cold pages",
		 a->what, (int)HOT, (int)DIRTY, (int)LOCKED, (int)COLD);
	lab_cgroup_join(run, cgroup);
	lab_cached_read(run, &f->hot);
	if (!lab_broken(run, "untouched"))
		lab_read(f->hot.memory, HOT * page, page);
	lab_cached_write(run, &f->dirty);
	if (lab_broken(run, "written-back") && fsync(f->dirty.fd))
		lab_fail(run, "fsync: %s", strerror(errno));
	lab_cached_read(run, &f->locked);
	if (!lab_broken(run, "unlocked") && mlock(f->locked.memory, LOCKED * page))
		lab_fail(run, "mlock: %s", strerror(errno));
	lab_cached_read(run, &f->cold);
	snprintf(limit, sizeof(limit), "%lu",
		 lab_cgroup_number(run, cgroup, "memory.current"));
	lab_step(run, "write memory.current = %s to memory.max, read %d new pages",
		 limit, (int)NEW);
	lab_cgroup_write(run, cgroup, "memory.max", limit);
	lab_cached_read(run, &f->new);
}

/* Count the pages of a cgroup that "direct" reclaim or "kswapd" evicted. */
static size_t evicted_by(struct lab_run *run, const char *cgroup, const char *which)
{
	char field[32];

	snprintf(field, sizeof(field), "pgsteal_%s", which);
	return lab_field(run, cgroup, "memory.stat", field);
}

static void experiment(struct lab_run *run)
{
	/* The kernel brings memory.stat up to date every 2 s. */
	const struct timespec flush = { 2, 500000000 };
	char disk[LAB_PATH], cgroups[NR_ALGORITHMS][LAB_PATH], unlimited[LAB_PATH];
	struct files files[NR_ALGORITHMS];
	size_t left[NR_ALGORITHMS] = { 0 }, kept;
	unsigned int plot;

	lab_one_cpu(run);
	lab_disk(run, 16 << 20, disk);
	/* Before the first cgroup is joined, which would be charged for them. */
	for (size_t i = 0; i < nr_algorithms(); i++)
		make_files(run, disk, &files[i]);
	plot = lab_plot(run, "Reclaim takes the cold pages that were read first; the "
			     "rest stays",
			"cold pages, in the order of access", "evicted so far", 0);
	for (size_t i = 0; i < nr_algorithms(); i++) {
		const struct algorithm *a = &algorithms[i];

		if (nr_algorithms() > 1)
			lab_write_setting(run, LRU_GEN, a->setting);
		lab_cgroup(run, a->name, "memory", cgroups[i]);
		run_at_limit(run, a, &files[i], cgroups[i]);
		left[i] = measure_files(run, a, &files[i], plot);
	}
	lab_step(run, "wait until memory.stat is up to date, read it");
	nanosleep(&flush, NULL);
	for (size_t i = 0; i < nr_algorithms(); i++) {
		measure(run, &algorithms[i], "direct",
			left[i] - evicted_by(run, cgroups[i], "direct"));
		measure(run, &algorithms[i], "kswapd",
			evicted_by(run, cgroups[i], "kswapd"));
	}
	lab_cgroup(run, "unlimited", "memory", unlimited);
	lab_cgroup_join(run, unlimited);
	lab_watermarks_run(run, !lab_broken(run, "watermarks"), NEW);
	kept = lab_cached_missing(run, &files[nr_algorithms() - 1].locked, NULL);
	lab_measure(run, "kept", lab_count(kept));
}

static const struct lab reclaim = {
	.number = 34,
	.name = "reclaim",
	.title = "which pages reclaim evicts first, and which never",
	.question = "A cgroup is at its limit: which of its pages are evicted for new "
		    "ones, and which task or thread evicts them?",
	.idea = "Reclaim approximates LRU. Pages enter the inactive list, or the "
		"oldest generation, in the order of access, and are evicted from "
		"its end. A page whose accessed bit is set gets another turn; a "
		"dirty page would need a write first; mlocked pages are on no "
		"list. The task that hits the limit evicts pages: direct "
		"reclaim. When free memory falls below the low watermark, kswapd "
		"evicts pages, and tasks go on until the min watermark.",
	.pins = "Both algorithms run in turn, whatever the system uses. Readahead is "
		"off, so that the order of access is that of the reads. The task "
		"stays on one processor, where new pages wait in a list. Cold "
		"pages are read in another order than that of the file.",
	.changes = "a zram device with a file system below /tmp, "
		   "/sys/kernel/mm/lru_gen/enabled, vm.min_free_kbytes and "
		   "vm.watermark_scale_factor: kswapd evicts some of the page cache",
	.reads = "mm/memcontrol.c: try_charge_memcg()\n"
		 "mm/vmscan.c: shrink_inactive_list(), folio_check_references()\n"
		 "mm/vmscan.c: evict_folios(), sort_folio()\n"
		 "mm/vmscan.c: balance_pgdat(): kswapd",
	.needs = LAB_ROOT, .breaks = breaks,
	.predict = predict,
	.experiment = experiment,
};

LAB_REGISTER(reclaim);
