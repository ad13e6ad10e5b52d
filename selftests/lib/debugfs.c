// SPDX-License-Identifier: GPL-2.0
#include "debugfs.h"

#include <errno.h>
#include <stdio.h>

#include "dev.h"
#include "proc.h"

static int write_pid(const char *path, pid_t pid)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%d\n", pid);

	return write_file(path, text, (size_t)len);
}

int debugfs_attach(pid_t pid)
{
	return write_pid(DEBUGFS "/attach", pid);
}

int debugfs_detach(pid_t pid)
{
	return write_pid(DEBUGFS "/detach", pid);
}

char *debugfs_read(pid_t pid, const char *file)
{
	char *text;
	int err;

	debugfs_attach(pid);
	text = slurp(DEBUGFS "/%d/%s", pid, file);
	err = errno;
	debugfs_detach(pid);
	errno = err;
	return text;
}
