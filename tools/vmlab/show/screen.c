// SPDX-License-Identifier: GPL-2.0
#include <langinfo.h>
#include <locale.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/parse.h"
#include "show/screen.h"

#define COLUMNS_DEFAULT 80
#define COLUMNS_MIN	40
#define COLUMNS_MAX	1000

bool screen_utf8(void)
{
	/* not setlocale(3): the rest of the program stays in the C locale */
	locale_t locale = newlocale(LC_CTYPE_MASK, "", (locale_t)0);
	bool utf8;

	if (!locale)
		return false;
	utf8 = !strcmp(nl_langinfo_l(CODESET, locale), "UTF-8");
	freelocale(locale);
	return utf8;
}

unsigned int screen_width(void)
{
	const char *columns = getenv("COLUMNS");
	uint64_t width = COLUMNS_DEFAULT;
	struct winsize ws;

	if (!columns || parse_u64(columns, &width)) {
		if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws) && ws.ws_col)
			width = ws.ws_col;
	}
	if (width < COLUMNS_MIN)
		return COLUMNS_MIN;
	return width > COLUMNS_MAX ? COLUMNS_MAX : (unsigned int)width;
}
