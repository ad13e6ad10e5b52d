// SPDX-License-Identifier: GPL-2.0
/* Memory that the module allocates to show how the kernel maps its own. */
#include <errno.h>
#include <stdlib.h>

#include "internal.h"

int vmlab_kmem_get(const struct vmlab *lab, uint32_t kind, uint64_t length,
		   struct vmlab_kmem_page **pages, size_t *nr, uint32_t *result)
{
	uint64_t page = vmlab_page_size(lab);
	struct vmlab_kmem req = {
		.size = sizeof(req),
		.kind = kind,
		.length = length,
	};
	struct vmlab_kmem_page *list;
	int err;

	if (!length || length > VMLAB_KMEM_LENGTH_MAX)
		return -EINVAL;
	req.nr = (uint32_t)((length + page - 1) / page);
	list = calloc(req.nr, sizeof(*list));
	if (!list)
		return -ENOMEM;
	req.pages = (uintptr_t)list;
	*nr = req.nr;
	err = vmlab_request(lab->fd, VMLAB_IOC_KMEM, &req);
	if (!err && req.nr != *nr)
		err = -EPROTO;
	if (err) {
		free(list);
		return err;
	}
	*pages = list;
	if (result)
		*result = req.result;
	return 0;
}
