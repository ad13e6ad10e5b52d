// SPDX-License-Identifier: GPL-2.0
/* Numbers in options and operands. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "model/parse.h"
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

	const uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	uint64_t pages = 0;

	is(parse_size("16p", &pages), 0, "size '16p'");
	is(pages == 16 * page, 1, "size '16p' is 16 pages");
	is(parse_size("16pp", &pages), -EINVAL, "size '16pp'");
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
	is(parse_range("3000-1000", &a, &b), -EDOM, "backwards");
	is(parse_range("1000-1000", &a, &b), -EDOM, "empty");
	is(parse_range("1000+0", &a, &b), -EDOM, "empty by size");
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

static void test_durations(void)
{
	static const struct {
		const char *text;
		int err;
		uint64_t ns;
	} cases[] = {
		{ "1", 0, 1000000000 },
		{ "0", 0, 0 },
		{ "0.01", 0, 10000000 },
		{ "2.5", 0, 2500000000 },
		{ "1.2345", 0, 1234500000 },
		{ ".5", 0, 500000000 },
		{ "0.0000000019", 0, 1 },
		{ "2s", 0, 2000000000 },
		{ "500ms", 0, 500000000 },
		{ "1.5us", 0, 1500 },
		{ "2m", 0, UINT64_C(120000000000) },
		{ "0.5h", 0, UINT64_C(1800000000000) },
		{ "18446744073.709551615", 0, UINT64_MAX },
		{ "18446744073.709551616", -ERANGE, 0 },
		{ "18446744074", -ERANGE, 0 },
		{ "18446744073709551616", -ERANGE, 0 },
		{ "5124096h", -ERANGE, 0 },
		{ "1.", -EINVAL, 0 },
		{ ".", -EINVAL, 0 },
		{ "1.2.3", -EINVAL, 0 },
		{ "", -EINVAL, 0 },
		{ "s", -EINVAL, 0 },
		{ "-1", -EINVAL, 0 },
		{ "+1", -EINVAL, 0 },
		{ " 1", -EINVAL, 0 },
		{ "1 s", -EINVAL, 0 },
		{ "1S", -EINVAL, 0 },
		{ "1sec", -EINVAL, 0 },
		{ "1s1", -EINVAL, 0 },
		{ "1e3", -EINVAL, 0 },
		{ "0x10", -EINVAL, 0 },
		{ "nan", -EINVAL, 0 },
		{ "inf", -EINVAL, 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint64_t ns = 0;

		is(parse_duration(cases[i].text, &ns), cases[i].err,
		   "duration '%s'", cases[i].text);
		is(ns == cases[i].ns, 1, "duration '%s': %llu ns",
		   cases[i].text, (unsigned long long)ns);
	}
}

static void test_probabilities(void)
{
	static const char *const wrong[] = { "", "-0", "1.1", "2", "1.000000001",
					     "0x1p-1", "1e-1", "nan", "inf",
					     " 0", "0.5 ", "50%" };
	double p = -1;

	is(parse_probability("0.25", &p), 0, "probability 0.25");
	is(p == 0.25, 1, "its value");
	is(parse_probability("1", &p), 0, "probability 1");
	is(p == 1, 1, "its value");
	is(parse_probability("0", &p), 0, "probability 0");
	is(p == 0, 1, "its value");
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		is(parse_probability(wrong[i], &p) < 0, 1,
		   "'%s' is no probability", wrong[i]);
	is(p == 0, 1, "a failure leaves the result alone");
}

int main(void)
{
	test_sizes();
	test_numbers();
	test_addresses();
	test_page_lists();
	test_durations();
	test_probabilities();
	return tap_done();
}
