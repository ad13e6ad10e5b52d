// SPDX-License-Identifier: GPL-2.0
#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "show/screen.h"

#define ROWS_DEFAULT	24
#define COLUMNS_DEFAULT 80
#define COLUMNS_MIN	40
#define COLUMNS_MAX	1000

bool screen_utf8(void)
{
	/* not setlocale(3), which would change the locale of the whole program */
	locale_t locale = newlocale(LC_CTYPE_MASK, "", (locale_t)0);
	bool utf8;

	if (!locale)
		return false;
	utf8 = !strcmp(nl_langinfo_l(CODESET, locale), "UTF-8");
	freelocale(locale);
	return utf8;
}

struct screen_size screen_size(void)
{
	struct winsize ws;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws) || !ws.ws_row || !ws.ws_col)
		return (struct screen_size){ ROWS_DEFAULT, COLUMNS_DEFAULT };
	return (struct screen_size){ ws.ws_row, ws.ws_col };
}

unsigned int screen_width(void)
{
	const char *columns = getenv("COLUMNS");
	unsigned long width = 0;
	char *end;

	if (columns && *columns >= '0' && *columns <= '9') {
		width = strtoul(columns, &end, 10);
		if (*end)
			width = 0;
	}
	if (!width)
		width = screen_size().columns;
	if (width < COLUMNS_MIN)
		return COLUMNS_MIN;
	return width > COLUMNS_MAX ? COLUMNS_MAX : (unsigned int)width;
}
