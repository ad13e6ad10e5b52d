// SPDX-License-Identifier: GPL-2.0
/* OPT: evict the page whose next use lies farthest ahead. */
#include <math.h>
#include <stdlib.h>

#include "libvmlab.h"
#include "model/miss_ratio.h"
#include "model/opt_misses.h"
#include "model/page_map.h"
#include "sys/xalloc.h"

#define NEVER UINT32_MAX

void access_trace_init(struct access_trace *trace, uint32_t sample, size_t max)
{
	*trace = (struct access_trace){ .max = max, .sample = sample };
}

static bool is_sampled(const struct access_trace *trace, uint64_t key)
{
	return vmlab_sample_hash(miss_ratio_page(key)) < trace->sample;
}

void access_trace_set_sample(struct access_trace *trace, uint32_t sample)
{
	size_t to = 0;

	if (sample >= trace->sample)
		return;
	trace->sample = sample;
	for (size_t i = 0; i < trace->nr; i++)
		if (is_sampled(trace, trace->access[i].key))
			trace->access[to++] = trace->access[i];
	trace->nr = to;
}

void access_trace_add(struct access_trace *trace, uint64_t key, uint64_t time_ns,
		      bool filled)
{
	while (trace->nr == trace->max)
		access_trace_set_sample(trace, trace->sample / 2);
	if (!is_sampled(trace, key))
		return;
	/* Threads that fault at the same time can get their places in the other order. */
	if (trace->nr && time_ns < trace->access[trace->nr - 1].time_ns)
		time_ns = trace->access[trace->nr - 1].time_ns;
	trace->access = array_grow(trace->access, trace->nr, &trace->room,
				   sizeof(*trace->access));
	trace->access[trace->nr++] = (struct trace_access){
		.key = key, .time_ns = time_ns, .next = NEVER, .filled = filled,
	};
}

double access_trace_rate(const struct access_trace *trace)
{
	return (double)trace->sample / VMLAB_SAMPLE_ALL;
}

void access_trace_link(struct access_trace *trace)
{
	struct page_map later = { 0 };

	for (size_t i = trace->nr; i--;) {
		struct trace_access *a = &trace->access[i];
		const uint64_t *next = page_map_find(&later, a->key);

		a->next = next && !trace->access[*next].filled ? (uint32_t)*next : NEVER;
		page_map_set(&later, a->key, i);
	}
	page_map_free(&later);
}

void access_trace_free(struct access_trace *trace)
{
	free(trace->access);
	*trace = (struct access_trace){ 0 };
}

/*
 * The resident pages, by their next use, the farthest first.  A page that is used is
 * added again: the element of its use then, which is past, is the oldest, and stays
 * at the bottom until the heap is rebuilt.
 */
struct heap {
	uint32_t *next;
	size_t nr, room;
};

static void heap_down(struct heap *h, size_t i)
{
	const uint32_t next = h->next[i];

	for (;;) {
		size_t child = 2 * i + 1;

		if (child >= h->nr)
			break;
		if (child + 1 < h->nr && h->next[child + 1] > h->next[child])
			child++;
		if (next >= h->next[child])
			break;
		h->next[i] = h->next[child];
		i = child;
	}
	h->next[i] = next;
}

static void heap_push(struct heap *h, uint32_t next)
{
	size_t i = h->nr;

	h->next = array_grow(h->next, h->nr, &h->room, sizeof(*h->next));
	h->nr++;
	for (; i && h->next[(i - 1) / 2] < next; i = (i - 1) / 2)
		h->next[i] = h->next[(i - 1) / 2];
	h->next[i] = next;
}

static uint32_t heap_pop(struct heap *h)
{
	const uint32_t next = h->next[0];

	h->next[0] = h->next[--h->nr];
	if (h->nr)
		heap_down(h, 0);
	return next;
}

/* Remove the elements of uses up to @now. */
static void heap_clean(struct heap *h, size_t now)
{
	size_t nr = 0;

	for (size_t i = 0; i < h->nr; i++)
		if (h->next[i] > now)
			h->next[nr++] = h->next[i];
	h->nr = nr;
	for (size_t i = nr / 2; i--;)
		heap_down(h, i);
}

uint64_t opt_misses(const struct access_trace *trace, uint64_t frames)
{
	/* Whether the page of each access to come is resident then. */
	bool *resident = check_alloc(calloc(trace->nr + 1, sizeof(*resident)));
	struct heap heap = { 0 };
	uint64_t misses = 0, used = 0;

	for (size_t i = 0; i < trace->nr; i++) {
		const uint32_t next = trace->access[i].next;

		if (!resident[i]) {
			misses++;
			if (used == frames) {
				uint32_t victim = heap_pop(&heap);

				if (victim != NEVER)
					resident[victim] = false;
			} else {
				used++;
			}
		}
		if (next != NEVER)
			resident[next] = true;
		heap_push(&heap, next);
		if (heap.nr > 2 * used + 64)
			heap_clean(&heap, i);
	}
	free(heap.next);
	free(resident);
	return misses;
}

double opt_misses_sampled(const struct access_trace *trace, double pages,
			  double rate)
{
	const double frames = pages * rate, whole = floor(frames);
	double below, above;

	if (rate >= 1)
		return (double)opt_misses(trace, (uint64_t)fmax(pages, 1));
	below = whole < 1 ? (double)trace->nr : (double)opt_misses(trace, (uint64_t)whole);
	if (frames > whole) {
		above = (double)opt_misses(trace, (uint64_t)whole + 1);
		below += (above - below) * (frames - whole);
	}
	return below / rate;
}
