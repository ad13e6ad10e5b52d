// SPDX-License-Identifier: GPL-2.0
#include "file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tap.h"

int temp_file(const char *dir, size_t bytes)
{
	char name[256];
	int file;

	snprintf(name, sizeof(name), "%s/vmlab-XXXXXX", dir);
	file = mkstemp(name);
	if (file < 0 || unlink(name) || ftruncate(file, (off_t)bytes))
		bail("%s: %s", name, strerror(errno));
	return file;
}

bool all_bytes(const char *p, char value, size_t nr)
{
	while (nr--)
		if (*p++ != value)
			return false;
	return true;
}

bool file_has(int file, off_t offset, char value, size_t nr)
{
	char *buf = malloc(nr);
	bool has;

	if (!buf)
		bail("out of memory");
	has = pread(file, buf, nr, offset) == (ssize_t)nr &&
	      all_bytes(buf, value, nr);
	free(buf);
	return has;
}
