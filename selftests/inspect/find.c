// SPDX-License-Identifier: GPL-2.0
/*
 * VMLAB_IOC_FIND, VMLAB_IOC_GAPS, VMLAB_IOC_GAP_STATS and debugfs <pid>/gaps
 * against /proc/PID/maps, for every process of the machine.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/debugfs.h"
#include "lib/dev.h"
#include "lib/differences.h"
#include "lib/page.h"
#include "lib/proc.h"
#include "lib/tap.h"
#include "inspect/maps.h"
#include "inspect/samples/samples.h"
#include "inspect/vma_flag.h"

enum { MAX_LOOKUPS = 20 };	/* VMAs looked up, of a process with more */

static int fd;
static uint64_t task_size;
static unsigned long lookups;

static const char *const names[VMLAB_FIND_NR] = {
	[VMLAB_FIND_VMA] = "find_vma",
	[VMLAB_FIND_INTERSECTION] = "intersection",
	[VMLAB_FIND_PREV] = "prev",
	[VMLAB_FIND_NEXT] = "next",
};

static int find(pid_t pid, uint64_t start, uint64_t end, struct vmlab_find *r)
{
	static char strings[VMLAB_FIND_STRINGS_MIN];

	memset(r, 0, sizeof(*r));
	r->size = sizeof(*r);
	r->target.kind = VMLAB_TARGET_PID;
	r->target.id = pid;
	r->start = start;
	r->end = end;
	r->strings = (uintptr_t)strings;
	r->strings_size = sizeof(strings);
	return ioctl(fd, VMLAB_IOC_FIND, r);
}

/* Compare the name with the end of the line in maps. */
static void check_name(const struct vmlab_find *r, unsigned int which,
		       const char *line)
{
	const struct vmlab_vma *v = &r->vma[which];
	const char *name = (const char *)(uintptr_t)r->strings + v->name_off;
	const char *end = strchr(line, '\n');

	/* maps escapes newlines; test-inspect-vmas compares such names. */
	if (!*name || strchr(name, '\n'))
		return;
	if (v->name_off >= r->strings_size || (size_t)(end - line) <
	    strlen(name) || strncmp(end - strlen(name), name, strlen(name)))
		differs("%s %#llx: name \"%.100s\"", names[which],
			(unsigned long long)v->start, name);
}

/* What FIND should return, as indices of maps; maps->nr stands for none. */
struct expected {
	size_t vma[VMLAB_FIND_NR];
	uint64_t gap_start, gap_end;
};

static struct expected expect(const struct maps *maps, uint64_t start,
			      uint64_t end)
{
	size_t at = maps_find(maps, start), next = at;
	struct expected e = {};

	while (next < maps->nr && maps->vma[next].start < end)
		next++;
	e.vma[VMLAB_FIND_VMA] = at;
	e.vma[VMLAB_FIND_INTERSECTION] =
		at < maps->nr && maps->vma[at].start < end ? at : maps->nr;
	e.vma[VMLAB_FIND_PREV] = at ? at - 1 : maps->nr;
	e.vma[VMLAB_FIND_NEXT] = next;
	if ((at == maps->nr || maps->vma[at].start > start) &&
	    start < task_size) {
		e.gap_start = at ? maps->vma[at - 1].end : 0;
		e.gap_end = at < maps->nr ? maps->vma[at].start : task_size;
	}
	return e;
}

/* Compare one of the VMAs that FIND returns with maps. */
static void check_found(const struct vmlab_find *r, unsigned int which,
			const struct maps *maps, size_t want)
{
	const struct range *v = &maps->vma[want];
	const struct vmlab_vma *got = &r->vma[which];
	bool found = want < maps->nr;

	if (!!(r->found & 1U << which) != found ||
	    got->start != (found ? v->start : 0) ||
	    got->end != (found ? v->end : 0))
		differs("[%#llx, %#llx): %s is %#llx-%#llx, maps %#llx",
			(unsigned long long)r->start,
			(unsigned long long)r->end, names[which],
			(unsigned long long)got->start,
			(unsigned long long)got->end,
			found ? (unsigned long long)v->start : 0);
	else if (found)
		check_name(r, which, maps->text + v->line);
}

