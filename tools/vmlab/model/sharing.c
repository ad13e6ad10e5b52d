// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "model/xalloc.h"
#include "model/sharing.h"

static int compare(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

static int by_frame(const void *x, const void *y)
{
	const struct share_page *a = x, *b = y;
	int c = compare(a->pfn, b->pfn);

	if (!c)
		c = compare(a->object, b->object);
	return c ? c : compare(a->proc, b->proc);
}

static int by_offset(const void *x, const void *y)
{
	const struct share_page *a = x, *b = y;
	int c = compare(a->object, b->object);

	if (!c)
		c = compare(a->offset, b->offset);
	return c ? c : compare(a->pfn, b->pfn);
}

static int by_object_frame(const void *x, const void *y)
{
	const struct share_page *a = x, *b = y;
	int c = compare(a->object, b->object);

	return c ? c : compare(a->pfn, b->pfn);
}

static int by_object_proc(const void *x, const void *y)
{
	const struct share_page *a = x, *b = y;
	int c = compare(a->object, b->object);

	return c ? c : compare(a->proc, b->proc);
}

/* all mappings of one frame; @in is scratch, by process */
static void count_frame(struct share_report *r, const struct share_page *p,
			size_t nr, uint64_t *in)
{
	struct share_object *o = &r->object[p->object];
	size_t procs = 0;

	memset(in, 0, r->nr_procs * sizeof(*in));
	for (size_t i = 0; i < nr; i++)
		procs += !in[p[i].proc]++;

	r->frames++;
	o->frames++;
	if (procs > 1) {
		r->shared++;
		r->mappings += nr;
		o->shared++;
		o->mappings += nr;
	}
	for (size_t a = 0; a < r->nr_procs; a++) {
		struct share_proc *proc = &r->proc[a];

		if (!in[a])
			continue;
		proc->frames++;
		if (procs > 1)
			proc->shared++;
		else
			proc->private++;
		if (procs == 1 && p->mapcount > nr)
			proc->elsewhere++;
		/* a count that moved on must not divide by zero */
		proc->pss += in[a] * 4096 /
			     (p->mapcount > nr ? p->mapcount : nr);
		for (size_t b = a + 1; b < r->nr_procs; b++)
			if (in[b])
				r->pair[a * r->nr_procs + b]++;
	}
}

static void count_files(struct share_page *pages, size_t nr,
			struct share_report *r)
{
	qsort(pages, nr, sizeof(*pages), by_offset);
	for (size_t i = 0; i < nr; i++) {
		const struct share_page *p = &pages[i];

		if (p->offset == UINT64_MAX)
			continue;
		if (!i || p[-1].object != p->object ||
		    p[-1].offset != p->offset)
			r->object[p->object].file_pages++;
	}
	qsort(pages, nr, sizeof(*pages), by_object_frame);
	for (size_t i = 0; i < nr;) {
		const struct share_page *p = &pages[i];
		bool file = false;

		while (i < nr && pages[i].object == p->object &&
		       pages[i].pfn == p->pfn)
			file |= pages[i++].offset != UINT64_MAX;
		r->object[p->object].file_frames += file;
	}
	qsort(pages, nr, sizeof(*pages), by_object_proc);
	for (size_t i = 0; i < nr; i++) {
		const struct share_page *p = &pages[i];

		if (!i || p[-1].object != p->object || p[-1].proc != p->proc)
			r->object[p->object].procs++;
	}
}

void share_count(struct share_page *pages, size_t nr, size_t nr_procs,
		 size_t nr_objects, struct share_report *r)
{
	uint64_t *in = check_alloc(calloc(nr_procs + 1, sizeof(*in)));

	memset(r, 0, sizeof(*r));
	r->nr_procs = nr_procs;
	r->nr_objects = nr_objects;
	r->proc = check_alloc(calloc(nr_procs + 1, sizeof(*r->proc)));
	r->object = check_alloc(calloc(nr_objects + 1, sizeof(*r->object)));
	r->pair = check_alloc(calloc(nr_procs * nr_procs + 1, sizeof(*r->pair)));

	if (nr) {
		count_files(pages, nr, r);
		qsort(pages, nr, sizeof(*pages), by_frame);
	}
	for (size_t i = 0, n; i < nr; i += n) {
		for (n = 1; i + n < nr && pages[i + n].pfn == pages[i].pfn; n++)
			;
		count_frame(r, &pages[i], n, in);
	}
	free(in);
}

void share_free(struct share_report *r)
{
	free(r->proc);
	free(r->object);
	free(r->pair);
	memset(r, 0, sizeof(*r));
}
