// SPDX-License-Identifier: GPL-2.0
/*
 * cli-tracer FILE COMMAND [ARG...]: run a command, and append to FILE a line for each
 * system call of it, and of its children, that executes a program, makes a process, a
 * socket or a file, opens one for writing, or changes one by its name.
 *
 * /dev/vmlab may be opened for writing.  What is written to a descriptor does not matter:
 * those that the command did not get from its caller are opened first.  The exit code is
 * that of the command.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/openat2.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#define DEVICE "/dev/vmlab"

enum { WRITES = O_WRONLY | O_RDWR | O_CREAT | O_TRUNC | O_APPEND };

/* What a command that only looks never needs; @path: the argument that has a name, or -1. */
static const struct call {
	long nr;
	const char *name;
	int path;
} forbidden[] = {
	{ SYS_execve, "execve", 0 }, { SYS_execveat, "execveat", 1 },
	{ SYS_fork, "fork", -1 }, { SYS_vfork, "vfork", -1 },
	{ SYS_creat, "creat", 0 }, { SYS_mkdir, "mkdir", 0 }, { SYS_mkdirat, "mkdirat", 1 },
	{ SYS_mknod, "mknod", 0 }, { SYS_mknodat, "mknodat", 1 },
	{ SYS_rename, "rename", 1 }, { SYS_renameat, "renameat", 3 },
	{ SYS_renameat2, "renameat2", 3 },
	{ SYS_link, "link", 1 }, { SYS_linkat, "linkat", 3 },
	{ SYS_symlink, "symlink", 1 }, { SYS_symlinkat, "symlinkat", 2 },
	{ SYS_unlink, "unlink", 0 }, { SYS_unlinkat, "unlinkat", 1 }, { SYS_rmdir, "rmdir", 0 },
	{ SYS_truncate, "truncate", 0 }, { SYS_ftruncate, "ftruncate", -1 },
	{ SYS_chmod, "chmod", 0 }, { SYS_fchmod, "fchmod", -1 }, { SYS_fchmodat, "fchmodat", 1 },
	{ SYS_chown, "chown", 0 }, { SYS_fchown, "fchown", -1 }, { SYS_lchown, "lchown", 0 },
	{ SYS_fchownat, "fchownat", 1 },
	{ SYS_utime, "utime", 0 }, { SYS_utimes, "utimes", 0 }, { SYS_utimensat, "utimensat", 1 },
	{ SYS_setxattr, "setxattr", 0 }, { SYS_lsetxattr, "lsetxattr", 0 },
	{ SYS_fsetxattr, "fsetxattr", -1 }, { SYS_removexattr, "removexattr", 0 },
	{ SYS_lremovexattr, "lremovexattr", 0 }, { SYS_fremovexattr, "fremovexattr", -1 },
	{ SYS_mount, "mount", 1 }, { SYS_umount2, "umount2", 0 }, { SYS_chroot, "chroot", 0 },
	{ SYS_socket, "socket", -1 }, { SYS_socketpair, "socketpair", -1 },
	{ SYS_io_uring_setup, "io_uring_setup", -1 }, { SYS_ptrace, "ptrace", -1 },
	{ SYS_process_vm_writev, "process_vm_writev", -1 },
	{ SYS_init_module, "init_module", -1 }, { SYS_finit_module, "finit_module", -1 },
};

static FILE *report;

static void fail(const char *what)
{
	fprintf(stderr, "cli-tracer: %s: %s\n", what, strerror(errno));
	exit(125);
}

static bool read_memory(pid_t pid, uint64_t at, void *to, size_t size)
{
	struct iovec local = { to, size }, remote = { (void *)(uintptr_t)at, size };

	return process_vm_readv(pid, &local, 1, &remote, 1, 0) == (ssize_t)size;
}

/* Read a name byte by byte: it may end where nothing is mapped. */
static void read_name(pid_t pid, uint64_t at, char *name, size_t size)
{
	size_t i = 0;

	while (i + 1 < size && read_memory(pid, at + i, &name[i], 1) && name[i])
		i++;
	name[i] = '\0';
}

