// SPDX-License-Identifier: GPL-2.0
/* Tables: alignment, display width, options. */
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "printed.h"
#include "show/table.h"
#include "tap.h"

static void small_table(FILE *out)
{
	static const struct column columns[] = { { "N", true },
						 { "WORD" },
						 { "REST" } };
	struct table *t = table_open(out, columns, 3, false);

	table_cell(t, STYLE_PLAIN, "%d", 1);
	table_cell(t, STYLE_WARN, "%s", "caf\xc3\xa9");
	table_cell(t, STYLE_PLAIN, "%s", "");
	table_cell(t, STYLE_PLAIN, "%d", 1000);
	table_cell(t, STYLE_PLAIN, "%s", "longer");
	table_cell(t, STYLE_PLAIN, "%s", "x y");
	table_close(t);
}

static void coloured_table(FILE *out)
{
	static const struct column columns[] = { { "A" }, { "B" } };
	struct table *t = table_open(out, columns, 2, true);

	table_cell(t, STYLE_GOOD, "yes");
	table_cell(t, STYLE_PLAIN, "no");
	table_close(t);
}

static void empty_table(FILE *out)
{
	static const struct column columns[] = { { "A" }, { "B" } };

	table_close(table_open(out, columns, 2, false));
}

static void long_table(FILE *out)
{
	static const struct column columns[] = { { "A", true }, { "B" } };
	struct table *t = table_open(out, columns, 2, false);

	for (int i = 0; i < 3000; i++) {
		table_cell(t, STYLE_PLAIN, "%d", i);
		table_cell(t, STYLE_PLAIN, "b");
	}
	table_close(t);
}

static void test_tables(void)
{
	char *text, *line;
	int n = -1;
	bool right = true;

	text = printed(small_table);
	streq(text,
	      "   N  WORD    REST\n   1  caf\xc3\xa9    -\n1000  longer  x y\n",
	      "columns are aligned, by characters; nothing is '-'");
	free(text);

	text = printed(coloured_table);
	streq(text,
	      "\033[1mA  \033[0m  \033[1mB\033[0m\n\033[32myes\033[0m  no\n",
	      "styles do not count as width");
	free(text);

	text = printed(empty_table);
	streq(text, "A  B\n", "a table without records has a header");
	free(text);

	text = printed(long_table);
	for (line = strtok(text, "\n"); line; line = strtok(NULL, "\n"), n++)
		if (n >= 0 && strtol(line, NULL, 10) != n)
			right = false;
	is(n, 3000, "a long table has every record");
	ok(right, "in order");
	free(text);
}

static const struct column name_columns[] = { { "NAME" },
					      { "SIZE", true },
					      { "KIND" } };

static void names(FILE *out)
{
	static const char *const name[] = { "\xe6\xbc\xa2\xe5\xad\x97",
					    "e\xcc\x81t\xc3\xa9", "a b" };
	struct table *t = table_open(out, name_columns, 3, false);

	for (size_t i = 0; i < 3; i++) {
		table_cell(t, STYLE_NAME, "%s", name[i]);
		table_cell(t, STYLE_PLAIN, "%zu", 10 * i);
		table_cell(t, STYLE_PLAIN, "k%zu", i);
	}
	table_close(t);
}

static void check_options(const struct table_options *options,
			  const char *want, const char *what)
{
	static const struct table_options none;
	char *text;

	table_set_options(options);
	text = printed(names);
	streq(text, want, "%s", what);
	free(text);
	table_set_options(&none);
}

static void test_display_width(void)
{
	check_options(&(struct table_options){ 0 },
		      "NAME  SIZE  KIND\n"
		      "\xe6\xbc\xa2\xe5\xad\x97     0  k0\n"
		      "e\xcc\x81t\xc3\xa9     10  k1\n"
		      "a b     20  k2\n",
		      "wide and combining characters are aligned");
}

