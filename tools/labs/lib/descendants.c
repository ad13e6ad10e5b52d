// SPDX-License-Identifier: GPL-2.0
/* Kill all descendants, generation by generation. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "labs/lib/descendants.h"

/* Return the parent of a process, 0 when it is gone; see proc_pid_stat(5). */
static pid_t parent_of(const char *pid)
{
	char path[64], line[512];
	const char *end;
	int parent = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%.20s/stat", pid);
	file = fopen(path, "re");
	if (!file)
		return 0;
	/* The name of the command may hold blanks and parentheses. */
	if (fgets(line, sizeof(line), file)) {
		end = strrchr(line, ')');
		if (!end || sscanf(end + 1, " %*c %d", &parent) != 1)
			parent = 0;
	}
	fclose(file);
	return parent;
}

static void kill_children(void)
{
	DIR *dir = opendir("/proc");
	const struct dirent *entry;

	if (!dir)
		return;
	while ((entry = readdir(dir)))
		if (isdigit((unsigned char)entry->d_name[0]) &&
		    parent_of(entry->d_name) == getpid())
			kill((pid_t)atoi(entry->d_name), SIGKILL);
	closedir(dir);
}

void descendants_kill(void)
{
	pid_t pid;

	do {
		kill_children();
		pid = waitpid(-1, NULL, 0);
	} while (pid > 0 || errno == EINTR);
}
