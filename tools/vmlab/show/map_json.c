// SPDX-License-Identifier: GPL-2.0
#include "show/json.h"
#include "show/map.h"

void map_print_json(FILE *out, const struct map_picture *map)
{
	const struct snapshot *snap = map->snap;
	struct json_doc doc;

	json_begin(&doc, out);
	json_member(&doc, "pid", json_integer(snap->pid));
	json_member(&doc, "map_count", json_count(snap->nr));
	json_member(&doc, "total_vm", json_count(snap->total_vm));
	json_array_begin(&doc, "items");
	for (size_t i = 0; i < map->nr; i++) {
		const struct map_item *item = &map->item[i];
		const struct snap_vma *v = item->vma;
		char perms[SNAP_PERMS_LEN];
		json_t *o = json_object();

		json_put(o, "kind",
			 json_string(v ? snapshot_kind_name(item->kind) :
					 "gap"));
		json_put(o, "start", json_hex(item->start));
		json_put(o, "end", json_hex(item->end));
		json_put(o, "size", json_count(item->end - item->start));
		if (v) {
			json_put(o, "perms",
				 json_string(snapshot_perms(snap, v, perms)));
			json_put(o, "rss",
				 snap->has_rss ? json_count(v->rss) :
						 json_null());
			json_put(o, "swap",
				 snap->has_rss ? json_count(v->swap) :
						 json_null());
			json_put_name(o, "name", v->name);
		}
		json_item(&doc, o);
	}
	json_array_end(&doc);
	json_end(&doc);
}
