// SPDX-License-Identifier: GPL-2.0
/*
 * Page replacement as textbooks define it.  The resident pages stand in a queue,
 * and each policy is a rule which of them to evict and when a page moves to the
 * end.  Slow and obvious on purpose.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "labs/replacement.h"

/* one resident page */
struct place {
	uint64_t page;
	uint64_t uses; /* references since it was filled */
	bool referenced; /* the bit of the clock */
};

struct queue {
	struct place places[LAB_FRAMES_MAX];
	size_t nr;
};

static struct place take(struct queue *q, size_t at)
{
	struct place p = q->places[at];

	q->nr--;
	memmove(q->places + at, q->places + at + 1,
		(q->nr - at) * sizeof(*q->places));
	return p;
}

static void append(struct queue *q, struct place p)
{
	q->places[q->nr++] = p;
}

/* Return how many references later @page is used; @nr or more for never. */
static size_t distance(const uint64_t *next, size_t nr, uint64_t page)
{
	size_t d = 0;

	while (d < nr && next[d] != page)
		d++;
	return d;
}

/* Return the place of the victim; @next are the references to come. */
static size_t victim(struct queue *q, uint32_t policy, const uint64_t *next,
		     size_t nr)
{
	size_t best = 0;

	switch (policy) {
	case VMLAB_POLICY_FIFO:
	case VMLAB_POLICY_LRU:
		return 0;
	case VMLAB_POLICY_CLOCK:
		while (q->places[0].referenced) {
			struct place spared = take(q, 0);

			spared.referenced = false;
			append(q, spared);
		}
		return 0;
	case VMLAB_POLICY_LFU:
		for (size_t i = 1; i < q->nr; i++)
			if (q->places[i].uses < q->places[best].uses)
				best = i;
		return best;
	case VMLAB_POLICY_OPT:
		for (size_t i = 1; i < q->nr; i++)
			if (distance(next, nr, q->places[i].page) >
			    distance(next, nr, q->places[best].page))
				best = i;
		return best;
	default:
		abort();
	}
}

static size_t find(const struct queue *q, uint64_t page)
{
	size_t at = 0;

	while (at < q->nr && q->places[at].page != page)
		at++;
	return at;
}

uint64_t lab_simulate(uint32_t policy, size_t frames, const uint64_t *string,
		      size_t nr)
{
	struct queue q = { .nr = 0 };
	uint64_t faults = 0;

	if (!frames || frames > LAB_FRAMES_MAX)
		abort();
	for (size_t i = 0; i < nr; i++) {
		size_t at = find(&q, string[i]);

		if (at == q.nr) {
			faults++;
			if (q.nr == frames)
				take(&q, victim(&q, policy, string + i + 1,
						nr - i - 1));
			at = q.nr;
			append(&q, (struct place){ .page = string[i] });
		}
		q.places[at].uses++;
		q.places[at].referenced = true;
		/* The front is then the page that was not used the longest. */
		if (policy == VMLAB_POLICY_LRU)
			append(&q, take(&q, at));
	}
	return faults;
}

void lab_list_append(char text[LAB_LIST], uint64_t number)
{
	size_t len = strlen(text);

	snprintf(text + len, LAB_LIST - len, "%s%llu", len ? " " : "",
		 (unsigned long long)number);
}

void lab_simulate_list(uint32_t policy, const size_t *frames, size_t nr_frames,
		       const uint64_t *string, size_t nr, char text[LAB_LIST])
{
	text[0] = '\0';
	for (size_t i = 0; i < nr_frames; i++)
		lab_list_append(text,
				lab_simulate(policy, frames[i], string, nr));
}

size_t lab_string_loop(uint64_t *string, uint64_t first, uint64_t pages,
		       uint64_t rounds)
{
	size_t nr = 0;

	for (uint64_t r = 0; r < rounds; r++)
		for (uint64_t i = 0; i < pages; i++)
			string[nr++] = first + i;
	return nr;
}

size_t lab_working_set(const uint64_t *string, size_t end, size_t window)
{
	size_t first = end > window ? end - window : 0, nr = 0;

	for (size_t i = first; i < end; i++) {
		size_t before = first;

		while (string[before] != string[i])
			before++;
		nr += before == i;
	}
	return nr;
}

uint64_t lab_string_pages(const uint64_t *string, size_t nr)
{
	uint64_t highest = 0;

	for (size_t i = 0; i < nr; i++)
		if (string[i] > highest)
			highest = string[i];
	return highest + 1;
}
