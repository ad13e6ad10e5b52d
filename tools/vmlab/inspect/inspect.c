// SPDX-License-Identifier: GPL-2.0
#include "inspect/inspect.h"

static int prepare(struct target *target, unsigned int needs)
{
	int ret = 0;

	if (needs & INSPECT_PGTABLE)
		ret = cli_need_pgtable(target->lab);
	if (!ret && needs & (INSPECT_VMAS | INSPECT_RSS))
		ret = snapshot_take(target->lab, target->proc,
				    needs & INSPECT_RSS, &target->snap);
	return ret;
}

int inspect(const struct cli *cli, const char *operand, unsigned int needs,
	    int (*show)(struct target *target, void *arg), void *arg)
{
	struct target target = { .cli = cli };
	int ret;

	ret = cli_open_proc(cli, operand, &target.lab, &target.proc,
			    &target.pid);
	if (ret)
		return ret;
	ret = prepare(&target, needs);
	if (!ret)
		ret = show(&target, arg);
	if (ret < 0)
		ret = cli_fail(ret, VMLAB_ABOUT_PROCESS, target.pid);
	snapshot_free(&target.snap);
	vmlab_proc_close(target.proc);
	vmlab_close(target.lab);
	return ret;
}
