// SPDX-License-Identifier: GPL-2.0
/* Reference strings, traces, and lists of numbers. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model/reference.h"
#include "tap.h"

static int parse(const char *text, struct reference *ref)
{
	reference_free(ref);
	return reference_parse(text, false, ref);
}

static void test_reference(void)
{
	struct reference ref = { 0 };

	is(parse("7, 0\n1 1048575\n", &ref), 0,
	   "commas, blanks and newlines separate references");
	ok(ref.nr == 4 && ref.page[0] == 7 && ref.page[1] == 0 &&
	   ref.page[2] == 1 && ref.page[3] == 1048575, "the pages in order");
	is(ref.pages, 1048576, "pages up to the highest");
	is(parse("1,2 ,\n3", &ref), 0, "blanks around a comma");
	is(ref.nr, 3, "three references");
	ok(parse("", &ref) == -EINVAL, "no reference");
	ok(parse(", ,", &ref) == -EINVAL, "only separators");
	ok(parse("1,,2", &ref) == -EINVAL, "nothing between commas");
	ok(parse("1,2,", &ref) == -EINVAL, "a comma at the end");
	ok(parse(",1", &ref) == -EINVAL, "a comma at the beginning");
	ok(parse("1,x2", &ref) == -EINVAL, "not a number");
	ok(parse("1,1048576", &ref) == -ERANGE, "page out of range");
	reference_free(&ref);
}

static void test_accesses(void)
{
	struct reference ref = { 0 };

	is(parse("1w,2r,3,0x1W", &ref), 0, "reads and writes");
	ok(ref.write[0] && !ref.write[1] && !ref.write[2] && ref.write[3],
	   "a reference without r and w is a read");
	is(ref.page[3], 1, "hexadecimal");
	reference_free(&ref);
	is(reference_parse("1r,2", true, &ref), 0, "write by default");
	ok(!ref.write[0] && ref.write[1], "r is a read all the same");
	ok(parse("1w1", &ref) == -EINVAL, "w within a number");
	ok(parse("1wr", &ref) == -EINVAL, "r and w");
	ok(parse("0xr", &ref) == -EINVAL, "no digit");
	reference_free(&ref);
}

static void test_letters(void)
{
	char label[REFERENCE_LABEL_MAX];
	struct reference ref = { 0 };

	is(parse("A,b,Cw,r,Rw", &ref), 0, "letters");
	ok(ref.page[0] == 0 && ref.page[1] == 1 && ref.page[2] == 2 &&
	   ref.page[3] == 17 && ref.page[4] == 17, "A is page 0");
	ok(ref.write[2] && !ref.write[3] && ref.write[4],
	   "a letter alone is a page, also R and W");
	streq(reference_label(&ref, 2, label), "C", "printed as a letter");
	ok(parse("A,1", &ref) == -EINVAL, "letters and numbers");
	ok(parse("AB", &ref) == -EINVAL, "letters without a separator");
	is(parse("12", &ref), 0, "a number");
	streq(reference_label(&ref, 12, label), "12", "printed as a number");
	reference_free(&ref);
}

static void test_loaded(void)
{
	struct reference ref = { 0 };

	parse("1w,2,1", &ref);
	is(reference_load(&ref, "9,2"), 0, "two pages are loaded");
	ok(ref.nr_loaded == 2 && ref.nr == 5 && ref.page[0] == 9 &&
	   ref.page[1] == 2 && ref.page[2] == 1, "before the string");
	ok(!ref.write[0] && !ref.write[1] && ref.write[2], "by reads");
	is(ref.pages, 10, "the mapping has them");
	is(reference_different(&ref), 2, "the string has two different pages");
	reference_free(&ref);
	parse("1,2", &ref);
	ok(reference_load(&ref, "1,1") == -EEXIST, "a page twice");
	ok(reference_load(&ref, "1w") == -EINVAL, "a write");
	ok(reference_load(&ref, "A") == -EINVAL, "letters for numbers");
	ok(reference_load(&ref, "") == -EINVAL, "no page");
	ok(ref.nr == 2 && !ref.nr_loaded, "errors leave the string as it is");
	reference_free(&ref);
}

static int parse_trace(const char *text, struct reference *ref,
		       struct trace_error *error)
{
	char *copy = strdup(text);
	int err;

	reference_free(ref);
	err = reference_parse_trace(copy, 4096, ref, error);
	free(copy);
	return err;
}

static void test_trace(void)
{
	char label[REFERENCE_LABEL_MAX];
	struct reference ref = { 0 };
	struct trace_error error;

	is(parse_trace("0041f7a0 R\n13f5e2c0 W\r\n\n# x\n  R 0x41f000\t\n"
		       "w 7fffffffe123", &ref, &error), 0,
	   "both orders, with and without 0x, empty lines and comments");
	is(ref.nr, 4, "four accesses");
	is(ref.pages, 3, "of three pages");
	ok(ref.page[0] == 0 && ref.page[1] == 1 && ref.page[2] == 0 &&
	   ref.page[3] == 2, "numbered in the order of addresses");
	ok(!ref.write[0] && ref.write[1] && !ref.write[2] && ref.write[3],
	   "reads and writes");
	streq(reference_label(&ref, 2, label), "0x7fffffffe",
	      "printed as the page of the address");
	ok(parse_trace("1000 R\n2000 X\n", &ref, &error) == -EINVAL &&
	   error.line == 2, "another kind of access");
	streq(error.text, "2000 X", "the line");
	ok(parse_trace("1000 R 1\n", &ref, &error) == -EINVAL &&
	   error.line == 1, "a third word");
	ok(parse_trace("xyz R\n", &ref, &error) == -EINVAL && error.line == 1,
	   "no address");
	ok(parse_trace("1000\n", &ref, &error) == -EINVAL && error.line == 1,
	   "no access");
	ok(parse_trace("R W\n", &ref, &error) == -EINVAL && error.line == 1,
	   "two kinds of access");
	ok(parse_trace("\n", &ref, &error) == -EINVAL && !error.line,
	   "an empty trace");
	reference_free(&ref);
}

static void test_list(void)
{
	uint64_t list[2];
	size_t nr;

	is(reference_list_parse("3,4", 10, list, 2, &nr), 0, "two budgets");
	ok(nr == 2 && list[0] == 3 && list[1] == 4, "3 and 4");
	ok(reference_list_parse("1,2,3", 10, list, 2, &nr) == -E2BIG,
	   "one more than there is room for");
	ok(reference_list_parse("0", 10, list, 2, &nr) == -ERANGE, "0");
	ok(reference_list_parse("11", 10, list, 2, &nr) == -ERANGE,
	   "above the maximum");
	ok(reference_list_parse("", 10, list, 2, &nr) == -EINVAL, "no number");
	ok(reference_list_parse("1,", 10, list, 2, &nr) == -EINVAL,
	   "a comma at the end");
	ok(reference_list_parse("1,,2", 10, list, 2, &nr) == -EINVAL,
	   "nothing between commas");
}

int main(void)
{
	test_reference();
	test_accesses();
	test_letters();
	test_loaded();
	test_trace();
	test_list();
	return tap_done();
}
