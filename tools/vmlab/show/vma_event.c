// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sys/xalloc.h"
#include "show/format.h"
#include "show/json.h"
#include "show/terminal.h"
#include "show/vma_event.h"
#include "show/wrap.h"

static enum style event_style(enum vma_event_kind kind)
{
	switch (kind) {
	case EVENT_APPEARED:
	case EVENT_GREW:
		return STYLE_GOOD;
	case EVENT_GONE:
	case EVENT_SHRANK:
		return STYLE_WARN;
	default:
		return STYLE_NAME;
	}
}

static void print_vma(FILE *out, const struct snapshot *snap,
		      const struct snap_vma *v)
{
	char perms[SNAP_PERMS_LEN], size[SIZE_TEXT_MAX];
	char *name = check_alloc(format_safe(v->name));

	fprintf(out, "%" PRIx64 "-%" PRIx64 "  %s  %s  %s\n", v->start, v->end,
		format_size(v->end - v->start, size),
		snapshot_perms(snap, v, perms), *name ? name : "-");
	free(name);
}

static void print_list(FILE *out, const struct snapshot *snap,
		       const struct snap_vma *const *list, size_t nr,
		       const char *indent, char mark)
{
	for (size_t i = 0; i < nr; i++) {
		fprintf(out, "%s    %c ", indent, mark);
		print_vma(out, snap, list[i]);
	}
}

/* Print the bits that were cleared and set: "-write +exec". */
static void print_flags(FILE *out, const struct snapshot *snap, uint64_t before,
			uint64_t after)
{
	for (unsigned int i = 0; i < 64; i++) {
		char bit[8];

		if (!((before ^ after) >> i & 1))
			continue;
		snprintf(bit, sizeof(bit), "bit%u", i);
		fprintf(out, " %c%s", after >> i & 1 ? '+' : '-',
			*snap->flag_name[i] ? snap->flag_name[i] : bit);
	}
}

/* Return the flags of a VMA that are compared. */
static uint64_t compared(const struct snapshot *snap, const struct snap_vma *v)
{
	return v->vm_flags & vma_diff_flags(snap);
}

void event_print_change(FILE *out, const char *what, uint64_t before,
			uint64_t after)
{
	char from[SIZE_TEXT_MAX], to[SIZE_TEXT_MAX], by[SIZE_TEXT_MAX];
	bool up = after >= before;

	fprintf(out, "%s %s -> %s (%c%s)", what, format_size(before, from),
		format_size(after, to), up ? '+' : '-',
		format_size(up ? after - before : before - after, by));
}

static void print_flags_event(FILE *out, const struct vma_event *e,
			      const struct snapshot *a,
			      const struct snapshot *b)
{
	char before[SNAP_PERMS_LEN], after[SNAP_PERMS_LEN];
	char *name = check_alloc(format_safe(e->new[0]->name));

	fprintf(out, "%s -> %s ", snapshot_perms(a, e->old[0], before),
		snapshot_perms(b, e->new[0], after));
	print_flags(out, b, compared(a, e->old[0]),
		    compared(b, e->new[0]));
	fprintf(out, "  %s\n", *name ? name : "-");
	free(name);
}

static void print_extent(FILE *out, const struct vma_event *e,
			 const struct snapshot *b)
{
	const struct snap_vma *old = e->old[0], *new = e->new[0];
	bool low = e->start == old->start || e->end == old->start;
	char size[SIZE_TEXT_MAX];

	fprintf(out, "by %s at the %s: now ",
		format_size(e->end - e->start, size), low ? "start" : "end");
	print_vma(out, b, new);
}

