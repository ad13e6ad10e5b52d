// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "model/diff.h"
#include "sys/xalloc.h"

/*
 * struct diff - a comparison in progress
 * @mask: the bits of vm_flags that are compared
 * @parent: a forest of groups: the old VMA i is node i, the new VMA j is node
 *	a->nr + j
 * @joined: the VMA belongs to one of the other snapshot
 * @room: events that @events has memory for
 */
struct diff {
	const struct snapshot *a, *b;
	uint64_t mask;
	size_t *parent;
	bool *joined;
	struct vma_events *events;
	size_t room;
};

const char *vma_event_name(enum vma_event_kind kind)
{
	static const char *const names[] = {
		[EVENT_APPEARED] = "appeared", [EVENT_GONE] = "gone",
		[EVENT_GREW] = "grew",	       [EVENT_SHRANK] = "shrank",
		[EVENT_SPLIT] = "split",       [EVENT_MERGED] = "merged",
		[EVENT_MOVED] = "moved",       [EVENT_FLAGS] = "flags",
		[EVENT_RENAMED] = "renamed",   [EVENT_RSS] = "rss",
	};

	return kind < EVENT_KINDS ? names[kind] : "";
}

static struct vma_event *add(struct diff *d, enum vma_event_kind kind,
			     size_t nr_old, size_t nr_new)
{
	struct vma_events *list = d->events;
	struct vma_event *e;

	list->event = array_grow(list->event, list->nr, &d->room,
				 sizeof(*list->event));
	e = &list->event[list->nr++];
	memset(e, 0, sizeof(*e));
	e->kind = kind;
	e->nr_old = nr_old;
	e->nr_new = nr_new;
	/* NOLINTNEXTLINE(bugprone-sizeof-expression): it holds pointers */
	e->old = check_alloc(calloc(nr_old + nr_new, sizeof(*e->old)));
	e->new = e->old + nr_old;
	return e;
}

/* Add an event of at most one VMA of each snapshot. */
static void add_pair(struct diff *d, enum vma_event_kind kind, uint64_t start,
		     uint64_t end, const struct snap_vma *old,
		     const struct snap_vma *new)
{
	struct vma_event *e = add(d, kind, old ? 1 : 0, new ? 1 : 0);

	e->start = start;
	e->end = end;
	if (old)
		e->old[0] = old;
	if (new)
		e->new[0] = new;
}

static bool same_backing(const struct snap_vma *a, const struct snap_vma *b)
{
	uint32_t kinds = VMLAB_VMA_FILE | VMLAB_VMA_SPECIAL;

	if ((a->flags & kinds) != (b->flags & kinds))
		return false;
	if (a->flags & VMLAB_VMA_FILE)
		return a->ino == b->ino && a->dev_major == b->dev_major &&
		       a->dev_minor == b->dev_minor;
	return true;
}

/*
 * Tell whether two VMAs map the same object at the same address, where they
 * overlap.  Anonymous memory has an offset too: splits and merges keep it, and
 * memory that was moved to the address has another one.
 */
static bool same_object(const struct diff *d, const struct snap_vma *a,
			const struct snap_vma *b)
{
	if (!same_backing(a, b))
		return false;
	return a->pgoff * d->a->page_size - a->start ==
	       b->pgoff * d->a->page_size - b->start;
}

static bool same_flags(const struct diff *d, const struct snap_vma *a,
		       const struct snap_vma *b)
{
	return !((a->vm_flags ^ b->vm_flags) & d->mask);
}

static size_t root(struct diff *d, size_t i)
{
	while (d->parent[i] != i) {
		d->parent[i] = d->parent[d->parent[i]];
		i = d->parent[i];
	}
	return i;
}

static void join(struct diff *d, size_t old, size_t new)
{
	size_t x = root(d, old), y = root(d, d->a->nr + new);

	d->joined[old] = true;
	d->joined[d->a->nr + new] = true;
	if (x < y)
		d->parent[y] = x;
	else
		d->parent[x] = y;
}

/*
 * Join VMAs that overlap: with @equal those with equal flags, without it those
 * of which one is not joined yet.
 */
static void join_overlaps(struct diff *d, bool equal)
{
	const struct snapshot *a = d->a, *b = d->b;
	bool *had = NULL;

	if (!equal) {
		had = check_alloc(calloc(a->nr + b->nr + 1, sizeof(*had)));
		memcpy(had, d->joined, (a->nr + b->nr) * sizeof(*had));
	}
	for (size_t i = 0, first = 0; i < a->nr; i++) {
		const struct snap_vma *old = &a->vma[i];

		while (first < b->nr && b->vma[first].end <= old->start)
			first++;
		for (size_t j = first;
		     j < b->nr && b->vma[j].start < old->end; j++) {
			const struct snap_vma *new = &b->vma[j];

			if (!same_object(d, old, new))
				continue;
			if (equal ? same_flags(d, old, new) :
				    !had[i] || !had[a->nr + j])
				join(d, i, j);
		}
	}
	free(had);
}

