// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "sys/swap_areas.h"
#include "sys/xalloc.h"

#define AREAS_MAX 64 /* the kernel allows 32 at most */

/* Read the names, the first word of each line after the header. */
static size_t read_names(FILE *in, char *names[AREAS_MAX])
{
	char *line = NULL;
	size_t nr = 0, size = 0;

	for (int n = 0; nr < AREAS_MAX && getline(&line, &size, in) > 0; n++) {
		line[strcspn(line, " \t\n")] = '\0';
		if (n && *line)
			names[nr++] = check_alloc(strdup(line));
	}
	free(line);
	return nr;
}

char *swap_areas_text(FILE *swaps, unsigned int number)
{
	FILE *in = swaps ? swaps : fopen("/proc/swaps", "re");
	char *names[AREAS_MAX], *text = NULL;
	size_t nr = in ? read_names(in, names) : 0, len;
	FILE *out;

	if (in && in != swaps)
		fclose(in);
	if (!nr)
		return NULL;
	out = check_alloc(open_memstream(&text, &len));
	if (nr == 1)
		fprintf(out, "swap area %u is %s", number, names[0]);
	else
		fputs("swap areas in the order of their numbers", out);
	for (size_t i = 0; i < nr; i++) {
		if (nr > 1)
			fprintf(out, "%s %s", i ? "," : ":", names[i]);
		free(names[i]);
	}
	fputs(", see /proc/swaps", out);
	fclose(out);
	return check_alloc(text);
}
