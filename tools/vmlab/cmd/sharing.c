// SPDX-License-Identifier: GPL-2.0
/* vmlab sharing: which frames several processes share, and of which files. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "show/format.h"
#include "show/json.h"
#include "model/xalloc.h"
#include "cli/parse.h"
#include "model/sharing.h"
#include "model/snapshot.h"
#include "show/table.h"

enum { OPT_PFNS = 0x100 };

static const struct option_spec options[] = {
	{ "pfns", OPT_PFNS, NULL, NULL,
	  "with --json: the shared frames of each file, too" },
	{ 0 },
};

/* what pages are grouped by: a file, or a kind of memory, and protection */
struct object {
	char *name;
	char perms[SNAP_PERMS_LEN];
	uint32_t dev_major, dev_minor;
	uint64_t ino;
	bool file;
};

struct target {
	pid_t pid;
	struct vmlab_proc *proc;
	struct snapshot snap;
};

struct query {
	const struct cli *cli;
	struct vmlab *lab;
	uint64_t page_size;
	bool pfns;
	struct target *target;
	size_t nr_targets;
	struct object *object;
	size_t nr_objects;
	struct share_page *page;
	size_t nr_pages, room;
};

static bool is_object(const struct object *o, const struct snap_vma *v,
		      const char *perms)
{
	bool file = v->flags & VMLAB_VMA_FILE;

	if (o->file != file || strcmp(o->perms, perms) ||
	    strcmp(o->name, v->name))
		return false;
	return !file || (o->ino == v->ino && o->dev_major == v->dev_major &&
			 o->dev_minor == v->dev_minor);
}

static uint32_t object_of(struct query *q, const struct snapshot *snap,
			  const struct snap_vma *v)
{
	char perms[SNAP_PERMS_LEN];
	struct object *o;

	snapshot_perms(snap, v, perms);
	for (size_t i = 0; i < q->nr_objects; i++)
		if (is_object(&q->object[i], v, perms))
			return (uint32_t)i;

	q->object = check_alloc(reallocarray(q->object, q->nr_objects + 1,
				      sizeof(*q->object)));
	o = &q->object[q->nr_objects];
	memset(o, 0, sizeof(*o));
	o->name = check_alloc(strdup(v->name));
	memcpy(o->perms, perms, sizeof(o->perms));
	o->file = v->flags & VMLAB_VMA_FILE;
	o->ino = v->ino;
	o->dev_major = v->dev_major;
	o->dev_minor = v->dev_minor;
	return (uint32_t)q->nr_objects++;
}

static void add_page(struct query *q, const struct vmlab_page *page,
		     const struct snap_vma *v, uint32_t object, uint32_t proc)
{
	struct share_page *p;

	if (q->nr_pages == q->room) {
		q->room = q->room ? 2 * q->room : 4096;
		q->page = check_alloc(reallocarray(q->page, q->room,
					    sizeof(*q->page)));
	}
	p = &q->page[q->nr_pages++];
	p->pfn = page->pfn;
	p->object = object;
	p->proc = proc;
	p->mapcount = page->mapcount;
	/* a page of the file itself, not a private copy */
	p->offset = page->entry_flags & VMLAB_PTE_FILE && v->flags & VMLAB_VMA_FILE ?
			    v->pgoff + (page->addr - v->start) / q->page_size :
			    UINT64_MAX;
}

static int read_pages(struct query *q, uint32_t proc, bool *hidden)
{
	const struct vmlab_pt_query all = {
		.category_inverted = VMLAB_PTE_ZERO,
		.category_mask = VMLAB_PTE_ZERO,
		.category_anyof_mask = VMLAB_PTE_PRESENT | VMLAB_PTE_PROTNONE,
	};
	struct target *target = &q->target[proc];
	const struct snap_vma *v = NULL;
	const struct vmlab_page *page;
	struct vmlab_pages_iter *it;
	uint32_t object = 0;
	int ret;

	ret = vmlab_pages_open(target->proc, &all, &it);
	if (ret)
		return ret;
	while ((ret = vmlab_pages_next(it, &page)) > 0) {
		if (vmlab_pages_result(it) & VMLAB_PT_HIDDEN) {
			*hidden = true;
			break;
		}
		if (!(page->flags & VMLAB_PAGE_STRUCT))
			continue;
		if (!v || page->addr < v->start || page->addr >= v->end) {
			v = snapshot_vma_at(&target->snap, page->addr);
			if (v)
				object = object_of(q, &target->snap, v);
		}
		/* without: mapped since the VMAs were read */
		if (v)
			add_page(q, page, v, object, proc);
	}
	vmlab_pages_close(it);
	return ret < 0 ? ret : 0;
}

