// SPDX-License-Identifier: GPL-2.0
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sys/process_name.h"

/* Read up to @size - 1 bytes of /proc/PID/FILE, and end them with a NUL. */
static void read_proc(pid_t pid, const char *file, char *text, size_t size)
{
	char path[64];
	size_t len = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, file);
	f = fopen(path, "re");
	if (f) {
		len = fread(text, 1, size - 1, f);
		fclose(f);
	}
	text[len] = '\0';
}

static bool matches(const char *text, const char *name, bool part)
{
	return part ? !!strstr(text, name) : !strcmp(text, name);
}

static bool has_name(pid_t pid, const char *name, bool part)
{
	char comm[64], command[4096];
	const char *base;

	read_proc(pid, "comm", comm, sizeof(comm));
	comm[strcspn(comm, "\n")] = '\0';
	if (matches(comm, name, part))
		return true;
	read_proc(pid, "cmdline", command, sizeof(command));
	base = strrchr(command, '/');
	return matches(base ? base + 1 : command, name, part);
}

static int is_process(const struct dirent *entry)
{
	return entry->d_name[0] >= '1' && entry->d_name[0] <= '9';
}

static int by_pid(const struct dirent **a, const struct dirent **b)
{
	return atoi((*a)->d_name) - atoi((*b)->d_name);
}

size_t process_named(const char *name, bool part, pid_t *pids, size_t max)
{
	struct dirent **entry;
	size_t found = 0;
	int nr = *name ? scandir("/proc", &entry, is_process, by_pid) : -1;

	if (nr < 0)
		return 0;
	for (int i = 0; i < nr; i++) {
		pid_t pid = atoi(entry[i]->d_name);

		if (pid != getpid() && has_name(pid, name, part)) {
			if (found < max)
				pids[found] = pid;
			found++;
		}
		free(entry[i]);
	}
	free(entry);
	return found;
}
