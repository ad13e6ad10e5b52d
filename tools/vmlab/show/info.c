// SPDX-License-Identifier: GPL-2.0
#include "show/format.h"
#include "show/info.h"
#include "show/json.h"

static const struct column fact_columns[] = { { "FACT" }, { "VALUE" } };
static const struct column feature_columns[] = { { "FEATURE" }, { "USABLE" } };

const struct column_list info_tables[] = {
	COLUMN_LIST(fact_columns),
	COLUMN_LIST(feature_columns),
	{ 0 },
};

void info_print(FILE *out, const struct vmlab *lab, bool colour)
{
	const struct vmlab_info *info = vmlab_info_get(lab);
	struct table *t;

	t = table_open(out, fact_columns, 2, colour);
	table_cell(t, STYLE_PLAIN, "module version");
	table_cell(t, STYLE_PLAIN, "%s", info->module_version);
	table_cell(t, STYLE_PLAIN, "vmlab version");
	table_cell(t, STYLE_PLAIN, "%s", vmlab_version());
	table_cell(t, STYLE_PLAIN, "ABI version");
	table_cell(t, STYLE_PLAIN, "%u", info->abi_version);
	table_cell(t, STYLE_PLAIN, "kernel release");
	table_cell(t, STYLE_PLAIN, "%s", info->kernel_release);
	table_cell(t, STYLE_PLAIN, "page size");
	table_size(t, STYLE_PLAIN, vmlab_page_size(lab));
	table_cell(t, STYLE_PLAIN, "page-table levels");
	table_cell(t, STYLE_PLAIN, "%u", info->pgtable_levels);
	table_cell(t, STYLE_PLAIN, "bits of a user virtual address");
	table_cell(t, STYLE_PLAIN, "%u", info->va_bits);
	table_cell(t, STYLE_PLAIN, "bits of a physical address");
	table_cell(t, STYLE_PLAIN, "%u", info->pa_bits);
	table_close(t);

	fputc('\n', out);
	t = table_open(out, feature_columns, 2, colour);
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

void info_print_json(FILE *out, const struct vmlab *lab)
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

	json_begin(&doc, out);
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
