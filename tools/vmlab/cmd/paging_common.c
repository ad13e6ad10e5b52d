// SPDX-License-Identifier: GPL-2.0
/* What 'vmlab space', 'vmlab replay' and 'vmlab policy' share. */
#include <errno.h>

#include "cmd/paging_common.h"
#include "paging/policy_find.h"

int paging_find_policy(const struct cli *cli, const struct vmlab *lab,
		       const char *what, const char *name, uint32_t *policy,
		       uint32_t *policy_id)
{
	int err = policy_find(lab, name, policy, policy_id);

	if (err == -ENOENT)
		return cli_usage(cli, "%s: '%s' is not a policy: give one of "
				 "'vmlab policy list', or load it with 'vmlab policy "
				 "load'", what, name);
	return err ? cli_fail(err, VMLAB_ABOUT_SPACE, 0) : EXIT_OK;
}
