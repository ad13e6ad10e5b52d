// SPDX-License-Identifier: GPL-2.0
/* An address space as SVG, HTML and text. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "show/format.h"
#include "show/map.h"
#include "snapshots.h"
#include "tap.h"

/* Return the columns of the widest line that is drawn for a terminal of 80. */
static size_t text_width(const struct map_picture *map)
{
	char *text = NULL, *line;
	size_t len, widest = 0;
	FILE *out = open_memstream(&text, &len);

	map_print_text(out, map, 80, false, false);
	fclose(out);
	for (line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		if (format_width(line) > widest)
			widest = format_width(line);
	free(text);
	return widest;
}

static void test_pictures(void)
{
	struct snapshot snap;
	struct map_picture map;
	struct map_item *items;
	char *text = NULL;
	size_t nr, len, widest;
	FILE *out;

	snap_init(&snap);
	snap.has_rss = true;
	add(&snap, 10, 20, READ, 7, 0, "/tmp/<b>&\"'\xff]]>")->rss = PAGE;
	add(&snap, 20, 30, READ | EXEC, 8, 0,
	    "/a/very/long/name/that/does/not/fit/into/any/terminal/of/usual/width");
	items = map_items(&snap, &nr);
	map_picture_init(&map, &snap, items, nr);

	out = open_memstream(&text, &len);
	map_print_svg(out, &map);
	fclose(out);
	ok(!strstr(text, "<b>") && strstr(text, "&lt;b&gt;&amp;&quot;&#39;"),
	   "names are escaped");
	ok(utf8_valid(text), "and it is UTF-8");
	ok(!strstr(text, "href") && !strstr(text, "src=") &&
	   !strstr(text, "<script") && !strstr(text, "url("),
	   "SVG refers to nothing");
	free(text);

	out = open_memstream(&text, &len);
	map_print_html(out, &map);
	fclose(out);
	ok(!strstr(text, "<b>") && !strstr(text, "href") &&
	   !strstr(text, "src=") && !strstr(text, "<script"),
	   "nor does HTML");
	free(text);

	widest = text_width(&map);
	ok(widest <= 80, "the picture fits 80 columns: %zu", widest);
	free(items);
	snapshot_free(&snap);
}

static void test_display_width(void)
{
	struct snapshot snap;
	struct map_picture map;
	struct map_item *items;
	size_t nr, widest;

	snap_init(&snap);
	add(&snap, 10, 20, READ, 7, 0,
	    "/tmp/\xe6\xbc\xa2\xe5\xad\x97\xe6\xbc\xa2\xe5\xad\x97"
	    "\xe6\xbc\xa2\xe5\xad\x97\xe6\xbc\xa2\xe5\xad\x97"
	    "\xe6\xbc\xa2\xe5\xad\x97\xe6\xbc\xa2\xe5\xad\x97"
	    "\xe6\xbc\xa2\xe5\xad\x97\xe6\xbc\xa2\xe5\xad\x97");
	items = map_items(&snap, &nr);
	map_picture_init(&map, &snap, items, nr);
	widest = text_width(&map);
	ok(widest <= 80, "wide characters fit 80 columns: %zu", widest);
	free(items);
	snapshot_free(&snap);
}

/* The legend of a picture with all kinds of memory needs two lines. */
static void test_legend(void)
{
	static const uint32_t kinds[] = { VMLAB_VMA_VMLAB, VMLAB_VMA_SPECIAL,
					  VMLAB_VMA_HEAP,  VMLAB_VMA_STACK,
					  VMLAB_VMA_FILE,  0 };
	struct snapshot snap;
	struct map_picture map;
	struct map_item *items;
	size_t nr, widest;

	snap_init(&snap);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		add(&snap, 10 * i, 10 * i + 10, READ, 0, 0, "")->flags = kinds[i];
	add(&snap, 100, 110, READ | EXEC, 7, 0, "/bin/a");
	add(&snap, 110, 120, READ | SHARE, 8, 0, "/dev/shm/b");
	items = map_items(&snap, &nr);
	map_picture_init(&map, &snap, items, nr);
	widest = text_width(&map);
	ok(widest <= 80, "a legend of all kinds fits 80 columns: %zu", widest);
	free(items);
	snapshot_free(&snap);
}

int main(void)
{
	test_pictures();
	test_legend();
	test_display_width();
	return tap_done();
}