static void test_options(void)
{
	check_options(&(struct table_options){ .no_headings = true,
		      .output = "KIND" },
		      "k0\nk1\nk2\n", "one column without a header");
	check_options(&(struct table_options){ .output = "kind,Size" },
		      "KIND  SIZE\nk0       0\nk1      10\nk2      20\n",
		      "columns in the order asked for, in any case");
	check_options(&(struct table_options){ .output = "SIZE,SIZE" },
		      "SIZE\n   0\n  10\n  20\n", "each column once");
	check_options(&(struct table_options){ .output = "OTHER" }, "",
		      "a table without any of the columns is not printed");
	check_options(&(struct table_options){ .raw = true,
		      .output = "NAME,SIZE" },
		      "NAME SIZE\n\\xe6\\xbc\\xa2\\xe5\\xad\\x97 0\n"
		      "e\\xcc\\x81t\\xc3\\xa9 10\na\\x20b 20\n",
		      "raw: one blank between columns and none in a cell");
}

static void test_unknown_columns(void)
{
	static const struct column other[] = { { "KIND" }, { "PHYS" } };
	const struct column_list lists[] = { COLUMN_LIST(name_columns),
					     COLUMN_LIST(other), { 0 } };
	const char *unknown = NULL;
	char *titles = table_titles(lists, ", ");

	is(table_unknown_column("NAME,phys", lists, &unknown), 0,
	   "columns of two tables are known");
	is(table_unknown_column("NAME,FOO,BAR", lists, &unknown), 3,
	   "the first unknown one");
	ok(unknown && !strncmp(unknown, "FOO", 3), "is found");
	is(table_unknown_column("NAM", lists, &unknown), 3,
	   "a prefix is no name");
	ok(table_unknown_column("NAME,", lists, &unknown) > 0,
	   "nor is nothing");
	streq(titles, "NAME, SIZE, KIND, PHYS", "each title once");
	free(titles);
}

static void wide_table(FILE *out)
{
	static const struct column columns[] = {
		{ .title = "WHAT", .wrap = true },
		{ .title = "NUMBER", .right = true },
		{ .title = "WHY", .wrap = true },
	};
	struct table *t = table_open(out, columns, 3, false);

	table_cell(t, STYLE_PLAIN, "faults of the first pass");
	table_cell(t, STYLE_PLAIN, "%d", 16);
	table_cell(t, STYLE_PLAIN, "one a page, since nothing is cached");
	table_close(t);
}

/*
 * Return what a function prints on a terminal of so many columns; to be freed. Return NULL
 * where no terminal can be opened, as in a chroot without /dev/pts.
 */
static char *on_terminal(void (*print)(FILE *out), unsigned short columns)
{
	const struct winsize size = { .ws_row = 24, .ws_col = columns };
	enum { SIZE = 1 << 16 };
	char *text = calloc(1, SIZE), *to = text;
	int master, slave;
	ssize_t n;
	pid_t pid;

	if (openpty(&master, &slave, NULL, NULL, &size)) {
		free(text);
		return NULL;
	}
	fflush(stdout);
	/* another process prints: the terminal holds only so much until it is read */
	pid = fork();
	if (!pid) {
		FILE *out = fdopen(slave, "w");

		print(out);
		fflush(out);
		_exit(0);
	}
	close(slave);
	/* fails with EIO at the end */
	while ((n = read(master, to, (size_t)(SIZE - 1 - (to - text)))) > 0)
		to += n;
	close(master);
	waitpid(pid, NULL, 0);
	to = text;
	for (const char *from = text; *from; from++)
		if (*from != '\r')
			*to++ = *from;
	*to = '\0';
	return text;
}

/* The first rows settle the widths; a later one has a larger number. */
static void widening_table(FILE *out)
{
	static const struct column columns[] = {
		{ .title = "NUMBER", .right = true },
		{ .title = "FLAGS", .wrap = true },
		{ .title = "FILE" },
	};
	struct table *t = table_open(out, columns, 3, false);

	for (int i = 0; i < 560; i++) {
		table_cell(t, STYLE_PLAIN, i < 550 ? "%d" : "10000000000000%d", 100000 + i);
		table_cell(t, STYLE_PLAIN, "accessed,user,nx");
		table_cell(t, STYLE_PLAIN, "file");
	}
	table_close(t);
}

