// SPDX-License-Identifier: GPL-2.0
/* vmlab translate: from a virtual to a physical address, step by step. */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/cli.h"
#include "show/format.h"
#include "show/json.h"
#include "model/xalloc.h"
#include "cli/parse.h"
#include "model/page_table_level.h"
#include "model/snapshot.h"
#include "show/table.h"

struct query {
	const struct cli *cli;
	const struct vmlab *lab;
	const struct vmlab_translation *t;
	struct snapshot names;
	pid_t pid;
	unsigned int page_shift;
	unsigned int leaf; /* level at which the walk ended at a frame, or 1 */
	bool hidden;
};

static const struct {
	const char *name;
	const char *sentence;
} outcomes[] = {
	[VMLAB_WALK_MAPPED] = { "mapped", "the entry maps a frame" },
	[VMLAB_WALK_NO_VMA] = {
		"no_vma", "no VMA covers the address, so there is nothing to "
			  "walk: an access raises SIGSEGV (SEGV_MAPERR)" },
	[VMLAB_WALK_NONE] = {
		"none", "the entry is empty: the page was never touched, or "
			"was dropped; a fault would fill it" },
	[VMLAB_WALK_PROTNONE] = {
		"protnone", "the entry maps a frame that the CPU may not "
			    "access: PROT_NONE, or a NUMA hint" },
	[VMLAB_WALK_SWAP] = { "swap", "the page is in swap: a fault would "
				      "read it back" },
	[VMLAB_WALK_MIGRATION] = {
		"migration", "the frame is being moved: a fault waits for it" },
	[VMLAB_WALK_DEVICE] = { "device", "the page is in the memory of a "
					  "device" },
	[VMLAB_WALK_HWPOISON] = {
		"hwpoison", "the frame lost its contents to a memory error: an "
			    "access raises SIGBUS" },
	[VMLAB_WALK_MARKER] = {
		"marker", "the entry has no page but a mark: its flags say "
			  "which" },
};

#define NR_OUTCOMES (sizeof(outcomes) / sizeof(outcomes[0]))

static const char *outcome_name(const struct query *q)
{
	return q->t->outcome < NR_OUTCOMES ? outcomes[q->t->outcome].name :
					     "unknown";
}

static const char *outcome_sentence(const struct query *q)
{
	return q->t->outcome < NR_OUTCOMES ?
		       outcomes[q->t->outcome].sentence :
		       "the module reports an outcome that this program does "
		       "not know";
}

static bool at_frame(const struct vmlab_translation *t)
{
	return t->outcome == VMLAB_WALK_MAPPED ||
	       t->outcome == VMLAB_WALK_PROTNONE;
}

static const char *upper(const char *s, char buf[static 16])
{
	size_t i;

	for (i = 0; i < 15 && s[i]; i++)
		buf[i] = (char)toupper((unsigned char)s[i]);
	buf[i] = '\0';
	return buf;
}

static const char *level_name(const struct query *q, unsigned int level,
			      char buf[static 16])
{
	return upper(pt_level_name(level, q->t->levels), buf);
}

static const char *access_text(unsigned int access, char buf[static 32])
{
	snprintf(buf, 32, "%s%s%s", access & VMLAB_ACCESS_READ ? " read" : "",
		 access & VMLAB_ACCESS_WRITE ? " write" : "",
		 access & VMLAB_ACCESS_EXEC ? " execute" : "");
	return *buf ? buf + 1 : "nothing";
}

static void heading(const struct query *q, const char *text)
{
	printf("\n%s%s%s\n", style_on(q->cli->colour, STYLE_HEAD), text,
	       style_off(q->cli->colour, STYLE_HEAD));
}

static void print_split(const struct query *q)
{
	static const struct column columns[] = {
		{ "FIELD" },
		{ "BITS", true },
		{ "BINARY", true },
		{ "DECIMAL", true },
		{ "MEANING" },
	};
	struct addr_field field[ADDR_FIELDS_MAX];
	char bits[BINARY_MAX], name[16], size[SIZE_TEXT_MAX];
	unsigned int nr = addr_split(q->t->addr, q->t->levels, q->page_shift,
				     q->leaf, field);
	struct table *t = table_open(stdout, columns, 5, q->cli->colour);

	for (unsigned int i = 0; i < nr; i++) {
		const struct addr_field *f = &field[i];

		if (f->level)
			table_cell(t, STYLE_NAME, "%s index",
				   upper(f->name, name));
		else
			table_cell(t, STYLE_NAME, "%s", f->name);
		table_cell(t, STYLE_PLAIN, "%u-%u", f->shift + f->bits - 1,
			   f->shift);
		table_cell(t, STYLE_GOOD, "%s",
			   binary_text(f->value, f->bits, bits));
		table_cell(t, STYLE_PLAIN, "%" PRIu64, f->value);
		if (f->level)
			table_cell(t, STYLE_DIM,
				   "which entry of the %s; each covers %s",
				   name,
				   format_size(UINT64_C(1) << f->shift, size));
		else if (f->shift)
			table_cell(t, STYLE_DIM,
				   "copies of bit %u: 0 in the user half",
				   f->shift - 1);
		else
			table_cell(t, STYLE_DIM, "which byte of the %s page",
				   format_size(UINT64_C(1) << f->bits, size));
	}
	table_close(t);
}

