// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>

#include "sys/xalloc.h"
#include "show/format.h"
#include "show/json.h"
#include "show/mm.h"
#include "show/record_fields.h"

#define TASKS_SHOWN 20

#define MM(member) offsetof(struct vmlab_mm, member)

struct range {
	const char *name;
	size_t start, end; /* offsets in struct vmlab_mm */
	const char *meaning;
};

static const struct range ranges[] = {
	{ "code", MM(start_code), MM(end_code), "text of the executable" },
	{ "data", MM(start_data), MM(end_data), "its initialised data" },
	{ "heap", MM(start_brk), MM(brk), "brk(2)" },
	{ "args", MM(arg_start), MM(arg_end), "strings of argv" },
	{ "env", MM(env_start), MM(env_end), "strings of the environment" },
};

#define NR_RANGES (sizeof(ranges) / sizeof(ranges[0]))

static const struct field addresses[] = {
	{ "task_size", MM(task_size), "end of the user half" },
	{ "mmap_base", MM(mmap_base), "where the search for free areas starts" },
	{ "start_stack", MM(start_stack), "bottom of the stack at exec" },
	{ 0 },
};

static const struct field references[] = {
	{ "mm_users", MM(mm_users),
	  "users of the address space: threads, and readers such as this one" },
	{ "mm_count", MM(mm_count),
	  "references to the structure; all mm_users count as one" },
	{ "map_count", MM(map_count), "VMAs" },
	{ 0 },
};

/* in pages */
static const struct field virtual[] = {
	{ "total_vm", MM(total_vm), "mapped (VmSize)" },
	{ "hiwater_vm", MM(hiwater_vm), "highest total_vm (VmPeak)" },
	{ "data_vm", MM(data_vm), "private, writable, not stack (VmData)" },
	{ "stack_vm", MM(stack_vm), "stack (VmStk)" },
	{ "exec_vm", MM(exec_vm), "executable, not writable (VmExe+VmLib)" },
	{ "locked_vm", MM(locked_vm), "locked by mlock(2) (VmLck)" },
	{ "pinned_vm", MM(pinned_vm), "pinned by drivers (VmPin)" },
	{ "hugetlb", MM(hugetlb_pages), "in hugetlbfs mappings" },
	{ 0 },
};

static const struct field resident[] = {
	{ "rss_anon", MM(rss[VMLAB_RSS_ANON]), "anonymous (RssAnon)" },
	{ "rss_file", MM(rss[VMLAB_RSS_FILE]), "of files (RssFile)" },
	{ "rss_shmem", MM(rss[VMLAB_RSS_SHMEM]),
	  "shared memory, tmpfs (RssShmem)" },
	{ "hiwater_rss", MM(hiwater_rss), "highest rss (VmHWM)" },
	{ "swap", MM(rss[VMLAB_RSS_SWAP]),
	  "entries in swap, not resident (VmSwap)" },
	{ 0 },
};

static uint64_t rss_of(const struct vmlab_mm *mm)
{
	return mm->rss[VMLAB_RSS_ANON] + mm->rss[VMLAB_RSS_FILE] +
	       mm->rss[VMLAB_RSS_SHMEM];
}

static uint64_t member(const struct vmlab_mm *mm, size_t offset)
{
	const struct field field = { .offset = offset };

	return field_value(mm, &field);
}

/* Describe the mm that a kernel thread uses in place of one of its own. */
static const char *borrowed_from(const struct vmlab_mm *mm)
{
	if (mm->flags & VMLAB_MM_KTHREAD_USE_MM)
		return "has adopted a user mm for now (kthread_use_mm)";
	if (!(mm->flags & VMLAB_MM_BORROWS))
		return "borrows none now: it is not running";
	if (!mm->active_pid)
		return "borrows the kernel's own (init_mm), or one whose process has exited";
	return "borrows that of the process that ran before it (lazy TLB)";
}

static const struct column field_columns[] = {
	{ "FIELD" },
	{ "VALUE" },
	{ .title = "MEANING", .wrap = true },
};

static const struct column range_columns[] = {
	{ "RANGE" },	    { "START", true }, { "END", true },
	{ "SIZE", true },   { .title = "MEANING", .wrap = true },
};

static const struct column virtual_columns[] = {
	{ "VIRTUAL" },
	{ "PAGES", true },
	{ "SIZE", true },
	{ .title = "MEANING", .wrap = true },
};

static const struct column resident_columns[] = {
	{ "RESIDENT" },
	{ "PAGES", true },
	{ "SIZE", true },
	{ .title = "MEANING", .wrap = true },
};