static void compare_extent(struct diff *d, const struct snap_vma *old,
			   const struct snap_vma *new)
{
	if (new->start < old->start)
		add_pair(d, EVENT_GREW, new->start, old->start, old, new);
	else if (new->start > old->start)
		add_pair(d, EVENT_SHRANK, old->start, new->start, old, new);
	if (new->end > old->end)
		add_pair(d, EVENT_GREW, old->end, new->end, old, new);
	else if (new->end < old->end)
		add_pair(d, EVENT_SHRANK, new->end, old->end, old, new);
}

static void compare_rest(struct diff *d, const struct snap_vma *old,
			 const struct snap_vma *new)
{
	if (strcmp(old->name, new->name))
		add_pair(d, EVENT_RENAMED, new->start, new->end, old, new);
	if (d->a->has_rss && d->b->has_rss &&
	    (old->rss != new->rss || old->swap != new->swap))
		add_pair(d, EVENT_RSS, new->start, new->end, old, new);
}

static uint64_t lowest(const struct snap_vma *a, const struct snap_vma *b)
{
	return a->start < b->start ? a->start : b->start;
}

static uint64_t highest(const struct snap_vma *a, const struct snap_vma *b)
{
	return a->end > b->end ? a->end : b->end;
}

/* Add the events of a group; @old and @new are the indices of its members. */
static void compare_group(struct diff *d, const size_t *old, size_t nr_old,
			  const size_t *new, size_t nr_new)
{
	const struct snap_vma *a = d->a->vma, *b = d->b->vma;
	struct vma_event *e;

	if (nr_old == nr_new) {
		for (size_t i = 0; i < nr_old; i++) {
			compare_extent(d, &a[old[i]], &b[new[i]]);
			compare_rest(d, &a[old[i]], &b[new[i]]);
		}
		return;
	}
	e = add(d, nr_new > nr_old ? EVENT_SPLIT : EVENT_MERGED, nr_old,
		nr_new);
	for (size_t i = 0; i < nr_old; i++)
		e->old[i] = &a[old[i]];
	for (size_t i = 0; i < nr_new; i++)
		e->new[i] = &b[new[i]];
	e->start = lowest(e->old[0], e->new[0]);
	e->end = highest(e->old[nr_old - 1], e->new[nr_new - 1]);
}

/*
 * Add events where both snapshots map the same with different flags.  Adjacent
 * ranges with the same change are one event.
 */
static void compare_flags(struct diff *d)
{
	const struct snapshot *a = d->a, *b = d->b;
	struct vma_event *last = NULL;
	size_t i = 0, j = 0;

	while (i < a->nr && j < b->nr) {
		const struct snap_vma *old = &a->vma[i], *new = &b->vma[j];
		uint64_t start = old->start > new->start ? old->start :
							   new->start;
		uint64_t end = old->end < new->end ? old->end : new->end;

		if (start < end && same_object(d, old, new) &&
		    !same_flags(d, old, new)) {
			if (last && last->end == start &&
			    same_flags(d, last->old[0], old) &&
			    same_flags(d, last->new[0], new)) {
				last->end = end;
			} else {
				add_pair(d, EVENT_FLAGS, start, end, old, new);
				last = &d->events->event[d->events->nr - 1];
			}
		}
		if (old->end <= new->end)
			i++;
		if (new->end <= old->end)
			j++;
	}
}

/* Tell whether @new is @old at another address, as far as can be known. */
static bool moved(const struct diff *d, const struct snap_vma *old,
		  const struct snap_vma *new)
{
	if (!same_backing(old, new) || !same_flags(d, old, new) ||
	    old->pgoff != new->pgoff || old->start == new->start)
		return false;
	if (old->flags & VMLAB_VMA_FILE)
		return old->end - old->start == new->end - new->start;
	/*
	 * Anonymous memory that was touched keeps its offset when mremap(2)
	 * moves it; a new mapping gets the offset of its address.  The
	 * kernel's own mappings have no offset.
	 */
	if (old->flags & VMLAB_VMA_SPECIAL)
		return !strcmp(old->name, new->name);
	return new->pgoff != new->start / d->a->page_size;
}

