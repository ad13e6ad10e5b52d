// SPDX-License-Identifier: GPL-2.0
/* When which part of an address space was accessed: samples, mappings, cells. */
#include <math.h>
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

static uint64_t pages_of(const struct heat_row *r)
{
	return (r->end - r->start) >> 12;
}

/*
 * Divide parts of mappings into lines: each has one, and those that were accessed
 * share the others by their sizes.
 *
 * Return: the number of lines, in @rows, to be freed.
 */
static size_t divide(const struct heat_row *parts, size_t nr_parts, size_t wanted,
		     struct heat_row **rows)
{
	const size_t extra = wanted > nr_parts ? wanted - nr_parts : 0;
	uint64_t total = 0;
	size_t nr = 0;

	for (size_t i = 0; i < nr_parts; i++)
		total += parts[i].idle ? 0 : pages_of(&parts[i]);
	*rows = check_alloc(calloc(nr_parts + extra + 1, sizeof(**rows)));
	for (size_t i = 0; i < nr_parts; i++) {
		const struct heat_row *part = &parts[i];
		const uint64_t pages = pages_of(part);
		uint64_t lines = 1;

		if (!part->idle && total)
			lines += (uint64_t)((double)extra * (double)pages /
					    (double)total);
		if (lines > pages)
			lines = pages ? pages : 1;
		for (uint64_t l = 0; l < lines; l++) {
			struct heat_row *row = &(*rows)[nr++];

			*row = *part;
			row->first = part->first && l == 0;
			row->start = part->start + ((pages * l / lines) << 12);
			if (l + 1 < lines)
				row->end = part->start +
					   ((pages * (l + 1) / lines) << 12);
		}
	}
	return nr;
}

/* lines without an access that become one */
enum { IDLE_LINES = 4 };

static bool was_accessed(const struct heat *h, const struct heat_row *row)
{
	return heat_cell(h, row->start, row->end, 0, h->nr_samples) > 0;
}

/*
 * Join the lines of each mapping to parts that were accessed and, where IDLE_LINES
 * or more follow one another, parts that were not.
 *
 * Return: the number of parts, which replace the lines.
 */
static size_t join(const struct heat *h, struct heat_row *rows, size_t nr)
{
	size_t parts = 0;

	for (size_t i = 0, n; i < nr; i += n) {
		struct heat_row row = rows[i];

		for (n = 0; i + n < nr && rows[i + n].area == row.area; n++) {
			if (was_accessed(h, &rows[i + n]))
				break;
			row.end = rows[i + n].end;
		}
		row.idle = n >= IDLE_LINES;
		if (!n)
			n = 1;
		if (!row.idle && parts && !rows[parts - 1].idle &&
		    rows[parts - 1].area == row.area)
			rows[parts - 1].end = row.end;
		else
			rows[parts++] = row;
	}
	return parts;
}

/* Return the bytes of a mapping that were accessed, added up over all intervals. */
static double accessed(const struct heat *h, const struct heat_area *a)
{
	return heat_cell(h, a->start, a->end, 0, h->nr_samples) *
	       (double)(a->end - a->start) * (double)h->nr_samples;
}

bool heat_misses_accesses(const struct heat *h)
{
	const double busy = 0.1, few = 64 * 4096;
	double bytes = 0;

	if (!h->nr_samples || h->cpu < busy * h->samples[h->nr_samples - 1].time)
		return false;
	for (size_t i = 0; i < h->nr_areas; i++)
		bytes += accessed(h, &h->areas[i]);
	return h->emulated || bytes < few * (double)h->nr_samples;
}

/*
 * Keep the @wanted mappings with the most accesses, in their order.
 *
 * Return: the number of those that were left out.
 */
static size_t keep_hottest(const struct heat *h, struct heat_row *areas, size_t nr,
			   size_t wanted)
{
	double *heat = check_alloc(calloc(nr + 1, sizeof(*heat)));
	size_t kept = 0;

	for (size_t i = 0; i < nr; i++)
		heat[i] = accessed(h, areas[i].area);
	for (size_t i = 0; i < nr; i++) {
		size_t hotter = 0;

		for (size_t j = 0; j < nr; j++)
			hotter += heat[j] > heat[i] || (j < i && heat[j] == heat[i]);
		if (hotter < wanted)
			areas[kept++] = areas[i];
	}
	free(heat);
	return nr - kept;
}

size_t heat_rows(const struct heat *h, size_t wanted, size_t *left_out,
		 struct heat_row **rows)
{
	struct heat_row *areas = check_alloc(calloc(h->nr_areas + 1, sizeof(*areas)));
	size_t touched = 0, nr;
	struct heat_row *lines;

	for (size_t i = 0; i < h->nr_areas; i++)
		if (h->areas[i].touched)
			areas[touched++] = (struct heat_row){
				.area = &h->areas[i],
				.start = h->areas[i].start,
				.end = h->areas[i].end,
				.first = true,
			};
	if (left_out) {
		*left_out = keep_hottest(h, areas, touched, wanted);
		touched -= *left_out;
	}
	nr = divide(areas, touched, wanted, &lines);
	free(areas);
	/* then again, without the long parts that were not accessed */
	nr = join(h, lines, nr);
	nr = divide(lines, nr, wanted, rows);
	free(lines);
	return nr;
}

double heat_shade(double heat)
{
	const double shade = 1 + log10(heat) / HEAT_DECADES;

	return shade < 0 ? 0 : shade > 1 ? 1 : shade;
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