/* Print an event, but for its name. */
static void print_event(FILE *out, const struct vma_event *e, const struct snapshot *a,
			const struct snapshot *b, const char *indent)
{
	char *name;

	if (e->kind != EVENT_APPEARED && e->kind != EVENT_GONE)
		fprintf(out, "%" PRIx64 "-%" PRIx64 "  ", e->start, e->end);

	switch (e->kind) {
	case EVENT_APPEARED:
		print_vma(out, b, e->new[0]);
		break;
	case EVENT_GONE:
		print_vma(out, a, e->old[0]);
		break;
	case EVENT_GREW:
	case EVENT_SHRANK:
		print_extent(out, e, b);
		break;
	case EVENT_SPLIT:
	case EVENT_MERGED:
		fprintf(out, "%zu -> %zu VMAs\n", e->nr_old, e->nr_new);
		print_list(out, a, e->old, e->nr_old, indent, '-');
		print_list(out, b, e->new, e->nr_new, indent, '+');
		break;
	case EVENT_MOVED:
		fprintf(out, "from %" PRIx64 ": now ", e->old[0]->start);
		print_vma(out, b, e->new[0]);
		break;
	case EVENT_FLAGS:
		print_flags_event(out, e, a, b);
		break;
	case EVENT_RENAMED:
		name = check_alloc(format_safe(e->old[0]->name));
		fprintf(out, "%s -> ", *name ? name : "-");
		free(name);
		name = check_alloc(format_safe(e->new[0]->name));
		fprintf(out, "%s\n", *name ? name : "-");
		free(name);
		break;
	case EVENT_RSS:
		event_print_change(out, "resident", e->old[0]->rss, e->new[0]->rss);
		if (e->old[0]->swap != e->new[0]->swap)
			event_print_change(out, ", swap", e->old[0]->swap,
					   e->new[0]->swap);
		name = check_alloc(format_safe(e->new[0]->name));
		fprintf(out, "  %s\n", *name ? name : "-");
		free(name);
		break;
	case EVENT_KINDS:
		break;
	}
}

void event_print(FILE *out, const struct vma_event *e, const struct snapshot *a,
		 const struct snapshot *b, const char *indent, bool colour)
{
	enum style style = event_style(e->kind);
	char *text = NULL;
	size_t used, len;
	FILE *rest = check_alloc(open_memstream(&text, &len));

	print_event(rest, e, a, b, indent);
	fclose(rest);
	fputs(indent, out);
	fputs(style_on(colour, style), out);
	used = strlen(indent) + (size_t)fprintf(out, "%-8s", vma_event_name(e->kind));
	fputs(style_off(colour, style), out);
	fputs("  ", out);
	used += 2;
	wrap_print(out, used, used, check_alloc(text));
	free(text);
}

static json_t *list_json(const struct snapshot *snap,
			 const struct snap_vma *const *list, size_t nr)
{
	json_t *array = check_alloc(json_array());
	char perms[SNAP_PERMS_LEN];

	for (size_t i = 0; i < nr; i++) {
		const struct snap_vma *v = list[i];
		json_t *o = json_object();

		json_put(o, "start", json_hex(v->start));
		json_put(o, "end", json_hex(v->end));
		json_put(o, "size", json_count(v->end - v->start));
		json_put(o, "perms",
			 json_string(snapshot_perms(snap, v, perms)));
		json_put(o, "vm_flags", json_hex(v->vm_flags));
		json_put(o, "pgoff", json_count(v->pgoff));
		json_put(o, "rss",
			 snap->has_rss ? json_count(v->rss) : json_null());
		json_put(o, "swap",
			 snap->has_rss ? json_count(v->swap) : json_null());
		json_put_name(o, "name", v->name);
		json_append(array, o);
	}
	return array;
}

static json_t *names_json(const struct snapshot *snap, uint64_t flags)
{
	json_t *array = check_alloc(json_array());

	for (unsigned int i = 0; i < 64; i++) {
		if (!(flags >> i & 1))
			continue;
		json_append(array, *snap->flag_name[i] ?
					   json_string(snap->flag_name[i]) :
					   json_sprintf("bit%u", i));
	}
	return array;
}

json_t *event_json(const struct vma_event *e, const struct snapshot *a,
		   const struct snapshot *b)
{
	json_t *o = json_object();

	json_put(o, "event", json_string(vma_event_name(e->kind)));
	json_put(o, "start", json_hex(e->start));
	json_put(o, "end", json_hex(e->end));
	json_put(o, "size", json_count(e->end - e->start));
	json_put(o, "before", list_json(a, e->old, e->nr_old));
	json_put(o, "after", list_json(b, e->new, e->nr_new));
	if (e->kind == EVENT_FLAGS) {
		uint64_t before = compared(a, e->old[0]);
		uint64_t after = compared(b, e->new[0]);

		json_put(o, "set", names_json(b, after & ~before));
		json_put(o, "cleared", names_json(a, before & ~after));
	}
	return o;
}
