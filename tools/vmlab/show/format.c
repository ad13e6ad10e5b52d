// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "show/format.h"

const char *format_size(uint64_t bytes, char buf[static SIZE_TEXT_MAX])
{
	static const char *const units[] = { "B",   "KiB", "MiB", "GiB",
					     "TiB", "PiB", "EiB" };
	unsigned int u = 0;
	uint64_t tenths;

	while (u < 6 && bytes >> (10 * (u + 1)))
		u++;
	/* rounded down, so that no size looks larger than it is */
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

size_t utf8_length(const char *s)
{
	const unsigned char *p = (const unsigned char *)s;
	uint32_t c, least;
	size_t len;

	if (p[0] < 0x80)
		return 1;
	if (p[0] >= 0xc2 && p[0] <= 0xdf) {
		len = 2;
		least = 0x80;
		c = p[0] & 0x1fu;
	} else if (p[0] >= 0xe0 && p[0] <= 0xef) {
		len = 3;
		least = 0x800;
		c = p[0] & 0xfu;
	} else if (p[0] >= 0xf0 && p[0] <= 0xf4) {
		len = 4;
		least = 0x10000;
		c = p[0] & 0x7u;
	} else {
		return 0;
	}
	for (size_t i = 1; i < len; i++) {
		if ((p[i] & 0xc0u) != 0x80)
			return 0;
		c = c << 6 | (p[i] & 0x3fu);
	}
	if (c < least || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	return len;
}

int utf8_valid(const char *s)
{
	while (*s) {
		size_t len = utf8_length(s);

		if (!len)
			return 0;
		s += len;
	}
	return 1;
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

static size_t next_length(const char *s)
{
	size_t len = utf8_length(s);

	return len ? len : 1;
}

const char *format_tail(const char *s, size_t width)
{
	size_t length = 0;

	for (const char *p = s; *p; p += next_length(p))
		length++;
	for (; length > width; length--)
		s += next_length(s);
	return s;
}
