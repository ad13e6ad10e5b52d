// SPDX-License-Identifier: GPL-2.0
/* A space: one open file of the device, its configuration and its mappings. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "internal.h"

struct vmlab_space {
	int fd;
};

int vmlab_space_open(uint64_t bytes, struct vmlab_space **out)
{
	struct vmlab_space_config config = { .bytes = bytes };
	struct vmlab_space *space;
	int err;

	space = calloc(1, sizeof(*space));
	if (!space)
		return -ENOMEM;
	space->fd = vmlab_device_open();
	if (space->fd < 0) {
		err = space->fd;
		free(space);
		return err;
	}
	if (bytes) {
		err = vmlab_space_set(space, &config);
		if (err) {
			vmlab_space_close(space);
			return err;
		}
	}
	*out = space;
	return 0;
}

int vmlab_space_clone(const struct vmlab_space *space,
		      struct vmlab_space **out)
{
	struct vmlab_clone req = { .size = sizeof(req) };
	struct vmlab_space *clone;
	int err;

	clone = calloc(1, sizeof(*clone));
	if (!clone)
		return -ENOMEM;
	err = vmlab_request(space->fd, VMLAB_IOC_CLONE, &req);
	if (err) {
		free(clone);
		return err;
	}
	clone->fd = req.fd;
	*out = clone;
	return 0;
}

int vmlab_space_from_fd(int fd, struct vmlab_space **out)
{
	struct vmlab_space_config config;
	struct vmlab_space *space;
	int err;

	space = calloc(1, sizeof(*space));
	if (!space)
		return -ENOMEM;
	space->fd = fd;
	err = vmlab_space_get(space, &config);
	if (err) {
		free(space);
		return err;
	}
	*out = space;
	return 0;
}

void vmlab_space_close(struct vmlab_space *space)
{
	if (!space)
		return;
	close(space->fd);
	free(space);
}

int vmlab_space_fd(const struct vmlab_space *space)
{
	return space->fd;
}

int vmlab_space_get(const struct vmlab_space *space,
		    struct vmlab_space_config *config)
{
	memset(config, 0, sizeof(*config));
	config->size = sizeof(*config);
	return vmlab_request(space->fd, VMLAB_IOC_SPACE_GET, config);
}

int vmlab_space_set(const struct vmlab_space *space,
		    const struct vmlab_space_config *config)
{
	struct vmlab_space_config req = {
		.size = sizeof(req),
		.flags = config->flags,
		.bytes = config->bytes,
		.backing = config->backing,
	};

	return vmlab_request(space->fd, VMLAB_IOC_SPACE_SET, &req);
}

int vmlab_space_stats_get(const struct vmlab_space *space,
			  struct vmlab_space_stats *stats)
{
	memset(stats, 0, sizeof(*stats));
	stats->size = sizeof(*stats);
	return vmlab_request(space->fd, VMLAB_IOC_SPACE_STATS, stats);
}

int vmlab_space_map(const struct vmlab_space *space, uint64_t offset,
		    size_t length, int prot, int flags, void **addr)
{
	void *p;

	if (offset > INT64_MAX)
		return -EINVAL;
	p = mmap(NULL, length, prot, flags, space->fd, (off_t)offset);
	if (p == MAP_FAILED)
		return -errno;
	*addr = p;
	return 0;
}
