// SPDX-License-Identifier: GPL-2.0
#include "inspect/debugfs/process_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/proc.h"
#include "lib/tap.h"

/* The module removes a directory within this time after the exit. */
enum { COLLECT_MS = 5000 };

int write_string(const char *path, const char *text)
{
	return write_file(path, text, strlen(text));
}

bool has_dir(pid_t pid)
{
	char path[64];

	snprintf(path, sizeof(path), DEBUGFS "/%d", pid);
	return !access(path, F_OK);
}

bool dir_is_removed(pid_t pid)
{
	unsigned long long end = now_ms() + COLLECT_MS;

	while (has_dir(pid)) {
		if (now_ms() > end)
			return false;
		msleep(20);
	}
	return true;
}

int open_file(pid_t pid, const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), DEBUGFS "/%d/%s", pid, name);
	return open(path, O_RDONLY | O_CLOEXEC);
}

bool file_contains(pid_t pid, const char *name, const char *what)
{
	char *text = slurp(DEBUGFS "/%d/%s", pid, name);
	bool found = text && strstr(text, what);

	if (!found)
		diag("  %s of %d: %.200s", name, pid,
		     text ? text : strerror(errno));
	free(text);
	return found;
}
