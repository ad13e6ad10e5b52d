// SPDX-License-Identifier: GPL-2.0
#include "tap.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int points;
static int failures;

__attribute__((constructor)) static void tap_start(void)
{
	/* Flush each line: forked children must inherit an empty buffer. */
	setvbuf(stdout, NULL, _IOLBF, 0);
}

static void print_point(bool pass, const char *fmt, va_list ap)
{
	if (!points)
		puts("TAP version 13");
	points++;
	failures += !pass;
	printf("%sok %d - ", pass ? "" : "not ", points);
	vprintf(fmt, ap);
}

bool tap_ok(const char *file, int line, bool pass, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	print_point(pass, fmt, ap);
	va_end(ap);
	puts("");
	if (!pass)
		diag("  at %s:%d", file, line);
	return pass;
}

bool tap_is(const char *file, int line, unsigned long long got,
	    unsigned long long want, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	print_point(got == want, fmt, ap);
	va_end(ap);
	puts("");
	if (got != want)
		diag("  at %s:%d: got %llu (%#llx), want %llu (%#llx)", file,
		     line, got, got, want, want);
	return got == want;
}

bool tap_streq(const char *file, int line, const char *got, const char *want,
	       const char *fmt, ...)
{
	bool pass = got && want && !strcmp(got, want);
	va_list ap;

	va_start(ap, fmt);
	print_point(pass, fmt, ap);
	va_end(ap);
	puts("");
	if (!pass)
		diag("  at %s:%d: got \"%s\", want \"%s\"", file, line,
		     got ? got : "(null)", want ? want : "(null)");
	return pass;
}

static const char *errno_name(int err)
{
	const char *name = err ? strerrorname_np(err) : "success";

	return name ? name : "unknown errno";
}

bool tap_fails(const char *file, int line, long ret, int err, int want,
	       const char *fmt, ...)
{
	bool pass = want ? ret == -1 && err == want : ret != -1;
	va_list ap;

	va_start(ap, fmt);
	print_point(pass, fmt, ap);
	va_end(ap);
	if (want)
		printf(": %s\n", errno_name(want));
	else
		puts("");
	if (!pass)
		diag("  at %s:%d: returned %ld, %s", file, line, ret,
		     ret == -1 ? errno_name(err) : "success");
	return pass;
}

void diag(const char *fmt, ...)
{
	va_list ap;

	printf("# ");
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	puts("");
}

void skip(const char *reason, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	print_point(true, fmt, ap);
	va_end(ap);
	printf(" # SKIP %s\n", reason);
}

void bail(const char *fmt, ...)
{
	va_list ap;

	printf("Bail out! ");
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	puts("");
	exit(2);
}

int tap_done(void)
{
	if (!points)
		bail("no test point was reached");
	printf("1..%d\n", points);
	if (failures)
		diag("%d of %d failed", failures, points);
	return failures ? 1 : 0;
}
