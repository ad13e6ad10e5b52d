// SPDX-License-Identifier: GPL-2.0
/* Why a session failed, for the command to report. */
#include <stdarg.h>
#include <stdio.h>

#include "paging/failure.h"

int failure_about(struct failure *f, int err, enum vmlab_subject about)
{
	f->err = err;
	f->about = about;
	f->text[0] = '\0';
	return err;
}

int failure_say(struct failure *f, int err, const char *fmt, ...)
{
	va_list ap;

	f->err = err;
	va_start(ap, fmt);
	vsnprintf(f->text, sizeof(f->text), fmt, ap);
	va_end(ap);
	return err;
}
