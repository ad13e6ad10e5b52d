// SPDX-License-Identifier: GPL-2.0
/* vmlab map: the address space as a picture. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "show/json.h"
#include "show/map.h"
#include "show/screen.h"

enum { OPT_SVG = 0x100, OPT_HTML, OPT_ASCII };

static const struct option_spec options[] = {
	{ "svg", OPT_SVG, "FILE", NULL, "write a drawing; '-' is standard output" },
	{ "html", OPT_HTML, "FILE", NULL, "write a page for a browser" },
	{ "ascii", OPT_ASCII, NULL, NULL,
	  "draw with ASCII (default in a locale that is not UTF-8)" },
	{ 0 },
};

static void print_json(const struct map_picture *map)
{
	const struct snapshot *snap = map->snap;
	struct json_doc doc;

	json_begin(&doc, stdout);
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

static int write_file(const char *path, const struct map_picture *map,
		      void (*print)(FILE *out, const struct map_picture *map))
{
	FILE *out;
	int failed;

	if (!strcmp(path, "-")) {
		print(stdout, map);
		return EXIT_OK;
	}
	out = fopen(path, "we");
	if (!out)
		return cli_error("cannot write %s: %s", path, strerror(errno));
	print(out, map);
	failed = ferror(out);
	if (fclose(out) || failed)
		return cli_error("cannot write %s: %s", path, strerror(errno));
	return EXIT_OK;
}

static int run(struct cli *cli, int argc, char **argv)
{
	const char *svg = NULL, *html = NULL;
	bool ascii = !screen_utf8();
	struct map_picture map;
	struct map_item *item;
	struct vmlab_proc *proc;
	struct snapshot snap;
	struct vmlab *lab;
	size_t nr;
	pid_t pid;
	int c, err;

	while ((c = cli_option(cli, options, argc, argv)) != CLI_END) {
		switch (c) {
		case OPT_SVG:
			svg = optarg;
			break;
		case OPT_HTML:
			html = optarg;
			break;
		case OPT_ASCII:
			ascii = true;
			break;
		default:
			return cli->exit_code;
		}
	}
	if (cli->json && (svg || html))
		return cli_usage(cli, "--json goes without --svg and --html");

	err = cli_open_proc(cli, argv[optind], &lab, &proc, &pid);
	if (err)
		return err;
	err = snapshot_take(lab, proc, true, &snap);
	if (err) {
		err = cli_fail(err, VMLAB_ABOUT_PROCESS, pid);
	} else {
		item = map_items(&snap, &nr);
		map_picture_init(&map, &snap, item, nr);
		if (svg)
			err = write_file(svg, &map, map_print_svg);
		if (html && !err)
			err = write_file(html, &map, map_print_html);
		if (cli->json)
			print_json(&map);
		else if (!svg && !html)
			map_print_text(stdout, &map, screen_width(), !ascii,
				       cli->colour);
		free(item);
	}
	snapshot_free(&snap);
	vmlab_proc_close(proc);
	vmlab_close(lab);
	return err;
}

static const char help[] =
	"PID is a process or thread id, or 'self' for vmlab itself.  Any other than self\n"
	"needs root, or CAP_SYS_PTRACE in the user namespace of the process's mm.\n"
	"\n"
	"One line for each VMA and each gap, the highest address first, as wide as the\n"
	"terminal ($COLUMNS).  The length of a bar grows with the logarithm of the size; the\n"
	"solid part is resident, in proportion.  Colours tell the kinds apart; the last lines\n"
	"say which is which.  Names that are too long lose their beginning.\n"
	"\n"
	"RSS  what the page tables hold, without the zero page; pages of hugetlbfs count\n"
	"\n"
	"--svg and --html write files that need nothing else, no network and no script:\n"
	"heights in place of lengths, and details of the part under the pointer.\n"
	"\n"
	"Example:\n"
	"  vmlab map $$ --html map.html && xdg-open map.html\n";

const struct command cmd_map = {
	.name = "map",
	.operands = "PID",
	.operand = OPERAND_PID,
	.nr_operands = 1,
	.summary = "draw the address space: terminal, SVG or HTML",
	.help = help,
	.options = options,
	.run = run,
};
