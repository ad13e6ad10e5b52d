// SPDX-License-Identifier: GPL-2.0
/* Values of options: what is accepted, and the message about the rest. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/values.h"
#include "tap.h"

static const struct command command = { .name = "test" };
static const struct option_spec option = { "opt", 'o', "VALUE", "auto bits damon",
					   "an option" };
static const struct cli cli = { .command = &command, .option = &option };

static FILE *messages;

/* Let standard error go to a file. */
static void catch_messages(void)
{
	messages = tmpfile();
	if (!messages || dup2(fileno(messages), STDERR_FILENO) < 0)
		abort();
}

/*
 * Check the message since the last call: about @value, what is wrong with it, and the
 * accepted form.
 */
static void message_says(const char *value, const char *what, const char *form)
{
	char got[512], want[512];
	ssize_t len;

	fflush(stderr);
	len = pread(fileno(messages), got, sizeof(got) - 1, 0);
	got[len > 0 ? len : 0] = '\0';
	if (ftruncate(fileno(messages), 0) ||
	    lseek(fileno(messages), 0, SEEK_SET))
		abort();
	snprintf(want, sizeof(want), "vmlab: --opt: '%s' %s: %s; see 'vmlab test "
		 "--help'\n", value, what, form);
	streq(got, want, "the message about '%s'", value);
}

static void message_is(const char *value, const char *form)
{
	message_says(value, "is not a value of this option", form);
}

static char *give(const char *text)
{
	static char value[64];

	snprintf(value, sizeof(value), "%s", text);
	return optarg = value;
}

static void test_numbers(void)
{
	uint64_t v = 7;

	give("0x10");
	is(cli_number(&cli, NULL, 0, UINT64_MAX, &v), EXIT_OK, "a number");
	is(v, 16, "its value");
	give("5");
	is(cli_number(&cli, "rows", 5, 5, &v), EXIT_OK, "both bounds belong to it");
	give("-1");
	is(cli_number(&cli, NULL, 0, UINT64_MAX, &v), EXIT_USAGE, "-1");
	message_is("-1", "give a number");
	give("0");
	is(cli_number(&cli, "frames", 1, UINT64_MAX, &v), EXIT_USAGE, "too small");
	message_is("0", "give a number of frames, 1 or more");
	give("4097");
	is(cli_number(&cli, "rows", 1, 4096, &v), EXIT_USAGE, "too large");
	message_is("4097", "give a number of rows from 1 to 4096");
	is(v, 5, "a failure leaves the result alone");
}

#define SIZES "give bytes, or a number with K, M, G, T, P or E, or p for pages, such as 64K"

static void test_sizes(void)
{
	uint64_t v = 7;

	give("64K");
	is(cli_size(&cli, 0, UINT64_MAX, &v), EXIT_OK, "a size");
	is(v, 65536, "its value");
	give("4KB");
	is(cli_size(&cli, 0, UINT64_MAX, &v), EXIT_USAGE, "no size");
	message_is("4KB", SIZES);
	give("9M");
	is(cli_size(&cli, 4096, 8 << 20, &v), EXIT_USAGE, "too large a size");
	message_is("9M", SIZES ", at least 4K, at most 8M");
	give("4095");
	is(cli_size(&cli, 4096, UINT64_MAX, &v), EXIT_USAGE, "too small a size");
	message_is("4095", SIZES ", at least 4K");
	give("999E");
	is(cli_size(&cli, 0, UINT64_MAX, &v), EXIT_USAGE, "beyond 64 bits");
	message_says("999E", "is too large", "give less than 16E");
	is(v, 65536, "a failure leaves the result alone");
}

static void test_durations(void)
{
	static const char form[] = "give seconds from 0.1 to 3600, or a time with "
				   "a unit, such as 500ms or 2m";
	static const char *const right[] = { "0.1", "100ms", "3600", "1h", "60m" };
	static const char *const wrong[] = { "0.099", "3601", "61m", "nan", "-1",
					     "99ms", "" };
	double v = 7;

	give("2.5");
	is(cli_duration(&cli, 0.1, 3600, &v), EXIT_OK, "a time");
	is(v == 2.5, 1, "its value");
	for (size_t i = 0; i < sizeof(right) / sizeof(right[0]); i++) {
		give(right[i]);
		is(cli_duration(&cli, 0.1, 3600, &v), EXIT_OK, "time '%s'",
		   right[i]);
	}
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		give(wrong[i]);
		is(cli_duration(&cli, 0.1, 3600, &v), EXIT_USAGE, "time '%s'",
		   wrong[i]);
		message_is(wrong[i], form);
	}
	is(v == 3600, 1, "a failure leaves the result alone");
}

static void test_choices(void)
{
	static const char *const wrong[] = { "", "auto ", "aut", "auto bits",
					     "bits damon", "Auto" };
	size_t i = 7;

	give("auto");
	is(cli_choice(&cli, &i), EXIT_OK, "the first word");
	is(i, 0, "its index");
	give("damon");
	is(cli_choice(&cli, &i), EXIT_OK, "the last word");
	is(i, 2, "its index");
	for (size_t n = 0; n < sizeof(wrong) / sizeof(wrong[0]); n++) {
		give(wrong[n]);
		is(cli_choice(&cli, &i), EXIT_USAGE, "word '%s'", wrong[n]);
		message_is(wrong[n], "give auto, bits or damon");
	}
	is(i, 2, "a failure leaves the result alone");
}

static void test_others(void)
{
	uint64_t start = 0, end = 0;
	pid_t pid = 0;

	give("self");
	is(cli_pid(&cli, &pid), EXIT_OK, "pid self");
	is(pid, getpid(), "is this process");
	give("0");
	is(cli_pid(&cli, &pid), EXIT_USAGE, "pid 0");
	message_says("0", "is not a process",
		     "give a pid (see ps(1)), the name of one process, or 'self'");
	give("1000+4K");
	is(cli_range(&cli, &start, &end), EXIT_OK, "a range");
	is(start, 0x1000, "its start");
	is(end, 0x2000, "its end");
	give("2-1");
	is(cli_range(&cli, &start, &end), EXIT_USAGE, "a range that ends before its start");
	message_says("2-1", "has an END that is not above START", RANGE_FORM);
	give("x");
	is(cli_range(&cli, &start, &end), EXIT_USAGE, "no range");
	message_is("x", "give START-END, START+SIZE or an address, in hexadecimal");
	is(end, 0x2000, "a failure leaves the result alone");
}

int main(void)
{
	catch_messages();
	test_numbers();
	test_sizes();
	test_durations();
	test_choices();
	test_others();
	return tap_done();
}
