// SPDX-License-Identifier: GPL-2.0
/* A miss-ratio curve as text, JSON, SVG and HTML. */
#include <jansson.h>
#include <string.h>

#include "printed.h"
#include "show/mrc.h"
#include "tap.h"

static char *words[] = { "sort", "<a & b>", NULL };
static uint64_t times[] = { 1000000, 2000000 };
static double sets[] = { 10, 20 };

static struct mrc_result result;

static void make_result(void)
{
	result = (struct mrc_result){
		.command = words, .page_size = 4096, .accesses = 5000, .cold = 100,
		.least = 10, .pages = 100, .knee = 50, .enough = 99.4, .enough_misses = 100,
		.rate = 1, .tracked = 100, .seen = 5000, .processes = 1, .keep = 4,
		.point = {
			{ .pages = 50, .lru = 400, .opt = 200, .error = 3.6 },
			{ .pages = 100, .lru = 100, .opt = 100 },
		},
		.nr = 2,
		.nr_fine = 3,
		.set = { .nr = 2, .time_ns = times, .pages = sets, .window_ns = 1000000 },
		.verified = { { .pages = 50, .predicted = 400, .measured = 410 } },
		.nr_verified = 1,
	};
}

static void text(FILE *out)
{
	mrc_print(out, false, &result);
}

static void drawing(FILE *out)
{
	mrc_draw(out, false, 60, &result);
}

static void json(FILE *out)
{
	mrc_print_json(out, &result);
}

static void svg(FILE *out)
{
	mrc_svg(out, &result);
}

static void html(FILE *out)
{
	mrc_html(out, &result);
}

static void contains(void (*print)(FILE *out), const char *want)
{
	char *all = printed(print);

	ok(!!strstr(all, want), "has '%s'", want);
	free(all);
}

static void test_text(void)
{
	make_result();
	contains(text, "kept mapped by a thread: 4 pages, so the curve begins at 10\n");
	contains(text, "all pages: 5000 accesses seen\n");
	contains(text, "(50 pages)");
	contains(text, "-2.44%");
	result.rate = 0.25;
	result.lost = 3;
	contains(text, "sampled: 25% of the pages");
	contains(text, "3 events were lost");
	make_result();
	result.keep = 0;
	contains(text, "all pages: each access to another page was seen\n");
	contains(drawing, "working set");
}

/* Labels stand below their budgets, and no line is wider than the terminal. */
static void test_drawing(void)
{
	size_t widest = 0, axis = 0, labels = 0;
	char *all;

	make_result();
	result.set.nr = 0;
	result.nr = MRC_POINTS;
	for (size_t i = 0; i < result.nr; i++)
		result.point[i] = (struct mrc_point){
			.pages = 100 * (double)(i + 1), .lru = 500 - 10 * (double)i,
			.opt = 100,
		};
	all = printed(drawing);
	for (char *line = strtok(all, "\n"); line; line = strtok(NULL, "\n")) {
		const size_t length = strlen(line);

		widest = length > widest ? length : widest;
		if (strchr(line, '+'))
			axis = length;
		else if (axis && !labels)
			labels = length;
	}
	ok(widest <= 60, "no line has more than 60 columns: %zu", widest);
	is(labels, axis, "the last label ends with the axis");
	free(all);
}

static void test_documents(void)
{
	char *all;
	json_t *doc;

	make_result();
	all = printed(json);
	doc = json_loads(all, 0, NULL);
	ok(doc, "JSON");
	is(json_integer_value(json_object_get(doc, "keep")), 4, "the pages kept");
	is(json_integer_value(json_object_get(doc, "least")), 10, "where the curve begins");
	is(json_array_size(json_object_get(doc, "curve")), 2, "its points");
	is(json_array_size(json_object_get(doc, "fine")), 3, "... and those of LRU alone");
	json_decref(doc);
	free(all);
	contains(svg, "</svg>");
	contains(html, "&lt;a &amp; b&gt;");
	contains(html, "</html>");
}

/* No process had managed memory, or no access was seen. */
static void test_empty(void)
{
	char *all;
	json_t *doc;

	result = (struct mrc_result){ .pid = 7, .page_size = 4096, .rate = 1, .least = 1 };
	contains(text, "process 7");
	contains(text, "no knee");
	all = printed(json);
	doc = json_loads(all, 0, NULL);
	ok(json_is_null(json_object_get(doc, "knee")), "JSON without a knee");
	json_decref(doc);
	free(all);
	contains(svg, "</svg>");
	contains(html, "</html>");
	all = printed(drawing);
	ok(!*all, "nothing to draw");
	free(all);
}

int main(void)
{
	test_text();
	test_drawing();
	test_documents();
	test_empty();
	return tap_done();
}
