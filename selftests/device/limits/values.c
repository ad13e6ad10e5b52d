// SPDX-License-Identifier: GPL-2.0
/* The limits, which are parameters of the module. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "device/limits/limits.h"
#include "lib/tap.h"

const char *const limit_names[LIMITS] = {
	"max_user_spaces", "max_user_pages", "max_user_store_pages",
	"max_user_evicted", "max_user_trace", "max_user_events",
};

unsigned long saved[LIMITS];
size_t psize;

unsigned long limit(int which)
{
	char name[128];
	unsigned long value;
	FILE *f;

	snprintf(name, sizeof(name), PARAMETERS "%s", limit_names[which]);
	f = fopen(name, "r");
	if (!f || fscanf(f, "%lu", &value) != 1)
		bail("%s: %s", name, strerror(errno));
	fclose(f);
	return value;
}

void set_limit(int which, unsigned long value)
{
	char name[128];
	FILE *f;

	snprintf(name, sizeof(name), PARAMETERS "%s", limit_names[which]);
	f = fopen(name, "w");
	if (!f || fprintf(f, "%lu", value) < 0 || fclose(f))
		bail("%s: %s", name, strerror(errno));
}