static void check_find(pid_t pid, const struct maps *maps, uint64_t start,
		       uint64_t end)
{
	struct expected e = expect(maps, start, end ? end : start + 1);
	struct vmlab_find r;

	lookups++;
	if (find(pid, start, end, &r)) {
		if (errno != ESRCH)
			differs("FIND %#llx: %s", (unsigned long long)start,
				strerror(errno));
		return;
	}
	for (unsigned int i = 0; i < VMLAB_FIND_NR; i++)
		check_found(&r, i, maps, e.vma[i]);
	if (r.gap_start != e.gap_start || r.gap_end != e.gap_end)
		differs("%#llx: gap %#llx-%#llx, maps %#llx-%#llx",
			(unsigned long long)start,
			(unsigned long long)r.gap_start,
			(unsigned long long)r.gap_end,
			(unsigned long long)e.gap_start,
			(unsigned long long)e.gap_end);
	if (r.nodes != r.depth || r.depth < 1 || r.pivots < 1 ||
	    r.pivots > 15 * r.depth || r.map_count != maps->nr ||
	    r.found >> VMLAB_FIND_NR)
		differs("%#llx: %u nodes, %u pivots, %u levels, %u VMAs",
			(unsigned long long)start, r.nodes, r.pivots, r.depth,
			r.map_count);
}

static bool compare_find(pid_t pid, const struct maps *maps)
{
	size_t step = maps->nr / MAX_LOOKUPS + 1;
	struct vmlab_mm mm;

	if (get_mm(fd, VMLAB_TARGET_PID, pid, &mm))
		return false;
	task_size = mm.task_size;
	for (size_t i = 0; i < maps->nr; i += step) {
		const struct range *v = &maps->vma[i];

		if (v->start)
			check_find(pid, maps, v->start - 1, 0);
		check_find(pid, maps, v->start, 0);
		check_find(pid, maps, v->start + (v->end - v->start) / 2, 0);
		check_find(pid, maps, v->end - 1, 0);
		check_find(pid, maps, v->end, 0);
		/* Ranges that begin below, cover, and end above the VMA. */
		if (v->start)
			check_find(pid, maps, v->start - 1, v->start + 1);
		check_find(pid, maps, v->start, v->end);
		check_find(pid, maps, v->end - 1, v->end + 1);
		if (i + 2 < maps->nr)
			check_find(pid, maps, v->start, maps->vma[i + 2].start);
	}
	check_find(pid, maps, 0, 0);
	check_find(pid, maps, 0, UINT64_MAX);
	check_find(pid, maps, task_size - 1, 0);
	check_find(pid, maps, task_size, 0);
	check_find(pid, maps, UINT64_MAX - 1, 0);
	return true;
}

/* The guard gap below a VMA that grows down, as set at boot. */
static uint64_t guard_gap(void)
{
	char *cmdline = slurp("/proc/cmdline");
	const char *arg = strstr(cmdline, "stack_guard_gap=");
	uint64_t pages = arg ? strtoull(strchr(arg, '=') + 1, NULL, 10) : 256;

	free(cmdline);
	return pages * page;
}

static bool grows_down(pid_t pid, uint64_t start)
{
	struct vmlab_vma vma = {};
	struct vmlab_vmas req = {
		.size = sizeof(req),
		.target = { .kind = VMLAB_TARGET_PID, .id = pid },
		.cursor = start,
		.vmas = (uintptr_t)&vma,
		.nr = 1,
	};

	return !ioctl(fd, VMLAB_IOC_VMAS, &req) && req.nr == 1 &&
	       vma.vm_flags & vma_flag(fd, "gd");
}

struct gaps {
	struct vmlab_gap *gap;
	size_t nr;
	uint32_t flags;
};

static bool read_gaps(pid_t pid, uint64_t from, uint64_t end, uint32_t batch,
		      struct gaps *g)
{
	struct vmlab_gaps req = {
		.size = sizeof(req),
		.target = { .kind = VMLAB_TARGET_PID, .id = pid },
		.cursor = from,
		.end = end,
	};

	memset(g, 0, sizeof(*g));
	do {
		g->gap = realloc(g->gap, (g->nr + batch) * sizeof(*g->gap));
		if (!g->gap)
			bail("out of memory");
		req.flags = 0;
		req.gaps = (uintptr_t)(g->gap + g->nr);
		req.nr = batch;
		if (ioctl(fd, VMLAB_IOC_GAPS, &req)) {
			free(g->gap);
			return false;
		}
		g->nr += req.nr;
		g->flags |= req.flags;
	} while (req.nr);
	return true;
}

