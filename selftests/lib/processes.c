// SPDX-License-Identifier: GPL-2.0
#include "processes.h"

#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "child.h"
#include "proc.h"

static int stop(void *unused)
{
	(void)unused;
	stop_self();
	return 0;
}

pid_t stopped_child(void)
{
	pid_t pid = spawn(stop, NULL);

	wait_stopped(pid, NULL);
	return pid;
}

void kill_without_reaping(pid_t pid)
{
	siginfo_t info;

	kill(pid, SIGKILL);
	waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT);
}

pid_t kernel_thread(void)
{
	/* kthreadd has pid 2 in the initial pid namespace. */
	char *comm = slurp("/proc/2/comm");
	bool found = comm && !strcmp(comm, "kthreadd\n");

	free(comm);
	return found ? 2 : 0;
}
