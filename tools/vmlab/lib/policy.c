// SPDX-License-Identifier: GPL-2.0
/* Paging policies: the loaded ones, and the policy of a space. */
#include <errno.h>
#include <stdlib.h>

#include "internal.h"

int vmlab_policies_get(const struct vmlab *lab,
		       struct vmlab_policy_info **infos, size_t *nr)
{
	struct vmlab_policies req = { .size = sizeof(req), .nr = 16 };
	struct vmlab_policy_info *p = NULL;
	uint32_t room;
	int err;

	do {
		struct vmlab_policy_info *larger;

		room = req.nr;
		larger = realloc(p, room * sizeof(*p));
		if (!larger) {
			free(p);
			return -ENOMEM;
		}
		p = larger;
		req.policies = (uintptr_t)p;
		err = vmlab_request(lab->fd, VMLAB_IOC_POLICIES, &req);
		if (err) {
			free(p);
			return err;
		}
	} while (req.nr > room);
	*infos = p;
	*nr = req.nr;
	return 0;
}

int vmlab_policy_set(const struct vmlab *lab, uint64_t space_id,
		     uint32_t policy, uint32_t policy_id)
{
	struct vmlab_policy_set req = {
		.size = sizeof(req),
		.space_id = space_id,
		.policy = policy,
		.policy_id = policy_id,
	};

	return vmlab_request(lab->fd, VMLAB_IOC_POLICY_SET, &req);
}
