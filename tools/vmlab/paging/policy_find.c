// SPDX-License-Identifier: GPL-2.0
/* Paging policies by name, built-in and loaded. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model/paging_words.h"
#include "paging/policy_find.h"

int policy_find(const struct vmlab *lab, const char *name, uint32_t *policy,
		uint32_t *policy_id)
{
	struct vmlab_policy_info *infos;
	size_t nr;
	int err;

	*policy_id = 0;
	if (!paging_policy_parse(name, policy))
		return 0;

	*policy = VMLAB_POLICY_BPF;
	if (!vmlab_has_feature(lab, VMLAB_FEAT_STRUCT_OPS))
		return -ENOENT;
	err = vmlab_policies_get(lab, &infos, &nr);
	if (err)
		return err;
	for (size_t i = 0; i < nr; i++)
		if (!strcmp(infos[i].name, name))
			*policy_id = infos[i].id;
	free(infos);
	return *policy_id ? 0 : -ENOENT;
}