static const struct column task_columns[] = {
	{ "TID", true },
	{ "TGID", true },
	{ .title = "COMM", .wrap = true },
};

const struct column_list mm_tables[] = {
	COLUMN_LIST(field_columns),
	COLUMN_LIST(range_columns),
	COLUMN_LIST(virtual_columns),
	COLUMN_LIST(resident_columns),
	COLUMN_LIST(task_columns),
	{ 0 },
};

static void print_kthread(FILE *out, const struct vmlab_mm *mm, bool colour)
{
	char *comm = check_alloc(format_safe(mm->active_comm));
	struct table *t = table_open(out, field_columns, 3, colour);

	table_cell(t, STYLE_PLAIN, "mm");
	table_cell(t, STYLE_PLAIN, "NULL");
	table_cell(t, STYLE_PLAIN, "a kernel thread has no user address space");
	table_cell(t, STYLE_PLAIN, "active_mm");
	if (mm->active_pid)
		table_cell(t, STYLE_NAME, "%d (%s)", mm->active_pid, comm);
	else
		table_cell(t, STYLE_PLAIN, "-");
	table_cell(t, STYLE_PLAIN, "%s", borrowed_from(mm));
	table_close(t);
	free(comm);
}

static void print_fields(FILE *out, const struct vmlab *lab,
			 const struct vmlab_mm *mm, bool colour)
{
	struct table *t = table_open(out, field_columns, 3, colour);
	char flags[VMLAB_FLAGS_TEXT_MAX];
	const struct field *f;

	for (f = references; f->name; f++) {
		table_cell(t, STYLE_PLAIN, "%s", f->name);
		table_cell(t, STYLE_PLAIN, "%" PRIu64, field_value(mm, f));
		table_cell(t, STYLE_PLAIN, "%s", f->meaning);
	}

	table_cell(t, STYLE_PLAIN, "pgtables");
	table_size(t, STYLE_PLAIN, mm->pgtables_bytes);
	table_cell(t, STYLE_PLAIN, "page tables below the PGD (VmPTE)");

	for (f = addresses; f->name; f++) {
		table_cell(t, STYLE_PLAIN, "%s", f->name);
		table_cell(t, STYLE_PLAIN, "0x%" PRIx64, field_value(mm, f));
		table_cell(t, STYLE_PLAIN, "%s", f->meaning);
	}

	vmlab_vm_flags_text(lab, mm->def_flags, flags, sizeof(flags));
	table_cell(t, STYLE_PLAIN, "def_flags");
	table_cell(t, STYLE_PLAIN, "0x%llx", mm->def_flags);
	table_cell(t, STYLE_PLAIN, "flags that new mappings get: %s",
		   *flags ? flags : "none");
	table_close(t);
}

static void print_ranges(FILE *out, const struct vmlab_mm *mm, bool colour)
{
	struct table *t = table_open(out, range_columns, 5, colour);

	for (const struct range *r = ranges; r < ranges + NR_RANGES; r++) {
		uint64_t start = member(mm, r->start);
		uint64_t end = member(mm, r->end);

		table_cell(t, STYLE_PLAIN, "%s", r->name);
		table_cell(t, STYLE_PLAIN, "0x%" PRIx64, start);
		table_cell(t, STYLE_PLAIN, "0x%" PRIx64, end);
		/* PR_SET_MM lets a process put an end before its start */
		table_size(t, STYLE_PLAIN, end > start ? end - start : 0);
		table_cell(t, STYLE_PLAIN, "%s", r->meaning);
	}
	table_close(t);
}

static void pages_row(struct table *t, const struct vmlab *lab,
		      const char *name, uint64_t pages, const char *meaning)
{
	enum style style = pages ? STYLE_PLAIN : STYLE_DIM;

	table_cell(t, style, "%s", name);
	table_cell(t, style, "%" PRIu64, pages);
	table_size(t, style, pages * vmlab_page_size(lab));
	table_cell(t, style, "%s", meaning);
}

static void print_pages(FILE *out, const struct vmlab *lab,
			const struct vmlab_mm *mm, bool colour)
{
	const struct field *f;
	struct table *t;

	t = table_open(out, virtual_columns, 4, colour);
	for (f = virtual; f->name; f++)
		pages_row(t, lab, f->name, field_value(mm, f), f->meaning);
	table_close(t);

	fputc('\n', out);
	t = table_open(out, resident_columns, 4, colour);
	pages_row(t, lab, "rss", rss_of(mm), "resident (VmRSS)");
	for (f = resident; f->name; f++)
		pages_row(t, lab, f->name, field_value(mm, f), f->meaning);
	table_close(t);
}