static int open_targets(struct query *q, char **operands)
{
	for (size_t i = 0; i < q->nr_targets; i++) {
		struct target *t = &q->target[i];
		int err;

		if (parse_pid(operands[i], &t->pid))
			return cli_usage(q->cli, "'%s' is not a process: give "
					 "a pid (see ps(1)) or 'self'",
					 operands[i]);
		for (size_t j = 0; j < i; j++)
			if (q->target[j].pid == t->pid)
				return cli_usage(q->cli, "%s is given twice",
						 operands[i]);
		err = vmlab_proc_open(q->lab, t->pid, &t->proc);
		if (err)
			return cli_fail(err, VMLAB_ABOUT_PROCESS, t->pid);
	}
	return EXIT_OK;
}

static int read_targets(struct query *q)
{
	bool hidden = false;

	for (size_t i = 0; i < q->nr_targets && !hidden; i++) {
		struct target *t = &q->target[i];
		int err = snapshot_take(q->lab, t->proc, false, &t->snap);

		if (!err)
			err = read_pages(q, (uint32_t)i, &hidden);
		if (err)
			return cli_fail(err, VMLAB_ABOUT_PROCESS, t->pid);
	}
	if (!hidden)
		return EXIT_OK;
	cli_error("frame numbers are hidden, and without them nobody can tell "
		  "what is shared: they need CAP_SYS_ADMIN, run as root");
	return EXIT_NO_PERMISSION;
}

static const char *frames_text(const struct query *q, uint64_t frames,
			       char buf[static SIZE_TEXT_MAX])
{
	return format_size(frames * q->page_size, buf);
}

static void print_procs(const struct query *q, const struct share_report *r)
{
	static const struct column columns[] = {
		{ "PID", true },     { "COMM" },	{ "RESIDENT", true },
		{ "PRIVATE", true }, { "ELSEWHERE", true }, { "SHARED", true },
		{ "PSS", true },
	};
	struct table *t = table_open(stdout, columns, 7, q->cli->colour);
	char size[SIZE_TEXT_MAX];

	for (size_t i = 0; i < r->nr_procs; i++) {
		const struct share_proc *p = &r->proc[i];
		char *comm = check_alloc(format_safe(q->target[i].snap.comm));

		table_cell(t, STYLE_PLAIN, "%d", q->target[i].snap.pid);
		table_cell(t, STYLE_NAME, "%s", comm);
		table_cell(t, STYLE_PLAIN, "%s",
			   frames_text(q, p->frames, size));
		table_cell(t, STYLE_PLAIN, "%s",
			   frames_text(q, p->private, size));
		table_cell(t, STYLE_PLAIN, "%s",
			   frames_text(q, p->elsewhere, size));
		table_cell(t, STYLE_GOOD, "%s",
			   frames_text(q, p->shared, size));
		table_cell(t, STYLE_PLAIN, "%s",
			   format_size(p->pss * (q->page_size / 4096), size));
		free(comm);
	}
	table_close(t);
}

/* indices of objects that are shared, most frames first */
static size_t *sorted_objects(const struct share_report *r, size_t *nr)
{
	size_t *list = check_alloc(calloc(r->nr_objects + 1, sizeof(*list)));

	*nr = 0;
	for (size_t i = 0; i < r->nr_objects; i++) {
		size_t at = *nr;

		if (!r->object[i].shared)
			continue;
		for (; at && r->object[list[at - 1]].shared <
				     r->object[i].shared; at--)
			list[at] = list[at - 1];
		list[at] = i;
		++*nr;
	}
	return list;
}