/* Two optional columns, and a name that may be broken. */
static void optional_table(FILE *out)
{
	static const struct column columns[] = {
		{ .title = "SIZE", .right = true },
		{ .title = "SHARED", .right = true, .optional = true, .extra = true },
		{ .title = "DIRTY", .right = true, .optional = true, .extra = true },
		{ .title = "NAME", .wrap = true },
	};
	struct table *t = table_open(out, columns, 4, false);

	for (int i = 0; i < 3; i++)
		table_cell(t, STYLE_PLAIN, "1048575.9 KiB");
	table_cell(t, STYLE_PLAIN, "/usr/bin/python3.11");
	table_close(t);
}

static size_t longest_line(const char *text)
{
	size_t longest = 0;

	while (*text) {
		size_t len = strcspn(text, "\n");

		longest = len > longest ? len : longest;
		text += len + (text[len] == '\n');
	}
	return longest;
}

static void test_later_rows(void)
{
	char *text = on_terminal(widening_table, 40);

	if (!text) {
		skip("openpty(3) fails: is /dev/pts mounted?", "later rows fit");
		return;
	}
	ok(strstr(text, "10000000000000100559"), "the rows with larger numbers are there");
	is(longest_line(text) <= 40, 1, "they fit: %zu columns", longest_line(text));
	free(text);
}

static void test_optional_columns(void)
{
	static const struct {
		unsigned short columns;
		bool own_choice, shared, dirty;
	} cases[] = {
		{ 61, true, true, true },
		{ 50, true, false, true },
		{ 45, true, false, false },
		{ 45, false, true, true },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct table_options options = {
			.output = "size,shared,dirty,name",
			.own_choice = cases[i].own_choice,
		};
		const char *chooser = options.own_choice ? "command" : "user";
		char *text;

		table_set_options(&options);
		text = on_terminal(optional_table, cases[i].columns);
		if (!text) {
			skip("openpty(3) fails: is /dev/pts mounted?",
			     "%u columns: optional columns", cases[i].columns);
			continue;
		}
		is(!!strstr(text, "SHARED"), cases[i].shared,
		   "%u columns, chosen by the %s: SHARED", cases[i].columns, chooser);
		is(!!strstr(text, "DIRTY"), cases[i].dirty,
		   "%u columns, chosen by the %s: DIRTY", cases[i].columns, chooser);
		ok(!cases[i].own_choice || longest_line(text) <= cases[i].columns,
		   "%u columns: the table fits", cases[i].columns);
		free(text);
	}
	table_set_options(&(const struct table_options){ 0 });
}

static void test_terminal(void)
{
	static const struct {
		unsigned short columns;
		size_t lines;
	} cases[] = { { 120, 2 }, { 80, 2 }, { 50, 3 } };
	char *text;

	unsetenv("COLUMNS");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t lines = 0, longest = 0;

		text = on_terminal(wide_table, cases[i].columns);
		if (!text) {
			skip("openpty(3) fails: is /dev/pts mounted?",
			     "%u columns: the table fits", cases[i].columns);
			continue;
		}
		for (const char *line = text; *line; lines++) {
			size_t len = strcspn(line, "\n");

			longest = len > longest ? len : longest;
			line += len + (line[len] == '\n');
		}
		ok(longest <= cases[i].columns && strstr(text, "cached"),
		   "%u columns: the table fits", cases[i].columns);
		is(lines, cases[i].lines, "%u columns: in so many lines",
		   cases[i].columns);
		free(text);
	}
	text = printed(wide_table);
	ok(strstr(text, "one a page, since nothing is cached"),
	   "no terminal: no cell is broken");
	free(text);
}

int main(void)
{
	test_terminal();
	test_later_rows();
	test_optional_columns();
	test_tables();
	test_display_width();
	test_options();
	test_unknown_columns();
	return tap_done();
}
