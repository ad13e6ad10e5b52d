// SPDX-License-Identifier: GPL-2.0
/* The regions of the machine's virtual address space. */
#include <errno.h>
#include <stdlib.h>

#include "internal.h"

#define REGIONS_START 64u
/* above the number of regions of any architecture */
#define REGIONS_MAX   4096u

int vmlab_layout_get(const struct vmlab *lab, struct vmlab_region **regions,
		     size_t *nr)
{
	struct vmlab_region *list;
	uint32_t room = REGIONS_START;

	for (;;) {
		struct vmlab_layout req = { .size = sizeof(req), .nr = room };
		int err;

		list = calloc(room, sizeof(*list));
		if (!list)
			return -ENOMEM;
		req.regions = (uintptr_t)list;
		err = vmlab_request(lab->fd, VMLAB_IOC_LAYOUT, &req);
		if (!err && req.nr > REGIONS_MAX)
			err = -EPROTO;
		if (err) {
			free(list);
			return err;
		}
		if (req.nr <= room) {
			*nr = req.nr;
			break;
		}
		free(list);
		room = req.nr;
	}
	for (size_t i = 0; i < *nr; i++)
		list[i].name[sizeof(list[i].name) - 1] = '\0';
	*regions = list;
	return 0;
}