static void print_vma(const struct query *q)
{
	const struct vmlab_translation *t = q->t;
	const struct snap_vma *v = snapshot_vma_at(&q->names, t->addr);
	char flags[VMLAB_FLAGS_TEXT_MAX], access[32];
	char *name = check_alloc(format_safe(v ? v->name : ""));

	heading(q, "The VMA");
	if (t->vma_end) {
		vmlab_vm_flags_text(q->lab, t->vm_flags, flags, sizeof(flags));
		printf("  %" PRIx64 "-%" PRIx64 "  %s\n",
		       (uint64_t)t->vma_start, (uint64_t)t->vma_end,
		       *name ? name : "(anonymous memory)");
		printf("  flags: %s\n", flags);
		printf("  allows user mode: %s\n",
		       access_text(t->vma_access, access));
	} else {
		puts("  none covers this address");
	}
	free(name);
}

/* what the entry of a step leads to */
static void print_next(const struct query *q, const struct vmlab_walk_step *s,
		       bool last)
{
	char name[16], size[SIZE_TEXT_MAX];

	if (!last) {
		level_name(q, s->level - 1u, name);
		if (q->hidden)
			printf("  leads to the %s\n", name);
		else
			printf("  leads to the %s at physical 0x%" PRIx64 "\n",
			       name, (uint64_t)s->phys);
	} else if (at_frame(q->t)) {
		format_size(UINT64_C(1) << s->shift, size);
		if (q->hidden)
			printf("  maps a frame of %s\n", size);
		else
			printf("  maps the frame of %s at physical 0x%" PRIx64 "\n",
			       size, (uint64_t)s->phys);
	}
}

static void print_step(const struct query *q, unsigned int i)
{
	const struct vmlab_walk_step *s = &q->t->step[i];
	char name[16], flags[VMLAB_FLAGS_TEXT_MAX], text[64];

	vmlab_pte_flags_text(q->lab, s->flags, flags, sizeof(flags));
	snprintf(text, sizeof(text), "Step %u: %s", i + 1,
		 level_name(q, s->level, name));
	heading(q, text);
	if (q->hidden) {
		printf("  table at a physical address that is hidden, entry %u\n",
		       s->index);
	} else {
		printf("  table at physical 0x%" PRIx64 "%s\n",
		       (uint64_t)s->table, i ? "" : " (mm->pgd, to which CR3 points)");
		printf("  entry %u, at 0x%" PRIx64 " + %u * 8 = 0x%" PRIx64 "\n",
		       s->index, (uint64_t)s->table, s->index,
		       (uint64_t)s->table + s->index * UINT64_C(8));
		printf("  holds 0x%016" PRIx64 "\n", (uint64_t)s->raw);
	}
	printf("  flags: %s\n", *flags ? flags : "none: the entry is empty");
	print_next(q, s, i + 1 == q->t->steps);
}

static void print_physical(const struct query *q)
{
	const struct vmlab_translation *t = q->t;
	const struct vmlab_walk_step *s = &t->step[t->steps - 1];
	uint64_t offset = t->addr & ((UINT64_C(1) << s->shift) - 1);

	if (q->hidden)
		puts("  physical address: hidden");
	else
		printf("  physical address: 0x%" PRIx64 " + 0x%" PRIx64
		       " = 0x%" PRIx64 ", in page frame %" PRIu64 "\n",
		       (uint64_t)t->phys - offset, offset, (uint64_t)t->phys,
		       (uint64_t)t->phys >> q->page_shift);
}

static void print_result(const struct query *q)
{
	const struct vmlab_translation *t = q->t;
	char name[16], access[32];

	heading(q, "Result");
	if (t->steps)
		printf("  ends at the %s: ",
		       level_name(q, t->step[t->steps - 1].level, name));
	else
		printf("  ");
	printf("%s\n", outcome_sentence(q));
	if (at_frame(t))
		print_physical(q);
	if (t->outcome == VMLAB_WALK_SWAP && !q->hidden)
		printf("  swap area %u, page slot %" PRIu64 "\n", t->swap_type,
		       (uint64_t)t->swap_offset);
	if (t->vma_end) {
		printf("  as they are, the page tables let user mode: %s\n",
		       access_text(t->access, access));
		if (t->vma_access & ~t->access)
			printf("  after a fault also: %s\n",
			       access_text(t->vma_access & ~t->access,
					   access));
	}
	if (t->pkey)
		printf("  protection key %u, see pkeys(7)\n", t->pkey);
	if (q->hidden)
		puts("\nEntries, physical addresses, frames and swap slots are "
		     "hidden: the kernel shows\nthem to CAP_SYS_ADMIN only, "
		     "since they help attacks on memory.  Run as root.");
}

