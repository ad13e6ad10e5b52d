// SPDX-License-Identifier: GPL-2.0
/* Free ranges: iteration, totals, and the address that mmap(2) would choose. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

#define GAPS_PER_REQUEST 256

struct vmlab_gaps_iter {
	const struct vmlab_proc *proc;
	uint64_t cursor;
	uint64_t end;
	uint32_t next, nr;
	bool done;
	uint32_t flags;
	uint32_t map_count;
	struct vmlab_gap gaps[GAPS_PER_REQUEST];
};

int vmlab_gaps_open(const struct vmlab_proc *proc, uint64_t start, uint64_t end,
		    struct vmlab_gaps_iter **out)
{
	struct vmlab_gaps_iter *it;

	if (end && end <= start)
		return -EINVAL;
	it = calloc(1, sizeof(*it));
	if (!it)
		return -ENOMEM;
	it->proc = proc;
	it->cursor = start;
	it->end = end;
	*out = it;
	return 0;
}

static int refill(struct vmlab_gaps_iter *it)
{
	struct vmlab_gaps req = {
		.size = sizeof(req),
		.target = it->proc->target,
		.cursor = it->cursor,
		.end = it->end,
		.gaps = (uintptr_t)it->gaps,
		.nr = GAPS_PER_REQUEST,
	};
	int err;

	err = vmlab_request(it->proc->lab->fd, VMLAB_IOC_GAPS, &req);
	if (err)
		return err;
	/* a cursor that does not advance would repeat the same records for ever */
	if (req.nr > GAPS_PER_REQUEST || (req.nr && req.cursor <= it->cursor))
		return -EPROTO;

	it->cursor = req.cursor;
	it->next = 0;
	it->nr = req.nr;
	it->done = !req.nr;
	it->flags |= req.flags;
	it->map_count = req.map_count;
	return 0;
}

int vmlab_gaps_next(struct vmlab_gaps_iter *it, const struct vmlab_gap **gap)
{
	if (it->next == it->nr && !it->done) {
		int err = refill(it);

		if (err)
			return err;
	}
	if (it->done)
		return 0;
	*gap = &it->gaps[it->next++];
	return (*gap)->start < (*gap)->end ? 1 : -EPROTO;
}

uint64_t vmlab_gaps_map_count(const struct vmlab_gaps_iter *it)
{
	return it->map_count;
}

uint32_t vmlab_gaps_flags(const struct vmlab_gaps_iter *it)
{
	return it->flags;
}

void vmlab_gaps_close(struct vmlab_gaps_iter *it)
{
	free(it);
}

int vmlab_gap_stats_get(const struct vmlab_proc *proc, uint64_t start,
			uint64_t end, struct vmlab_gap_stats *stats)
{
	memset(stats, 0, sizeof(*stats));
	stats->size = sizeof(*stats);
	stats->target = proc->target;
	stats->start = start;
	stats->end = end;
	return vmlab_request(proc->lab->fd, VMLAB_IOC_GAP_STATS, stats);
}

int vmlab_free_area_get(const struct vmlab_proc *proc,
			struct vmlab_free_area *area)
{
	struct vmlab_free_area req = {
		.size = sizeof(req),
		.flags = area->flags,
		.target = proc->target,
		.length = area->length,
		.alignment = area->alignment,
		.min_addr = area->min_addr,
	};
	int err;

	err = vmlab_request(proc->lab->fd, VMLAB_IOC_FREE_AREA, &req);
	if (!err)
		*area = req;
	return err;
}
