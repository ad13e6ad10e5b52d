// SPDX-License-Identifier: GPL-2.0
/* Settings of the system. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "labs/lib/system_internal.h"

int system_write(const char *path, const char *value)
{
	size_t len = strlen(value);
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t ret;
	int err = 0;

	if (fd < 0)
		return -errno;
	ret = write(fd, value, len);
	if (ret != (ssize_t)len)
		err = ret < 0 ? -errno : -EIO;
	close(fd);
	return err;
}

int system_command(char *const argv[])
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		int null = open("/dev/null", O_RDWR | O_CLOEXEC);

		dup2(null, 0);
		dup2(null, 1);
		dup2(null, 2);
		execvp(argv[0], argv);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return 126;
	return WEXITSTATUS(status);
}

void system_load_module(const char *name)
{
	char program[] = "modprobe", quiet[] = "-q", module[32];
	char *argv[] = { program, quiet, module, NULL };

	snprintf(module, sizeof(module), "%s", name);
	system_command(argv);
}

void system_undo(struct lab_run *run, enum undo_kind kind, const char *path,
		 const char *value)
{
	if (!undo_add(lab_run_undo(run), kind, path, value))
		lab_fail(run, "%s: too many changes to take back", path);
}

/* Of "always [madvise] never" keep the word in brackets. */
static void chosen_word(char *text)
{
	char *open = strchr(text, '[');
	char *close = open ? strchr(open, ']') : NULL;

	if (close) {
		*close = '\0';
		memmove(text, open + 1, strlen(open + 1) + 1);
	}
}

void lab_write_setting(struct lab_run *run, const char *path,
		       const char *value)
{
	char old[UNDO_VALUE];
	int err;

	if (!lab_read_text(path, old, sizeof(old)))
		lab_skip(run, "%s: this kernel does not have it", path);
	chosen_word(old);
	system_undo(run, UNDO_WRITE, path, old);
	err = system_write(path, value);
	if (err)
		lab_skip(run, "%s cannot be set to %s: %s", path, value,
			 strerror(-err));
}