static void print_text(const struct query *q)
{
	const struct vmlab_translation *t = q->t;
	char bits[BINARY_MAX];

	printf("%sVirtual address 0x%016" PRIx64 "%s\n",
	       style_on(q->cli->colour, STYLE_HEAD), (uint64_t)t->addr,
	       style_off(q->cli->colour, STYLE_HEAD));
	binary_text(t->addr, 64, bits);
	for (int i = 0; i < 64; i += 8)
		printf(" %.8s", bits + i);
	printf("\n\n");
	print_split(q);
	print_vma(q);
	for (unsigned int i = 0; i < t->steps; i++)
		print_step(q, i);
	print_result(q);
}

static json_t *flag_names(const struct vmlab *lab, uint64_t flags)
{
	json_t *names = check_alloc(json_array());

	for (; flags; flags &= flags - 1) {
		unsigned int bit = (unsigned int)__builtin_ctzll(flags);

		json_append(names,
			    json_string(vmlab_pte_flag_name(lab, bit)));
	}
	return names;
}

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

static json_t *secret(const struct query *q, json_t *value)
{
	if (!q->hidden)
		return value;
	json_decref(value);
	return json_null();
}

static json_t *step_json(const struct query *q, unsigned int i)
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
	json_put(o, "flags", flag_names(q->lab, s->flags));
	return o;
}

static void print_json(const struct query *q)
{
	const struct vmlab_translation *t = q->t;
	const struct snap_vma *v = snapshot_vma_at(&q->names, t->addr);
	struct json_doc doc;
	json_t *vma = json_null();

	json_begin(&doc, stdout);
	json_member(&doc, "pid", json_integer(q->pid ? q->pid : getpid()));
	json_member(&doc, "address", json_hex(t->addr));
	json_member(&doc, "levels", json_count(t->levels));
	json_member(&doc, "hidden", json_boolean(q->hidden));
	json_member(&doc, "outcome", json_string(outcome_name(q)));
	json_member(&doc, "reason", json_string(outcome_sentence(q)));
	json_member(&doc, "phys",
		    at_frame(t) ? secret(q, json_hex(t->phys)) : json_null());
	json_member(&doc, "pfn",
		    at_frame(t) ? secret(q, json_count(t->phys >>
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

static int show(struct query *q, const struct vmlab_proc *proc, uint64_t addr,
		struct vmlab_translation *t)
{
	int err = vmlab_translate_get(proc, addr, t);

	if (err == -EINVAL)
		return cli_error("0x%" PRIx64 " is not in the user half of the "
				 "address space: 'vmlab layout' shows it",
				 addr);
	if (!err)
		err = snapshot_take(q->lab, proc, false, &q->names);
	if (!err) {
		q->t = t;
		q->hidden = t->result & VMLAB_PT_HIDDEN;
		q->leaf = at_frame(t) && t->steps ?
			  t->step[t->steps - 1].level : 1;
		if (q->cli->json)
			print_json(q);
		else
			print_text(q);
	}
	snapshot_free(&q->names);
	return err ? cli_fail(err, VMLAB_ABOUT_PROCESS, q->pid) : EXIT_OK;
}

static int run(struct cli *cli, int argc, char **argv)
{
	struct query q = { .cli = cli };
	struct vmlab_translation t;
	struct vmlab_proc *proc;
	struct vmlab *lab;
	uint64_t addr;
	int err;

	if (cli_option(cli, NULL, argc, argv) == CLI_STOP)
		return cli->exit_code;
	if (parse_address(argv[optind + 1], &addr))
		return cli_usage(cli, "'%s' is not an address: give it in "
				 "hexadecimal", argv[optind + 1]);
	err = cli_open_proc(cli, argv[optind], &lab, &proc, &q.pid);
	if (err)
		return err;
	q.lab = lab;
	q.page_shift = vmlab_info_get(lab)->page_shift;
	err = cli_need_pgtable(lab);
	if (!err)
		err = show(&q, proc, addr, &t);
	vmlab_proc_close(proc);
	vmlab_close(lab);
	return err;
}

static const char help[] =
	"PID is a process or thread id, or 'self' for vmlab itself.  Any other than self\n"
	"needs root, or CAP_SYS_PTRACE in the user namespace of the process's mm.  ADDR is\n"
	"hexadecimal.\n"
	"\n"
	"Shows the address in binary, split in the fields that the CPU uses: an index for\n"
	"each level of the page table, and the offset in the page; the VMA, which says what\n"
	"is allowed; then one step for each level: where its table is, which entry is used,\n"
	"what it holds, its flags by name, and what it leads to.  The result is the physical\n"
	"address, or the level at which the walk stops and why.  A huge page ends the walk at\n"
	"a higher level, and its offset is wider.\n"
	"\n"
	"Without CAP_SYS_ADMIN the kernel's secrets are hidden (entries, physical addresses):\n"
	"the walk is shown even so, with flags and reason.\n"
	"\n"
	"Example: the code of this shell\n"
	"  vmlab translate $$ $(vmlab mm $$ --json | jq -r .mm.code.start)\n";

const struct command cmd_translate = {
	.name = "translate",
	.operands = "PID ADDR",
	.operand = OPERAND_PID,
	.nr_operands = 2,
	.summary = "walk the page tables for one address, step by step",
	.help = help,
	.run = run,
};
