// SPDX-License-Identifier: GPL-2.0
#include "differences.h"

#include <stdarg.h>
#include <stdio.h>

#include "tap.h"

enum { SHOWN = 8 };

static unsigned int count;
static bool silent;

void differs(const char *fmt, ...)
{
	char text[600];
	va_list ap;

	if (count++ >= SHOWN || silent)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	diag("  %s", text);
}

void differences_quiet(bool quiet)
{
	silent = quiet;
}

void differences_reset(void)
{
	count = 0;
}

unsigned int differences(void)
{
	return count;
}
