// SPDX-License-Identifier: GPL-2.0
/* The same command with several policies and budgets: budgets and medians. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model/compare.h"
#include "model/parse.h"
#include "sys/xalloc.h"

#define PERCENT_MAX 1000

static int parse_budget(struct compare_budget *b, uint64_t page_size)
{
	const size_t length = strlen(b->text);
	char number[16] = "";
	uint64_t bytes;

	if (!strcmp(b->text, "none"))
		return 0;
	if (length && length < sizeof(number) && b->text[length - 1] == '%') {
		memcpy(number, b->text, length - 1);
		if (parse_u64(number, &b->percent) || b->percent > PERCENT_MAX)
			return -EINVAL;
		return b->percent ? 0 : -EINVAL;
	}
	if (parse_size(b->text, &bytes) || bytes < page_size)
		return -EINVAL;
	b->pages = bytes / page_size + (bytes % page_size != 0);
	return 0;
}

int compare_budgets_parse(char *list, uint64_t page_size,
			  struct compare_budget budgets[static COMPARE_LIST_MAX], size_t *nr)
{
	const char *text[COMPARE_LIST_MAX];
	int err = parse_list(list, COMPARE_LIST_MAX, text, nr);

	if (err)
		return -EINVAL;
	for (size_t i = 0; i < *nr; i++)
		budgets[i] = (struct compare_budget){ .text = text[i] };
	for (size_t i = 0; !err && i < *nr; i++)
		err = parse_budget(&budgets[i], page_size);
	return err;
}

void compare_budget_set(struct compare_budget *b, uint64_t peak)
{
	if (!b->percent)
		return;
	b->pages = peak / 100 * b->percent + peak % 100 * b->percent / 100;
	if (!b->pages)
		b->pages = 1;
}

struct compare_run compare_run_take(const struct run_report *r)
{
	return (struct compare_run){
		.status = r->status,
		.timed_out = r->timed_out,
		.ns = (uint64_t)(r->seconds * 1e9),
		.faults = r->stats.faults,
		.filled = r->stats.filled,
		.refaults = r->paging_stats.refaults,
		.evicted = r->paging_stats.evicted,
		.stored = r->paging_stats.stored,
		.in_faults_ns = r->stats.latency_ns_sum,
		.frames_peak = r->frames_peak,
	};
}

static int by_value(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

uint64_t compare_median(const struct compare_cell *cell, size_t offset)
{
	uint64_t *values, median;

	if (!cell->nr)
		return 0;
	values = check_alloc(calloc(cell->nr, sizeof(*values)));
	for (size_t i = 0; i < cell->nr; i++)
		memcpy(&values[i], (const char *)&cell->runs[i] + offset, sizeof(*values));
	qsort(values, cell->nr, sizeof(*values), by_value);
	median = values[(cell->nr - 1) / 2];
	free(values);
	return median;
}

const struct compare_run *compare_failed(const struct compare_cell *cell)
{
	for (size_t i = 0; i < cell->nr; i++)
		if (cell->runs[i].status || cell->runs[i].timed_out)
			return &cell->runs[i];
	return NULL;
}
