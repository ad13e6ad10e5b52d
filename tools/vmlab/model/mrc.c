// SPDX-License-Identifier: GPL-2.0
/* From the accesses of the processes of a command to its miss-ratio curve. */
#include <math.h>
#include <stdlib.h>

#include "libvmlab.h"
#include "model/mrc.h"
#include "sys/xalloc.h"

#define ENOUGH_EXTRA 0.01

void mrc_process_init(struct mrc_process *process, uint32_t sample, size_t max_pages)
{
	*process = (struct mrc_process){ 0 };
	miss_ratio_init(&process->misses, sample, max_pages);
	process->misses.fills_known = true;
	access_trace_init(&process->trace, sample, MRC_TRACE_MAX);
	process->least = 1;
}

/*
 * Accesses to kept pages are not seen, and the distances of others are too large, by the pages
 * kept at most.  With twice as many, all that are not seen are hits.  In traces of programs
 * the misses are right from little more than the pages kept on.
 */
void mrc_process_keep(struct mrc_process *process, uint32_t keep)
{
	const double rate = (double)process->misses.sample / VMLAB_SAMPLE_ALL;

	process->keep = keep;
	if (!keep)
		return;
	process->keep_most = keep > process->keep_most ? keep : process->keep_most;
	process->least = fmax(process->least, 1.5 * (keep + 1) / rate);
}

double mrc_process_error(const struct mrc_process *process, uint64_t filled,
			 unsigned int divisor)
{
	const struct miss_known known = { .cold = (double)filled };
	const double rate = (double)process->misses.sample / VMLAB_SAMPLE_ALL / divisor;
	struct miss_error error;
	struct miss_curve curve;
	double most = 0;

	miss_curve_make(&curve, &process->misses, &known);
	miss_error_make(&error, &process->misses, &known);
	/* The variance of a mean of so many fewer pages. */
	error.unsampled = divisor * (1 - rate);
	for (int i = 1; i <= MRC_VERIFIED; i++) {
		const double pages = floor(miss_curve_pages(&curve) * i / (MRC_VERIFIED + 1));
		const double misses = miss_curve_at(&curve, pages);

		if (misses > 0)
			most = fmax(most, miss_error_at(&error, pages) / misses);
	}
	miss_error_free(&error);
	miss_curve_free(&curve);
	return most;
}

void mrc_process_free(struct mrc_process *process)
{
	miss_ratio_free(&process->misses);
	access_trace_free(&process->trace);
}

static struct miss_known known_of(const struct mrc_process *p)
{
	return (struct miss_known){ .cold = (double)p->filled };
}

static void sum_curves(struct miss_curve *sum, struct mrc_process *const *process,
		       size_t nr)
{
	struct miss_ratio none;

	miss_ratio_init(&none, VMLAB_SAMPLE_ALL, 0);
	miss_curve_make(sum, &none, NULL);
	miss_ratio_free(&none);
	for (size_t i = 0; i < nr; i++) {
		const struct miss_known known = known_of(process[i]);
		struct miss_curve one;

		miss_curve_make(&one, &process[i]->misses, &known);
		miss_curve_add(sum, &one);
		miss_curve_free(&one);
	}
}

/* Return the share of the pages that are in the trace, from what is known of both. */
static double trace_rate(const struct mrc_process *p)
{
	double filled = 0;

	for (size_t i = 0; i < p->trace.nr; i++)
		filled += p->trace.access[i].filled;
	if (p->trace.sample == VMLAB_SAMPLE_ALL || !filled || !p->filled)
		return access_trace_rate(&p->trace);
	return fmin(1, filled / (double)p->filled);
}

/* Standard errors of independent samples add up as squares. */
static void add_error(struct mrc_point *point, size_t nr, const struct miss_error *error)
{
	for (size_t i = 0; i < nr; i++)
		point[i].error = hypot(point[i].error, miss_error_at(error, point[i].pages));
}

