// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>
#include <string.h>

#include "model/process_parts.h"
#include "show/format.h"
#include "show/json.h"
#include "show/layout.h"

static const struct column columns[] = {
	{ "HALF" },
	{ "REGION" },
	{ "START", true },
	{ "LAST", true },
	{ .title = "SIZE", .right = true, .optional = true },
	{ .title = "BASE", .optional = true },
	{ .title = "MEANING", .wrap = true },
};

const struct column_list layout_tables[] = { COLUMN_LIST(columns), { 0 } };

static const char *meaning(const char *region)
{
	static const struct {
		const char *name, *meaning;
	} meanings[] = {
		{ "user", "processes: the user half" },
		{ "user_high", "processes that give mmap(2) a hint above 47 bits" },
		{ "noncanonical", "no address: its high bits differ from the highest one in use" },
		{ "hypervisor_hole", "reserved for a hypervisor" },
		{ "ldt", "alias of a process's LDT, modify_ldt(2)" },
		{ "direct_map", "all physical memory, linearly" },
		{ "vmalloc", "vmalloc(), ioremap(), kernel stacks" },
		{ "kmsan_metadata", "shadow of the memory sanitizer" },
		{ "vmemmap", "the array of struct page" },
		{ "kasan_shadow", "shadow of the address sanitizer" },
		{ "cpu_entry_area", "entry code and stacks of each CPU" },
		{ "espfix", "stacks for returns to 16-bit code" },
		{ "efi", "EFI runtime services" },
		{ "kernel_image", "the kernel's text and data" },
		{ "modules", "modules" },
		{ "fixmap", "addresses fixed at compile time" },
		{ "vsyscall", "the old system calls for the time" },
	};

	for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++)
		if (!strcmp(meanings[i].name, region))
			return meanings[i].meaning;
	return "";
}

static void region_row(struct table *t, const struct vmlab_region *r)
{
	bool hidden = r->flags & VMLAB_REGION_HIDDEN;
	enum style style = r->flags & VMLAB_REGION_HOLE ? STYLE_DIM :
							  STYLE_PLAIN;

	table_cell(t, style, "%s",
		   r->flags & VMLAB_REGION_KERNEL ? "kernel" :
		   r->flags & VMLAB_REGION_HOLE	  ? "" :
						    "user");
	table_cell(t, r->flags & VMLAB_REGION_HOLE ? STYLE_DIM : STYLE_NAME,
		   "%s", r->name);
	if (hidden) {
		for (int i = 0; i < 3; i++)
			table_cell(t, STYLE_DIM, "hidden");
	} else {
		table_cell(t, style, "%016" PRIx64, (uint64_t)r->start);
		table_cell(t, style, "%016" PRIx64, (uint64_t)r->last);
		table_size(t, style, r->last - r->start + 1);
	}
	table_cell(t, style, "%s",
		   r->flags & VMLAB_REGION_RANDOM ? "random" : "");
	table_cell(t, style, "%s", meaning(r->name));
}

static void part_row(struct table *t, const struct process_part *part)
{
	table_cell(t, STYLE_PLAIN, "process");
	table_cell(t, STYLE_GOOD, "%s", part->name);
	table_cell(t, STYLE_PLAIN, "%016" PRIx64, part->start);
	table_cell(t, STYLE_PLAIN, "%016" PRIx64, part->end - 1);
	table_size(t, STYLE_PLAIN, part->end - part->start);
	table_cell(t, STYLE_PLAIN, "%s", "");
	table_cell(t, STYLE_PLAIN, "%s",
		   strcmp(part->name, "mmap") ?
			   "" : "between heap and mmap_base, filled from above");
}

void layout_print(FILE *out, const struct vmlab_region *regions, size_t nr,
		  const struct vmlab_mm *mm, bool colour)
{
	struct process_part parts[PROCESS_PARTS_MAX];
	size_t nr_parts = mm ? process_parts(mm, parts) : 0;
	struct table *t = table_open(out, columns, 7, colour);
	bool hidden = false;

	for (size_t i = 0; i < nr; i++) {
		region_row(t, &regions[i]);
		hidden |= regions[i].flags & VMLAB_REGION_HIDDEN;
		if (!i)
			for (size_t p = 0; p < nr_parts; p++)
				part_row(t, &parts[p]);
	}
	table_close(t);
	if (hidden)
		fputs("Addresses of the kernel half are hidden: they need "
		     "CAP_SYSLOG (run as root).\n", out);
}

void layout_print_json(FILE *out, const struct vmlab_region *regions, size_t nr,
		       const struct vmlab_mm *mm)
{
	struct process_part parts[PROCESS_PARTS_MAX];
	size_t nr_parts = mm ? process_parts(mm, parts) : 0;
	struct json_doc doc;

	json_begin(&doc, out);
	json_array_begin(&doc, "regions");
	for (size_t i = 0; i < nr; i++) {
		const struct vmlab_region *r = &regions[i];
		bool hidden = r->flags & VMLAB_REGION_HIDDEN;
		json_t *o = json_object();

		json_put(o, "name", json_text(r->name));
		json_put(o, "start", hidden ? json_null() : json_hex(r->start));
		json_put(o, "last", hidden ? json_null() : json_hex(r->last));
		/* the hole is larger than an integer of JSON */
		json_put(o, "size",
			 hidden || r->last - r->start >= INT64_MAX ?
				 json_null() :
				 json_count(r->last - r->start + 1));
		json_put(o, "kernel",
			 json_boolean(r->flags & VMLAB_REGION_KERNEL));
		json_put(o, "random",
			 json_boolean(r->flags & VMLAB_REGION_RANDOM));
		json_put(o, "hole", json_boolean(r->flags & VMLAB_REGION_HOLE));
		json_put(o, "hidden", json_boolean(hidden));
		json_item(&doc, o);
	}
	json_array_end(&doc);
	if (mm) {
		json_member(&doc, "pid", json_integer(mm->pid));
		json_member(&doc, "mmap_base", json_hex(mm->mmap_base));
		json_member(&doc, "start_stack", json_hex(mm->start_stack));
		json_member(&doc, "task_size", json_hex(mm->task_size));
		json_array_begin(&doc, "process");
		for (size_t i = 0; i < nr_parts; i++) {
			json_t *o = json_object();

			json_put(o, "name", json_string(parts[i].name));
			json_put(o, "start", json_hex(parts[i].start));
			json_put(o, "end", json_hex(parts[i].end));
			json_item(&doc, o);
		}
		json_array_end(&doc);
	}
	json_end(&doc);
}
