// SPDX-License-Identifier: GPL-2.0
/* UTF-8 text: whether it is well-formed, and how wide a terminal shows it. */
#include <locale.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <wchar.h>

#include "show/format.h"

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

/* Return the bytes of the character at @s, and its width in a terminal. */
static size_t next_character(const char *s, size_t *width)
{
	size_t len = utf8_length(s);
	mbstate_t state = { 0 };
	wchar_t c;
	int n;

	*width = 1;
	if (!len)
		return 1;
	if (mbrtowc(&c, s, len, &state) == len) {
		n = wcwidth(c);
		*width = n < 0 ? 1 : (size_t)n;
	}
	return len;
}

locale_t utf8_enter(void)
{
	static locale_t locale;

	if (!locale)
		locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	return uselocale(locale);
}

static size_t width_of(const char *s)
{
	size_t width, sum = 0;

	while (*s) {
		s += next_character(s, &width);
		sum += width;
	}
	return sum;
}

size_t format_width(const char *s)
{
	locale_t before = utf8_enter();
	size_t width = width_of(s);

	uselocale(before);
	return width;
}

const char *format_tail(const char *s, size_t width)
{
	locale_t before = utf8_enter();
	size_t sum = width_of(s), first, len;
	bool cut = sum > width;

	while (sum > width) {
		s += next_character(s, &first);
		sum -= first;
	}
	/* combining characters belong to the one that was cut off */
	while (cut && *s && (len = next_character(s, &first)) && !first)
		s += len;
	uselocale(before);
	return s;
}