static void check_gap_stats(pid_t pid, const struct gaps *g,
			    const struct maps *maps)
{
	struct vmlab_gap_stats r = {
		.size = sizeof(r),
		.target = { .kind = VMLAB_TARGET_PID, .id = pid },
	};
	uint64_t bytes = 0, largest = 0, start = 0;

	for (size_t i = 0; i < g->nr; i++) {
		uint64_t size = g->gap[i].end - g->gap[i].start;

		bytes += size;
		if (size > largest) {
			largest = size;
			start = g->gap[i].start;
		}
	}
	if (ioctl(fd, VMLAB_IOC_GAP_STATS, &r)) {
		differs("GAP_STATS: %s", strerror(errno));
		return;
	}
	if (r.gaps != g->nr || r.free != bytes || r.largest_start != start ||
	    r.largest_end != start + largest || r.end != task_size ||
	    r.map_count != maps->nr)
		differs("GAP_STATS: %llu gaps, %llu bytes, largest at %#llx",
			(unsigned long long)r.gaps,
			(unsigned long long)r.free,
			(unsigned long long)r.largest_start);
}

static void check_debugfs(pid_t pid, const struct gaps *g)
{
	char *text = debugfs_read(pid, "gaps"), *rest = text, *line;
	unsigned long long v[6];
	size_t n = 0;

	if (!text) {
		differs("debugfs: %s", strerror(errno));
		return;
	}
	line = next_line(&rest);
	if (!line || strcmp(line, "start end bytes guard prev_start next_end"))
		differs("header \"%.100s\"", line ? line : "(nothing)");
	while ((line = next_line(&rest))) {
		const struct vmlab_gap *gap = &g->gap[n];

		if (sscanf(line, "%llx %llx %llu %llu %llx %llx", &v[0], &v[1],
			   &v[2], &v[3], &v[4], &v[5]) != 6) {
			differs("cannot parse \"%.100s\"", line);
			break;
		}
		if (n >= g->nr) {
			differs("only in debugfs: %.100s", line);
			break;
		}
		/* debugfs cuts the first gap off at mmap_min_addr. */
		if ((v[0] != gap->start && (n || v[0] < gap->start ||
					    v[0] >= gap->end)) ||
		    v[1] != gap->end || v[2] != v[1] - v[0] ||
		    v[3] != gap->guard || v[4] != gap->prev_start ||
		    v[5] != gap->next_end)
			differs("debugfs \"%.150s\", gap at %#llx", line,
				(unsigned long long)gap->start);
		n++;
	}
	if (n != g->nr)
		differs("%zu gaps, debugfs %zu", g->nr, n);
	free(text);
}

/* Compare a gap with the range between two VMAs; false when it differs. */
static bool check_gap(pid_t pid, const struct vmlab_gap *gap,
		      const struct range *prev, const struct range *next)
{
	uint64_t guard = 0;

	if (gap->start != prev->end || gap->end != next->start ||
	    gap->prev_start != prev->start || gap->next_end != next->end) {
		differs("gap %#llx-%#llx, maps %#llx-%#llx",
			(unsigned long long)gap->start,
			(unsigned long long)gap->end,
			(unsigned long long)prev->end,
			(unsigned long long)next->start);
		return false;
	}
	if (next->end && grows_down(pid, next->start))
		guard = guard_gap();
	if (guard > next->start - prev->end)
		guard = next->start - prev->end;
	if (gap->guard != guard)
		differs("gap below %#llx: guard %llu",
			(unsigned long long)next->start,
			(unsigned long long)gap->guard);
	return true;
}