/* Add the events of VMAs that were not joined: moved, gone or appeared. */
static void compare_strangers(struct diff *d)
{
	const struct snapshot *a = d->a, *b = d->b;
	size_t *lone = check_alloc(calloc(b->nr + 1, sizeof(*lone)));
	size_t nr = 0;

	for (size_t j = 0; j < b->nr; j++)
		if (!d->joined[a->nr + j])
			lone[nr++] = j;
	for (size_t i = 0; i < a->nr; i++) {
		const struct snap_vma *old = &a->vma[i];
		size_t k;

		if (d->joined[i])
			continue;
		for (k = 0; k < nr; k++)
			if (!d->joined[a->nr + lone[k]] &&
			    moved(d, old, &b->vma[lone[k]]))
				break;
		if (k == nr) {
			add_pair(d, EVENT_GONE, old->start, old->end, old,
				 NULL);
		} else {
			const struct snap_vma *new = &b->vma[lone[k]];

			d->joined[a->nr + lone[k]] = true;
			add_pair(d, EVENT_MOVED, new->start, new->end, old,
				 new);
			compare_rest(d, old, new);
		}
	}
	for (size_t k = 0; k < nr; k++) {
		const struct snap_vma *new = &b->vma[lone[k]];

		if (!d->joined[a->nr + lone[k]])
			add_pair(d, EVENT_APPEARED, new->start, new->end, NULL,
				 new);
	}
	free(lone);
}

/*
 * Return the VMAs of one snapshot, sorted by the root of their group.
 * @base: 0 for old ones, a->nr for new ones
 * @begin: [out] by root, where its members begin; one more at the end
 */
static size_t *members_by_root(struct diff *d, size_t base, size_t nr,
			       size_t *begin)
{
	size_t total = d->a->nr + d->b->nr;
	size_t *member = check_alloc(calloc(nr + 1, sizeof(*member)));
	size_t *fill = check_alloc(calloc(total + 1, sizeof(*fill)));

	for (size_t i = 0; i < nr; i++)
		begin[root(d, base + i) + 1]++;
	for (size_t r = 0; r < total; r++) {
		begin[r + 1] += begin[r];
		fill[r] = begin[r];
	}
	for (size_t i = 0; i < nr; i++)
		member[fill[root(d, base + i)]++] = i;
	free(fill);
	return member;
}

static void compare_groups(struct diff *d)
{
	size_t total = d->a->nr + d->b->nr;
	size_t *begin_a = check_alloc(calloc(total + 1, sizeof(*begin_a)));
	size_t *begin_b = check_alloc(calloc(total + 1, sizeof(*begin_b)));
	size_t *old = members_by_root(d, 0, d->a->nr, begin_a);
	size_t *new = members_by_root(d, d->a->nr, d->b->nr, begin_b);

	for (size_t r = 0; r < total; r++) {
		size_t nr_old = begin_a[r + 1] - begin_a[r];
		size_t nr_new = begin_b[r + 1] - begin_b[r];

		if (nr_old && nr_new)
			compare_group(d, &old[begin_a[r]], nr_old,
				      &new[begin_b[r]], nr_new);
	}
	free(old);
	free(new);
	free(begin_a);
	free(begin_b);
}

static int by_address(const void *x, const void *y)
{
	const struct vma_event *a = x, *b = y;

	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	return (int)a->kind - (int)b->kind;
}

/* The kernel sets softdirty without a request of the process. */
uint64_t vma_diff_flags(const struct snapshot *snap)
{
	uint64_t mask = UINT64_MAX;

	for (unsigned int i = 0; i < 64; i++)
		if (!strcmp(snap->flag_name[i], "softdirty"))
			mask &= ~(UINT64_C(1) << i);
	return mask;
}

void vma_diff(const struct snapshot *a, const struct snapshot *b,
	      struct vma_events *events)
{
	struct diff d = { .a = a, .b = b, .events = events };
	size_t total = a->nr + b->nr;

	memset(events, 0, sizeof(*events));
	d.mask = vma_diff_flags(b);
	d.parent = check_alloc(calloc(total + 1, sizeof(*d.parent)));
	d.joined = check_alloc(calloc(total + 1, sizeof(*d.joined)));
	for (size_t i = 0; i < total; i++)
		d.parent[i] = i;

	join_overlaps(&d, true);
	join_overlaps(&d, false);
	compare_groups(&d);
	compare_flags(&d);
	compare_strangers(&d);
	free(d.parent);
	free(d.joined);

	if (events->nr)
		qsort(events->event, events->nr, sizeof(*events->event),
		      by_address);
}

void vma_events_free(struct vma_events *events)
{
	for (size_t i = 0; i < events->nr; i++)
		free(events->event[i].old);
	free(events->event);
	memset(events, 0, sizeof(*events));
}

bool vma_diff_comparable(const struct snapshot *a, const struct snapshot *b)
{
	return a->page_size == b->page_size &&
	       !memcmp(a->flag_name, b->flag_name, sizeof(a->flag_name));
}
