// SPDX-License-Identifier: GPL-2.0
/* Numbers in options and operands. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

static void check_interval(const char *text, int err, long ms)
{
	struct timespec t = { 0 };

	is(parse_interval(text, &t), err, "interval '%s'", text);
	is(t.tv_sec * 1000 + t.tv_nsec / 1000000, ms, "interval '%s': ms",
	   text);
}

static void test_intervals(void)
{
	check_interval("1", 0, 1000);
	check_interval("0.01", 0, 10);
	check_interval("2.5", 0, 2500);
	check_interval("3600", 0, 3600000);
	check_interval("3601", -ERANGE, 0);
	check_interval("0", -ERANGE, 0);
	check_interval("1.2345", -EINVAL, 0);
	check_interval("1.", -EINVAL, 0);
	check_interval(".5", -EINVAL, 0);
	check_interval("-1", -EINVAL, 0);
	check_interval("", -EINVAL, 0);
}

int main(void)
{
	test_sizes();
	test_numbers();
	test_addresses();
	test_page_lists();
	test_intervals();
	return tap_done();
}
