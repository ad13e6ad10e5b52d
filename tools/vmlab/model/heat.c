// SPDX-License-Identifier: GPL-2.0
/* vmlab heat: samples, mappings, and the heat of a cell of the picture. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "model/heat.h"
#include "cli/must.h"

void heat_add(const struct heat *h, struct heat_sample *s, uint64_t start,
	      uint64_t end, double value)
{
	if (h->end && start < h->start)
		start = h->start;
	if (h->end && end > h->end)
		end = h->end;
	if (start >= end)
		return;
	/* room for a power of two, so a full one shows in the number */
	if (!(s->nr & (s->nr - 1))) {
		size_t room = s->nr ? 2 * s->nr : 1;

		s->runs = must(realloc(s->runs, room * sizeof(*s->runs)));
	}
	s->runs[s->nr++] = (struct heat_run){ start, end, value };
}

static void add_area(struct heat *h, uint64_t start, uint64_t end,
		     const char *name)
{
	struct heat_area *a;

	for (size_t i = 0; i < h->nr_areas; i++) {
		a = &h->areas[i];
		/* known, perhaps grown */
		if (a->start < end && start < a->end &&
		    !strcmp(a->name, name)) {
			if (start < a->start)
				a->start = start;
			if (end > a->end)
				a->end = end;
			return;
		}
	}
	h->areas =
		must(realloc(h->areas, (h->nr_areas + 1) * sizeof(*h->areas)));
	a = &h->areas[h->nr_areas++];
	*a = (struct heat_area){ start, end, must(strdup(name)), false };
}

static int compare_areas(const void *a, const void *b)
{
	const struct heat_area *x = a, *y = b;

	return x->start == y->start ? 0 : x->start < y->start ? -1 : 1;
}

int heat_read_areas(struct heat *h)
{
	char path[64], *line = NULL;
	size_t size = 0;
	FILE *maps;

	snprintf(path, sizeof(path), "/proc/%d/maps", h->pid);
	maps = fopen(path, "re");
	if (!maps)
		return errno == ENOENT ? -ESRCH : -errno;
	while (getline(&line, &size, maps) > 0) {
		uint64_t start, end;
		int name = 0;

		if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %*s %*s %*s %*s %n",
			   &start, &end, &name) < 2 ||
		    !name)
			continue;
		line[strcspn(line, "\n")] = '\0';
		if (h->end && (end <= h->start || start >= h->end))
			continue;
		if (h->end && start < h->start)
			start = h->start;
		if (h->end && end > h->end)
			end = h->end;
		add_area(h, start, end, line[name] ? line + name : "[anon]");
	}
	free(line);
	fclose(maps);
	if (h->nr_areas)
		qsort(h->areas, h->nr_areas, sizeof(*h->areas), compare_areas);
	return 0;
}

/* the first run that ends above an address */
static size_t first_run(const struct heat_sample *s, uint64_t address)
{
	size_t low = 0, high = s->nr;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (s->runs[middle].end <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static double heat_of(const struct heat_sample *s, uint64_t start, uint64_t end)
{
	double sum = 0;

	for (size_t i = first_run(s, start);
	     i < s->nr && s->runs[i].start < end; i++) {
		const struct heat_run *r = &s->runs[i];
		uint64_t from = r->start > start ? r->start : start;
		uint64_t to = r->end < end ? r->end : end;

		sum += (double)(to - from) * r->heat;
	}
	return sum / (double)(end - start);
}

void heat_mark_areas(struct heat *h)
{
	for (size_t a = 0; a < h->nr_areas; a++)
		for (size_t s = 0; s < h->nr_samples; s++)
			if (heat_of(&h->samples[s], h->areas[a].start,
				    h->areas[a].end) > 0)
				h->areas[a].touched = true;
}

double heat_cell(const struct heat *h, uint64_t start, uint64_t end,
		 size_t first, size_t last)
{
	double sum = 0;

	for (size_t s = first; s < last; s++)
		sum += heat_of(&h->samples[s], start, end);
	return last > first ? sum / (double)(last - first) : 0;
}

double heat_cost(const struct heat *h)
{
	double cost = 0;

	for (size_t s = 0; s < h->nr_samples; s++)
		cost += h->samples[s].cost;
	return h->nr_samples ? cost / h->samples[h->nr_samples - 1].time : 0;
}
