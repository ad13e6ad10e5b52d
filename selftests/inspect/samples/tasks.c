// SPDX-License-Identifier: GPL-2.0
/* Samples with several tasks, or of another architecture. */
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/proc.h"
#include "inspect/samples/build.h"
#include "inspect/samples/kinds.h"

void make_plain(void)
{
}

static void *sleeper(void *arg)
{
	write_pages(arg, 0, 4);
	for (;;)
		pause();
	return NULL;
}

void make_threads(void)
{
	pthread_t thread;

	for (int i = 0; i < 5; i++)
		require(!pthread_create(&thread, NULL, sleeper, map_anon(4)),
			"pthread_create");
}

static int shares_mm(void *arg)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, "shares_mm");
	__atomic_store_n((int *)arg, 1, __ATOMIC_SEQ_CST);
	for (;;)
		pause();
	return 0;
}

void make_clone_vm(void)
{
	int ready = 0;

	require(clone(shares_mm, map_anon(16) + 16 * page, CLONE_VM | SIGCHLD,
		      &ready) > 0, "clone");
	while (!__atomic_load_n(&ready, __ATOMIC_SEQ_CST))
		sched_yield();
}

/* Fork a child that waits in vfork(2) for a grandchild that uses its mm. */
void make_vforked(void)
{
	int ready[2];
	pid_t pid;
	char byte;

	require(!pipe(ready), "pipe");
	pid = fork();
	require(pid >= 0, "fork");
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		prctl(PR_SET_NAME, "waits_in_vfork");
		/* vfork(2) does not allow what the grandchild does: use clone(2). */
		if (syscall(SYS_clone, CLONE_VM | CLONE_VFORK | SIGCHLD, 0, 0,
			    0, 0) == 0) {
			syscall(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
			syscall(SYS_write, ready[1], "", 1);
			for (;;)
				syscall(SYS_pause);
		}
		_exit(0);
	}
	require(read(ready[0], &byte, 1) == 1, "read");
}

/* Execute a 32-bit program that stops itself when it has an argument. */
void make_compat32(void)
{
	char path[PATH_MAX];

	if (!sibling_program("compat32", path))
		unsupported("the compiler cannot make programs of 32 bits");
	execl(path, "compat32", "stop", NULL);
	unsupported("no programs of 32 bits: %s", strerror(errno));
}