static void print_objects(const struct query *q, const struct share_report *r)
{
	static const struct column columns[] = {
		{ "SHARED", true }, { "FRAMES", true }, { "MAPPINGS", true },
		{ "SAVED", true },  { "PROCS", true },	{ "PERM" },
		{ "NAME" },
	};
	struct table *t = table_open(stdout, columns, 7, q->cli->colour);
	char size[SIZE_TEXT_MAX], saved[SIZE_TEXT_MAX];
	size_t nr;
	size_t *list = sorted_objects(r, &nr);

	for (size_t i = 0; i < nr; i++) {
		const struct share_object *s = &r->object[list[i]];
		const struct object *o = &q->object[list[i]];
		char *name = check_alloc(format_safe(o->name));

		table_cell(t, STYLE_GOOD, "%s",
			   frames_text(q, s->shared, size));
		table_cell(t, STYLE_PLAIN, "%" PRIu64, s->shared);
		table_cell(t, STYLE_PLAIN, "%" PRIu64, s->mappings);
		table_cell(t, STYLE_PLAIN, "%s",
			   frames_text(q, s->mappings - s->shared, saved));
		table_cell(t, STYLE_PLAIN, "%" PRIu64, s->procs);
		table_cell(t, STYLE_PLAIN, "%s", o->perms);
		table_cell(t, STYLE_NAME, "%s",
			   *name ? name : "(anonymous memory)");
		free(name);
	}
	table_close(t);
	free(list);
}

static void print_pairs(const struct query *q, const struct share_report *r)
{
	static const struct column columns[] = {
		{ "PID", true },
		{ "AND", true },
		{ "FRAMES", true },
		{ "SHARED", true },
	};
	struct table *t = table_open(stdout, columns, 4, q->cli->colour);
	char size[SIZE_TEXT_MAX];

	for (size_t a = 0; a < r->nr_procs; a++)
		for (size_t b = a + 1; b < r->nr_procs; b++) {
			uint64_t frames = r->pair[a * r->nr_procs + b];

			table_cell(t, STYLE_PLAIN, "%d", q->target[a].snap.pid);
			table_cell(t, STYLE_PLAIN, "%d", q->target[b].snap.pid);
			table_cell(t, STYLE_PLAIN, "%" PRIu64, frames);
			table_cell(t, STYLE_GOOD, "%s",
				   frames_text(q, frames, size));
		}
	table_close(t);
}

static void print_text(const struct query *q, const struct share_report *r)
{
	char frames[SIZE_TEXT_MAX], shared[SIZE_TEXT_MAX],
		saved[SIZE_TEXT_MAX];

	print_procs(q, r);
	if (r->nr_procs < 2)
		return;
	putchar('\n');
	print_objects(q, r);
	putchar('\n');
	print_pairs(q, r);
	printf("%s in %" PRIu64 " frames, of which %s are shared: this saves %s\n",
	       frames_text(q, r->frames, frames), r->frames,
	       frames_text(q, r->shared, shared),
	       frames_text(q, r->mappings - r->shared, saved));
}

/* frames of @object that are shared; @q->page is sorted by frame */
static json_t *pfns_json(const struct query *q, uint32_t object)
{
	json_t *array = check_alloc(json_array());

	for (size_t i = 0, n; i < q->nr_pages; i += n) {
		const struct share_page *p = &q->page[i];
		bool shared = false;

		for (n = 1; i + n < q->nr_pages && p[n].pfn == p->pfn; n++)
			shared |= p[n].proc != p->proc;
		if (shared && p->object == object)
			json_append(array, json_count(p->pfn));
	}
	return array;
}

static void print_json(const struct query *q, const struct share_report *r)
{
	uint64_t page = q->page_size;
	struct json_doc doc;

	json_begin(&doc, stdout);
	json_member(&doc, "page_size", json_count(page));
	json_member(&doc, "frames", json_count(r->frames));
	json_member(&doc, "shared_frames", json_count(r->shared));
	json_member(&doc, "shared", json_count(r->shared * page));
	json_member(&doc, "saved", json_count((r->mappings - r->shared) * page));
	json_array_begin(&doc, "processes");
	for (size_t i = 0; i < r->nr_procs; i++) {
		const struct share_proc *p = &r->proc[i];
		json_t *o = json_object();

		json_put(o, "pid", json_integer(q->target[i].snap.pid));
		json_put_name(o, "comm", q->target[i].snap.comm);
		json_put(o, "frames", json_count(p->frames));
		json_put(o, "resident", json_count(p->frames * page));
		json_put(o, "private", json_count(p->private * page));
		json_put(o, "elsewhere", json_count(p->elsewhere * page));
		json_put(o, "shared", json_count(p->shared * page));
		json_put(o, "pss", json_count(p->pss * (page / 4096)));
		json_item(&doc, o);
	}
	json_array_end(&doc);
	json_array_begin(&doc, "objects");
	for (size_t i = 0; i < r->nr_objects; i++) {
		const struct share_object *s = &r->object[i];
		const struct object *from = &q->object[i];
		json_t *o = json_object();

		json_put_name(o, "name", from->name);
		json_put(o, "perms", json_string(from->perms));
		json_put(o, "file", json_boolean(from->file));
		json_put(o, "ino", json_count(from->ino));
		json_put(o, "processes", json_count(s->procs));
		json_put(o, "frames", json_count(s->frames));
		json_put(o, "shared_frames", json_count(s->shared));
		json_put(o, "shared", json_count(s->shared * page));
		json_put(o, "mappings", json_count(s->mappings));
		json_put(o, "saved",
			 json_count((s->mappings - s->shared) * page));
		json_put(o, "file_pages", json_count(s->file_pages));
		json_put(o, "file_frames", json_count(s->file_frames));
		if (q->pfns)
			json_put(o, "pfns", pfns_json(q, (uint32_t)i));
		json_item(&doc, o);
	}
	json_array_end(&doc);
	json_array_begin(&doc, "pairs");
	for (size_t a = 0; a < r->nr_procs; a++)
		for (size_t b = a + 1; b < r->nr_procs; b++) {
			uint64_t frames = r->pair[a * r->nr_procs + b];
			json_t *o = json_object();

			json_put(o, "pid", json_integer(q->target[a].snap.pid));
			json_put(o, "other",
				 json_integer(q->target[b].snap.pid));
			json_put(o, "frames", json_count(frames));
			json_put(o, "shared", json_count(frames * page));
			json_item(&doc, o);
		}
	json_array_end(&doc);
	json_end(&doc);
}

