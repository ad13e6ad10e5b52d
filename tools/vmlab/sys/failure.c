// SPDX-License-Identifier: GPL-2.0
#include <stdarg.h>
#include <stdio.h>

#include "sys/failure.h"

int failure_about(struct failure *failure, int err, enum vmlab_subject about)
{
	failure->err = err;
	failure->about = about;
	failure->text[0] = '\0';
	return err;
}

int failure_set(struct failure *failure, int err, const char *fmt, ...)
{
	va_list ap;

	failure->err = err;
	va_start(ap, fmt);
	vsnprintf(failure->text, sizeof(failure->text), fmt, ap);
	va_end(ap);
	return err;
}
