// SPDX-License-Identifier: GPL-2.0
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "show/format.h"

const char *format_size(uint64_t bytes, char buf[static SIZE_TEXT_MAX])
{
	static const char *const units[] = { "B",   "KiB", "MiB", "GiB",
					     "TiB", "PiB", "EiB" };
	unsigned int u = 0;
	uint64_t tenths;

	while (u < 6 && bytes >> (10 * (u + 1)))
		u++;
	/* round down: a size is never shown larger than it is */
	tenths = u ? (bytes >> (10 * (u - 1))) * 10 / 1024 : bytes * 10;
	if (!bytes)
		snprintf(buf, SIZE_TEXT_MAX, "0");
	else if (tenths % 10)
		snprintf(buf, SIZE_TEXT_MAX, "%llu.%u %s",
			 (unsigned long long)(tenths / 10),
			 (unsigned int)(tenths % 10), units[u]);
	else
		snprintf(buf, SIZE_TEXT_MAX, "%llu %s",
			 (unsigned long long)(tenths / 10), units[u]);
	return buf;
}

const char *format_ns(uint64_t ns, char buf[static TIME_TEXT_MAX])
{
	static const char *const units[] = { "ns", "us", "ms", "s" };
	uint64_t scale = 1;
	unsigned int u = 0;

	while (u < 3 && ns / scale >= 1000) {
		scale *= 1000;
		u++;
	}
	if (u)
		snprintf(buf, TIME_TEXT_MAX, "%llu.%llu %s",
			 (unsigned long long)(ns / scale),
			 (unsigned long long)(ns % scale / (scale / 10)),
			 units[u]);
	else
		snprintf(buf, TIME_TEXT_MAX, "%llu ns", (unsigned long long)ns);
	return buf;
}

const char *format_clock(uint64_t time_ns, char buf[static CLOCK_TEXT_MAX])
{
	time_t seconds = (time_t)(time_ns / 1000000000u);
	struct tm tm;
	size_t len;

	localtime_r(&seconds, &tm);
	len = strftime(buf, CLOCK_TEXT_MAX - 8, "%H:%M:%S", &tm);
	snprintf(buf + len, 8, ".%03u",
		 (unsigned int)(time_ns / 1000000u % 1000u));
	return buf;
}

const char *format_signal(int number, char buf[static SIGNAL_TEXT_MAX])
{
	const char *name = sigabbrev_np(number);

	if (name)
		snprintf(buf, SIGNAL_TEXT_MAX, "SIG%s", name);
	else if (number >= SIGRTMIN && number <= SIGRTMAX)
		snprintf(buf, SIGNAL_TEXT_MAX, "SIGRTMIN+%d", number - SIGRTMIN);
	else
		snprintf(buf, SIGNAL_TEXT_MAX, "signal %d", number);
	return buf;
}

char *format_list(char *words)
{
	for (char *p = words; *p; p++)
		if (*p == ' ')
			*p = ',';
	return words;
}

static int is_control(const char *s, size_t len)
{
	unsigned char c = (unsigned char)s[0];

	if (len == 1)
		return c < 0x20 || c == 0x7f;
	/* C1 controls: U+0080 to U+009F */
	return len == 2 && c == 0xc2 && (unsigned char)s[1] < 0xa0;
}

char *format_safe(const char *s)
{
	char *out = malloc(4 * strlen(s) + 1);
	char *to = out;

	if (!out)
		return NULL;
	while (*s) {
		size_t len = utf8_length(s);

		if (len && !is_control(s, len)) {
			memcpy(to, s, len);
			to += len;
			s += len;
			continue;
		}
		for (len = len ? len : 1; len; len--)
			to += snprintf(to, 5, "\\%03o", (unsigned char)*s++);
	}
	*to = '\0';
	return out;
}
