// SPDX-License-Identifier: GPL-2.0
/* Paging of a space: budget, backing, ranges, dirty pages, injection, events. */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "internal.h"

int vmlab_space_paging_get(const struct vmlab_space *space,
			   struct vmlab_paging *paging)
{
	memset(paging, 0, sizeof(*paging));
	paging->size = sizeof(*paging);
	return vmlab_request(vmlab_space_fd(space), VMLAB_IOC_PAGING_GET,
			     paging);
}

int vmlab_space_paging_set(const struct vmlab_space *space,
			   const struct vmlab_paging *paging)
{
	struct vmlab_paging req = *paging;

	req.size = sizeof(req);
	return vmlab_request(vmlab_space_fd(space), VMLAB_IOC_PAGING_SET, &req);
}

int vmlab_space_paging_stats_get(const struct vmlab_space *space,
				 struct vmlab_paging_stats *stats)
{
	memset(stats, 0, sizeof(*stats));
	stats->size = sizeof(*stats);
	return vmlab_request(vmlab_space_fd(space), VMLAB_IOC_PAGING_STATS,
			     stats);
}

int vmlab_space_backing_set(const struct vmlab_space *space, uint32_t backing,
			    int fd, uint64_t offset)
{
	struct vmlab_backing_config req = {
		.size = sizeof(req),
		.backing = backing,
		.fd = backing == VMLAB_BACKING_FILE ? fd : 0,
		.offset = offset,
	};

	return vmlab_request(vmlab_space_fd(space), VMLAB_IOC_BACKING, &req);
}

int vmlab_space_range(const struct vmlab_space *space, uint32_t op,
		      uint64_t start, uint64_t end, struct vmlab_range *result)
{
	struct vmlab_range req = {
		.size = sizeof(req),
		.op = op,
		.start = start,
		.end = end,
	};
	uint64_t done = 0, busy = 0;
	int err;

	/* After EINTR, req.start is where to continue; done and busy count anew. */
	do {
		err = ioctl(vmlab_space_fd(space), VMLAB_IOC_RANGE, &req) ?
			      -errno :
			      0;
		done += req.done;
		busy += req.busy;
	} while (err == -EINTR);
	if (result) {
		*result = req;
		result->done = done;
		result->busy = busy;
	}
	return err;
}

int vmlab_space_dirty(const struct vmlab_space *space, uint32_t flags,
		      uint64_t start, uint64_t end, uint64_t *bitmap,
		      uint64_t *nr)
{
	struct vmlab_dirty req = {
		.size = sizeof(req),
		.flags = flags,
		.start = start,
		.end = end,
		.bitmap = (uintptr_t)bitmap,
	};
	int err = vmlab_request(vmlab_space_fd(space), VMLAB_IOC_DIRTY, &req);

	if (!err && nr)
		*nr = req.nr_dirty;
	return err;
}

int vmlab_space_inject_set(const struct vmlab_space *space,
			   const struct vmlab_inject_rule *rules, uint32_t nr)
{
	struct vmlab_inject req = {
		.size = sizeof(req),
		.rules = (uintptr_t)rules,
		.nr = nr,
	};

	return vmlab_request(vmlab_space_fd(space), VMLAB_IOC_INJECT_SET, &req);
}

int vmlab_space_inject_get(const struct vmlab_space *space,
			   struct vmlab_inject_rule *rules, uint32_t *nr)
{
	struct vmlab_inject req = {
		.size = sizeof(req),
		.rules = (uintptr_t)rules,
		.nr = *nr,
	};
	int err = vmlab_request(vmlab_space_fd(space), VMLAB_IOC_INJECT_GET,
				&req);

	if (!err)
		*nr = req.nr;
	return err;
}

int vmlab_space_events_set(const struct vmlab_space *space, uint32_t mask,
			   uint32_t nr)
{
	struct vmlab_events req = {
		.size = sizeof(req),
		.mask = mask,
		.nr = nr,
	};

	return vmlab_request(vmlab_space_fd(space), VMLAB_IOC_EVENTS, &req);
}

ssize_t vmlab_space_events_read(const struct vmlab_space *space,
				struct vmlab_event *events, size_t nr)
{
	ssize_t n;

	do {
		n = read(vmlab_space_fd(space), events, nr * sizeof(*events));
	} while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : n / (ssize_t)sizeof(*events);
}
