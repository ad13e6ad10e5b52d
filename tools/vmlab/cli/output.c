// SPDX-License-Identifier: GPL-2.0
/* Files that a command writes. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"

int cli_write_file(const char *path,
		   void (*print)(FILE *out, const void *what),
		   const void *what)
{
	FILE *out;
	int failed;

	if (!strcmp(path, "-")) {
		print(stdout, what);
		return EXIT_OK;
	}
	out = fopen(path, "we");
	if (!out)
		return cli_error("cannot write %s: %s", path, strerror(errno));
	print(out, what);
	failed = ferror(out);
	if (fclose(out) || failed)
		return cli_error("cannot write %s: %s", path, strerror(errno));
	return EXIT_OK;
}
