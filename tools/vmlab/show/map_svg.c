// SPDX-License-Identifier: GPL-2.0
/*
 * The address space as SVG and as HTML.  The files refer to no other file, have
 * no script, and all names in them are escaped.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sys/xalloc.h"
#include "show/format.h"
#include "show/map.h"
#include "show/xml.h"

/* pixels */
#define WIDTH	    1160u
#define TOP	    100u
#define BAR_X	    150u
#define BAR_WIDTH   300u
#define LABEL_X	    (BAR_X + BAR_WIDTH + 12u)
#define SIZE_END    (LABEL_X + 120u) /* sizes are aligned to the right */
#define RSS_END	    (SIZE_END + 90u)
#define NAME_X	    (RSS_END + 20u)
#define NAME_MAX    60u /* columns */
#define TEXT_HEIGHT 14u
/* Heights of items: a line of text, or less when there are many items. */
#define ROW_MIN	    16u
#define ROW_RANGE   36u
#define ITEMS_ROOMY 500u
#define ITEMS_TIGHT 5000u

static const char *const kind_class[] = {
	[SNAP_CODE] = "code",	    [SNAP_FILE] = "file",
	[SNAP_HEAP] = "heap",	    [SNAP_STACK] = "stack",
	[SNAP_ANON] = "anon",	    [SNAP_SHARED] = "shared",
	[SNAP_SPECIAL] = "special", [SNAP_VMLAB] = "vmlab",
};

static const char style[] =
	"text{font:12px monospace;fill:#222}"
	".head{font:bold 15px sans-serif}"
	".small{font:12px sans-serif;fill:#555}"
	".paper{fill:#fff}"
	".gap rect{fill:#f3f3f3;stroke:#ccc;stroke-dasharray:3 3}"
	".gap text{fill:#888}"
	".all{fill-opacity:.25;stroke-width:1}"
	".code rect{fill:#2e9e4f;stroke:#2e9e4f}"
	".file rect{fill:#3b74c9;stroke:#3b74c9}"
	".heap rect{fill:#e0a100;stroke:#e0a100}"
	".stack rect{fill:#a64ac9;stroke:#a64ac9}"
	".anon rect{fill:#18a2b8;stroke:#18a2b8}"
	".shared rect{fill:#d1493f;stroke:#d1493f}"
	".special rect{fill:#777;stroke:#777}"
	".vmlab rect{fill:#7ac943;stroke:#7ac943}"
	"g.item:hover .all{stroke:#000;stroke-width:2}"
	"g.item:hover text{font-weight:bold}";

static const char *name_of(const struct map_item *item)
{
	if (!item->vma)
		return "free";
	return *item->vma->name ? item->vma->name :
				  snapshot_kind_name(item->kind);
}

static unsigned int height_of(const struct map_picture *map,
			      const struct map_item *item)
{
	unsigned int part = map->nr <= ITEMS_ROOMY ? 1 :
			    map->nr <= ITEMS_TIGHT ? 4 :
						     16;
	uint64_t largest = item->vma ? map->largest : map->largest_gap;
	unsigned int length = map_length(item->end - item->start,
					 map->snap->page_size, largest,
					 ROW_RANGE / part);

	return ROW_MIN / part + length;
}

static void draw_text(FILE *out, unsigned int x, unsigned int y, bool right,
		      const char *text)
{
	fprintf(out, "<text x=\"%u\" y=\"%u\"%s>%s</text>", x, y,
		right ? " text-anchor=\"end\"" : "", text);
}

/* Draw the end of a name that is too long: it tells more than the beginning. */
static void draw_name(FILE *out, unsigned int y, const char *name)
{
	char *safe = check_alloc(format_safe(name));
	bool cut = format_tail(safe, NAME_MAX) != safe;

	fprintf(out, "<text x=\"%u\" y=\"%u\">", NAME_X, y);
	if (cut)
		fputs("\xe2\x80\xa6", out);
	xml_escape(out, cut ? format_tail(safe, NAME_MAX - 1) : safe);
	fputs("</text>", out);
	free(safe);
}