static void note(pid_t pid, const char *call, const uint64_t *args, int path)
{
	char name[256] = "";

	if (path >= 0)
		read_name(pid, args[path], name, sizeof(name));
	fprintf(report, "%s %s\n", call, name);
}

static void note_open(pid_t pid, const char *call, const uint64_t *args, int path,
		      uint64_t flags)
{
	char name[256];

	read_name(pid, args[path], name, sizeof(name));
	/* O_TMPFILE has the bit of O_DIRECTORY too */
	if (flags & (WRITES | (O_TMPFILE & ~O_DIRECTORY)) && strcmp(name, DEVICE))
		note(pid, call, args, path);
}

static void note_clone(pid_t pid, const char *call, const uint64_t *args, uint64_t flags)
{
	if (!(flags & CLONE_THREAD))
		note(pid, call, args, -1);
}

static void look_at(pid_t pid, const struct __ptrace_syscall_info *info)
{
	const uint64_t *args = (const uint64_t *)info->entry.args;
	struct open_how how = { 0 };
	struct clone_args clone = { 0 };

	if (info->arch != AUDIT_ARCH_X86_64) {
		fprintf(report, "a system call of another architecture\n");
		return;
	}
	switch ((long)info->entry.nr) {
	case SYS_open:
		note_open(pid, "open", args, 0, args[1]);
		return;
	case SYS_openat:
		note_open(pid, "openat", args, 1, args[2]);
		return;
	case SYS_openat2:
		if (!read_memory(pid, args[2], &how, sizeof(how)))
			how.flags = O_WRONLY;
		note_open(pid, "openat2", args, 1, how.flags);
		return;
	case SYS_clone:
		note_clone(pid, "clone", args, args[0]);
		return;
	case SYS_clone3:
		read_memory(pid, args[0], &clone, sizeof(clone.flags));
		note_clone(pid, "clone3", args, clone.flags);
		return;
	}
	for (size_t i = 0; i < sizeof(forbidden) / sizeof(forbidden[0]); i++)
		if (forbidden[i].nr == (long)info->entry.nr)
			note(pid, forbidden[i].name, args, forbidden[i].path);
}

/* Let a task go on after a stop; *@execs counts calls of execve(2) that succeeded. */
static void handle_stop(pid_t pid, int status, unsigned int *execs)
{
	const int event = status >> 16;
	int signal = WSTOPSIG(status);
	struct __ptrace_syscall_info info;

	if (signal == (SIGTRAP | 0x80)) {
		/* before the first execve(2) it is this program itself */
		if (*execs && ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), &info) > 0 &&
		    info.op == PTRACE_SYSCALL_INFO_ENTRY)
			look_at(pid, &info);
		signal = 0;
	} else if (event || signal == SIGSTOP) {
		*execs += event == PTRACE_EVENT_EXEC;
		signal = 0;
	}
	ptrace(PTRACE_SYSCALL, pid, NULL, signal);
}

static int follow(pid_t command)
{
	unsigned int execs = 0;
	int status;
	pid_t pid;

	if (waitpid(command, &status, 0) != command || !WIFSTOPPED(status) ||
	    ptrace(PTRACE_SETOPTIONS, command, NULL,
		   PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXEC | PTRACE_O_TRACECLONE |
		   PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_EXITKILL))
		fail("cannot trace");
	ptrace(PTRACE_SYSCALL, command, NULL, 0);
	while ((pid = waitpid(-1, &status, __WALL)) > 0) {
		if (WIFSTOPPED(status)) {
			handle_stop(pid, status, &execs);
			continue;
		}
		if (pid == command)
			return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	}
	fail("cannot wait");
	return 125;
}

int main(int argc, char **argv)
{
	pid_t command;
	int code;

	if (argc < 3) {
		fprintf(stderr, "usage: cli-tracer FILE COMMAND [ARG...]\n");
		return 125;
	}
	report = fopen(argv[1], "ae");
	if (!report)
		fail(argv[1]);
	command = fork();
	if (command < 0)
		fail("fork");
	if (!command) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		raise(SIGSTOP);
		execvp(argv[2], argv + 2);
		_exit(127);
	}
	code = follow(command);
	if (fclose(report))
		fail(argv[1]);
	return code;
}
