// SPDX-License-Identifier: GPL-2.0
/* The parts of the vmlab command that need no kernel module. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "show/format.h"
#include "show/json.h"
#include "cli/parse.h"
#include "show/table.h"
#include "tap.h"

static void test_sizes(void)
{
	static const struct {
		const char *text;
		int err;
		uint64_t bytes;
	} cases[] = {
		{ "0", 0, 0 },
		{ "4096", 0, 4096 },
		{ "0x1000", 0, 4096 },
		{ "4096B", 0, 4096 },
		{ "4K", 0, 4096 },
		{ "4k", 0, 4096 },
		{ "4KiB", 0, 4096 },
		{ "1M", 0, 1u << 20 },
		{ "2GiB", 0, UINT64_C(2) << 30 },
		{ "1T", 0, UINT64_C(1) << 40 },
		{ "3P", 0, UINT64_C(3) << 50 },
		{ "15E", 0, UINT64_C(15) << 60 },
		{ "18446744073709551615", 0, UINT64_MAX },
		{ "16E", -ERANGE, 0 },
		{ "18446744073709551616", -ERANGE, 0 },
		{ "", -EINVAL, 0 },
		{ "K", -EINVAL, 0 },
		{ "-1", -EINVAL, 0 },
		{ "+1", -EINVAL, 0 },
		{ " 1", -EINVAL, 0 },
		{ "1 K", -EINVAL, 0 },
		{ "4KB", -EINVAL, 0 },
		{ "4Ki", -EINVAL, 0 },
		{ "4KiBs", -EINVAL, 0 },
		{ "4X", -EINVAL, 0 },
		{ "0x", -EINVAL, 0 },
		{ "1.5M", -EINVAL, 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint64_t bytes = 0;

		is(parse_size(cases[i].text, &bytes), cases[i].err, "size '%s'",
		   cases[i].text);
		is(bytes, cases[i].bytes, "size '%s' is right", cases[i].text);
	}
}

static void test_numbers(void)
{
	uint64_t v = 0;
	pid_t pid = -1;

	is(parse_pid("self", &pid), 0, "pid self");
	is(pid, 0, "self is 0");
	is(parse_pid("1", &pid), 0, "pid 1");
	is(pid, 1, "1 is 1");
	is(parse_pid("2147483647", &pid), 0, "largest pid");
	is(parse_pid("2147483648", &pid), -ERANGE, "pid beyond int");
	is(parse_pid("0", &pid), -EINVAL, "pid 0");
	is(parse_pid("-1", &pid), -EINVAL, "negative pid");
	is(parse_pid("1x", &pid), -EINVAL, "pid with a tail");
	is(parse_pid("a1", &pid), -EINVAL, "hexadecimal pid");
	is(parse_pid("", &pid), -EINVAL, "empty pid");
	is(pid, 2147483647, "a failure leaves the result alone");

	is(parse_u64("12", &v), 0, "decimal");
	is(v, 12, "decimal value");
	is(parse_u64("0X1f", &v), 0, "hexadecimal");
	is(v, 31, "hexadecimal value");
	is(parse_u64("1f", &v), -EINVAL, "hexadecimal without 0x");
}

static void test_addresses(void)
{
	uint64_t a = 0, b = 0;

	is(parse_address("7fff0000", &a), 0, "address");
	is(a, 0x7fff0000, "address value");
	is(parse_address("0xffffffffff600000", &a), 0, "address with 0x");
	is(a, 0xffffffffff600000, "its value");
	is(parse_address("10000000000000000", &a), -ERANGE,
	   "address of 65 bits");
	is(parse_address("xyz", &a), -EINVAL, "not an address");
	is(parse_address("0x0x1", &a), -EINVAL, "0x twice");

	is(parse_range("1000-3000", &a, &b), 0, "START-END");
	is(a, 0x1000, "start");
	is(b, 0x3000, "end");
	is(parse_range("0x1000+8K", &a, &b), 0, "START+SIZE");
	is(b, 0x3000, "end from size");
	is(parse_range("abc", &a, &b), 0, "one address");
	is(b - a, 1, "is one byte");
	is(parse_range("3000-1000", &a, &b), -EINVAL, "backwards");
	is(parse_range("1000-1000", &a, &b), -EINVAL, "empty");
	is(parse_range("1000+0", &a, &b), -EINVAL, "empty by size");
	is(parse_range("1000-", &a, &b), -EINVAL, "no end");
	is(parse_range("-1000", &a, &b), -EINVAL, "no start");
	is(parse_range("ffffffffffffffff", &a, &b), -ERANGE, "the last byte");
	is(parse_range("fffffffffffff000+8K", &a, &b), -ERANGE,
	   "beyond the last byte");
}

static void check_pages(const char *text, uint64_t limit, int err,
			const char *want)
{
	struct page_run *runs = NULL;
	char got[128] = "";
	size_t nr = 0;

	is(parse_pages(text, limit, &runs, &nr), err, "pages '%s' of %d", text,
	   (int)limit);
	for (size_t i = 0; i < nr; i++)
		snprintf(got + strlen(got), sizeof(got) - strlen(got),
			 "[%d %d]", (int)runs[i].first, (int)runs[i].last);
	streq(got, want, "pages '%s': runs", text);
	free(runs);
}

static void test_page_lists(void)
{
	check_pages("0-", 16, 0, "[0 15]");
	check_pages("3", 16, 0, "[3 3]");
	check_pages("0-3,8,12-", 16, 0, "[0 3][8 8][12 15]");
	check_pages("16", 16, -ERANGE, "");
	check_pages("8-16", 16, -ERANGE, "");
	check_pages("3-1", 16, -EINVAL, "");
	check_pages("1,", 16, -EINVAL, "");
	check_pages(",1", 16, -EINVAL, "");
	check_pages("", 16, -EINVAL, "");
	check_pages("1;2", 16, -EINVAL, "");
	check_pages("0-", 0, -ERANGE, "");
}

static void test_format(void)
{
	static const struct {
		uint64_t bytes;
		const char *text;
	} sizes[] = {
		{ 0, "0" },
		{ 1, "1 B" },
		{ 1023, "1023 B" },
		{ 1024, "1 KiB" },
		{ 4096, "4 KiB" },
		{ 1536, "1.5 KiB" },
		{ (1u << 20) - 1, "1023.9 KiB" },
		{ 1u << 20, "1 MiB" },
		{ UINT64_C(5) << 29, "2.5 GiB" },
		{ UINT64_C(1) << 47, "128 TiB" },
		{ UINT64_MAX, "15.9 EiB" },
	};
	static const struct {
		uint64_t ns;
		const char *text;
	} times[] = {
		{ 0, "0 ns" },		 { 999, "999 ns" },
		{ 1000, "1.0 us" },	 { 1550, "1.5 us" },
		{ 999999, "999.9 us" },	 { 1000000, "1.0 ms" },
		{ 2500000000, "2.5 s" }, { 123000000000, "123.0 s" },
	};
	char size[SIZE_TEXT_MAX], time[TIME_TEXT_MAX];

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		streq(format_size(sizes[i].bytes, size), sizes[i].text,
		      "size %s", sizes[i].text);
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++)
		streq(format_ns(times[i].ns, time), times[i].text, "time %s",
		      times[i].text);
}

static void check_safe(const char *s, const char *want, const char *what)
{
	char *got = format_safe(s);

	streq(got, want, "safe: %s", what);
	free(got);
}

static void test_names(void)
{
	check_safe("/usr/bin/cat", "/usr/bin/cat", "a plain path");
	check_safe("a b\\", "a b\\", "blanks and backslashes stay");
	check_safe("a\nb\033[2J\177", "a\\012b\\033[2J\\177",
		   "control characters");
	check_safe("h\xc3\xa9", "h\xc3\xa9", "UTF-8 stays");
	check_safe("\xc2\x9b", "\\302\\233", "a C1 control character");
	check_safe("\xff\xc3", "\\377\\303", "bytes that are not UTF-8");
	check_safe("\xc0\xaf", "\\300\\257", "an overlong form");
	check_safe("\xed\xa0\x80", "\\355\\240\\200", "a surrogate");
	check_safe("\xf4\x90\x80\x80", "\\364\\220\\200\\200",
		   "beyond U+10FFFF");
	ok(utf8_valid("\xf0\x9f\x98\x80") && !utf8_valid("a\xf0\x9f\x98"),
	   "a cut character is not valid");
}

/* what @print writes to the stream it is given */
static char *printed(void (*print)(FILE *out))
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	print(out);
	fclose(out);
	return text;
}

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
	      "\033[1mA\033[0m    \033[1mB\033[0m\n\033[32myes\033[0m  no\n",
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

