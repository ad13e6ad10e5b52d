// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>

#include "sys/output.h"

bool output_is_stdout(const struct output *o)
{
	return o->path && !strcmp(o->path, "-");
}

static int fail(const struct output *o, int err, struct failure *failure)
{
	return failure_set(failure, err, "cannot write %s: %s",
			   output_is_stdout(o) ? "standard output" : o->path,
			   strerror(-err));
}

int output_open(struct output *o, struct failure *failure)
{
	if (!o->path)
		return 0;
	o->file = output_is_stdout(o) ? stdout : fopen(o->path, "we");
	return o->file ? 0 : fail(o, -errno, failure);
}

int output_close(struct output *o, struct failure *failure)
{
	int err = 0;

	if (!o->file)
		return 0;
	if (ferror(o->file))
		err = -EIO;
	/* main() closes standard output */
	if ((o->file == stdout ? fflush(o->file) : fclose(o->file)) && !err)
		err = -errno;
	o->file = NULL;
	return err ? fail(o, err, failure) : 0;
}