static void add_process(struct mrc_result *r, struct mrc_process *p)
{
	const struct miss_known known = known_of(p);
	const double rate = trace_rate(p);
	struct miss_error error;

	access_trace_link(&p->trace);
	miss_error_make(&error, &p->misses, &known);
	add_error(r->point, r->nr, &error);
	add_error(r->fine, r->nr_fine, &error);
	for (size_t i = 0; p->trace.nr && i < r->nr; i++)
		r->point[i].opt += opt_misses_sampled(&p->trace, r->point[i].pages, rate);
	for (size_t i = 0; i < r->nr_verified; i++)
		r->verified[i].error = hypot(r->verified[i].error,
					     miss_error_at(&error,
							   (double)r->verified[i].pages));
	miss_error_free(&error);
}

static const struct mrc_process *busiest(struct mrc_process *const *process, size_t nr)
{
	const struct mrc_process *most = process[0];

	for (size_t i = 1; i < nr; i++)
		if (process[i]->misses.accesses > most->misses.accesses)
			most = process[i];
	return most;
}

static void make_set(struct mrc_result *r, const struct mrc_process *p, uint64_t window_ns)
{
	const struct access_trace *trace = &p->trace;
	uint64_t span;

	if (!trace->nr)
		return;
	span = trace->access[trace->nr - 1].time_ns - trace->access[0].time_ns;
	if (!window_ns)
		window_ns = span / 20 + 1;
	working_set_make(&r->set, trace, window_ns, MRC_SETS, trace_rate(p));
}

void mrc_verify_pages(struct mrc_result *r, struct mrc_process *const *process, size_t nr)
{
	struct miss_curve curve;

	sum_curves(&curve, process, nr);
	for (size_t i = 0; i < MRC_VERIFIED; i++) {
		double pages = floor(miss_curve_pages(&curve) * (double)(i + 1) / 4);

		r->verified[i].pages = (uint64_t)fmax(pages, 1);
		r->verified[i].predicted = miss_curve_at(&curve, fmax(pages, 1));
	}
	r->nr_verified = MRC_VERIFIED;
	miss_curve_free(&curve);
}

/* Fill an array of @most points, from @r->least to @r->pages; return how many there are. */
static size_t make_points(const struct mrc_result *r, const struct miss_curve *curve,
			  struct mrc_point *point, double most)
{
	const double nr = fmin(floor(r->pages), most);
	size_t filled = 0;

	for (double i = 1; i <= nr; i++) {
		const double pages = ceil(r->pages * i / nr);

		if (pages >= r->least)
			point[filled++] = (struct mrc_point){
				.pages = pages, .lru = miss_curve_at(curve, pages),
			};
	}
	return filled;
}

void mrc_make(struct mrc_result *r, struct mrc_process *const *process, size_t nr,
	      uint64_t window_ns)
{
	struct miss_curve curve;

	r->least = 1;
	for (size_t i = 0; i < nr; i++) {
		r->least = fmax(r->least, process[i]->least);
		r->keep = process[i]->keep_most > r->keep ? process[i]->keep_most : r->keep;
	}
	sum_curves(&curve, process, nr);
	r->accesses = curve.accesses;
	r->cold = curve.cold;
	r->pages = miss_curve_pages(&curve);
	r->least = fmax(fmin(ceil(r->least), r->pages), 1);
	r->knee = miss_curve_knee(&curve, r->least);
	r->enough = fmax(miss_curve_enough(&curve, ENOUGH_EXTRA), r->least);
	r->enough_misses = miss_curve_at(&curve, r->enough);
	r->processes = nr;
	r->rate = 1;
	r->nr = make_points(r, &curve, r->point, MRC_POINTS);
	r->nr_fine = make_points(r, &curve, r->fine, MRC_FINE);
	for (size_t i = 0; i < nr; i++) {
		const struct miss_ratio *m = &process[i]->misses;

		add_process(r, process[i]);
		r->rate = fmin(r->rate, (double)m->sample / VMLAB_SAMPLE_ALL);
		r->tracked += m->nr_tracked;
		r->seen += m->accesses;
	}
	/* OPT has no more misses than LRU, and all cold ones: an estimate may have others. */
	for (size_t i = 0; i < r->nr; i++)
		r->point[i].opt = fmax(fmin(r->point[i].opt, r->point[i].lru), r->cold);
	if (nr)
		make_set(r, busiest(process, nr), window_ns);
	miss_curve_free(&curve);
}

void mrc_free(struct mrc_result *r)
{
	working_set_free(&r->set);
}
