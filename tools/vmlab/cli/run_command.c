// SPDX-License-Identifier: GPL-2.0
/* Commands that vmlab runs. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/cli.h"

int cli_run_command(char **argv)
{
	int status;
	pid_t child;

	fflush(stdout);
	child = fork();
	if (child < 0)
		return cli_error("cannot run %s: %s", argv[0], strerror(errno));
	if (!child) {
		dup2(STDERR_FILENO, STDOUT_FILENO);
		execvp(argv[0], argv);
		cli_error("cannot run %s: %s", argv[0], strerror(errno));
		_exit(127);
	}
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return cli_error("cannot wait for %s: %s", argv[0],
					 strerror(errno));
	if (WIFEXITED(status) && !WEXITSTATUS(status))
		return EXIT_OK;
	if (WIFSIGNALED(status))
		return cli_error("%s was killed: %s", argv[0],
				 strsignal(WTERMSIG(status)));
	return cli_error("%s failed: exit code %d", argv[0],
			 WEXITSTATUS(status));
}
