// SPDX-License-Identifier: GPL-2.0
/* The working set: different pages accessed in a window of time. */
#include <stdlib.h>

#include "model/page_map.h"
#include "model/working_set.h"
#include "sys/xalloc.h"

/* The accesses @first to @last - 1 are in the window: how often each page is there. */
struct window {
	const struct access_trace *trace;
	struct page_map times;
	size_t first, last;
};

static void enter(struct window *w)
{
	uint64_t key = w->trace->access[w->last++].key;
	uint64_t *times = page_map_find(&w->times, key);

	if (times)
		++*times;
	else
		page_map_set(&w->times, key, 1);
}

static void leave(struct window *w)
{
	uint64_t key = w->trace->access[w->first++].key;
	uint64_t *times = page_map_find(&w->times, key);

	if (!--*times)
		page_map_remove(&w->times, key);
}

void working_set_make(struct working_set *set, const struct access_trace *trace,
		      uint64_t window_ns, size_t points, double rate)
{
	struct window w = { .trace = trace };
	uint64_t start, span;

	*set = (struct working_set){ .window_ns = window_ns };
	if (!trace->nr || !points)
		return;
	set->time_ns = check_alloc(calloc(points, sizeof(*set->time_ns)));
	set->pages = check_alloc(calloc(points, sizeof(*set->pages)));
	start = trace->access[0].time_ns;
	span = trace->access[trace->nr - 1].time_ns - start;
	for (size_t i = 0; i < points; i++) {
		uint64_t t = (uint64_t)((double)span * (double)(i + 1) / (double)points);

		while (w.last < trace->nr && trace->access[w.last].time_ns - start <= t)
			enter(&w);
		while (w.first < w.last &&
		       trace->access[w.first].time_ns - start + window_ns <= t)
			leave(&w);
		set->time_ns[i] = t;
		set->pages[i] = (double)w.times.nr / rate;
	}
	set->nr = points;
	page_map_free(&w.times);
}

void working_set_free(struct working_set *set)
{
	free(set->time_ns);
	free(set->pages);
	*set = (struct working_set){ 0 };
}