static void free_query(struct query *q)
{
	for (size_t i = 0; i < q->nr_targets; i++) {
		snapshot_free(&q->target[i].snap);
		vmlab_proc_close(q->target[i].proc);
	}
	for (size_t i = 0; i < q->nr_objects; i++)
		free(q->object[i].name);
	free(q->target);
	free(q->object);
	free(q->page);
	vmlab_close(q->lab);
}

static int run(struct cli *cli, int argc, char **argv)
{
	struct query q = { .cli = cli };
	struct share_report report;
	int c, err;

	while ((c = cli_option(cli, options, argc, argv)) != CLI_END) {
		if (c == CLI_STOP)
			return cli->exit_code;
		q.pfns = true;
	}
	if (q.pfns && !cli->json)
		return cli_usage(cli, "--pfns goes with --json");
	err = cli_open(&q.lab);
	if (err)
		return err;
	q.page_size = vmlab_page_size(q.lab);
	q.nr_targets = (size_t)(argc - optind);
	q.target = check_alloc(calloc(q.nr_targets, sizeof(*q.target)));

	err = cli_need_pgtable(q.lab);
	if (!err)
		err = open_targets(&q, argv + optind);
	if (!err)
		err = read_targets(&q);
	if (!err) {
		share_count(q.page, q.nr_pages, q.nr_targets, q.nr_objects,
			    &report);
		if (cli->json)
			print_json(&q, &report);
		else
			print_text(&q, &report);
		share_free(&report);
	}
	free_query(&q);
	return err;
}

static const char help[] =
	"Needs CAP_SYS_ADMIN, since it compares page frame numbers.  The zero page and memory\n"
	"without a struct page are left out.\n"
	"\n"
	"For each process, in sizes of different frames:\n"
	"RESIDENT   all that it maps\n"
	"PRIVATE    mapped by no other of the processes given\n"
	"ELSEWHERE  of PRIVATE, what others map that were not given\n"
	"SHARED     mapped by another one of those given\n"
	"PSS        each frame divided by the entries on the machine that map it\n"
	"\n"
	"For each file and protection, or kind of memory, of which frames are shared:\n"
	"FRAMES     different frames that at least two of the processes map\n"
	"SHARED     their size\n"
	"MAPPINGS   page-table entries that map them, in all the processes\n"
	"SAVED      what the processes would need more if each had its own\n"
	"PROCS      processes that map some of it\n"
	"\n"
	"Then each pair of processes.  JSON has all files, also with nothing shared, with\n"
	"file_pages and file_frames: equal when each page of the file is in memory once.\n"
	"The processes run on meanwhile: stop them for numbers that fit together exactly.\n"
	"\n"
	"Example: what all shells of the machine share\n"
	"  vmlab sharing $(pgrep bash)\n";

const struct command cmd_sharing = {
	.name = "sharing",
	.operands = "PID ...",
	.operand = OPERAND_PID,
	.nr_operands = 1,
	.more_operands = OPERANDS_ANY,
	.summary = "show which frames processes share, and of which files",
	.help = help,
	.options = options,
	.run = run,
};
