// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "model/sharing.h"
#include "sys/xalloc.h"

static bool in_group(const struct share_group *g, const struct snap_vma *v,
		     const char *perms)
{
	bool file = v->flags & VMLAB_VMA_FILE;

	if (g->file != file || strcmp(g->perms, perms) ||
	    strcmp(g->name, v->name))
		return false;
	return !file || (g->ino == v->ino && g->dev_major == v->dev_major &&
			 g->dev_minor == v->dev_minor);
}

uint32_t share_group_of(struct share_groups *groups,
			const struct snapshot *snap,
			const struct snap_vma *vma)
{
	char perms[SNAP_PERMS_LEN];
	struct share_group *g;

	snapshot_perms(snap, vma, perms);
	for (size_t i = 0; i < groups->nr; i++)
		if (in_group(&groups->group[i], vma, perms))
			return (uint32_t)i;

	groups->group = array_grow(groups->group, groups->nr, &groups->room,
				   sizeof(*groups->group));
	g = &groups->group[groups->nr];
	memset(g, 0, sizeof(*g));
	g->name = check_alloc(strdup(vma->name));
	memcpy(g->perms, perms, sizeof(g->perms));
	g->file = vma->flags & VMLAB_VMA_FILE;
	g->ino = vma->ino;
	g->dev_major = vma->dev_major;
	g->dev_minor = vma->dev_minor;
	return (uint32_t)groups->nr++;
}

void share_groups_free(struct share_groups *groups)
{
	for (size_t i = 0; i < groups->nr; i++)
		free(groups->group[i].name);
	free(groups->group);
	memset(groups, 0, sizeof(*groups));
}

void share_add_page(struct share_pages *pages, const struct share_page *page)
{
	pages->page = array_grow(pages->page, pages->nr, &pages->room,
				 sizeof(*pages->page));
	pages->page[pages->nr++] = *page;
}

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

/* Count the mappings of one frame; @in has room for a number per process. */
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
		/* mapcount was read at another moment, and may be below nr */
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

/* Tell whether a group stands below another in a list. */
static bool is_below(const struct share_object *a, const struct share_object *b)
{
	if (a->shared != b->shared)
		return a->shared < b->shared;
	return !a->shared && a->frames < b->frames;
}

size_t *share_sorted_objects(const struct share_report *r, bool unshared,
			     size_t *nr)
{
	size_t *list = check_alloc(calloc(r->nr_objects + 1, sizeof(*list)));

	*nr = 0;
	for (size_t i = 0; i < r->nr_objects; i++) {
		const struct share_object *o = &r->object[i];
		size_t at = *nr;

		if (!(unshared ? o->frames : o->shared))
			continue;
		for (; at && is_below(&r->object[list[at - 1]], o); at--)
			list[at] = list[at - 1];
		list[at] = i;
		++*nr;
	}
	return list;
}

uint64_t *share_frames(const struct share_pages *pages, uint32_t object,
		       size_t *nr)
{
	uint64_t *frames = NULL;
	size_t room = 0;

	*nr = 0;
	for (size_t i = 0, n; i < pages->nr; i += n) {
		const struct share_page *p = &pages->page[i];
		bool shared = false;

		for (n = 1; i + n < pages->nr && p[n].pfn == p->pfn; n++)
			shared |= p[n].proc != p->proc;
		if (!shared || p->object != object)
			continue;
		frames = array_grow(frames, *nr, &room, sizeof(*frames));
		frames[(*nr)++] = p->pfn;
	}
	return frames;
}

void share_free(struct share_report *r)
{
	free(r->proc);
	free(r->object);
	free(r->pair);
	memset(r, 0, sizeof(*r));
}
