// SPDX-License-Identifier: GPL-2.0
/* Paging policies and what was done to them, as tables and as JSON. */
#include <inttypes.h>
#include <stdio.h>

#include "model/paging_words.h"
#include "show/json.h"
#include "show/policy.h"
#include "show/table.h"

static json_t *policy_json(const struct vmlab_policy_info *info)
{
	json_t *o = json_object();

	json_put(o, "name", json_text(info->name));
	json_put(o, "kind", json_text("bpf"));
	json_put(o, "id", json_count(info->id));
	json_put(o, "spaces", json_count(info->spaces));
	json_put(o, "samples",
		 json_boolean(info->flags & VMLAB_POLICY_SAMPLES));
	return o;
}

void policy_print_json(const struct vmlab *lab,
		       const struct vmlab_policy_info *infos, size_t nr)
{
	struct json_doc doc;

	json_begin(&doc, stdout);
	json_member(&doc, "struct_ops",
		    json_boolean(vmlab_has_feature(lab,
						   VMLAB_FEAT_STRUCT_OPS)));
	json_array_begin(&doc, "policies");
	for (uint32_t id = 0; id < VMLAB_POLICY_NR; id++) {
		json_t *o;

		if (id == VMLAB_POLICY_BPF)
			continue;
		o = json_object();
		json_put(o, "name", json_text(paging_policy_name(id)));
		json_put(o, "kind", json_text("built-in"));
		json_item(&doc, o);
	}
	for (size_t i = 0; i < nr; i++)
		json_item(&doc, policy_json(&infos[i]));
	json_array_end(&doc);
	json_end(&doc);
}

static const struct column policy_columns[] = {
	{ "NAME" }, { "KIND" }, { "ID", true }, { "SPACES", true },
	{ "SAMPLES" },
};

const struct column_list policy_tables[] = {
	COLUMN_LIST(policy_columns),
	{ 0 },
};

void policy_print_table(bool colour, const struct vmlab_policy_info *infos,
			size_t nr)
{
	struct table *t = table_open(stdout, policy_columns,
				     sizeof(policy_columns) / sizeof(policy_columns[0]),
				     colour);

	for (uint32_t id = 0; id < VMLAB_POLICY_NR; id++) {
		if (id == VMLAB_POLICY_BPF)
			continue;
		table_cell(t, STYLE_NAME, "%s", paging_policy_name(id));
		table_cell(t, STYLE_PLAIN, "built-in");
		table_cell(t, STYLE_DIM, "-");
		table_cell(t, STYLE_DIM, "-");
		table_cell(t, STYLE_DIM, "-");
	}
	for (size_t i = 0; i < nr; i++) {
		table_cell(t, STYLE_NAME, "%s", infos[i].name);
		table_cell(t, STYLE_PLAIN, "bpf");
		table_cell(t, STYLE_PLAIN, "%u", infos[i].id);
		table_cell(t, STYLE_PLAIN, "%" PRIu64,
			   (uint64_t)infos[i].spaces);
		table_cell(t, STYLE_PLAIN, "%s",
			   infos[i].flags & VMLAB_POLICY_SAMPLES ? "yes" :
								   "no");
	}
	table_close(t);
}

void policy_print_done(bool json, const char *what, const char *name,
		       uint64_t space)
{
	struct json_doc doc;

	if (!json) {
		if (space)
			printf("space %" PRIu64 ": %s\n", space, name);
		else
			printf("%s: %s\n", name, what);
		return;
	}
	json_begin(&doc, stdout);
	json_member(&doc, what, json_text(name));
	if (space)
		json_member(&doc, "space", json_count(space));
	json_end(&doc);
}
