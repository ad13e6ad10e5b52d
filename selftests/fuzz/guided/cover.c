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
	AREA_WORDS = 1 << 16,
	MAX_POINTS = 1 << 16,	/* a power of two, above the points of the module */
	MAX_EDGES = 1 << 18,
	MAX_SECTIONS = 16,
};

static uint64_t *area[NR_WORKERS];
static int area_fd[NR_WORKERS];

/* Points reached: a hash table of addresses. */
static uint64_t points[MAX_POINTS];
static size_t nr_points;
/* Pairs of points in a row, and results of calls. */
static uint8_t edges[MAX_EDGES];

static struct section {
	char name[32];
	uint64_t start;
} sections[MAX_SECTIONS];
static size_t nr_sections;

bool cover_open(void)
{
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

void cover_reset(void)
{
	for (int i = 0; i < NR_WORKERS; i++)
		if (area[i])
			__atomic_store_n(area[i], 0, __ATOMIC_RELAXED);
}

void cover_enable(unsigned int worker)
{
	if (area[worker])
		ioctl(area_fd[worker], KCOV_ENABLE, KCOV_TRACE_PC);
}

void cover_disable(unsigned int worker)
{
	if (area[worker])
		ioctl(area_fd[worker], KCOV_DISABLE, 0);
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

static bool add_point(uint64_t pc)
{
	size_t at = pc * 0x9e3779b97f4a7c15ULL >> 40;

	for (at %= MAX_POINTS; points[at]; at = (at + 1) % MAX_POINTS)
		if (points[at] == pc)
			return false;
	if (nr_points >= MAX_POINTS / 2)
		return false;
	points[at] = pc;
	nr_points++;
	return true;
}

static unsigned int add_edge(uint64_t a, uint64_t b)
{
	uint8_t *edge = &edges[((a * 31 + b) * 0x9e3779b97f4a7c15ULL) >> 46];
	const unsigned int is_new = !*edge;

	*edge = 1;
	return is_new;
}

struct news cover_collect(const struct program *p, const struct outcome *o)
{
	struct news news = { 0, 0 };

	for (int i = 0; i < NR_WORKERS && area[0]; i++) {
		uint64_t n = __atomic_load_n(area[i], __ATOMIC_RELAXED), before = 0;

		n = n < AREA_WORDS - 1 ? n : AREA_WORDS - 1;
		for (uint64_t k = 1; k <= n; k++) {
			news.points += add_point(area[i][k]);
			news.edges += add_edge(before, area[i][k]);
			before = area[i][k];
		}
	}
	for (uint32_t i = 0; i < p->nr; i++)
		if (o->call[i].error != NOT_RUN)
			news.edges += add_edge((uint64_t)p->call[i].kind << 16 | o->call[i].size,
					       (uint64_t)o->call[i].error);
	return news;
}

size_t cover_points(void)
{
	return nr_points;
}

void cover_write(const char *path)
{
	FILE *f = fopen(path, "we");

	if (!f)
		return;
	for (size_t i = 0; i < MAX_POINTS; i++) {
		const struct section *best = NULL;

		for (size_t k = 0; points[i] && k < nr_sections; k++)
			if (sections[k].start <= points[i] &&
			    (!best || sections[k].start > best->start))
				best = &sections[k];
		if (best)
			fprintf(f, "%s %#lx\n", best->name, points[i] - best->start);
	}
	fclose(f);
}
