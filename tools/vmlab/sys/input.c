// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sys/input.h"
#include "sys/xalloc.h"

static int read_stream(FILE *in, char **text)
{
	size_t size = 4096, len = 0, n;

	*text = check_alloc(malloc(size));
	while ((n = fread(*text + len, 1, size - 1 - len, in))) {
		len += n;
		if (len < size - 1)
			continue;
		size *= 2;
		*text = check_alloc(realloc(*text, size));
	}
	(*text)[len] = '\0';
	return ferror(in) ? -errno : 0;
}

int input_read(const char *path, const char *form, char **text,
	       struct failure *failure)
{
	bool is_stdin = !strcmp(path, "-");
	FILE *in = is_stdin ? stdin : fopen(path, "re");
	int err;

	*text = NULL;
	err = in ? read_stream(in, text) : -errno;
	if (in && !is_stdin)
		fclose(in);
	if (!err)
		return 0;
	free(*text);
	*text = NULL;
	return failure_set(failure, err, "cannot read %s: %s: %s",
			   is_stdin ? "standard input" : path, strerror(-err), form);
}
