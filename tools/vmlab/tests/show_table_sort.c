// SPDX-License-Identifier: GPL-2.0
/* Tables in the order of --sort, with --bytes, and columns on request. */
#include <stdlib.h>
#include <string.h>

#include "printed.h"
#include "show/table.h"
#include "tap.h"

static const struct column columns[] = {
	{ "NAME" }, { "START", true }, { "SIZE", true }, { "TIME", true },
	{ .title = "PSS", .right = true, .extra = true },
};

static void rows(FILE *out)
{
	static const struct {
		const char *name;
		unsigned int start;
		uint64_t size, ns;
	} row[] = {
		{ "b", 0xf0, 4096, 1500 },
		{ "c", 0x1000, 4095, 900 },
		{ "a", 0xa0, 1 << 20, 1501 },
		{ "d", 0x1000, 0, 0 },
	};
	struct table *t = table_open(out, columns, 5, false);

	for (size_t i = 0; i < 4; i++) {
		table_cell(t, STYLE_PLAIN, "%s", row[i].name);
		table_cell(t, STYLE_PLAIN, "%x", row[i].start);
		table_size(t, STYLE_PLAIN, row[i].size);
		table_time(t, STYLE_PLAIN, row[i].ns);
		table_cell(t, STYLE_PLAIN, "%zu", 1000 - i);
	}
	table_footer(t);
	table_cell(t, STYLE_PLAIN, "total");
	table_cell(t, STYLE_PLAIN, "%s", "");
	table_size(t, STYLE_PLAIN, 1);
	table_time(t, STYLE_PLAIN, 1);
	table_cell(t, STYLE_PLAIN, "%s", "");
	table_close(t);
}

static void check(const struct table_options *options, const char *want,
		  const char *why)
{
	char *text;

	table_set_options(options);
	text = printed(rows);
	streq(text, want, "%s", why);
	free(text);
	table_set_options(&(struct table_options){ 0 });
}

static void many(FILE *out)
{
	static const struct column number[] = { { "N", true } };
	struct table *t = table_open(out, number, 1, false);

	for (int i = 2000; i; i--)
		table_cell(t, STYLE_PLAIN, "%d", i);
	table_close(t);
}

static void test_many(void)
{
	char *text, *line;
	int n = 0;

	table_set_options(&(struct table_options){ .sort = "n", .no_headings = true });
	text = printed(many);
	for (line = text; *line; line += *line == '\n') {
		if (atoi(line) != n + 1)
			break;
		n++;
		line += strcspn(line, "\n");
	}
	is(n, 2000, "a long table is sorted as a whole");
	free(text);
	table_set_options(&(struct table_options){ 0 });
}

int main(void)
{
	const struct table_options on_request = {
		.sort = "pss",
		.output = "name,pss",
		.no_headings = true,
	};

	check(&(struct table_options){ .sort = "name", .output = "NAME" },
	      "NAME\na\nb\nc\nd\ntotal\n", "by text, the total last");
	check(&(struct table_options){ .sort = "-NAME", .output = "NAME" },
	      "NAME\nd\nc\nb\na\ntotal\n", "descending, the total last too");
	check(&(struct table_options){ .sort = "start", .output = "NAME,START" },
	      "NAME   START\na         a0\nb         f0\nc       1000\nd       1000\n"
	      "total      -\n", "by hexadecimal numbers; equal rows keep their order");
	check(&(struct table_options){ .sort = "-size", .output = "NAME" },
	      "NAME\na\nb\nc\nd\ntotal\n",
	      "by bytes, not by the text, of a column that is not printed");
	check(&(struct table_options){ .sort = "time", .output = "NAME,TIME" },
	      "NAME     TIME\nd        0 ns\nc      900 ns\nb      1.5 us\n"
	      "a      1.5 us\ntotal    1 ns\n", "by ns");
	check(&(struct table_options){ .bytes = true, .output = "SIZE" },
	      "   SIZE\n   4096\n   4095\n1048576\n      0\n      1\n", "--bytes");
	check(&on_request, "d       997\na       998\nc       999\nb      1000\ntotal     -\n",
	      "a column on request");
	check(&(struct table_options){ .sort = "other", .output = "NAME" },
	      "NAME\nb\nc\na\nd\ntotal\n",
	      "a table without the column keeps its order");
	test_many();
	ok(table_prints(columns, 5), "all columns are printed");
	table_set_options(&(struct table_options){ .output = "x,pss", .sort = "-time" });
	ok(table_prints(columns, 5) && !table_prints(columns, 4),
	   "a table with one of the columns is printed");
	ok(table_wants("PSS") && table_wants("TIME") && !table_wants("SIZE"),
	   "--output and --sort want columns");
	return tap_done();
}
