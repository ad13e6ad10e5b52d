// SPDX-License-Identifier: GPL-2.0
/* Paging policies by name. */
#include <stdlib.h>
#include <string.h>

#include "paging/paging.h"
#include "paging/policy_names.h"

int policy_find(const struct cli *cli, const struct vmlab *lab,
		const char *name, uint32_t *policy, uint32_t *policy_id)
{
	struct vmlab_policy_info *infos;
	size_t nr;
	int err;

	*policy_id = 0;
	if (!paging_policy_parse(name, policy))
		return EXIT_OK;

	*policy = VMLAB_POLICY_BPF;
	if (vmlab_has_feature(lab, VMLAB_FEAT_STRUCT_OPS)) {
		err = vmlab_policies_get(lab, &infos, &nr);
		if (err)
			return cli_fail(err, VMLAB_ABOUT_SPACE, 0);
		for (size_t i = 0; i < nr; i++)
			if (!strcmp(infos[i].name, name))
				*policy_id = infos[i].id;
		free(infos);
	}
	if (*policy_id)
		return EXIT_OK;
	return cli_usage(cli, "'%s' is not a value that names a policy: 'vmlab "
			 "policy list' shows them, 'vmlab policy load' loads "
			 "more", name);
}
