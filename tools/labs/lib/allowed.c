// SPDX-License-Identifier: GPL-2.0
/* Which labs may run where. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "labs/lib/allowed.h"

/* A hypervisor announces itself in CPUID. */
static bool in_virtual_machine(void)
{
	FILE *file = fopen("/proc/cpuinfo", "re");
	bool found = false;
	char *line = NULL;
	size_t size = 0;

	while (file && !found && getline(&line, &size, file) > 0)
		found = !strncmp(line, "flags", 5) &&
			strstr(line, " hypervisor");
	free(line);
	if (file)
		fclose(file);
	return found;
}

bool lab_allowed(const struct lab *lab, bool yes, struct lab_result *result)
{
	if (!lab->changes || yes || in_virtual_machine())
		return true;
	memset(result, 0, sizeof(*result));
	result->verdict = LAB_SKIPPED;
	snprintf(result->reason, sizeof(result->reason),
		 "it changes the system (%.120s) and this is no virtual machine: "
		 "give --yes to allow it", lab->changes);
	return false;
}
