// SPDX-License-Identifier: GPL-2.0
/* When which part of an address space was accessed: samples, mappings, cells. */
#include <stdlib.h>
#include <string.h>

#include "model/heat.h"
#include "sys/xalloc.h"

void heat_add(const struct heat *h, struct heat_sample *s, uint64_t start,
	      uint64_t end, double value)
{
	if (h->end && start < h->start)
		start = h->start;
	if (h->end && end > h->end)
		end = h->end;
	if (start >= end)
		return;
	/* space for a power of two, so the number tells when it is full */
	if (!(s->nr & (s->nr - 1))) {
		size_t room = s->nr ? 2 * s->nr : 1;

		s->runs = check_alloc(realloc(s->runs, room * sizeof(*s->runs)));
	}
	s->runs[s->nr++] = (struct heat_run){ start, end, value };
}

void heat_add_area(struct heat *h, uint64_t start, uint64_t end,
		   const char *name)
{
	struct heat_area *a;

	for (size_t i = 0; i < h->nr_areas; i++) {
		a = &h->areas[i];
		/* known; it may have grown */
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
		check_alloc(realloc(h->areas, (h->nr_areas + 1) * sizeof(*h->areas)));
	a = &h->areas[h->nr_areas++];
	*a = (struct heat_area){ start, end, check_alloc(strdup(name)), false };
}

static int compare_areas(const void *a, const void *b)
{
	const struct heat_area *x = a, *y = b;

	return x->start == y->start ? 0 : x->start < y->start ? -1 : 1;
}

void heat_sort_areas(struct heat *h)
{
	if (h->nr_areas)
		qsort(h->areas, h->nr_areas, sizeof(*h->areas), compare_areas);
}

void heat_release(struct heat *h)
{
	for (size_t i = 0; i < h->nr_samples; i++)
		free(h->samples[i].runs);
	for (size_t i = 0; i < h->nr_areas; i++)
		free(h->areas[i].name);
	free(h->samples);
	free(h->areas);
}

/* Return the first run that ends above an address. */
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

static uint64_t area_size(const struct heat_area *a)
{
	return a->end - a->start;
}

size_t heat_rows(const struct heat *h, size_t wanted, struct heat_row **rows)
{
	uint64_t total = 0;
	size_t touched = 0, nr = 0;

	for (size_t i = 0; i < h->nr_areas; i++) {
		if (!h->areas[i].touched)
			continue;
		total += area_size(&h->areas[i]);
		touched++;
	}
	*rows = check_alloc(calloc(touched + wanted + 1, sizeof(**rows)));
	for (size_t i = 0; i < h->nr_areas; i++) {
		const struct heat_area *a = &h->areas[i];
		uint64_t pages = area_size(a) >> 12, parts = 1;

		if (!a->touched)
			continue;
		if (wanted > touched)
			parts += (uint64_t)((double)(wanted - touched) *
					    (double)area_size(a) /
					    (double)total);
		if (parts > pages)
			parts = pages ? pages : 1;
		for (uint64_t p = 0; p < parts; p++)
			(*rows)[nr++] = (struct heat_row){
				.area = a,
				.start = a->start + ((pages * p / parts) << 12),
				.end = p + 1 == parts ?
					       a->end :
					       a->start +
						       ((pages * (p + 1) / parts)
							<< 12),
				.first = p == 0,
			};
	}
	return nr;
}

size_t heat_column(const struct heat *h, size_t column, size_t columns)
{
	return h->nr_samples * column / columns;
}

const char *heat_area_name(const struct heat_area *a)
{
	const char *slash = strrchr(a->name, '/');

	return slash && slash[1] ? slash + 1 : a->name;
}
