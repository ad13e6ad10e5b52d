// SPDX-License-Identifier: GPL-2.0
#include "show/json.h"
#include "show/vma_facts.h"

unsigned int vma_facts_wanted(void)
{
	static const char *const memory[] = { "RSS", "PSS", "SHARED", "DIRTY",
					      "SWAP" };
	unsigned int which = 0;

	for (size_t i = 0; i < sizeof(memory) / sizeof(memory[0]); i++)
		if (table_wants(memory[i]))
			which |= FACTS_MEMORY;
	if (table_wants("NODES"))
		which |= FACTS_NODES;
	if (table_wants("BUILD_ID"))
		which |= FACTS_BUILD_ID;
	return which;
}

void vma_facts_cells(struct table *t, const struct vma_facts *facts,
		     const struct vmlab_vma *vma, const char *name)
{
	const struct vma_memory *m = NULL;
	char build_id[BUILD_ID_MAX] = "";

	if (facts)
		m = vma_facts_memory(facts, vma->start, vma->end);
	if (m) {
		table_size(t, STYLE_PLAIN, m->rss);
		table_size(t, STYLE_PLAIN, m->pss);
		table_size(t, STYLE_PLAIN, m->shared);
		table_size(t, STYLE_PLAIN, m->dirty);
		table_size(t, STYLE_PLAIN, m->swap);
	}
	for (int i = 0; !m && i < 5; i++)
		table_cell(t, STYLE_DIM, "-");
	table_cell(t, STYLE_PLAIN, "%s",
		   facts ? vma_facts_nodes(facts, vma->start) : "");
	if (facts && table_wants("BUILD_ID") && vma->flags & VMLAB_VMA_FILE)
		vma_facts_build_id(facts, vma->start, vma->end, name, build_id);
	table_cell(t, STYLE_DIM, "%s", build_id);
}

void vma_facts_json(json_t *record, const struct vma_facts *facts,
		    const struct vmlab_vma *vma, const char *name)
{
	const struct vma_memory *m =
		vma_facts_memory(facts, vma->start, vma->end);
	char build_id[BUILD_ID_MAX] = "";

	json_put(record, "rss", m ? json_count(m->rss) : json_null());
	json_put(record, "pss", m ? json_count(m->pss) : json_null());
	json_put(record, "shared", m ? json_count(m->shared) : json_null());
	json_put(record, "dirty", m ? json_count(m->dirty) : json_null());
	json_put(record, "swap", m ? json_count(m->swap) : json_null());
	json_put(record, "nodes", json_text(vma_facts_nodes(facts, vma->start)));
	if (vma->flags & VMLAB_VMA_FILE)
		vma_facts_build_id(facts, vma->start, vma->end, name, build_id);
	json_put(record, "build_id", json_text(build_id));
}
