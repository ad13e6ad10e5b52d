// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "show/format.h"
#include "show/heading.h"
#include "show/terminal.h"
#include "sys/xalloc.h"

static void read_comm(pid_t pid, char *comm, int size)
{
	char path[64];
	FILE *file;

	comm[0] = '\0';
	snprintf(path, sizeof(path), "/proc/%d/comm", (int)pid);
	file = fopen(path, "re");
	if (!file)
		return;
	if (!fgets(comm, size, file))
		comm[0] = '\0';
	fclose(file);
	comm[strcspn(comm, "\n")] = '\0';
}

void heading_print(FILE *out, pid_t pid, bool first, bool colour)
{
	char comm[64], *name;

	pid = pid ? pid : getpid();
	read_comm(pid, comm, sizeof(comm));
	name = check_alloc(format_safe(comm));
	fprintf(out, "%s%s==> %d %s <==%s\n", first ? "" : "\n",
		style_on(colour, STYLE_HEAD), (int)pid, name,
		style_off(colour, STYLE_HEAD));
	free(name);
}
