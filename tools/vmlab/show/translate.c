// SPDX-License-Identifier: GPL-2.0
/* The walk for one address, step by step, in words. */
#include <ctype.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>

#include "model/page_table_level.h"
#include "sys/xalloc.h"
#include "show/format.h"
#include "show/translate.h"
#include "show/wrap.h"
#include "sys/swap_areas.h"

static const struct column columns[] = {
	{ "FIELD" },
	{ "BITS", true },
	{ "BINARY", true },
	{ "DECIMAL", true },
	{ .title = "MEANING", .wrap = true },
};

const struct column_list translate_tables[] = { COLUMN_LIST(columns), { 0 } };

bool translation_at_frame(const struct vmlab_translation *t)
{
	return t->outcome == VMLAB_WALK_MAPPED ||
	       t->outcome == VMLAB_WALK_PROTNONE;
}

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

const char *translation_outcome(const struct translation_view *q)
{
	return q->t->outcome < NR_OUTCOMES ? outcomes[q->t->outcome].name :
					     "unknown";
}

const char *translation_reason(const struct translation_view *q)
{
	return q->t->outcome < NR_OUTCOMES ?
		       outcomes[q->t->outcome].sentence :
		       "the module reports an outcome that this program does "
		       "not know";
}

static const char *upper(const char *s, char buf[static 16])
{
	size_t i;

	for (i = 0; i < 15 && s[i]; i++)
		buf[i] = (char)toupper((unsigned char)s[i]);
	buf[i] = '\0';
	return buf;
}