static void document(FILE *out)
{
	struct json_doc doc;
	json_t *o;

	json_begin(&doc, out);
	json_member(&doc, "address", json_hex(UINT64_MAX));
	json_member(&doc, "bytes", json_count(UINT64_C(1) << 62));
	json_member(&doc, "none", json_text(""));
	json_array_begin(&doc, "empty");
	json_array_end(&doc);
	json_array_begin(&doc, "records");
	for (int i = 0; i < 2; i++) {
		o = json_object();
		json_put(o, "i", json_integer(i));
		json_item(&doc, o);
	}
	json_array_end(&doc);
	o = json_object();
	json_put_name(o, "name", "a\"\\\n\001/\xff\xc3\xa9");
	json_put_name(o, "plain", "/tmp/x");
	json_members(&doc, o);
	json_member(&doc, "error", json_error(-ESRCH, VMLAB_ABOUT_PROCESS, 0));
	json_end(&doc);
}

static void test_json(void)
{
	char *text = printed(document);
	json_error_t error;
	json_t *error_member;
	json_t *doc = json_loads(text, 0, &error);

	ok(doc, "the document is JSON: %s", doc ? "yes" : error.text);
	streq(json_string_value(json_object_get(doc, "address")),
	      "0xffffffffffffffff", "an address is a string of all bits");
	is((uint64_t)json_integer_value(json_object_get(doc, "bytes")),
	   UINT64_C(1) << 62, "a size is an exact number");
	ok(json_is_null(json_object_get(doc, "none")), "what is empty is null");
	is(json_array_size(json_object_get(doc, "empty")), 0, "an empty array");
	ok(json_is_array(json_object_get(doc, "empty")), "is an array");
	is(json_array_size(json_object_get(doc, "records")), 2, "two records");
	streq(json_string_value(json_object_get(doc, "name")),
	      "a\"\\\n\001/\xef\xbf\xbd\xc3\xa9",
	      "a name with any bytes is replaced");
	streq(json_string_value(json_object_get(doc, "name_hex")),
	      "61225c0a012fffc3a9", "and its bytes are kept");
	ok(!json_object_get(doc, "plain_hex"),
	   "a name that is UTF-8 needs none");
	error_member = json_object_get(doc, "error");
	streq(json_string_value(json_object_get(error_member, "errno")),
	      "ESRCH", "an error has its name");
	json_decref(doc);
	free(text);
}

int main(void)
{
	test_sizes();
	test_numbers();
	test_addresses();
	test_page_lists();
	test_format();
	test_names();
	test_tables();
	test_json();
	return tap_done();
}