static bool compare_gaps(pid_t pid, const struct maps *maps)
{
	struct range prev = {}, next;
	struct vmlab_mm mm;
	struct gaps g;
	size_t n = 0;

	if (get_mm(fd, VMLAB_TARGET_PID, pid, &mm))
		return false;
	task_size = mm.task_size;
	if (!read_gaps(pid, 0, 0, 100, &g))
		return false;
	if (g.flags & VMLAB_GUARD_ASSUMED)
		differs("the guard gap is not known");
	for (size_t i = 0; i <= maps->nr; i++, prev = next) {
		next = i < maps->nr ? maps->vma[i] :
				      (struct range){ .start = task_size };
		if (next.start <= prev.end)
			continue;
		if (n == g.nr) {
			differs("no gap below %#llx",
				(unsigned long long)next.start);
			break;
		}
		if (!check_gap(pid, &g.gap[n++], &prev, &next))
			break;
	}
	if (n != g.nr)
		differs("%zu gaps, maps has %zu", g.nr, n);
	check_gap_stats(pid, &g, maps);
	check_debugfs(pid, &g);
	free(g.gap);
	return true;
}

static void test_gap_batches(void)
{
	static const uint32_t sizes[] = { 1, 2, 63, 5000 };
	pid_t pid = sample_find("many_vmas");
	struct gaps all, g;
	uint64_t middle;

	if (!pid || !read_gaps(pid, 0, 0, 1000, &all))
		bail("there is no sample process many_vmas");
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		if (!ok(read_gaps(pid, 0, 0, sizes[i], &g), "%u gaps a call",
			sizes[i]))
			continue;
		ok(g.nr == all.nr && !memcmp(g.gap, all.gap,
					     g.nr * sizeof(*g.gap)),
		   "... the same");
		free(g.gap);
	}
	middle = (all.gap[1].start + all.gap[1].end) / 2 & ~(page - 1);
	if (ok(read_gaps(pid, middle, middle + page, 8, &g), "a window")) {
		ok(g.nr == 1 && g.gap[0].start == middle &&
		   g.gap[0].end == middle + page && !g.gap[0].next_end,
		   "... cuts the gap off at both ends");
		free(g.gap);
	}
	free(all.gap);
}

static void test_errors(void)
{
	struct vmlab_gap room[4];
	struct vmlab_gaps gaps = {
		.size = sizeof(gaps),
		.gaps = (uintptr_t)room,
		.nr = 4,
	}, g;
	struct vmlab_find good = { .size = sizeof(good), .start = page }, f;

	f = good;
	works(ioctl(fd, VMLAB_IOC_FIND, &f), "one's own VMAs, without names");
	ok(f.found & 1 && f.vma[0].flags & VMLAB_VMA_NAME_CUT &&
	   !f.strings_size, "... names are marked as left out");
	f = good;
	f.end = page;
	fails(ioctl(fd, VMLAB_IOC_FIND, &f), EINVAL, "an empty range");
	f = good;
	f.start = UINT64_MAX;
	fails(ioctl(fd, VMLAB_IOC_FIND, &f), EINVAL, "nothing is above it");
	f = good;
	f.flags = 1;
	fails(ioctl(fd, VMLAB_IOC_FIND, &f), EINVAL, "find: flags");
	f = good;
	f.start = (uintptr_t)test_errors;
	f.strings = (uintptr_t)room;
	f.strings_size = 3;
	fails(ioctl(fd, VMLAB_IOC_FIND, &f), ENOSPC, "no room for the names");
	f = good;
	f.strings_size = VMLAB_FIND_STRINGS_MIN;
	fails(ioctl(fd, VMLAB_IOC_FIND, &f), EFAULT, "find: no room");
	g = gaps;
	g.flags = 1;
	fails(ioctl(fd, VMLAB_IOC_GAPS, &g), EINVAL, "gaps: flags");
	g = gaps;
	g.nr = 0;
	fails(ioctl(fd, VMLAB_IOC_GAPS, &g), EINVAL, "gaps: no records");
	g = gaps;
	g.gaps = 0;
	fails(ioctl(fd, VMLAB_IOC_GAPS, &g), EFAULT, "gaps: no room");
	g = gaps;
	g.cursor = UINT64_MAX;
	works(ioctl(fd, VMLAB_IOC_GAPS, &g), "gaps: a cursor at the end");
	is(g.nr, 0, "... none");
}

int main(void)
{
	fd = dev_open(O_RDWR);
	samples_start();
	maps_compare_all("find", compare_find);
	diag("%lu lookups", lookups);
	maps_compare_all("gaps", compare_gaps);
	test_gap_batches();
	samples_end();
	test_errors();
	return tap_done();
}