static const char *level_name(const struct translation_view *q, unsigned int level,
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

static void heading(FILE *out, const struct translation_view *q, const char *text)
{
	fprintf(out, "\n%s%s%s\n", style_on(q->colour, STYLE_HEAD), text,
		style_off(q->colour, STYLE_HEAD));
}

/* Print a line of a step or of the result; break it where the terminal is too narrow. */
__attribute__((format(printf, 2, 3))) static void print_line(FILE *out, const char *fmt,
							     ...)
{
	va_list ap;
	char *text;

	va_start(ap, fmt);
	text = xvasprintf(fmt, ap);
	va_end(ap);
	wrap_print(out, 0, 4, text);
	free(text);
}

static void print_split(FILE *out, const struct translation_view *q)
{
	struct addr_field field[ADDR_FIELDS_MAX];
	char bits[BINARY_MAX], name[16], size[SIZE_TEXT_MAX];
	unsigned int nr = addr_split(q->t->addr, q->t->levels, q->page_shift,
				     q->leaf, field);
	struct table *t = table_open(out, columns, 5, q->colour);

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

static void print_vma(FILE *out, const struct translation_view *q)
{
	const struct vmlab_translation *t = q->t;
	const struct snap_vma *v = snapshot_vma_at(q->names, t->addr);
	char flags[VMLAB_FLAGS_TEXT_MAX], access[32];
	char *name = check_alloc(format_safe(v ? v->name : ""));

	heading(out, q, "The VMA");
	if (t->vma_end) {
		vmlab_vm_flags_text(q->lab, t->vm_flags, flags, sizeof(flags));
		fprintf(out, "  %" PRIx64 "-%" PRIx64 "  %s\n",
			(uint64_t)t->vma_start, (uint64_t)t->vma_end,
			*name ? name : "(anonymous memory)");
		print_line(out, "  flags: %s\n", flags);
		fprintf(out, "  allows user mode: %s\n",
			access_text(t->vma_access, access));
	} else {
		fputs("  none covers this address\n", out);
	}
	free(name);
}

/* Print what the entry of a step points to. */
static void print_next(FILE *out, const struct translation_view *q, const struct vmlab_walk_step *s,
		       bool last)
{
	char name[16], size[SIZE_TEXT_MAX];

	if (!last) {
		level_name(q, s->level - 1u, name);
		if (q->hidden)
			fprintf(out, "  leads to the %s\n", name);
		else
			fprintf(out, "  leads to the %s at physical 0x%" PRIx64 "\n",
				name, (uint64_t)s->phys);
	} else if (translation_at_frame(q->t)) {
		format_size(UINT64_C(1) << s->shift, size);
		if (q->hidden)
			fprintf(out, "  maps a frame of %s\n", size);
		else
			fprintf(out, "  maps the frame of %s at physical 0x%" PRIx64 "\n",
				size, (uint64_t)s->phys);
	}
}

static void print_step(FILE *out, const struct translation_view *q, unsigned int i)
{
	const struct vmlab_walk_step *s = &q->t->step[i];
	char name[16], flags[VMLAB_FLAGS_TEXT_MAX], text[64];

	vmlab_pte_flags_text(q->lab, s->flags, flags, sizeof(flags));
	snprintf(text, sizeof(text), "Step %u: %s", i + 1,
		 level_name(q, s->level, name));
	heading(out, q, text);
	if (q->hidden) {
		fprintf(out, "  table at a physical address that is hidden, entry %u\n",
			s->index);
	} else {
		fprintf(out, "  table at physical 0x%" PRIx64 "%s\n",
			(uint64_t)s->table, i ? "" : " (mm->pgd, to which CR3 points)");
		fprintf(out, "  entry %u, at 0x%" PRIx64 " + %u * 8 = 0x%" PRIx64 "\n",
			s->index, (uint64_t)s->table, s->index,
			(uint64_t)s->table + s->index * UINT64_C(8));
		fprintf(out, "  holds 0x%016" PRIx64 "\n", (uint64_t)s->raw);
	}
	print_line(out, "  flags: %s\n", *flags ? flags : "none: the entry is empty");
	print_next(out, q, s, i + 1 == q->t->steps);
}

static void print_physical(FILE *out, const struct translation_view *q)
{
	const struct vmlab_translation *t = q->t;
	const struct vmlab_walk_step *s = &t->step[t->steps - 1];
	uint64_t offset = t->addr & ((UINT64_C(1) << s->shift) - 1);

	if (q->hidden)
		fputs("  physical address: hidden\n", out);
	else
		print_line(out, "  physical address: 0x%" PRIx64 " + 0x%" PRIx64
			   " = 0x%" PRIx64 ", in page frame %" PRIu64 "\n",
			   (uint64_t)t->phys - offset, offset, (uint64_t)t->phys,
			   (uint64_t)t->phys >> q->page_shift);
}

static void print_swap_slot(FILE *out, const struct vmlab_translation *t)
{
	char *areas = swap_areas_text(NULL, t->swap_type);

	fprintf(out, "  swap area %u, page slot %" PRIu64 "\n", t->swap_type,
		(uint64_t)t->swap_offset);
	if (areas)
		print_line(out, "  %s\n", areas);
	free(areas);
}

static void print_result(FILE *out, const struct translation_view *q)
{
	const struct vmlab_translation *t = q->t;
	char name[16], access[32];

	heading(out, q, "Result");
	if (t->steps)
		print_line(out, "  ends at the %s: %s\n",
			   level_name(q, t->step[t->steps - 1].level, name),
			   translation_reason(q));
	else
		print_line(out, "  %s\n", translation_reason(q));
	if (translation_at_frame(t))
		print_physical(out, q);
	if (t->outcome == VMLAB_WALK_SWAP && !q->hidden)
		print_swap_slot(out, t);
	if (t->vma_end) {
		fprintf(out, "  as they are, the page tables let user mode: %s\n",
			access_text(t->access, access));
		if (t->vma_access & ~t->access)
			fprintf(out, "  after a fault also: %s\n",
				access_text(t->vma_access & ~t->access,
					    access));
	}
	if (t->pkey)
		fprintf(out, "  protection key %u, see pkeys(7)\n", t->pkey);
	if (q->hidden)
		fputs("\nEntries, physical addresses, frames and swap slots are "
		     "hidden: the kernel shows\nthem to CAP_SYS_ADMIN only, "
		     "since they help attacks on memory.  Run as root.\n", out);
}

void translation_print(FILE *out, const struct translation_view *q)
{
	const struct vmlab_translation *t = q->t;
	char bits[BINARY_MAX];

	fprintf(out, "%sVirtual address 0x%016" PRIx64 "%s\n",
		style_on(q->colour, STYLE_HEAD), (uint64_t)t->addr,
		style_off(q->colour, STYLE_HEAD));
	binary_text(t->addr, 64, bits);
	for (int i = 0; i < 64; i += 8)
		fprintf(out, " %.8s", bits + i);
	fprintf(out, "\n\n");
	print_split(out, q);
	print_vma(out, q);
	for (unsigned int i = 0; i < t->steps; i++)
		print_step(out, q, i);
	print_result(out, q);
}
