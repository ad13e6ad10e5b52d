// SPDX-License-Identifier: GPL-2.0
/* vmlab layout: the user and the kernel half, region by region. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "show/format.h"
#include "show/json.h"
#include "show/table.h"

/* where parts of a process lie; @end is exclusive */
struct part {
	const char *name;
	uint64_t start;
	uint64_t end;
};

#define NR_PARTS 6

static const char *meaning(const char *region)
{
	static const struct {
		const char *name, *meaning;
	} meanings[] = {
		{ "user", "processes: the user half" },
		{ "user_high", "processes that ask for it with a hint, mmap(2)" },
		{ "noncanonical", "no address: bits above do not repeat the top one" },
		{ "hypervisor_hole", "left to a hypervisor" },
		{ "ldt", "remap of a process's LDT, modify_ldt(2)" },
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
		{ "vsyscall", "the old way to ask for the time" },
	};

	for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++)
		if (!strcmp(meanings[i].name, region))
			return meanings[i].meaning;
	return "";
}

static const char *size_text(uint64_t start, uint64_t last,
			     char buf[static SIZE_TEXT_MAX])
{
	return format_size(last - start + 1, buf);
}

/* by address; those without extent are left out */
static size_t parts_of(const struct vmlab_mm *mm, struct part *parts)
{
	const struct part all[NR_PARTS] = {
		{ "code", mm->start_code, mm->end_code },
		{ "data", mm->start_data, mm->end_data },
		{ "heap", mm->start_brk, mm->brk },
		/* mmap(2) fills it from the upper end down */
		{ "mmap", mm->brk > mm->end_data ? mm->brk : mm->end_data,
		  mm->mmap_base },
		{ "arguments", mm->arg_start, mm->arg_end },
		{ "environment", mm->env_start, mm->env_end },
	};
	size_t nr = 0;

	for (size_t i = 0; i < NR_PARTS; i++)
		if (all[i].end > all[i].start)
			parts[nr++] = all[i];
	return nr;
}

static void region_row(struct table *t, const struct vmlab_region *r)
{
	bool hidden = r->flags & VMLAB_REGION_HIDDEN;
	enum style style = r->flags & VMLAB_REGION_HOLE ? STYLE_DIM :
							  STYLE_PLAIN;
	char size[SIZE_TEXT_MAX];

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
		table_cell(t, style, "%s", size_text(r->start, r->last, size));
	}
	table_cell(t, style, "%s",
		   r->flags & VMLAB_REGION_RANDOM ? "random" : "");
	table_cell(t, style, "%s", meaning(r->name));
}

static void part_row(struct table *t, const struct part *part)
{
	char size[SIZE_TEXT_MAX];

	table_cell(t, STYLE_PLAIN, "process");
	table_cell(t, STYLE_GOOD, "%s", part->name);
	table_cell(t, STYLE_PLAIN, "%016" PRIx64, part->start);
	table_cell(t, STYLE_PLAIN, "%016" PRIx64, part->end - 1);
	table_cell(t, STYLE_PLAIN, "%s",
		   format_size(part->end - part->start, size));
	table_cell(t, STYLE_PLAIN, "%s", "");
	table_cell(t, STYLE_PLAIN, "%s",
		   strcmp(part->name, "mmap") ?
			   "" : "between heap and mmap_base, filled from above");
}

static void print_table(const struct cli *cli,
			const struct vmlab_region *regions, size_t nr,
			const struct part *parts, size_t nr_parts)
{
	static const struct column columns[] = {
		{ "HALF" },	  { "REGION" },	  { "START", true },
		{ "LAST", true }, { "SIZE", true }, { "BASE" },
		{ "MEANING" },
	};
	struct table *t = table_open(stdout, columns, 7, cli->colour);
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
		puts("Addresses of the kernel half are hidden: they need "
		     "CAP_SYSLOG (run as root).");
}

static void print_json(const struct vmlab_region *regions, size_t nr,
		       const struct part *parts, size_t nr_parts,
		       const struct vmlab_mm *mm)
{
	struct json_doc doc;

	json_begin(&doc, stdout);
	json_array_begin(&doc, "regions");
	for (size_t i = 0; i < nr; i++) {
		const struct vmlab_region *r = &regions[i];
		bool hidden = r->flags & VMLAB_REGION_HIDDEN;
		json_t *o = json_object();

		json_put(o, "name", json_text(r->name));
		json_put(o, "start", hidden ? json_null() : json_hex(r->start));
		json_put(o, "last", hidden ? json_null() : json_hex(r->last));
		json_put(o, "size",
			 hidden ? json_null() :
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

static int open_target(const struct cli *cli, const char *operand,
		       struct vmlab **lab, struct vmlab_mm *mm)
{
	struct vmlab_proc *proc;
	pid_t pid;
	int err;

	err = cli_open_proc(cli, operand, lab, &proc, &pid);
	if (err)
		return err;
	err = vmlab_mm_get(proc, mm);
	if (!err && mm->flags & VMLAB_MM_KTHREAD)
		err = -ENXIO;
	vmlab_proc_close(proc);
	if (!err)
		return EXIT_OK;
	vmlab_close(*lab);
	return cli_fail(err, VMLAB_ABOUT_PROCESS, pid);
}

static int run(struct cli *cli, int argc, char **argv)
{
	struct vmlab_region *regions;
	struct part parts[NR_PARTS];
	const struct vmlab_mm *of = NULL;
	size_t nr, nr_parts = 0;
	struct vmlab_mm mm;
	struct vmlab *lab;
	int err;

	if (cli_option(cli, NULL, argc, argv) == CLI_STOP)
		return cli->exit_code;
	if (optind < argc) {
		err = open_target(cli, argv[optind], &lab, &mm);
		of = &mm;
	} else {
		err = cli_open(&lab);
	}
	if (err)
		return err;
	if (of)
		nr_parts = parts_of(of, parts);

	err = vmlab_layout_get(lab, &regions, &nr);
	if (err == -EOPNOTSUPP) {
		err = cli_error("the module does not know the layout of this "
				"architecture");
	} else if (err) {
		err = cli_fail(err, VMLAB_ABOUT_DEVICE, 0);
	} else {
		if (cli->json)
			print_json(regions, nr, parts, nr_parts, of);
		else
			print_table(cli, regions, nr, parts, nr_parts);
		free(regions);
	}
	vmlab_close(lab);
	return err;
}

static const char help[] =
	"Needs no privilege; without CAP_SYSLOG the addresses of the kernel half are\n"
	"hidden.  With PID, the parts of that process's user half too, which needs root, or\n"
	"CAP_SYS_PTRACE in the user namespace of the process's mm.\n"
	"\n"
	"HALF         user or kernel; 'process' for the parts of PID; '-' is neither\n"
	"START, LAST  the range, both inclusive\n"
	"SIZE         rounded down; JSON has exact bytes\n"
	"BASE         random: another address at each boot\n"
	"\n"
	"Example: where the kernel keeps struct page on this boot\n"
	"  vmlab layout --json | jq '.regions[] | select(.name == \"vmemmap\")'\n";

const struct command cmd_layout = {
	.name = "layout",
	.operands = "[PID]",
	.operand = OPERAND_PID,
	.more_operands = 1,
	.summary = "show the user and the kernel half, region by region",
	.help = help,
	.run = run,
};
