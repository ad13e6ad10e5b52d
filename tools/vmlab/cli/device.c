// SPDX-License-Identifier: GPL-2.0
/* The device and the process that a command works with. */
#include "cli/values.h"

int cli_open(struct vmlab **lab)
{
	int err = vmlab_open(lab);

	return err ? cli_fail(err, VMLAB_ABOUT_DEVICE, 0) : EXIT_OK;
}

int cli_open_proc(const struct cli *cli, const char *operand,
		  struct vmlab **lab, struct vmlab_proc **proc, pid_t *pid)
{
	int err = cli_process(cli, operand, pid);

	if (!err)
		err = cli_open(lab);
	if (err)
		return err;
	err = vmlab_proc_open(*lab, *pid, proc);
	if (err) {
		vmlab_close(*lab);
		return cli_fail(err, VMLAB_ABOUT_PROCESS, *pid);
	}
	return EXIT_OK;
}

int cli_need_pgtable(const struct vmlab *lab)
{
	if (vmlab_has_feature(lab, VMLAB_FEAT_PGTABLE))
		return EXIT_OK;
	return cli_error("the module cannot read page tables on this kernel: "
			 "'vmlab info' shows what it can do");
}
