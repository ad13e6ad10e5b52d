// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "lib/dev.h"
#include "lib/differences.h"
#include "lib/tap.h"
#include "inspect/tree/tree.h"

void join(struct dump *d)
{
	uint32_t path[VMLAB_TREE_LEVELS + 1] = {}, id = 0;
	size_t kept = 0;

	for (size_t n = 0; n < d->nr; n++) {
		struct vmlab_tree_item i = d->item[n];

		if (i.flags & VMLAB_TREE_AGAIN) {
			if (i.level > VMLAB_TREE_LEVELS || !path[i.level])
				differs("item %zu: repeated, but not reported before", n);
			continue;
		}
		if (i.level)
			i.parent = path[i.level - 1];
		if (is_node(&i)) {
			i.id = ++id;
			path[i.level] = id;
		}
		d->item[kept++] = i;
	}
	d->nr = kept;
	d->changed = false;
}

int dump_tree(pid_t pid, uint32_t batch, struct dump *d)
{
	struct vmlab_tree req = {
		.size = sizeof(req),
		.target = { .kind = VMLAB_TARGET_PID, .id = pid },
	};
	size_t room = 0;

	memset(d, 0, sizeof(*d));
	do {
		if (room - d->nr < batch) {
			room = 2 * room + batch;
			d->item = realloc(d->item, room * sizeof(*d->item));
			if (!d->item)
				bail("out of memory");
		}
		req.flags = 0;
		req.items = (uintptr_t)(d->item + d->nr);
		req.nr = batch;
		if (ioctl(vmlab_fd, VMLAB_IOC_TREE, &req)) {
			int err = errno;

			free(d->item);
			d->item = NULL;
			errno = err;
			return -1;
		}
		if (req.nr > batch)
			bail("TREE filled %u of %u items", req.nr, batch);
		d->nr += req.nr;
		d->calls++;
		d->flags |= req.flags;
		d->depth = req.depth;
		d->map_count = req.map_count;
	} while (req.nr);
	d->changed = d->flags & VMLAB_TREE_CHANGED;
	return 0;
}
