// SPDX-License-Identifier: GPL-2.0
/* Accesses to a sample of the pages, which may shrink, and their stack distances. */
#include <stdlib.h>

#include "libvmlab.h"
#include "model/miss_ratio.h"
#include "sys/xalloc.h"

void miss_ratio_init(struct miss_ratio *m, uint32_t sample, size_t max_pages)
{
	*m = (struct miss_ratio){
		.sample = sample, .max_pages = max_pages,
		.whole.rate = (double)sample / VMLAB_SAMPLE_ALL,
	};
	for (size_t i = 0; i < MISS_RATIO_PARTS; i++)
		m->part[i].rate = m->whole.rate / MISS_RATIO_PARTS;
}

/* --- weights ------------------------------------------------------------------- */

static void weights_add(struct distance_weights *w, uint64_t distance, double weight)
{
	const uint64_t *at = page_map_find(&w->index, distance);

	if (at) {
		w->weight[*at] += weight;
		return;
	}
	w->distance = array_grow(w->distance, w->nr, &w->room, sizeof(*w->distance));
	w->weight = array_grow(w->weight, w->nr, &w->weight_room, sizeof(*w->weight));
	w->distance[w->nr] = distance;
	w->weight[w->nr] = weight;
	page_map_set(&w->index, distance, w->nr++);
}

static void weights_free(struct distance_weights *w)
{
	page_map_free(&w->index);
	free(w->distance);
	free(w->weight);
	*w = (struct distance_weights){ 0 };
}

/* --- one set of pages ---------------------------------------------------------- */

static void sample_access(struct miss_sample *s, uint64_t key, bool filled,
			  bool inherited)
{
	const double scale = 1 / s->rate;
	uint64_t distance;

	/* The drop was not seen. */
	if (filled)
		stack_distance_drop(&s->stack, key);
	distance = stack_distance_access(&s->stack, key);
	if (distance == STACK_DISTANCE_COLD && inherited)
		distance = stack_distance_pages(&s->stack) - 1;
	if (distance == STACK_DISTANCE_COLD)
		s->weights.cold += scale;
	else
		weights_add(&s->weights, (uint64_t)((double)distance * scale), scale);
}

/*
 * Forget a page.  The pages that were known tell by how much the share of all pages falls:
 * with the rate of the hash, which is right on average only, the distances and the weights
 * would all be off by the same factor, and no difference between parts would show it.
 * @least is that rate, for a set of which no page is left.
 */
static void sample_forget(struct miss_sample *s, uint64_t key, double least)
{
	stack_distance_forget(&s->stack, key);
	s->rate = s->pages > 1 ? s->rate * (double)(s->pages - 1) / (double)s->pages : least;
	s->pages--;
}

static void sample_free(struct miss_sample *s)
{
	stack_distance_free(&s->stack);
	weights_free(&s->weights);
}

/* Bits of the hash that do not decide whether a page is sampled. */
static struct miss_sample *part_of(struct miss_ratio *m, uint64_t key)
{
	uint64_t bits = vmlab_page_mix(miss_ratio_page(key)) & UINT32_MAX;

	return &m->part[bits % MISS_RATIO_PARTS];
}

/* --- the tracked pages --------------------------------------------------------- */

static void heap_push(struct miss_ratio *m, struct tracked_page page)
{
	size_t i = m->nr_tracked;

	m->tracked = array_grow(m->tracked, i, &m->tracked_room, sizeof(*m->tracked));
	m->nr_tracked++;
	for (; i && m->tracked[(i - 1) / 2].hash < page.hash; i = (i - 1) / 2)
		m->tracked[i] = m->tracked[(i - 1) / 2];
	m->tracked[i] = page;
}

static void heap_pop(struct miss_ratio *m)
{
	struct tracked_page page = m->tracked[--m->nr_tracked];
	size_t i = 0;

	for (;;) {
		size_t child = 2 * i + 1;

		if (child >= m->nr_tracked)
			break;
		if (child + 1 < m->nr_tracked &&
		    m->tracked[child + 1].hash > m->tracked[child].hash)
			child++;
		if (page.hash >= m->tracked[child].hash)
			break;
		m->tracked[i] = m->tracked[child];
		i = child;
	}
	if (m->nr_tracked)
		m->tracked[i] = page;
}

/* Forget the page with the highest hash. */
static void forget(struct miss_ratio *m)
{
	const double rate = (double)m->sample / VMLAB_SAMPLE_ALL;
	uint64_t key = m->tracked[0].key;

	sample_forget(&m->whole, key, rate);
	sample_forget(part_of(m, key), key, rate / MISS_RATIO_PARTS);
	page_map_remove(&m->known, key);
	heap_pop(m);
}

void miss_ratio_set_sample(struct miss_ratio *m, uint32_t sample)
{
	if (sample >= m->sample)
		return;
	m->sample = sample ? sample : 1;
	while (m->nr_tracked && m->tracked[0].hash >= m->sample)
		forget(m);
}

bool miss_ratio_access(struct miss_ratio *m, uint64_t key, bool filled)
{
	const uint32_t hash = vmlab_sample_hash(miss_ratio_page(key));
	const bool inherited = m->fills_known && !filled;

	if (hash >= m->sample)
		return false;
	m->accesses++;
	sample_access(&m->whole, key, filled, inherited);
	sample_access(part_of(m, key), key, filled, inherited);
	if (page_map_find(&m->known, key))
		return false;
	m->whole.pages++;
	part_of(m, key)->pages++;
	page_map_set(&m->known, key, 0);
	heap_push(m, (struct tracked_page){ key, hash });
	if (!m->max_pages || m->nr_tracked <= m->max_pages || !m->tracked[0].hash)
		return false;
	miss_ratio_set_sample(m, m->tracked[0].hash);
	return true;
}

void miss_ratio_drop(struct miss_ratio *m, uint64_t key)
{
	if (!page_map_find(&m->known, key))
		return;
	stack_distance_drop(&m->whole.stack, key);
	stack_distance_drop(&part_of(m, key)->stack, key);
}

void miss_ratio_free(struct miss_ratio *m)
{
	sample_free(&m->whole);
	for (size_t i = 0; i < MISS_RATIO_PARTS; i++)
		sample_free(&m->part[i]);
	free(m->tracked);
	page_map_free(&m->known);
	*m = (struct miss_ratio){ 0 };
}
