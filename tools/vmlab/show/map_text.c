// SPDX-License-Identifier: GPL-2.0
/* The address space as a picture for a terminal. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sys/xalloc.h"
#include "show/format.h"
#include "show/map.h"
#include "show/terminal.h"

/* START PERM SIZE RSS, each followed by a blank */
#define FIXED_COLUMNS (17 + 5 + 11 + 11)
#define NAME_MIN      8u

struct pen {
	FILE *out;
	const struct map_picture *map;
	bool utf8;
	bool colour;
	unsigned int bar; /* columns */
	unsigned int name; /* columns */
};

static const char *kind_on(const struct pen *pen, enum snap_kind kind)
{
	static const char *const on[] = {
		[SNAP_CODE] = "\033[32m",    [SNAP_FILE] = "\033[34m",
		[SNAP_HEAP] = "\033[33m",    [SNAP_STACK] = "\033[35m",
		[SNAP_ANON] = "\033[36m",    [SNAP_SHARED] = "\033[31m",
		[SNAP_SPECIAL] = "\033[37m", [SNAP_VMLAB] = "\033[92m",
	};

	return pen->colour ? on[kind] : "";
}

static const char *kind_off(const struct pen *pen)
{
	return pen->colour ? "\033[0m" : "";
}

static void repeat(FILE *out, const char *s, unsigned int times)
{
	while (times--)
		fputs(s, out);
}

static void print_bar(const struct pen *pen, const struct map_item *item)
{
	const struct snapshot *snap = pen->map->snap;
	uint64_t size = item->end - item->start;
	unsigned int length = map_length(size, snap->page_size,
					 pen->map->largest, pen->bar);
	unsigned int filled = map_filled(item->vma->rss, size, length);

	fputs(kind_on(pen, item->kind), pen->out);
	repeat(pen->out, pen->utf8 ? "\xe2\x96\x88" : "#", filled);
	repeat(pen->out, pen->utf8 ? "\xe2\x96\x91" : "-", length - filled);
	fputs(kind_off(pen), pen->out);
	fprintf(pen->out, "%*s ", (int)(pen->bar - length), "");
}

/* Print the end of a name that is too long: it tells more than the beginning. */
static void print_name(const struct pen *pen, const char *name)
{
	char *safe = check_alloc(format_safe(name));
	const char *s = safe;

	if (format_tail(safe, pen->name) != safe) {
		s = format_tail(safe, pen->name - 1);
		fputs(pen->utf8 ? "\xe2\x80\xa6" : "~", pen->out);
	}
	fputs(s, pen->out);
	free(safe);
}

static void print_vma(const struct pen *pen, const struct map_item *item)
{
	char perms[SNAP_PERMS_LEN], size[SIZE_TEXT_MAX], rss[SIZE_TEXT_MAX];
	const struct snap_vma *v = item->vma;

	fprintf(pen->out, "%16" PRIx64 " %s %10s %10s ", item->start,
		snapshot_perms(pen->map->snap, v, perms),
		format_size(item->end - item->start, size),
		pen->map->snap->has_rss ? format_size(v->rss, rss) : "?");
	print_bar(pen, item);
	print_name(pen, *v->name ? v->name : snapshot_kind_name(item->kind));
	fputc('\n', pen->out);
}

static void print_gap(const struct pen *pen, const struct map_item *item)
{
	uint64_t size = item->end - item->start;
	unsigned int length = map_length(size, pen->map->snap->page_size,
					 pen->map->largest_gap, pen->bar);
	char text[SIZE_TEXT_MAX];

	fprintf(pen->out, "%s%16" PRIx64 "      %10s            ",
		style_on(pen->colour, STYLE_DIM), item->start,
		format_size(size, text));
	repeat(pen->out, pen->utf8 ? "\xc2\xb7" : ".", length);
	fprintf(pen->out, "%*s free%s\n", (int)(pen->bar - length), "",
		style_off(pen->colour, STYLE_DIM));
}

static void print_legend(const struct pen *pen)
{
	const struct map_picture *map = pen->map;
	const size_t columns = FIXED_COLUMNS + 1 + pen->bar + pen->name;
	unsigned int nr[SNAP_KINDS] = { 0 };
	size_t used = 0;

	for (size_t i = 0; i < map->nr; i++)
		if (map->item[i].vma)
			nr[map->item[i].kind]++;
	for (enum snap_kind kind = 0; kind < SNAP_KINDS; kind++) {
		const char *name = snapshot_kind_name(kind);
		size_t width = strlen(name) + strlen("#    ");

		if (!nr[kind])
			continue;
		if (used && used + width > columns) {
			fputc('\n', pen->out);
			used = 0;
		}
		used += width;
		fprintf(pen->out, "%s%s%s %s   ", kind_on(pen, kind),
			pen->utf8 ? "\xe2\x96\x88" : "#", kind_off(pen), name);
	}
	fprintf(pen->out, "\n%s resident   %s not resident   "
		"lengths grow with the logarithm of the size\n",
		pen->utf8 ? "\xe2\x96\x88" : "#",
		pen->utf8 ? "\xe2\x96\x91" : "-");
}

void map_print_text(FILE *out, const struct map_picture *map,
		    unsigned int columns, bool utf8, bool colour)
{
	const struct snapshot *snap = map->snap;
	struct pen pen = { out, map, utf8, colour, NAME_MIN, NAME_MIN };
	char total[SIZE_TEXT_MAX], rss[SIZE_TEXT_MAX];
	char *comm = check_alloc(format_safe(snap->comm));

	if (columns > FIXED_COLUMNS + 1 + 2 * NAME_MIN) {
		pen.bar = (columns - FIXED_COLUMNS - 1) * 3 / 5;
		pen.name = columns - FIXED_COLUMNS - 1 - pen.bar;
	}
	fprintf(out, "%s%d (%s)%s  %zu VMAs, %s, resident %s\n",
		style_on(colour, STYLE_HEAD), snap->pid, comm,
		style_off(colour, STYLE_HEAD), snap->nr,
		format_size(snap->total_vm, total),
		format_size(snap->rss[VMLAB_RSS_ANON] +
				    snap->rss[VMLAB_RSS_FILE] +
				    snap->rss[VMLAB_RSS_SHMEM], rss));
	fprintf(out, "%s%16s PERM %10s %10s %-*s %s%s\n",
		style_on(colour, STYLE_HEAD), "START", "SIZE", "RSS",
		(int)pen.bar, "", "NAME",
		style_off(colour, STYLE_HEAD));
	for (size_t i = map->nr; i--;) {
		if (map->item[i].vma)
			print_vma(&pen, &map->item[i]);
		else
			print_gap(&pen, &map->item[i]);
	}
	print_legend(&pen);
	free(comm);
}
