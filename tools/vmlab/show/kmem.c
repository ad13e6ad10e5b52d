// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>

#include "show/json.h"
#include "show/kmem.h"

static const struct column columns[] = {
	{ "PAGE", true },  { "PAGES", true }, { "ADDRESS", true },
	{ "FRAME", true }, { "LEVEL", true }, { "LRU", true },
};

const struct column_list kmem_tables[] = { COLUMN_LIST(columns), { 0 } };

/* Return the pages from @first on whose frames are adjacent. */
static size_t run_length(const struct vmlab_kmem_page *pages, size_t nr,
			 size_t first)
{
	size_t n = 1;

	while (first + n < nr &&
	       (!pages[first].pfn || pages[first + n].pfn == pages[first].pfn + n) &&
	       pages[first + n].level == pages[first].level &&
	       pages[first + n].flags == pages[first].flags)
		n++;
	return n;
}

static void address_cell(struct table *t, bool hidden, uint64_t value)
{
	if (hidden)
		table_cell(t, STYLE_DIM, "hidden");
	else
		table_cell(t, STYLE_PLAIN, "%" PRIx64, value);
}

void kmem_print(FILE *out, const struct vmlab_kmem_page *pages, size_t nr,
		uint32_t result, bool colour)
{
	struct table *t = table_open(out, columns, 6, colour);

	for (size_t i = 0, n; i < nr; i += n) {
		n = run_length(pages, nr, i);
		table_cell(t, STYLE_PLAIN, "%zu", i);
		table_cell(t, STYLE_PLAIN, "%zu", n);
		address_cell(t, !pages[i].addr, pages[i].addr);
		address_cell(t, result & VMLAB_PT_HIDDEN, pages[i].pfn);
		table_cell(t, STYLE_PLAIN, "%u", pages[i].level);
		table_cell(t, STYLE_PLAIN, "%s",
			   pages[i].flags & VMLAB_KMEM_LRU ? "yes" : "no");
	}
	table_close(t);
	if (result & VMLAB_PT_HIDDEN)
		fputs("Frames and addresses are hidden: they need "
		      "CAP_SYS_ADMIN (run as root).\n", out);
}

void kmem_print_json(FILE *out, const struct vmlab_kmem_page *pages, size_t nr,
		     uint32_t result)
{
	struct json_doc doc;

	json_begin(&doc, out);
	json_member(&doc, "hidden", json_boolean(result & VMLAB_PT_HIDDEN));
	json_array_begin(&doc, "pages");
	for (size_t i = 0; i < nr; i++) {
		json_t *o = json_object();

		json_put(o, "address", pages[i].addr ? json_hex(pages[i].addr) :
						       json_null());
		json_put(o, "pfn", result & VMLAB_PT_HIDDEN ?
					   json_null() :
					   json_count(pages[i].pfn));
		json_put(o, "level", json_integer(pages[i].level));
		json_put(o, "lru", json_boolean(pages[i].flags & VMLAB_KMEM_LRU));
		json_item(&doc, o);
	}
	json_array_end(&doc);
	json_end(&doc);
}
