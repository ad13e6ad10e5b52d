// SPDX-License-Identifier: GPL-2.0
/* Sizes, times and names as text. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "show/format.h"
#include "tap.h"

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
	char size[SIZE_TEXT_MAX], time[TIME_TEXT_MAX], signal[SIGNAL_TEXT_MAX];

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		streq(format_size(sizes[i].bytes, size), sizes[i].text,
		      "size %s", sizes[i].text);
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++)
		streq(format_ns(times[i].ns, time), times[i].text, "time %s",
		      times[i].text);
	streq(format_signal(SIGTERM, signal), "SIGTERM", "a signal");
	streq(format_signal(SIGRTMIN + 6, signal), "SIGRTMIN+6", "a signal without a name");
	streq(format_signal(999, signal), "signal 999", "no signal");
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

static void test_tail(void)
{
	streq(format_tail("abc", 3), "abc", "what fits is whole");
	streq(format_tail("abcd", 3), "bcd", "the end of what does not");
	streq(format_tail("\xc3\xa9\xc3\xa9", 1), "\xc3\xa9",
	      "characters are not cut");
	streq(format_tail("abc", 0), "", "no room");
}

static void test_width(void)
{
	is(format_width("abc"), 3, "ASCII");
	is(format_width("caf\xc3\xa9"), 4, "a character of two bytes");
	is(format_width("\xe6\xbc\xa2\xe5\xad\x97"), 4,
	   "CJK characters take two columns each");
	is(format_width("e\xcc\x81"), 1, "a combining character takes none");
	is(format_width("\xff"), 1, "a byte that is not UTF-8 takes one");

	streq(format_tail("\xe6\xbc\xa2\xe5\xad\x97", 3), "\xe5\xad\x97",
	      "half of a wide character does not fit");
	streq(format_tail("e\314\201a", 1), "a",
	      "a combining character is cut with the one before it");
	streq(format_tail("ae\xcc\x81", 1), "e\xcc\x81", "or kept with it");
}

static void test_clock(void)
{
	char clock[CLOCK_TEXT_MAX];
	char list[] = "read write exec";

	setenv("TZ", "UTC", 1);
	tzset();
	streq(format_clock(UINT64_C(57909042999999), clock), "16:05:09.042",
	      "a time of day, rounded down");
	streq(format_clock(0, clock), "00:00:00.000", "midnight");
	streq(format_list(list), "read,write,exec", "a list");
}

int main(void)
{
	test_format();
	test_names();
	test_tail();
	test_width();
	test_clock();
	return tap_done();
}
