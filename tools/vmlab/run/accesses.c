// SPDX-License-Identifier: GPL-2.0
/* Record accesses to sampled pages, and lower the rate when they are too many. */
#include <stdlib.h>

#include "run/accesses.h"
#include "sys/xalloc.h"

/* Events that a space keeps until they are read: 12 MiB. */
enum { EVENTS_KEPT = 1 << 18 };

/*
 * When a process is in the handler for more of the time of a tick, its threads keep more
 * pages mapped; when they keep as many as they may, the rate is halved.  Entry into the
 * kernel, flushes of the TLB and reading the events take about as long again.
 */
#define TICK_NS		100000000
#define MOST_IN_FAULTS	(TICK_NS / 10 * 2)

/* Lowest rate: a page of 65536. */
#define LEAST_SAMPLE	(VMLAB_SAMPLE_ALL >> 16)

/* So many pages stay in the sample, whatever their faults take: fewer say nothing. */
enum { LEAST_PAGES = 256 };

/*
 * Pages that a thread keeps: to begin with, and the share of the tracked pages that it
 * keeps at most.  The last use of a page is seen too early by as many pages.
 */
enum { KEEP_FIRST = 4, KEEP_SHARE = 10 };

/* Tell the kernel the rate of the model, and how many pages a thread keeps. */
static void set_sampling(struct sampled_space *s)
{
	struct vmlab_paging paging;

	if (vmlab_space_paging_get(s->space, &paging))
		return;
	paging.sample = s->process->misses.sample;
	paging.sample_keep = s->process->keep;
	vmlab_space_paging_set(s->space, &paging);
	access_trace_set_sample(&s->process->trace, paging.sample);
}

static void halve_rate(struct sampled_space *s)
{
	const uint32_t half = s->process->misses.sample / 2;

	if (half < LEAST_SAMPLE)
		return;
	miss_ratio_set_sample(&s->process->misses, half);
	set_sampling(s);
}

/* Let fewer accesses fault. */
static void slow_down(struct sampled_space *s)
{
	struct mrc_process *p = s->process;
	const size_t tracked = p->misses.nr_tracked;
	size_t most = tracked / KEEP_SHARE;

	if (most > VMLAB_SAMPLE_KEEP_MAX)
		most = VMLAB_SAMPLE_KEEP_MAX;
	if (p->keep < most) {
		p->keep = p->keep && 2 * p->keep < most ? 2 * p->keep : (uint32_t)most;
		set_sampling(s);
	} else if (tracked >= 2 * LEAST_PAGES) {
		halve_rate(s);
	}
}

static void on_space(void *arg, struct run_space *space)
{
	struct accesses *a = arg;
	struct mrc_process *process = check_alloc(malloc(sizeof(*process)));
	struct vmlab_paging paging;
	uint32_t sample = a->sample;

	/* A clone has the rate of its source. */
	if (vmlab_space_paging_get(space->space, &paging) || !paging.sample)
		paging.sample_keep = a->keep;
	else
		sample = paging.sample;
	mrc_process_init(process, sample, a->max_pages);
	process->keep = paging.sample_keep;
	a->process = array_grow(a->process, a->nr, &a->room, sizeof(*a->process));
	a->process[a->nr++] = process;
	a->spaces = array_grow(a->spaces, a->nr_spaces, &a->spaces_room,
			       sizeof(*a->spaces));
	a->spaces[a->nr_spaces++] = (struct sampled_space){
		.space = space->space, .process = process,
	};
	space->data = process;
}

/* Return the entry of a space, or NULL. */
static struct sampled_space *find(struct accesses *a, const struct run_space *space)
{
	for (size_t i = 0; i < a->nr_spaces; i++)
		if (a->spaces[i].process == space->data)
			return &a->spaces[i];
	return NULL;
}

static void on_events(void *arg, struct run_space *space, const struct vmlab_event *events,
		      size_t nr)
{
	struct accesses *a = arg;
	struct sampled_space *s = find(a, space);
	bool dropped = false;

	if (!s)
		return;
	for (size_t i = 0; i < nr; i++) {
		const struct vmlab_event *e = &events[i];
		const bool filled = e->arg & VMLAB_EVENT_ACCESS_FILLED;

		a->lost += e->lost;
		s->lost |= e->lost;
		if (e->type == VMLAB_EVENT_DROP) {
			miss_ratio_drop(&s->process->misses, e->pgoff);
		} else if (e->type == VMLAB_EVENT_ACCESS) {
			dropped |= miss_ratio_access(&s->process->misses, e->pgoff, filled);
			access_trace_add(&s->process->trace, e->pgoff, e->time_ns, filled);
		}
	}
	if (dropped)
		set_sampling(s);
}

static void on_end(void *arg, struct run_space *space, const struct vmlab_space_stats *stats,
		   const struct vmlab_paging_stats *paging)
{
	struct accesses *a = arg;
	struct sampled_space *s = find(a, space);

	(void)paging;
	if (!s)
		return;
	s->process->filled = stats->filled;
	*s = a->spaces[--a->nr_spaces];
}

/* Do faults take too much of the time? */
static bool is_slow(const struct sampled_space *s, const struct vmlab_space_stats *stats)
{
	return stats->latency_ns_sum - s->in_faults_ns > MOST_IN_FAULTS;
}

static void on_tick(void *arg)
{
	struct accesses *a = arg;

	for (size_t i = 0; a->adapt && i < a->nr_spaces; i++) {
		struct sampled_space *s = &a->spaces[i];
		struct vmlab_space_stats stats;

		if (vmlab_space_stats_get(s->space, &stats))
			continue;
		if (s->lost || is_slow(s, &stats))
			slow_down(s);
		s->in_faults_ns = stats.latency_ns_sum;
		s->lost = false;
	}
}

void accesses_plan(struct accesses *a, struct run_plan *plan)
{
	a->observer = (struct run_observer){
		.arg = a, .on_space = on_space, .on_events = on_events, .on_end = on_end,
		.on_tick = on_tick,
	};
	a->keep = a->adapt ? KEEP_FIRST : 0;
	plan->observer = &a->observer;
	plan->space_flags |= VMLAB_SPACE_LATENCY;
	plan->event_mask = 1u << VMLAB_EVENT_ACCESS | 1u << VMLAB_EVENT_DROP;
	plan->nr_events = EVENTS_KEPT;
	plan->batches = true;
	plan->paging = (struct vmlab_paging){
		.flags = VMLAB_PAGING_SAMPLE, .sample = a->sample, .sample_keep = a->keep,
	};
}

void accesses_free(struct accesses *a)
{
	for (size_t i = 0; i < a->nr; i++) {
		mrc_process_free(a->process[i]);
		free(a->process[i]);
	}
	free(a->process);
	free(a->spaces);
	*a = (struct accesses){ 0 };
}
