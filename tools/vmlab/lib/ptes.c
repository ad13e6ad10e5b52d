// SPDX-License-Identifier: GPL-2.0
/* Iteration over page table entries, and over pages: one request, two records. */
#include <errno.h>
#include <stdlib.h>

#include "internal.h"

#define RECORDS_PER_REQUEST 512

/** struct pt_walk - the position of an iteration, the same for both records */
struct pt_walk {
	const struct vmlab_proc *proc;
	struct vmlab_pt_query query;
	uint64_t cursor;
	uint32_t next, nr;
	bool end;
	uint32_t result;
	uint64_t tables_read;
};

static void walk_start(struct pt_walk *walk, const struct vmlab_proc *proc,
		       const struct vmlab_pt_query *query)
{
	walk->proc = proc;
	if (query)
		walk->query = *query;
}

static int walk_refill(struct pt_walk *walk, unsigned long request,
		       void *records)
{
	const struct vmlab_pt_query *query = &walk->query;
	struct vmlab_ptes req = {
		.size = sizeof(req),
		.flags = query->flags,
		.target = walk->proc->target,
		.start = query->start,
		.end = query->end,
		.cursor = walk->cursor,
		.category_inverted = query->category_inverted,
		.category_mask = query->category_mask,
		.category_anyof_mask = query->category_anyof_mask,
		.return_mask = query->return_mask,
		.records = (uintptr_t)records,
		.nr = RECORDS_PER_REQUEST,
	};
	int err;

	err = vmlab_request(walk->proc->lab->fd, request, &req);
	if (err)
		return err;
	/* a cursor that does not advance would repeat the same records for ever */
	if (req.nr > RECORDS_PER_REQUEST ||
	    (req.nr && req.cursor == walk->cursor))
		return -EPROTO;

	walk->cursor = req.cursor;
	walk->next = 0;
	walk->nr = req.nr;
	walk->end = !req.nr;
	walk->result |= req.result;
	walk->tables_read += req.tables_read;
	return 0;
}

/* Set @i to the index of the next record: 1, 0 at the end, or a negative errno. */
static int walk_next(struct pt_walk *walk, unsigned long request, void *records,
		     uint32_t *i)
{
	if (walk->next == walk->nr && !walk->end) {
		int err = walk_refill(walk, request, records);

		if (err)
			return err;
	}
	if (walk->end)
		return 0;
	*i = walk->next++;
	return 1;
}

struct vmlab_ptes_iter {
	struct pt_walk walk;
	struct vmlab_pte records[RECORDS_PER_REQUEST];
};

int vmlab_ptes_open(const struct vmlab_proc *proc,
		    const struct vmlab_pt_query *query,
		    struct vmlab_ptes_iter **out)
{
	struct vmlab_ptes_iter *it = calloc(1, sizeof(*it));

	if (!it)
		return -ENOMEM;
	walk_start(&it->walk, proc, query);
	*out = it;
	return 0;
}

int vmlab_ptes_next(struct vmlab_ptes_iter *it, const struct vmlab_pte **pte)
{
	uint32_t i = 0;
	int ret = walk_next(&it->walk, VMLAB_IOC_PTES, it->records, &i);

	*pte = &it->records[i];
	return ret;
}

uint32_t vmlab_ptes_result(const struct vmlab_ptes_iter *it)
{
	return it->walk.result;
}

uint64_t vmlab_ptes_tables_read(const struct vmlab_ptes_iter *it)
{
	return it->walk.tables_read;
}

void vmlab_ptes_close(struct vmlab_ptes_iter *it)
{
	free(it);
}

struct vmlab_pages_iter {
	struct pt_walk walk;
	struct vmlab_page records[RECORDS_PER_REQUEST];
};

int vmlab_pages_open(const struct vmlab_proc *proc,
		     const struct vmlab_pt_query *query,
		     struct vmlab_pages_iter **out)
{
	struct vmlab_pages_iter *it = calloc(1, sizeof(*it));

	if (!it)
		return -ENOMEM;
	walk_start(&it->walk, proc, query);
	*out = it;
	return 0;
}

int vmlab_pages_next(struct vmlab_pages_iter *it,
		     const struct vmlab_page **page)
{
	uint32_t i = 0;
	int ret = walk_next(&it->walk, VMLAB_IOC_PAGES, it->records, &i);

	*page = &it->records[i];
	return ret;
}

uint32_t vmlab_pages_result(const struct vmlab_pages_iter *it)
{
	return it->walk.result;
}

uint64_t vmlab_pages_tables_read(const struct vmlab_pages_iter *it)
{
	return it->walk.tables_read;
}

void vmlab_pages_close(struct vmlab_pages_iter *it)
{
	free(it);
}
