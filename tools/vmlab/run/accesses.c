// SPDX-License-Identifier: GPL-2.0
/* Record accesses to sampled pages, and lower the rate when they are too many. */
#include <math.h>
#include <stdlib.h>

#include "run/accesses.h"
#include "sys/clock.h"
#include "sys/xalloc.h"

/* Events that a space keeps until they are read: 12 MiB. */
enum { EVENTS_KEPT = 1 << 18 };

/*
 * When a process is in the handler for more of the time of a tick, its threads keep more
 * pages mapped; when they keep as many as they may, the rate falls.  Entry into the
 * kernel, flushes of the TLB and reading the events take about as long again.
 */
#define TICK_NS		100000000
#define MOST_IN_FAULTS	(TICK_NS / 10 * 2)
#define KEEP_EARLY_NS	(TICK_NS / 10)

/*
 * So many pages stay in the sample, whatever their faults take.  Where pages differ much,
 * the misses of fewer say little; where they do not, so that halving the sample again
 * leaves an error of LEAST_ERROR at most, LEAST_PAGES are enough.
 */
enum { USUAL_PAGES = 1024, LEAST_PAGES = 128 };
#define LEAST_ERROR 0.03

/*
 * Pages that a thread keeps: to begin with, and the share of the pages in the sample that it
 * keeps when faults take long, and at most.  That leaves the curve from less than a quarter of the
 * memory on: see mrc_process_keep().  It avoids more faults than a smaller sample, and costs
 * less precision.
 */
enum { KEEP_FIRST = 4, KEEP_SHARE = 16, KEEP_SHARE_MOST = 7 };

/* Let a thread keep so many pages; tell the kernel that, and the rate of the model. */
static void set_sampling(struct sampled_space *s, uint32_t keep)
{
	struct vmlab_paging paging;

	/* also where @keep is as before: so many pages of a smaller sample are more memory */
	mrc_process_keep(s->process, keep);
	if (vmlab_space_paging_get(s->space, &paging))
		return;
	paging.sample = s->process->misses.sample;
	paging.sample_keep = s->process->keep;
	vmlab_space_paging_set(s->space, &paging);
	access_trace_set_sample(&s->process->trace, paging.sample);
}

static uint32_t keep_share(const struct mrc_process *p, size_t share)
{
	const size_t keep = stack_distance_pages(&p->misses.whole.stack) / share;

	return keep < VMLAB_SAMPLE_KEEP_MAX ? (uint32_t)keep : VMLAB_SAMPLE_KEEP_MAX;
}

/* May half of the tracked pages be forgotten? */
static bool may_halve(const struct sampled_space *s, const struct vmlab_space_stats *stats)
{
	const struct mrc_process *p = s->process;
	const size_t half = p->misses.nr_tracked / 2;

	return half >= USUAL_PAGES ||
	       (half >= LEAST_PAGES &&
		mrc_process_error(p, stats->filled, 2) <= LEAST_ERROR);
}

/* Let each thread keep more pages; return false when it keeps as many as it may. */
static bool keep_more(struct sampled_space *s)
{
	struct mrc_process *p = s->process;
	const uint32_t some = keep_share(p, KEEP_SHARE), most = keep_share(p, KEEP_SHARE_MOST);

	if (p->keep >= most)
		return false;
	set_sampling(s, p->keep < some ? some : p->keep < most / 2 ? 2 * p->keep : most);
	return true;
}

/*
 * Let each thread keep more pages at once, without waiting for the tick: most programs
 * settle in a few times KEEP_EARLY_NS, and the accesses until then would be most of what
 * they cost.  Faults that fill a page do not count: keeping pages avoids none.
 */
static void keep_early(struct sampled_space *s)
{
	const uint64_t now = (uint64_t)(clock_now() * 1e9), elapsed = now - s->early_ns;
	const struct vmlab_space_stats before = s->early;
	uint64_t faults, in_faults;

	if (elapsed < KEEP_EARLY_NS || vmlab_space_stats_get(s->space, &s->early))
		return;
	s->early_ns = now;
	faults = s->early.faults - before.faults;
	in_faults = s->early.latency_ns_sum - before.latency_ns_sum;
	if (faults && (double)in_faults * (double)(s->early.mapped - before.mapped) /
		      (double)faults > MOST_IN_FAULTS * (double)elapsed / TICK_NS)
		keep_more(s);
}

/* Let fewer accesses fault: @over is how many times too long they take. */
static void slow_down(struct sampled_space *s, const struct vmlab_space_stats *stats,
		      double over)
{
	struct mrc_process *p = s->process;
	uint32_t most;

	if (keep_more(s))
		return;
	for (; over > 1 && p->misses.sample > 1 && may_halve(s, stats); over /= 2)
		miss_ratio_set_sample(&p->misses, p->misses.sample / 2);
	/* The same share of fewer pages. */
	most = keep_share(p, KEEP_SHARE_MOST);
	set_sampling(s, p->keep < most ? p->keep : most);
}

static void on_space(void *arg, struct run_space *space)
{
	struct accesses *a = arg;
	struct mrc_process *process = check_alloc(malloc(sizeof(*process)));
	struct vmlab_space_stats stats;
	struct vmlab_paging paging;
	uint32_t sample = a->sample;

	/* A clone has the rate of its source. */
	if (vmlab_space_paging_get(space->space, &paging) || !paging.sample)
		paging.sample_keep = a->keep;
	else
		sample = paging.sample;
	mrc_process_init(process, sample, a->max_pages);
	mrc_process_keep(process, paging.sample_keep);
	a->process = array_grow(a->process, a->nr, &a->room, sizeof(*a->process));
	a->process[a->nr++] = process;
	a->spaces = array_grow(a->spaces, a->nr_spaces, &a->spaces_room,
			       sizeof(*a->spaces));
	/* a space that is sampled from now on has a history */
	if (vmlab_space_stats_get(space->space, &stats))
		stats = (struct vmlab_space_stats){ 0 };
	a->spaces[a->nr_spaces++] = (struct sampled_space){
		.space = space->space, .process = process,
		.begin_ns = stats.latency_ns_sum, .in_faults_ns = stats.latency_ns_sum,
		.early = stats, .early_ns = (uint64_t)(clock_now() * 1e9),
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
		set_sampling(s, s->process->keep);
	if (a->adapt)
		keep_early(s);
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
	a->in_faults_ns += stats->latency_ns_sum - s->begin_ns;
	*s = a->spaces[--a->nr_spaces];
}

static void on_tick(void *arg)
{
	struct accesses *a = arg;

	for (size_t i = 0; a->adapt && i < a->nr_spaces; i++) {
		struct sampled_space *s = &a->spaces[i];
		struct vmlab_space_stats stats;
		double over;

		if (vmlab_space_stats_get(s->space, &stats))
			continue;
		over = (double)(stats.latency_ns_sum - s->in_faults_ns) / MOST_IN_FAULTS;
		if (s->lost || over > 1)
			slow_down(s, &stats, fmax(over, 2));
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
