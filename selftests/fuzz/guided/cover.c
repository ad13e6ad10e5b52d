// SPDX-License-Identifier: GPL-2.0
/* Coverage by KCOV: an area for each worker, which the parent maps and children fill. */
#include "fuzz/guided/cover.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/kcov.h>

#include "fuzz/guided/world.h"

enum {
	AREA_WORDS = 1 << 17,
	MAX_POINTS = 1 << 16,	/* a power of two, above the points of the module */
	MAX_EDGES = 1 << 18,
	MAX_SECTIONS = 16,
};

static uint64_t *area[NR_WORKERS];
static int area_fd[NR_WORKERS];

/* What all programs have reached; children add to it, also when they are killed later. */
static struct reached {
	uint64_t points[MAX_POINTS];	/* a hash table of addresses */
	uint32_t nr_points, nr_edges;
	uint8_t edges[MAX_EDGES];	/* pairs of points in a row, and results of calls */
} *reached;

static struct news counted;	/* what is not new any more */

static struct section {
	char name[32];
	uint64_t start;
} sections[MAX_SECTIONS];
static size_t nr_sections;

bool cover_open(void)
{
	reached = mmap(NULL, sizeof(*reached), PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if ((void *)reached == MAP_FAILED)
		exit(2);
	for (int i = 0; i < NR_WORKERS; i++) {
		area_fd[i] = open("/sys/kernel/debug/kcov", O_RDWR | O_CLOEXEC);
		if (area_fd[i] < 0)
			return false;
		if (ioctl(area_fd[i], KCOV_INIT_TRACE, (unsigned long)AREA_WORDS))
			return false;
		area[i] = mmap(NULL, AREA_WORDS * sizeof(uint64_t), PROT_READ | PROT_WRITE,
			       MAP_SHARED, area_fd[i], 0);
		if ((void *)area[i] == MAP_FAILED) {
			area[i] = NULL;
			return false;
		}
	}
	return true;
}

static void add_point(uint64_t pc)
{
	size_t at = (pc * 0x9e3779b97f4a7c15ULL >> 40) % MAX_POINTS;

	if (reached->nr_points >= MAX_POINTS / 2)
		return;
	for (;; at = (at + 1) % MAX_POINTS) {
		uint64_t is = 0;

		if (__atomic_load_n(&reached->points[at], __ATOMIC_RELAXED) == pc)
			return;
		if (__atomic_compare_exchange_n(&reached->points[at], &is, pc, false,
						__ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
			__atomic_fetch_add(&reached->nr_points, 1, __ATOMIC_RELAXED);
			return;
		}
		if (is == pc)
			return;
	}
}

static void add_edge(uint64_t a, uint64_t b)
{
	uint8_t *edge = &reached->edges[((a * 31 + b) * 0x9e3779b97f4a7c15ULL) >> 46];

	if (!__atomic_exchange_n(edge, 1, __ATOMIC_RELAXED))
		__atomic_fetch_add(&reached->nr_edges, 1, __ATOMIC_RELAXED);
}

void cover_call(unsigned int worker)
{
	uint64_t n, before = 0;

	if (!area[worker])
		return;
	n = __atomic_load_n(area[worker], __ATOMIC_RELAXED);
	n = n < AREA_WORDS - 1 ? n : AREA_WORDS - 1;
	for (uint64_t k = 1; k <= n; k++) {
		const uint64_t pc = area[worker][k];

		if (pc != before) {
			add_point(pc);
			add_edge(before, pc);
		}
		before = pc;
	}
	__atomic_store_n(area[worker], 0, __ATOMIC_RELAXED);
}

void cover_enable(unsigned int worker)
{
	if (!area[worker])
		return;
	__atomic_store_n(area[worker], 0, __ATOMIC_RELAXED);
	ioctl(area_fd[worker], KCOV_ENABLE, KCOV_TRACE_PC);
}

void cover_disable(unsigned int worker)
{
	if (!area[worker])
		return;
	ioctl(area_fd[worker], KCOV_DISABLE, 0);
	cover_call(worker);
}

void cover_sections(void)
{
	static const char *const names[] = {
		".text", ".text.unlikely", ".init.text", ".exit.text", ".noinstr.text",
	};

	nr_sections = 0;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		struct section *s = &sections[nr_sections];
		char path[80], text[40] = "";
		int fd;

		snprintf(path, sizeof(path), "/sys/module/vmlab/sections/%s", names[i]);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			continue;
		s->start = read(fd, text, sizeof(text) - 1) > 0 ? strtoull(text, NULL, 16) : 0;
		if (s->start) {
			snprintf(s->name, sizeof(s->name), "%s", names[i]);
			nr_sections++;
		}
		close(fd);
	}
}

/*
 * What the module itself recorded: also in kernel threads, in exits and in processes that
 * are not measured.  These points do not guide, for no program is known to reach them.
 */
static void collect_module(void)
{
	uint64_t pcs[PAGE / sizeof(uint64_t)];
	int fd = open(DEBUGFS "coverage", O_RDONLY | O_CLOEXEC);
	const uint32_t nr = reached->nr_points;
	ssize_t n;

	if (fd < 0)
		return;
	while ((n = read(fd, pcs, sizeof(pcs))) > 0)
		for (size_t i = 0; i < (size_t)n / sizeof(*pcs); i++)
			if (pcs[i])
				add_point(pcs[i]);
	close(fd);
	counted.points += reached->nr_points - nr;
}

struct news cover_collect(const struct program *p, const struct outcome *o)
{
	struct news news;

	for (uint32_t i = 0; i < p->nr; i++)
		if (o->call[i].error != NOT_RUN)
			add_edge((uint64_t)p->call[i].kind << 16 | o->call[i].size,
				 (uint64_t)o->call[i].error);
	news.points = reached->nr_points - counted.points;
	news.edges = reached->nr_edges - counted.edges;
	counted.points = reached->nr_points;
	counted.edges = reached->nr_edges;
	return news;
}

size_t cover_points(void)
{
	return reached->nr_points;
}

void cover_write(const char *path)
{
	FILE *f = fopen(path, "we");

	collect_module();
	if (!f)
		return;
	for (size_t i = 0; i < MAX_POINTS; i++) {
		const struct section *best = NULL;

		for (size_t k = 0; reached->points[i] && k < nr_sections; k++)
			if (sections[k].start <= reached->points[i] &&
			    (!best || sections[k].start > best->start))
				best = &sections[k];
		if (best)
			fprintf(f, "%s %#lx\n", best->name, reached->points[i] - best->start);
	}
	fclose(f);
}
