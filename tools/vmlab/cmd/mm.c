// SPDX-License-Identifier: GPL-2.0
/* vmlab mm: one process's struct mm_struct, and who shares it. */
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/cli.h"
#include "show/record_fields.h"
#include "show/format.h"
#include "show/json.h"
#include "model/xalloc.h"
#include "show/table.h"
#include "show/vma.h"

#define TASKS_SHOWN 20

struct task_list {
	struct vmlab_task *task;
	size_t nr;
};

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
	  "users of the address space: threads, and who reads it now" },
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

/* what a kernel thread works with in place of an mm of its own */
static const char *borrowed_from(const struct vmlab_mm *mm)
{
	if (mm->flags & VMLAB_MM_KTHREAD_USE_MM)
		return "has adopted a user mm for now (kthread_use_mm)";
	if (!(mm->flags & VMLAB_MM_BORROWS))
		return "borrows none now: it is not running";
	if (!mm->active_pid)
		return "borrows the kernel's own (init_mm), or one that its process has left";
	return "borrows that of the process that ran before it (lazy TLB)";
}

static const struct column field_columns[] = {
	{ "FIELD" },
	{ "VALUE" },
	{ "MEANING" },
};

static void print_kthread(const struct cli *cli, const struct vmlab_mm *mm)
{
	char *comm = check_alloc(format_safe(mm->active_comm));
	struct table *t = table_open(stdout, field_columns, 3, cli->colour);

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

static void print_fields(const struct cli *cli, const struct vmlab *lab,
			 const struct vmlab_mm *mm)
{
	struct table *t = table_open(stdout, field_columns, 3, cli->colour);
	char size[SIZE_TEXT_MAX], flags[VMLAB_FLAGS_TEXT_MAX];
	const struct field *f;

	for (f = references; f->name; f++) {
		table_cell(t, STYLE_PLAIN, "%s", f->name);
		table_cell(t, STYLE_PLAIN, "%" PRIu64, field_value(mm, f));
		table_cell(t, STYLE_PLAIN, "%s", f->meaning);
	}

	table_cell(t, STYLE_PLAIN, "pgtables");
	table_cell(t, STYLE_PLAIN, "%s", format_size(mm->pgtables_bytes, size));
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

static void print_ranges(const struct cli *cli, const struct vmlab_mm *mm)
{
	static const struct column columns[] = {
		{ "RANGE" },
		{ "START", true },
		{ "END", true },
		{ "SIZE", true },
		{ "MEANING" },
	};
	struct table *t = table_open(stdout, columns, 5, cli->colour);
	char size[SIZE_TEXT_MAX];

	for (const struct range *r = ranges; r < ranges + NR_RANGES; r++) {
		uint64_t start = member(mm, r->start);
		uint64_t end = member(mm, r->end);

		table_cell(t, STYLE_PLAIN, "%s", r->name);
		table_cell(t, STYLE_PLAIN, "0x%" PRIx64, start);
		table_cell(t, STYLE_PLAIN, "0x%" PRIx64, end);
		/* PR_SET_MM lets a process put an end before its start */
		table_cell(t, STYLE_PLAIN, "%s",
			   format_size(end > start ? end - start : 0, size));
		table_cell(t, STYLE_PLAIN, "%s", r->meaning);
	}
	table_close(t);
}

static void pages_row(struct table *t, const struct vmlab *lab,
		      const char *name, uint64_t pages, const char *meaning)
{
	enum style style = pages ? STYLE_PLAIN : STYLE_DIM;
	char size[SIZE_TEXT_MAX];

	table_cell(t, style, "%s", name);
	table_cell(t, style, "%" PRIu64, pages);
	table_cell(t, style, "%s",
		   format_size(pages * vmlab_page_size(lab), size));
	table_cell(t, style, "%s", meaning);
}

static void print_pages(const struct cli *cli, const struct vmlab *lab,
			const struct vmlab_mm *mm)
{
	static const struct column virtual_columns[] = {
		{ "VIRTUAL" },
		{ "PAGES", true },
		{ "SIZE", true },
		{ "MEANING" },
	};
	static const struct column resident_columns[] = {
		{ "RESIDENT" },
		{ "PAGES", true },
		{ "SIZE", true },
		{ "MEANING" },
	};
	const struct field *f;
	struct table *t;

	t = table_open(stdout, virtual_columns, 4, cli->colour);
	for (f = virtual; f->name; f++)
		pages_row(t, lab, f->name, field_value(mm, f), f->meaning);
	table_close(t);

	putchar('\n');
	t = table_open(stdout, resident_columns, 4, cli->colour);
	pages_row(t, lab, "rss", rss_of(mm), "resident (VmRSS)");
	for (f = resident; f->name; f++)
		pages_row(t, lab, f->name, field_value(mm, f), f->meaning);
	table_close(t);
}

static void print_tasks(const struct cli *cli, const struct task_list *tasks)
{
	static const struct column columns[] = {
		{ "TID", true },
		{ "TGID", true },
		{ "COMM" },
	};
	struct table *t = table_open(stdout, columns, 3, cli->colour);

	for (size_t i = 0; i < tasks->nr && i < TASKS_SHOWN; i++) {
		char *comm = check_alloc(format_safe(tasks->task[i].comm));

		table_cell(t, STYLE_PLAIN, "%d", tasks->task[i].tid);
		table_cell(t, STYLE_PLAIN, "%d", tasks->task[i].tgid);
		table_cell(t, STYLE_NAME, "%s", comm);
		free(comm);
	}
	table_close(t);
	if (tasks->nr > TASKS_SHOWN)
		printf("... and %zu more tasks share this mm, %zu in all (--json lists them)\n",
		       tasks->nr - TASKS_SHOWN, tasks->nr);
}

static void print_tables(const struct cli *cli, const struct vmlab *lab,
			 const struct vmlab_mm *mm,
			 const struct task_list *tasks)
{
	char *comm = check_alloc(format_safe(mm->comm));

	printf("%smm of %d (%s)%s", style_on(cli->colour, STYLE_HEAD), mm->pid,
	       comm, style_off(cli->colour, STYLE_HEAD));
	if (mm->tgid != mm->pid)
		printf(", a thread of process %d", mm->tgid);
	fputs("\n\n", stdout);
	free(comm);

	if (mm->flags & VMLAB_MM_KTHREAD) {
		print_kthread(cli, mm);
		return;
	}
	print_fields(cli, lab, mm);
	putchar('\n');
	print_ranges(cli, mm);
	putchar('\n');
	print_pages(cli, lab, mm);
	putchar('\n');
	print_tasks(cli, tasks);
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
	json_put(o, "def_flag_names", json_vm_flags(lab, mm->def_flags));

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

static void print_json(const struct vmlab *lab, const struct vmlab_mm *mm,
		       const struct task_list *tasks)
{
	bool kthread = mm->flags & VMLAB_MM_KTHREAD;
	json_t *o = json_object();
	struct json_doc doc;

	json_begin(&doc, stdout);
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

static int get_tasks(const struct vmlab_proc *proc, struct task_list *list)
{
	const struct vmlab_task *task;
	struct vmlab_tasks_iter *it;
	size_t room = 0;
	int ret;

	ret = vmlab_tasks_open(proc, &it);
	if (ret)
		return ret;
	while ((ret = vmlab_tasks_next(it, &task)) > 0) {
		if (list->nr == room) {
			room = room ? 2 * room : 64;
			list->task = reallocarray(list->task, room,
						  sizeof(*task));
			check_alloc(list->task);
		}
		list->task[list->nr++] = *task;
	}
	vmlab_tasks_close(it);
	return ret;
}

static int run(struct cli *cli, int argc, char **argv)
{
	struct task_list tasks = { 0 };
	struct vmlab_proc *proc;
	struct vmlab *lab;
	struct vmlab_mm mm;
	pid_t pid;
	int err;

	if (cli_option(cli, NULL, argc, argv) == CLI_STOP)
		return cli->exit_code;
	err = cli_open_proc(cli, argv[optind], &lab, &proc, &pid);
	if (err)
		return err;

	err = vmlab_mm_get(proc, &mm);
	if (!err && !(mm.flags & VMLAB_MM_KTHREAD))
		err = get_tasks(proc, &tasks);
	if (err)
		err = cli_fail(err, VMLAB_ABOUT_PROCESS, pid);
	else if (cli->json)
		print_json(lab, &mm, &tasks);
	else
		print_tables(cli, lab, &mm, &tasks);

	free(tasks.task);
	vmlab_proc_close(proc);
	vmlab_close(lab);
	return err;
}

static const char help[] =
	"PID is a process or thread id, or 'self' for vmlab itself.  Any other than self\n"
	"needs root, or CAP_SYS_PTRACE in the user namespace of the process's mm.\n"
	"\n"
	"FIELD     references, and addresses that are no range, in the kernel's terms\n"
	"RANGE     parts of the address space that execve(2) and brk(2) placed\n"
	"VIRTUAL   address space by kind; in brackets the name in /proc/PID/status\n"
	"RESIDENT  memory by kind\n"
	"TID       tasks that share this mm: threads (CLONE_VM) and vfork(2) children;\n"
	"          the first 20\n"
	"\n"
	"PAGES counts pages of the size that 'vmlab info' shows; SIZE is rounded down.\n"
	"JSON has exact bytes, and all tasks.  A kernel thread has no mm: the table says\n"
	"whose it borrows, and JSON has \"mm\": null and \"active_mm\".\n"
	"\n"
	"Example: bytes of page tables of pid 1\n"
	"  vmlab mm 1 --json | jq .mm.pgtables\n";

const struct command cmd_mm = {
	.name = "mm",
	.operands = "PID",
	.operand = OPERAND_PID,
	.nr_operands = 1,
	.summary = "show a process's mm_struct and the tasks that share it",
	.help = help,
	.run = run,
};
