// SPDX-License-Identifier: GPL-2.0
/* vmlab find: what the kernel finds at an address or in a range. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/cli.h"
#include "show/format.h"
#include "show/json.h"
#include "model/xalloc.h"
#include "cli/parse.h"
#include "show/table.h"
#include "show/vma.h"

static const struct {
	const char *name;
	const char *meaning;
} answers[VMLAB_FIND_NR] = {
	[VMLAB_FIND_VMA] = { "find_vma", "first that ends above the address" },
	[VMLAB_FIND_INTERSECTION] = { "intersection",
				      "first with a byte in the range" },
	[VMLAB_FIND_PREV] = { "previous", "last that ends at or below it" },
	[VMLAB_FIND_NEXT] = { "next", "first at or above the end" },
};

static void print_answers(const struct cli *cli, const struct vmlab *lab,
			  const struct vmlab_find *find, const char *strings)
{
	static const struct column columns[] = {
		{ "ANSWER" },	 { "START", true }, { "END", true },
		{ "SIZE", true }, { "PERM" },	    { "NAME" },
		{ "MEANING" },
	};
	struct table *t = table_open(stdout, columns, 7, cli->colour);
	struct vma_words words;

	vma_words_init(&words, lab);
	for (unsigned int i = 0; i < VMLAB_FIND_NR; i++) {
		const struct vmlab_vma *v = &find->vma[i];
		char perms[VMA_PERMS_LEN], size[SIZE_TEXT_MAX];
		char *name =
			check_alloc(format_safe(vmlab_find_name(find, strings, i)));

		table_cell(t, STYLE_HEAD, "%s", answers[i].name);
		if (find->found >> i & 1) {
			table_cell(t, STYLE_PLAIN, "%llx", v->start);
			table_cell(t, STYLE_PLAIN, "%llx", v->end);
			table_cell(t, STYLE_PLAIN, "%s",
				   format_size(v->end - v->start, size));
			table_cell(t, STYLE_PLAIN, "%s",
				   vma_perms(&words, v, perms));
			table_cell(t, vma_name_style(v), "%s", name);
		} else {
			table_cell(t, STYLE_DIM, "none");
			for (int n = 0; n < 4; n++)
				table_cell(t, STYLE_DIM, "%s", "");
		}
		table_cell(t, STYLE_DIM, "%s", answers[i].meaning);
		free(name);
	}
	table_close(t);
}

static void print_text(const struct cli *cli, const struct vmlab *lab,
		       const struct vmlab_find *find, const char *strings,
		       uint64_t end)
{
	const struct vmlab_vma *v = &find->vma[VMLAB_FIND_VMA];
	bool inside = find->found >> VMLAB_FIND_VMA & 1 &&
		      v->start <= find->start;
	char size[SIZE_TEXT_MAX];

	print_answers(cli, lab, find, strings);
	if (inside)
		printf("%llx lies in the VMA that find_vma finds, %s above its start\n",
		       find->start, format_size(find->start - v->start, size));
	else if (find->gap_end)
		printf("%llx lies in the gap %llx-%llx, %s\n", find->start,
		       find->gap_start, find->gap_end,
		       format_size(find->gap_end - find->gap_start, size));
	else
		printf("%llx is above the user half\n", find->start);
	if (end && !(find->found >> VMLAB_FIND_INTERSECTION & 1))
		printf("nothing is mapped in %llx-%llx\n", find->start,
		       (unsigned long long)end);
	printf("%u of %u levels of nodes visited and %u pivots compared, among %u VMAs\n",
	       find->nodes, find->depth, find->pivots, find->map_count);
}

static json_t *vma_record(const struct vma_words *words,
			  const struct vmlab_find *find, const char *strings,
			  unsigned int i)
{
	const struct vmlab_vma *v = &find->vma[i];
	char perms[VMA_PERMS_LEN];
	json_t *o;

	if (!(find->found >> i & 1))
		return json_null();
	o = json_object();
	json_put(o, "start", json_hex(v->start));
	json_put(o, "end", json_hex(v->end));
	json_put(o, "size", json_count(v->end - v->start));
	json_put(o, "perms", json_string(vma_perms(words, v, perms)));
	json_put(o, "vm_flags", json_hex(v->vm_flags));
	json_put(o, "pgoff", json_count(v->pgoff));
	json_put(o, "vm_ops", json_text(vmlab_find_ops(find, strings, i)));
	json_put_name(o, "name", vmlab_find_name(find, strings, i));
	return o;
}

static void print_json(const struct vmlab *lab, const struct vmlab_find *find,
		       const char *strings, pid_t pid)
{
	struct vma_words words;
	struct json_doc doc;
	json_t *gap;

	vma_words_init(&words, lab);
	json_begin(&doc, stdout);
	json_member(&doc, "pid", json_integer(pid ? pid : getpid()));
	json_member(&doc, "map_count", json_count(find->map_count));
	json_member(&doc, "start", json_hex(find->start));
	json_member(&doc, "end",
		    json_hex(find->end ? find->end : find->start + 1));
	for (unsigned int i = 0; i < VMLAB_FIND_NR; i++)
		json_member(&doc, answers[i].name,
			    vma_record(&words, find, strings, i));
	if (find->gap_end) {
		gap = json_object();
		json_put(gap, "start", json_hex(find->gap_start));
		json_put(gap, "end", json_hex(find->gap_end));
		json_put(gap, "size",
			 json_count(find->gap_end - find->gap_start));
	} else {
		gap = json_null();
	}
	json_member(&doc, "gap", gap);
	json_member(&doc, "depth", json_count(find->depth));
	json_member(&doc, "nodes_visited", json_count(find->nodes));
	json_member(&doc, "pivots_compared", json_count(find->pivots));
	json_end(&doc);
}

static int run(struct cli *cli, int argc, char **argv)
{
	uint64_t start, end = 0;
	struct vmlab_proc *proc;
	struct vmlab_find find;
	struct vmlab *lab;
	char *strings;
	pid_t pid;
	int err;

	if (cli_option(cli, NULL, argc, argv) == CLI_STOP)
		return cli->exit_code;
	if (parse_address(argv[optind + 1], &start))
		return cli_usage(cli, "'%s' is not an address: give it in "
				 "hexadecimal", argv[optind + 1]);
	if (argc - optind > 2) {
		if (parse_address(argv[optind + 2], &end))
			return cli_usage(cli, "'%s' is not an address: give it "
					 "in hexadecimal", argv[optind + 2]);
		if (end <= start)
			return cli_usage(cli, "END must be above START");
	}
	err = cli_open_proc(cli, argv[optind], &lab, &proc, &pid);
	if (err)
		return err;

	strings = check_alloc(malloc(VMLAB_FIND_STRINGS_MIN));
	err = vmlab_find_get(proc, start, end, &find, strings);
	if (err == -EINVAL)
		err = cli_error("%s is not an address that can be looked up",
				argv[optind + 1]);
	else if (err)
		err = cli_fail(err, VMLAB_ABOUT_PROCESS, pid);
	else if (cli->json)
		print_json(lab, &find, strings, pid);
	else
		print_text(cli, lab, &find, strings, end);
	free(strings);
	vmlab_proc_close(proc);
	vmlab_close(lab);
	return err;
}

static const char help[] =
	"PID is a process or thread id, or 'self' for vmlab itself.  Any other than self\n"
	"needs root, or CAP_SYS_PTRACE in the user namespace of the process's mm.\n"
	"START and END are addresses in hexadecimal; without END the range is one byte.\n"
	"\n"
	"find_vma      the first VMA that ends above START: it need not contain START\n"
	"intersection  the first VMA that has a byte in [START, END)\n"
	"previous      the last VMA that ends at or below START\n"
	"next          the first VMA that starts at or above END\n"
	"\n"
	"Then the gap that START lies in, and what the lookup cost: nodes of the maple tree\n"
	"from the root to the leaf, and pivots compared in them.\n"
	"\n"
	"Example: what is at an address, and is a range free?\n"
	"  vmlab find $PID 7ffff7fc1000\n"
	"  vmlab find $PID 10000 20000\n";

const struct command cmd_find = {
	.name = "find",
	.operands = "PID START [END]",
	.operand = OPERAND_PID,
	.nr_operands = 2,
	.more_operands = 1,
	.summary = "look up an address or a range as the kernel does",
	.help = help,
	.run = run,
};
