// SPDX-License-Identifier: GPL-2.0
#include "cli/values.h"
#include "inspect/inspect.h"
#include "show/heading.h"

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

int inspect_each(const struct cli *cli, char **operands, unsigned int needs,
		 int (*show)(struct target *target, void *arg), void *arg)
{
	int ret = EXIT_OK;
	pid_t pid;

	/* a wrong operand is reported before anything is printed */
	for (char **o = operands; *o; o++)
		if (cli_process(cli, *o, &pid))
			return EXIT_USAGE;
	for (size_t i = 0; operands[i]; i++) {
		int err;

		if (operands[1] && !cli->json && !table_plain() &&
		    !cli_process(cli, operands[i], &pid))
			heading_print(stdout, pid, !i, cli->colour);
		err = inspect(cli, operands[i], needs, show, arg);
		if (!ret)
			ret = err;
		if (err == EXIT_USAGE || err == EXIT_NO_DEVICE)
			break;
	}
	return ret;
}