static void print_tasks(FILE *out, const struct mm_tasks *tasks, bool colour)
{
	struct table *t = table_open(out, task_columns, 3, colour);

	for (size_t i = 0; i < tasks->nr && i < TASKS_SHOWN; i++) {
		char *comm = check_alloc(format_safe(tasks->task[i].comm));

		table_cell(t, STYLE_PLAIN, "%d", tasks->task[i].tid);
		table_cell(t, STYLE_PLAIN, "%d", tasks->task[i].tgid);
		table_cell(t, STYLE_NAME, "%s", comm);
		free(comm);
	}
	table_close(t);
	if (tasks->nr > TASKS_SHOWN)
		fprintf(out,
			"... and %zu more tasks share this mm, %zu in all (--json lists them)\n",
			tasks->nr - TASKS_SHOWN, tasks->nr);
}

void mm_print(FILE *out, const struct vmlab *lab, const struct vmlab_mm *mm,
	      const struct mm_tasks *tasks, bool colour)
{
	char *comm = check_alloc(format_safe(mm->comm));

	fprintf(out, "%smm of %d (%s)%s", style_on(colour, STYLE_HEAD), mm->pid,
		comm, style_off(colour, STYLE_HEAD));
	if (mm->tgid != mm->pid)
		fprintf(out, ", a thread of process %d", mm->tgid);
	fputs("\n\n", out);
	free(comm);

	if (mm->flags & VMLAB_MM_KTHREAD) {
		print_kthread(out, mm, colour);
		return;
	}
	print_fields(out, lab, mm, colour);
	fputc('\n', out);
	print_ranges(out, mm, colour);
	fputc('\n', out);
	print_pages(out, lab, mm, colour);
	fputc('\n', out);
	print_tasks(out, tasks, colour);
}

static json_t *mm_json(const struct vmlab *lab, const struct vmlab_mm *mm)
{
	uint64_t page_size = vmlab_page_size(lab);
	json_t *o = json_object();
	const struct field *f;

	for (f = references; f->name; f++)
		json_put(o, f->name, json_count(field_value(mm, f)));
	json_put(o, "pgtables", json_count(mm->pgtables_bytes));
	for (f = addresses; f->name; f++)
		json_put(o, f->name, json_hex(field_value(mm, f)));
	json_put(o, "def_flags", json_hex(mm->def_flags));
	json_put(o, "def_flag_names", json_flags(lab, mm->def_flags, vmlab_vm_flag_name));

	for (const struct range *r = ranges; r < ranges + NR_RANGES; r++) {
		json_t *range = json_object();

		json_put(range, "start", json_hex(member(mm, r->start)));
		json_put(range, "end", json_hex(member(mm, r->end)));
		json_put(o, r->name, range);
	}
	for (f = virtual; f->name; f++)
		json_put(o, f->name,
			 json_count(field_value(mm, f) * page_size));
	json_put(o, "rss", json_count(rss_of(mm) * page_size));
	for (f = resident; f->name; f++)
		json_put(o, f->name,
			 json_count(field_value(mm, f) * page_size));
	return o;
}

void mm_print_json(FILE *out, const struct vmlab *lab,
		   const struct vmlab_mm *mm, const struct mm_tasks *tasks)
{
	bool kthread = mm->flags & VMLAB_MM_KTHREAD;
	json_t *o = json_object();
	struct json_doc doc;

	json_begin(&doc, out);
	json_member(&doc, "pid", json_integer(mm->pid));
	json_member(&doc, "tgid", json_integer(mm->tgid));
	json_put_name(o, "comm", mm->comm);
	json_members(&doc, o);
	json_member(&doc, "kthread", json_boolean(kthread));
	json_member(&doc, "mm", kthread ? json_null() : mm_json(lab, mm));
	if (kthread) {
		json_t *active = json_object();

		json_put(active, "borrows",
			 json_boolean(mm->flags & VMLAB_MM_BORROWS));
		json_put(active, "use_mm",
			 json_boolean(mm->flags & VMLAB_MM_KTHREAD_USE_MM));
		json_put(active, "pid",
			 mm->active_pid ? json_integer(mm->active_pid) :
					  json_null());
		json_put_name(active, "comm", mm->active_comm);
		json_member(&doc, "active_mm", active);
	}

	json_array_begin(&doc, "tasks");
	for (size_t i = 0; i < tasks->nr; i++) {
		json_t *t = json_object();

		json_put(t, "tid", json_integer(tasks->task[i].tid));
		json_put(t, "tgid", json_integer(tasks->task[i].tgid));
		json_put_name(t, "comm", tasks->task[i].comm);
		json_item(&doc, t);
	}
	json_array_end(&doc);
	json_end(&doc);
}
