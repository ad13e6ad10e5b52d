// SPDX-License-Identifier: GPL-2.0
/* Files of the kernel with a word and a number in each line. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "labs/system.h"

uint64_t lab_field(struct lab_run *run, const char *directory, const char *file,
		   const char *word)
{
	char path[2 * LAB_PATH], line[128], name[64];
	unsigned long long value;
	FILE *in;

	snprintf(path, sizeof(path), "%s/%s", directory, file);
	in = fopen(path, "re");
	if (!in)
		lab_fail(run, "read %s: %s", path, strerror(errno));
	while (fgets(line, sizeof(line), in)) {
		if (sscanf(line, "%63s %llu", name, &value) == 2 &&
		    !strcmp(name, word)) {
			fclose(in);
			return value;
		}
	}
	fclose(in);
	lab_fail(run, "%s has no %s", path, word);
}

uint64_t lab_meminfo(struct lab_run *run, const char *word)
{
	return lab_field(run, "/proc", "meminfo", word) * 1024;
}
