// SPDX-License-Identifier: GPL-2.0
#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "show/terminal.h"

#define COLUMNS_DEFAULT 80
#define COLUMNS_MIN	40
#define ROWS_DEFAULT	24
#define ROWS_MIN	1
#define SIZE_MAX_SHOWN	1000

/* Return a number from the environment, or 0 when there is none. */
static unsigned long size_from(const char *name)
{
	const char *text = getenv(name);
	unsigned long value;
	char *end;

	if (!text || *text < '0' || *text > '9')
		return 0;
	value = strtoul(text, &end, 10);
	return *end ? 0 : value;
}

static unsigned int limited(unsigned long value, unsigned int least)
{
	if (value < least)
		return least;
	return value > SIZE_MAX_SHOWN ? SIZE_MAX_SHOWN : (unsigned int)value;
}

static struct winsize window_size(int fd)
{
	struct winsize size = { 0 };

	if (ioctl(fd, TIOCGWINSZ, &size))
		size = (struct winsize){ 0 };
	return size;
}

unsigned int terminal_columns(int fd)
{
	unsigned long columns = size_from("COLUMNS");

	if (!columns)
		columns = window_size(fd).ws_col;
	return limited(columns ? columns : COLUMNS_DEFAULT, COLUMNS_MIN);
}

unsigned int terminal_rows(int fd)
{
	unsigned long rows = size_from("LINES");

	if (!rows)
		rows = window_size(fd).ws_row;
	return limited(rows ? rows : ROWS_DEFAULT, ROWS_MIN);
}

void terminal_window(int fd, unsigned int *rows, unsigned int *columns)
{
	struct winsize size = window_size(fd);

	*rows = size.ws_row ? size.ws_row : ROWS_DEFAULT;
	*columns = size.ws_col ? size.ws_col : COLUMNS_DEFAULT;
}

bool terminal_utf8(void)
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

const char *style_on(bool colour, enum style style)
{
	static const char *const on[] = {
		[STYLE_PLAIN] = "",	   [STYLE_HEAD] = "\033[1m",
		[STYLE_DIM] = "\033[2m",   [STYLE_GOOD] = "\033[32m",
		[STYLE_WARN] = "\033[31m", [STYLE_NAME] = "\033[36m",
	};

	return colour ? on[style] : "";
}

const char *style_off(bool colour, enum style style)
{
	return colour && style != STYLE_PLAIN ? "\033[0m" : "";
}
