// SPDX-License-Identifier: GPL-2.0
/* From stack distances to misses for any memory size; the knee; the error. */
#include <math.h>
#include <stdlib.h>

#include "libvmlab.h"
#include "model/miss_ratio.h"
#include "sys/xalloc.h"

struct step {
	double distance, weight;
};

static int compare_steps(const void *a, const void *b)
{
	const struct step *x = a, *y = b;

	return x->distance < y->distance ? -1 : x->distance > y->distance;
}

/*
 * Correct the weights by what is known of all accesses.  Returns the factor of all
 * distances.
 */
static double correct(struct step *step, size_t nr, double *cold, bool all,
		      const struct miss_known *known)
{
	double factor = 1, sum = 0;

	if (!known || all)
		return 1;
	if (known->cold > 0) {
		/* Else no page of the sample was filled. */
		if (*cold > 0)
			factor = known->cold / *cold;
		for (size_t i = 0; i < nr; i++)
			step[i].weight *= factor;
		*cold = known->cold;
	}
	for (size_t i = 0; i < nr; i++)
		sum += step[i].weight;
	if (known->accesses > 0)
		step[0].weight += known->accesses - *cold - sum;
	return factor;
}

/* Add a step from @size pages on. */
static void add_step(struct miss_curve *curve, double size, double misses)
{
	if (curve->nr && curve->size[curve->nr - 1] == size) {
		curve->misses[curve->nr - 1] = misses;
		return;
	}
	curve->size[curve->nr] = size;
	curve->misses[curve->nr++] = misses;
}

/* Make the curve of weights; @all: they are those of all pages. */
static void make(struct miss_curve *curve, const struct distance_weights *w, bool all,
		 const struct miss_known *known)
{
	/* The first step has the accesses of distance 0. */
	const size_t nr = w->nr + 1;
	struct step *step = check_alloc(calloc(nr, sizeof(*step)));
	double cold = w->cold, factor, misses = 0;

	*curve = (struct miss_curve){
		.size = check_alloc(calloc(nr + 1, sizeof(double))),
		.misses = check_alloc(calloc(nr + 1, sizeof(double))),
	};
	for (size_t i = 0; i < w->nr; i++)
		step[i + 1] = (struct step){ (double)w->distance[i], w->weight[i] };
	qsort(step + 1, w->nr, sizeof(*step), compare_steps);
	factor = correct(step, nr, &cold, all, known);

	for (size_t i = 0; i < nr; i++)
		misses += step[i].weight;
	curve->cold = cold;
	curve->accesses = cold + misses;
	add_step(curve, 0, curve->accesses);
	/* A hit needs more frames than its distance. */
	for (size_t i = 0; i < nr; i++) {
		misses -= step[i].weight;
		add_step(curve, floor(step[i].distance * factor) + 1,
			 cold + fmax(misses, 0));
	}
	curve->misses[curve->nr - 1] = cold;
	free(step);
}

static bool all_pages(const struct miss_ratio *m)
{
	return m->sample == VMLAB_SAMPLE_ALL;
}

void miss_curve_make(struct miss_curve *curve, const struct miss_ratio *m,
		     const struct miss_known *known)
{
	make(curve, &m->whole.weights, all_pages(m), known);
}

void miss_curve_add(struct miss_curve *curve, const struct miss_curve *other)
{
	struct miss_curve sum = {
		.size = check_alloc(calloc(curve->nr + other->nr, sizeof(double))),
		.misses = check_alloc(calloc(curve->nr + other->nr, sizeof(double))),
		.cold = curve->cold + other->cold,
		.accesses = curve->accesses + other->accesses,
	};
	size_t a = 0, b = 0;

	/* Both begin at 0. */
	while (a < curve->nr || b < other->nr) {
		double size = a < curve->nr ? curve->size[a] : INFINITY;

		if (b < other->nr && other->size[b] < size)
			size = other->size[b];
		while (a < curve->nr && curve->size[a] <= size)
			a++;
		while (b < other->nr && other->size[b] <= size)
			b++;
		add_step(&sum, size, curve->misses[a - 1] + other->misses[b - 1]);
	}
	miss_curve_free(curve);
	*curve = sum;
}

void miss_curve_free(struct miss_curve *curve)
{
	free(curve->size);
	free(curve->misses);
	*curve = (struct miss_curve){ 0 };
}

double miss_curve_at(const struct miss_curve *curve, double pages)
{
	size_t low = 0, high = curve->nr;

	/* The last step that begins at or below. */
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (curve->size[middle] <= pages)
			low = middle;
		else
			high = middle;
	}
	return curve->misses[low];
}

double miss_curve_pages(const struct miss_curve *curve)
{
	return miss_curve_enough(curve, 0);
}

double miss_curve_enough(const struct miss_curve *curve, double extra)
{
	const double most = curve->cold * (1 + extra);
	size_t i = curve->nr - 1;

	while (i > 1 && curve->misses[i - 1] <= most)
		i--;
	return curve->size[i];
}

double miss_curve_knee(const struct miss_curve *curve, double least)
{
	const double pages = miss_curve_pages(curve);
	const double first = miss_curve_at(curve, least), fall = first - curve->cold;
	double best = 0, knee = 0;

	if (pages <= least || fall <= 0)
		return 0;
	for (size_t i = 0; i < curve->nr && curve->size[i] <= pages; i++) {
		double x = (curve->size[i] - least) / (pages - least);
		double y = (curve->misses[i] - curve->cold) / fall;
		double below = 1 - x - y;

		if (x >= 0 && below > best) {
			best = below;
			knee = curve->size[i];
		}
	}
	return knee;
}

void miss_error_make(struct miss_error *error, const struct miss_ratio *m,
		     const struct miss_known *known)
{
	error->unsampled = 1 - (double)m->sample / VMLAB_SAMPLE_ALL;
	for (size_t i = 0; i < MISS_RATIO_PARTS; i++)
		make(&error->part[i], &m->part[i].weights, false, known);
}

double miss_error_at(const struct miss_error *error, double pages)
{
	double mean = 0, squares = 0;

	for (size_t i = 0; i < MISS_RATIO_PARTS; i++)
		mean += miss_curve_at(&error->part[i], pages) / MISS_RATIO_PARTS;
	for (size_t i = 0; i < MISS_RATIO_PARTS; i++) {
		double off = miss_curve_at(&error->part[i], pages) - mean;

		squares += off * off;
	}
	return sqrt(squares / (MISS_RATIO_PARTS - 1) / MISS_RATIO_PARTS *
		    error->unsampled);
}

void miss_error_free(struct miss_error *error)
{
	for (size_t i = 0; i < MISS_RATIO_PARTS; i++)
		miss_curve_free(&error->part[i]);
}
