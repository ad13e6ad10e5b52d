// SPDX-License-Identifier: GPL-2.0
/* Other calls that make processes, and exec. */
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/page.h"
#include "run/cases/cases.h"
#include "run/managed.h"

static volatile int *word;

static void child_writes(void)
{
	must(*word == 1);
	*word = 2;
	must(*word == 2);
	_exit(9);
}

static void parent_checks(pid_t pid)
{
	must_exit(pid, 9);
	must(*word == 1);
}

void case_fork_alone(void)
{
	pid_t pid;

	word = (int *)must_map(1);
	*word = 1;
	pid = _Fork();
	if (!pid)
		child_writes();
	parent_checks(pid);
}

static int clone_child(void *arg)
{
	/* The argument, and the stack, are memory of the case. */
	must(*(int *)arg == 5);
	must(*word == 1);
	*word = 2;
	return 9;
}

static int share(void *arg)
{
	*(volatile int *)arg = 6;
	return 0;
}

void case_clone(void)
{
	char *stack = must_map(32);
	int *const arg = malloc(sizeof(*arg));
	pid_t *tid = malloc(sizeof(*tid)), pid;

	word = (int *)must_map(1);
	must(arg && tid);
	*word = 1;
	*arg = 5;
	*tid = 0;
	parent_checks(clone(clone_child, stack + 32 * page, SIGCHLD, arg));
	parent_checks(clone(clone_child, stack + 32 * page,
			    SIGCHLD | CLONE_FILES | CLONE_CHILD_SETTID, arg, NULL, NULL,
			    tid));
	must(!*tid);
	pid = clone(clone_child, stack + 32 * page, SIGCHLD | CLONE_PARENT_SETTID, arg, tid);
	must(*tid == pid);
	parent_checks(pid);
	/* After CLONE_FILES the descriptors of the parent still work. */
	pid = fork();
	if (!pid)
		child_writes();
	parent_checks(pid);

	pid = clone(share, stack + 32 * page, SIGCHLD | CLONE_VM, arg);
	must_exit(pid, 0);
	must(*arg == 6);
}

void case_syscall(void)
{
	struct clone_args args = { .exit_signal = SIGCHLD };
	long pid;

	word = (int *)must_map(1);
	*word = 1;
	pid = syscall(SYS_fork);
	if (!pid)
		child_writes();
	parent_checks((pid_t)pid);
	pid = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
	if (!pid)
		child_writes();
	parent_checks((pid_t)pid);
	pid = syscall(SYS_clone3, &args, sizeof(args));
	if (!pid)
		child_writes();
	parent_checks((pid_t)pid);
	must(syscall(SYS_getpid) == getpid());
	must(syscall(SYS_close, 12345) == -1);
}

void case_vfork(void)
{
	pid_t pid;

	word = (int *)must_map(1);
	*word = 1;
	pid = vfork();
	if (!pid) {
		*word = 3;
		_exit(9);
	}
	must_exit(pid, 9);
	/* The memory of a child of vfork is its parent's. */
	must(*word == 3);
	*word = 1;
	pid = fork();
	if (!pid)
		child_writes();
	parent_checks(pid);
}

void case_spawn(void)
{
	char *argv[] = { (char *)"sh", (char *)"-c", (char *)"exit 4", NULL };
	char line[64] = "";
	pid_t pid;
	FILE *f;

	must_map(1);
	must(!posix_spawn(&pid, "/bin/sh", NULL, NULL, argv, environ));
	must_exit(pid, 4);
	must(WEXITSTATUS(system("exit 5")) == 5);
	f = popen("echo of a pipe", "r");
	must(f && fgets(line, sizeof(line), f) && !strcmp(line, "of a pipe\n"));
	must(!pclose(f));
	f = popen("read a; test \"$a\" = 12", "w");
	must(f && fprintf(f, "12\n") == 3);
	must(!pclose(f));
}

/* exec leaves nothing behind, and the next program is managed too. */
void case_exec(void)
{
	char *argv[] = { (char *)"case", (char *)"spawn", NULL };
	pid_t pid;

	memset(must_map(16), 1, 16 * page);
	pid = fork();
	if (!pid) {
		execv("/proc/self/exe", argv);
		_exit(126);
	}
	must_exit(pid, 0);
	execv("/proc/self/exe", argv);
	must(false);
}
