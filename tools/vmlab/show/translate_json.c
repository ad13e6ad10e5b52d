// SPDX-License-Identifier: GPL-2.0
#include "model/page_table_level.h"
#include "sys/xalloc.h"
#include "show/json.h"
#include "show/translate.h"

static json_t *access_json(unsigned int access)
{
	json_t *names = check_alloc(json_array());

	if (access & VMLAB_ACCESS_READ)
		json_append(names, json_string("read"));
	if (access & VMLAB_ACCESS_WRITE)
		json_append(names, json_string("write"));
	if (access & VMLAB_ACCESS_EXEC)
		json_append(names, json_string("exec"));
	return names;
}

/* Return @value, or null when the caller may not see it; @value is consumed. */
static json_t *secret(const struct translation_view *q, json_t *value)
{
	if (!q->hidden)
		return value;
	json_decref(value);
	return json_null();
}

static json_t *step_json(const struct translation_view *q, unsigned int i)
{
	const struct vmlab_walk_step *s = &q->t->step[i];
	bool walked = i < q->t->steps;
	json_t *o = json_object();

	json_put(o, "level", json_count(s->level));
	json_put(o, "name",
		 json_string(pt_level_name(s->level, q->t->levels)));
	json_put(o, "index", json_count(s->index));
	json_put(o, "shift", json_count(s->shift));
	json_put(o, "walked", json_boolean(walked));
	if (!walked)
		return o;
	json_put(o, "table", secret(q, json_hex(s->table)));
	json_put(o, "raw", secret(q, json_hex(s->raw)));
	json_put(o, "phys", secret(q, json_hex(s->phys)));
	json_put(o, "flags", json_flags(q->lab, s->flags, vmlab_pte_flag_name));
	return o;
}

void translation_print_json(FILE *out, const struct translation_view *q)
{
	const struct vmlab_translation *t = q->t;
	const struct snap_vma *v = snapshot_vma_at(q->names, t->addr);
	struct json_doc doc;
	json_t *vma = json_null();

	json_begin(&doc, out);
	json_member(&doc, "pid", json_pid(q->pid));
	json_member(&doc, "address", json_hex(t->addr));
	json_member(&doc, "levels", json_count(t->levels));
	json_member(&doc, "hidden", json_boolean(q->hidden));
	json_member(&doc, "outcome", json_string(translation_outcome(q)));
	json_member(&doc, "reason", json_string(translation_reason(q)));
	json_member(&doc, "phys",
		    translation_at_frame(t) ? secret(q, json_hex(t->phys)) : json_null());
	json_member(&doc, "pfn",
		    translation_at_frame(t) ? secret(q, json_count(t->phys >>
						       q->page_shift)) :
				  json_null());
	json_member(&doc, "access", access_json(t->access));
	json_member(&doc, "vma_access", access_json(t->vma_access));
	json_member(&doc, "pkey", json_count(t->pkey));
	if (t->outcome == VMLAB_WALK_SWAP) {
		json_member(&doc, "swap_type",
			    secret(q, json_count(t->swap_type)));
		json_member(&doc, "swap_offset",
			    secret(q, json_count(t->swap_offset)));
	}
	if (t->vma_end) {
		vma = json_object();
		json_put(vma, "start", json_hex(t->vma_start));
		json_put(vma, "end", json_hex(t->vma_end));
		json_put(vma, "vm_flags", json_hex(t->vm_flags));
		json_put(vma, "pgoff", json_count(t->vma_pgoff));
		json_put_name(vma, "name", v ? v->name : "");
	}
	json_member(&doc, "vma", vma);
	json_array_begin(&doc, "steps");
	for (unsigned int i = 0; i < t->levels; i++)
		json_item(&doc, step_json(q, i));
	json_array_end(&doc);
	json_end(&doc);
}