static void draw_label(FILE *out, const struct map_picture *map,
		       const struct map_item *item, unsigned int y,
		       unsigned int height)
{
	char perms[SNAP_PERMS_LEN], size[SIZE_TEXT_MAX], start[20];
	unsigned int base = y + height / 2 + 3;

	if (height < TEXT_HEIGHT)
		return;
	snprintf(start, sizeof(start), "%" PRIx64, item->start);
	draw_text(out, BAR_X - 8, base, true, start);
	draw_text(out, SIZE_END, base, true,
		  format_size(item->end - item->start, size));
	if (item->vma) {
		draw_text(out, LABEL_X, base, false,
			  snapshot_perms(map->snap, item->vma, perms));
		if (map->snap->has_rss)
			draw_text(out, RSS_END, base, true,
				  format_size(item->vma->rss, size));
	}
	draw_name(out, base, name_of(item));
}

static void draw_details(FILE *out, const struct map_picture *map,
			 const struct map_item *item)
{
	char perms[SNAP_PERMS_LEN], size[SIZE_TEXT_MAX];
	const struct snap_vma *v = item->vma;

	fputs("<title>", out);
	xml_escape(out, name_of(item));
	fprintf(out, "\n%" PRIx64 "-%" PRIx64 "\n%s (%" PRIu64 " bytes)",
		item->start, item->end,
		format_size(item->end - item->start, size),
		item->end - item->start);
	if (v) {
		fprintf(out, "\n%s, %s", snapshot_perms(map->snap, v, perms),
			snapshot_kind_name(item->kind));
		if (map->snap->has_rss)
			fprintf(out, "\nresident %s (%.1f%%)",
				format_size(v->rss, size),
				100.0 * (double)v->rss /
					(double)(v->end - v->start));
		if (v->swap)
			fprintf(out, "\nin swap %s",
				format_size(v->swap, size));
		if (v->flags & VMLAB_VMA_FILE)
			fprintf(out, "\nfile offset 0x%" PRIx64
				", device %02x:%02x, inode %" PRIu64,
				v->pgoff * map->snap->page_size, v->dev_major,
				v->dev_minor, v->ino);
		fputs("\nflags", out);
		for (unsigned int i = 0; i < 64; i++)
			if (v->vm_flags >> i & 1 && *map->snap->flag_name[i])
				fprintf(out, " %s", map->snap->flag_name[i]);
	}
	fputs("</title>", out);
}

static void draw_item(FILE *out, const struct map_picture *map,
		      const struct map_item *item, unsigned int y,
		      unsigned int height)
{
	unsigned int box = height > 3 ? height - 2 : height;

	fprintf(out, "<g class=\"item %s\">",
		item->vma ? kind_class[item->kind] : "gap");
	draw_details(out, map, item);
	fprintf(out, "<rect class=\"all\" x=\"%u\" y=\"%u\" width=\"%u\" height=\"%u\"/>",
		BAR_X, y, BAR_WIDTH, box);
	if (item->vma && item->vma->rss)
		fprintf(out, "<rect x=\"%u\" y=\"%u\" width=\"%u\" height=\"%u\"/>",
			BAR_X, y,
			map_filled(item->vma->rss, item->end - item->start,
				   BAR_WIDTH), box);
	draw_label(out, map, item, y, height);
	fputs("</g>\n", out);
}

static void print_title(FILE *out, const struct map_picture *map)
{
	fprintf(out, "Address space of %d (", map->snap->pid);
	xml_escape(out, map->snap->comm);
	fputc(')', out);
}

static void print_summary(FILE *out, const struct map_picture *map)
{
	const uint64_t *rss = map->snap->rss;
	char total[SIZE_TEXT_MAX], resident[SIZE_TEXT_MAX],
		tables[SIZE_TEXT_MAX];

	fprintf(out, "%zu VMAs, %s mapped, %s resident, %s of page tables",
		map->snap->nr, format_size(map->snap->total_vm, total),
		format_size(rss[VMLAB_RSS_ANON] + rss[VMLAB_RSS_FILE] +
				    rss[VMLAB_RSS_SHMEM], resident),
		format_size(map->snap->pgtables, tables));
}

static void draw_legend(FILE *out)
{
	for (unsigned int kind = 0; kind < SNAP_KINDS; kind++) {
		unsigned int x = 10 + kind * 118;

		fprintf(out, "<g class=\"%s\"><rect x=\"%u\" y=\"56\" width=\"12\" height=\"12\"/>"
			"<text class=\"small\" x=\"%u\" y=\"66\">%s</text></g>\n",
			kind_class[kind], x, x + 17, snapshot_kind_name(kind));
	}
}

