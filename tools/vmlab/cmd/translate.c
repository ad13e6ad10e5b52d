// SPDX-License-Identifier: GPL-2.0
/* vmlab translate: walk the page tables for one address, step by step. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "cli/values.h"
#include "cmd/commands.h"
#include "inspect/inspect.h"
#include "show/translate.h"

static int show(struct target *target, void *arg)
{
	const uint64_t *addr = arg;
	struct vmlab_translation t;
	struct translation_view view = {
		.lab = target->lab,
		.t = &t,
		.names = &target->snap,
		.pid = target->pid,
		.page_shift = vmlab_info_get(target->lab)->page_shift,
		.leaf = 1,
		.colour = target->cli->colour,
	};
	int err = vmlab_translate_get(target->proc, *addr, &t);

	if (err == -EINVAL)
		return cli_error("0x%" PRIx64 " is not in the user half of the "
				 "address space: 'vmlab layout' shows it",
				 *addr);
	if (err)
		return err;
	view.hidden = t.result & VMLAB_PT_HIDDEN;
	if (translation_at_frame(&t) && t.steps)
		view.leaf = t.step[t.steps - 1].level;
	if (target->cli->json)
		translation_print_json(stdout, &view);
	else
		translation_print(stdout, &view);
	return EXIT_OK;
}

static int run(struct cli *cli, int argc, char **argv)
{
	uint64_t addr;

	if (cli_option(cli, NULL, argc, argv) == CLI_STOP)
		return cli->exit_code;
	if (cli_symbol_address(cli, "ADDR", argv[optind + 1], argv[optind], &addr))
		return EXIT_USAGE;
	return inspect(cli, argv[optind], INSPECT_PGTABLE | INSPECT_VMAS, show,
		       &addr);
}

static const char help[] =
	PID_HELP
	"ADDR is hexadecimal, or SYMBOL+OFFSET, or FILE:SYMBOL where several files have\n"
	"the symbol.  The offset is decimal, or hexadecimal after 0x.\n"
	"\n"
	"Shows the address in binary, split into the fields that the CPU uses: an index\n"
	"for each level of the page table, and the offset in the page; the VMA, with the\n"
	"accesses that it allows; then one step for each level: the address of its table,\n"
	"the entry, its value, its flags by name, and what it points to.  The result is\n"
	"the physical address, or the level at which the walk stops and why.  A huge page\n"
	"ends the walk at a higher level, and its offset is wider.\n"
	"\n"
	"Without CAP_SYS_ADMIN entries and physical addresses are hidden; the walk is\n"
	"shown without them, with flags and reason.\n"
	"\n"
	"Example: an instruction of a program, and the code of this shell\n"
	"  vmlab translate $PID main+0x10\n"
	"  vmlab translate $$ $(vmlab mm $$ --json | jq -r .mm.code.start)\n";

const struct command cmd_translate = {
	.name = "translate",
	.group = GROUP_PROCESS,
	.operands = "PID ADDR",
	.operand = OPERAND_PID,
	.nr_operands = 2,
	.summary = "walk the page tables for one address, step by step",
	.help = help,
	.tables = translate_tables,
	.run = run,
};
