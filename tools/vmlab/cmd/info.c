// SPDX-License-Identifier: GPL-2.0
/* vmlab info: versions, features, geometry. */
#include <stdio.h>

#include "cli/cli.h"
#include "show/format.h"
#include "show/json.h"
#include "show/table.h"

static void print_json(const struct vmlab *lab)
{
	const struct vmlab_info *info = vmlab_info_get(lab);
	json_t *features = json_object();
	struct json_doc doc;

	for (unsigned int bit = 0; bit < 64; bit++) {
		const char *name = vmlab_feature_name(lab, bit);

		if (*name)
			json_put(features, name,
				 json_boolean(info->features >> bit & 1));
	}

	json_begin(&doc, stdout);
	json_member(&doc, "module_version", json_text(info->module_version));
	json_member(&doc, "cli_version", json_text(vmlab_version()));
	json_member(&doc, "abi_version", json_count(info->abi_version));
	json_member(&doc, "kernel_release", json_text(info->kernel_release));
	json_member(&doc, "page_size", json_count(vmlab_page_size(lab)));
	json_member(&doc, "pgtable_levels", json_count(info->pgtable_levels));
	json_member(&doc, "va_bits", json_count(info->va_bits));
	json_member(&doc, "pa_bits", json_count(info->pa_bits));
	json_member(&doc, "features", features);
	json_end(&doc);
}

static void print_table(const struct cli *cli, const struct vmlab *lab)
{
	static const struct column facts[] = { { "FACT" }, { "VALUE" } };
	static const struct column features[] = { { "FEATURE" }, { "USABLE" } };
	const struct vmlab_info *info = vmlab_info_get(lab);
	char size[SIZE_TEXT_MAX];
	struct table *t;

	t = table_open(stdout, facts, 2, cli->colour);
	table_cell(t, STYLE_PLAIN, "module version");
	table_cell(t, STYLE_PLAIN, "%s", info->module_version);
	table_cell(t, STYLE_PLAIN, "vmlab version");
	table_cell(t, STYLE_PLAIN, "%s", vmlab_version());
	table_cell(t, STYLE_PLAIN, "ABI version");
	table_cell(t, STYLE_PLAIN, "%u", info->abi_version);
	table_cell(t, STYLE_PLAIN, "kernel release");
	table_cell(t, STYLE_PLAIN, "%s", info->kernel_release);
	table_cell(t, STYLE_PLAIN, "page size");
	table_cell(t, STYLE_PLAIN, "%s",
		   format_size(vmlab_page_size(lab), size));
	table_cell(t, STYLE_PLAIN, "page-table levels");
	table_cell(t, STYLE_PLAIN, "%u", info->pgtable_levels);
	table_cell(t, STYLE_PLAIN, "bits of a user virtual address");
	table_cell(t, STYLE_PLAIN, "%u", info->va_bits);
	table_cell(t, STYLE_PLAIN, "bits of a physical address");
	table_cell(t, STYLE_PLAIN, "%u", info->pa_bits);
	table_close(t);

	putchar('\n');
	t = table_open(stdout, features, 2, cli->colour);
	for (unsigned int bit = 0; bit < 64; bit++) {
		const char *name = vmlab_feature_name(lab, bit);
		bool usable = info->features >> bit & 1;

		if (!*name)
			continue;
		table_cell(t, STYLE_PLAIN, "%s", name);
		table_cell(t, usable ? STYLE_GOOD : STYLE_DIM,
			   usable ? "yes" : "no");
	}
	table_close(t);
}

static int run(struct cli *cli, int argc, char **argv)
{
	struct vmlab *lab;
	int err;

	if (cli_option(cli, NULL, argc, argv) == CLI_STOP)
		return cli->exit_code;

	err = cli_open(&lab);
	if (err)
		return err;
	if (cli->json)
		print_json(lab);
	else
		print_table(cli, lab);
	vmlab_close(lab);
	return EXIT_OK;
}

static const char help[] =
	"Needs no privilege.\n"
	"\n"
	"FACT      the module's version, the kernel it runs on, sizes that follow from\n"
	"          the processor: page size, page-table levels, bits of addresses\n"
	"FEATURE   what the module can do here: it depends on the kernel's version and\n"
	"          configuration; JSON has an object of true and false\n"
	"\n"
	"Example:\n"
	"  vmlab info --json | jq .features\n";

const struct command cmd_info = {
	.name = "info",
	.summary = "show what this module and this kernel can do",
	.help = help,
	.run = run,
};
