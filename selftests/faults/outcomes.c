// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "lib/tap.h"
#include "faults/report.h"
#include "faults/outcomes.h"

static struct outcome outcomes[MAX_ARGS];	/* of the last run */
static size_t nr_outcomes;

static void read_outcomes(const char *path)
{
	char line[256], address[32] = "";
	FILE *f = fopen(path, "re");
	pid_t child = 0;

	nr_outcomes = 0;
	while (f && nr_outcomes < MAX_ARGS && fgets(line, sizeof(line), f)) {
		struct outcome *o = &outcomes[nr_outcomes];

		if (sscanf(line, "0x%31s", address) == 1 ||
		    sscanf(line, "child %d", &child) == 1)
			continue;
		if (sscanf(line, "%31s %d %d %lld %lld", o->name, &o->pid,
			   &o->status, &o->minor, &o->major) != 5)
			bail("unexpected output of faultcase: %s", line);
		memcpy(o->address, address, sizeof(o->address));
		o->child = child;
		address[0] = '\0';
		child = 0;
		nr_outcomes++;
	}
	if (f)
		fclose(f);
}

const struct outcome *outcome_of(const char *name)
{
	for (size_t i = 0; i < nr_outcomes; i++) {
		const struct outcome *o = &outcomes[i];

		if (strcmp(o->name, name))
			continue;
		if (WIFEXITED(o->status) && WEXITSTATUS(o->status) == 77) {
			skip("the kernel lacks it", "%s", name);
			return NULL;
		}
		return o;
	}
	ok(false, "%s: the case was run", name);
	return NULL;
}

json_t *run_cases(char *const *cases)
{
	char *command[MAX_ARGS + 4] = { "faultcase", "each" };
	char printed[PATH_MAX + 16];
	json_t *doc;

	for (size_t i = 0; i < MAX_ARGS && cases[i]; i++)
		command[i + 2] = cases[i];
	snprintf(printed, sizeof(printed), "%s/printed", work);
	doc = faults_of(command, printed);
	read_outcomes(printed);
	return doc;
}