static void draw_heading(FILE *out, unsigned int x, bool right,
			 const char *text)
{
	fprintf(out, "<text class=\"small\" x=\"%u\" y=\"%u\"%s>%s</text>\n",
		x, TOP - 8, right ? " text-anchor=\"end\"" : "", text);
}

static void draw(FILE *out, const struct map_picture *map)
{
	unsigned int height = TOP, y = TOP;

	for (size_t i = 0; i < map->nr; i++)
		height += height_of(map, &map->item[i]);
	height += 10;

	fprintf(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %u %u\" "
		"width=\"%u\" height=\"%u\" role=\"img\">\n", WIDTH, height,
		WIDTH, height);
	fprintf(out, "<style>%s</style>\n<rect class=\"paper\" width=\"%u\" height=\"%u\"/>\n",
		style, WIDTH, height);
	fputs("<text class=\"head\" x=\"10\" y=\"22\">", out);
	print_title(out, map);
	fputs("</text>\n<text class=\"small\" x=\"10\" y=\"42\">", out);
	print_summary(out, map);
	fputs("; heights grow with the logarithm of the size, the solid part "
	      "of a bar is resident</text>\n", out);
	draw_legend(out);
	draw_heading(out, BAR_X - 8, true, "start");
	draw_heading(out, LABEL_X, false, "prot");
	draw_heading(out, SIZE_END, true, "size");
	draw_heading(out, RSS_END, true, "resident");
	draw_heading(out, NAME_X, false, "name");
	/* the highest address is at the top */
	for (size_t i = map->nr; i--;) {
		unsigned int h = height_of(map, &map->item[i]);

		draw_item(out, map, &map->item[i], y, h);
		y += h;
	}
	fputs("</svg>\n", out);
}

void map_print_svg(FILE *out, const struct map_picture *map)
{
	fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n", out);
	draw(out, map);
}

static void print_row(FILE *out, const struct map_picture *map,
		      const struct map_item *item)
{
	char perms[SNAP_PERMS_LEN], size[SIZE_TEXT_MAX];
	const struct snap_vma *v = item->vma;

	fprintf(out, "<tr class=\"%s\"><td>%" PRIx64 "</td><td>%" PRIx64 "</td><td>%s</td>",
		v ? kind_class[item->kind] : "gap", item->start, item->end,
		format_size(item->end - item->start, size));
	if (v) {
		fprintf(out, "<td>%s</td><td>%s</td><td>",
			map->snap->has_rss ? format_size(v->rss, size) : "",
			snapshot_perms(map->snap, v, perms));
		xml_escape(out, v->name);
		fputs("</td></tr>\n", out);
	} else {
		fputs("<td></td><td></td><td>free</td></tr>\n", out);
	}
}

void map_print_html(FILE *out, const struct map_picture *map)
{
	fputs("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
	      "<meta name=\"viewport\" content=\"width=device-width\">\n<title>",
	      out);
	print_title(out, map);
	fputs("</title>\n<style>"
	      "body{margin:1em auto;max-width:1200px;font:14px sans-serif;background:#fafafa;color:#222}"
	      "svg{max-width:100%;height:auto;border:1px solid #ddd}"
	      "table{border-collapse:collapse;font:12px monospace}"
	      "td,th{padding:2px 8px;text-align:left}"
	      "td:nth-child(-n+4){text-align:right}"
	      "tr.gap{color:#999}tr:hover{background:#eef}"
	      "summary{margin:1em 0;cursor:pointer}"
	      "</style></head>\n<body>\n", out);
	draw(out, map);
	fputs("<p>Point at a part of the picture for its details.</p>\n"
	      "<details><summary>The same as a table</summary>\n<table>\n"
	      "<tr><th>Start</th><th>End</th><th>Size</th><th>Resident</th>"
	      "<th>Permissions</th><th>Name</th></tr>\n", out);
	for (size_t i = map->nr; i--;)
		print_row(out, map, &map->item[i]);
	fputs("</table></details>\n</body></html>\n", out);
}
