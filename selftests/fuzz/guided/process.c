// SPDX-License-Identifier: GPL-2.0
/* Calls that make and end processes, and that access the memory of one from another. */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fuzz/guided/world.h"

enum {
	STARTED_US = 200 * 1000,	/* time to execute something */
	DUMP_BYTES = 64 << 20,
};

static const struct arg args_fork[] = {
	{ .name = "child", .type = A_COUNT, .limit = NR_CHILDREN },
	{ .name = "calls", .type = A_COUNT, .limit = 5 },
	{ .name = "stay", .type = A_COUNT, .limit = 2 },
};

CALL(fork)
{
	return fork_calls(w, v[0], v[1], v[2]);
}

static const struct arg args_exec[] = {
	{ .name = "here", .type = A_COUNT, .limit = 2 },
	{ .name = "stay", .type = A_COUNT, .limit = 2 },
	{ .name = "legacy", .type = A_COUNT, .limit = 2 },
	{ .name = "child", .type = A_COUNT, .limit = NR_CHILDREN },
};

/*
 * Replace the mm: in a child, or in the forked child that makes this call. What it
 * executes ends at once, or stays; its mappings grow up, as of old, or down.
 */
CALL(exec)
{
	char *argv[] = { "vmlab-fuzz", v[1] ? "--stay" : "--exit", NULL };
	pid_t pid = 0;
	int status;

	if (!w->forked || !v[0])
		pid = (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
	if (!pid) {
		if (v[2])
			personality(ADDR_COMPAT_LAYOUT);
		execve("/proc/self/exe", argv, NULL);
		_exit(1);
	}
	if (pid < 0)
		return -1;
	if (v[1] && !w->forked) {
		usleep(STARTED_US);
		world.child[v[3]] = pid;
		return keep(&world.pidfd[v[3]], (int)syscall(SYS_pidfd_open, pid, 0));
	}
	if (v[1])
		kill(pid, SIGKILL);
	return waitpid(pid, &status, 0) < 0 ? -1 : 0;
}

static const struct arg args_dump[] = {
	{ .name = "child", .type = A_COUNT, .limit = NR_CHILDREN },
};

/* A child dumps its core, with shared mappings too. */
CALL(dump)
{
	const struct rlimit room = { DUMP_BYTES, DUMP_BYTES };
	pid_t pid = (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
	int status, fd;

	if (!pid) {
		fd = open("/proc/self/coredump_filter", O_WRONLY | O_CLOEXEC);
		if (fd < 0 || write(fd, "0xff", 4) < 0 || chdir("/tmp") ||
		    setrlimit(RLIMIT_CORE, &room) || prctl(PR_SET_DUMPABLE, 1))
			_exit(1);
		unlink("core");
		signal(SIGSYS, SIG_DFL);
		kill(getpid(), SIGSYS);
		_exit(1);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return -1;
	return WIFSIGNALED(status) && WCOREDUMP(status);
}

static void *sleep_long(void *unused)
{
	(void)unused;
	for (;;)
		pause();
	return NULL;
}

#define args_leaderless args_dump

/* A child whose first thread has ended, while another one lives. */
CALL(leaderless)
{
	pid_t pid = (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
	pthread_t thread;

	if (!pid) {
		pthread_create(&thread, NULL, sleep_long, NULL);
		syscall(SYS_exit, 0);
	}
	if (pid < 0)
		return -1;
	usleep(STARTED_US);
	world.child[v[0]] = pid;
	return keep(&world.pidfd[v[0]], (int)syscall(SYS_pidfd_open, pid, 0));
}

static const struct word namespaces[] = {
	WORD(CLONE_NEWUSER), WORD(CLONE_NEWPID),
};

static const struct arg args_unshare[] = {
	{ .name = "flags", .type = A_FLAGS, WORDS(namespaces), .limit = CLONE_NEWUSER },
};

CALL(unshare)
{
	return unshare((int)v[0] & (CLONE_NEWUSER | CLONE_NEWPID));
}

static const struct word signals[] = {
	WORD(SIGKILL), WORD(SIGSTOP), WORD(SIGCONT), WORD(SIGUSR1), WORD(SIGTERM), WORD(SIGBUS),
};

static const struct arg args_user[] = {
	{ .name = "id", .type = A_COUNT, .limit = 2 },
};

/* Become a user without privileges: this thread alone. */
CALL(user)
{
	const uid_t id = USER_ID + (uid_t)v[0];

	return syscall(SYS_setresgid, id, id, id) ? -1 : syscall(SYS_setresuid, id, id, id);
}

static const struct arg args_kill[] = {
	{ .name = "child", .type = A_COUNT, .limit = NR_CHILDREN },
	{ .name = "signal", .type = A_ENUM, WORDS(signals) },
};

CALL(kill)
{
	pid_t pid = world.child[v[0]];

	if (pid <= 1)
		return -1;
	return kill(pid, (int)v[1] % 32);
}

static const struct arg args_wait[] = {
	{ .name = "child", .type = A_COUNT, .limit = NR_CHILDREN },
	{ .name = "block", .type = A_COUNT, .limit = 2 },
};

CALL(wait)
{
	int status;

	if (world.child[v[0]] <= 1)
		return -1;
	return waitpid(world.child[v[0]], &status, v[1] ? 0 : WNOHANG);
}

static const struct arg args_signal[] = {
	{ .name = "to", .type = A_COUNT, .limit = NR_THREADS },
};

/* Interrupt a thread: its handler returns. */
CALL(signal)
{
	return world.worker[v[0]].thread && !w->forked ?
	       pthread_kill(world.worker[v[0]].thread, SIGUSR1) : -1;
}

static const struct word trace_requests[] = {
	WORD(PTRACE_ATTACH), WORD(PTRACE_SEIZE), WORD(PTRACE_INTERRUPT), WORD(PTRACE_PEEKDATA),
	WORD(PTRACE_POKEDATA), WORD(PTRACE_CONT), WORD(PTRACE_DETACH), WORD(PTRACE_SINGLESTEP),
};

static const struct arg args_ptrace[] = {
	{ .name = "child", .type = A_COUNT, .limit = NR_CHILDREN },
	{ .name = "request", .type = A_ENUM, WORDS(trace_requests) },
	{ .name = "addr", .type = A_ADDR },
};

CALL(ptrace)
{
	uint64_t data;

	if (world.child[v[0]] <= 1)
		return -1;
	return syscall(SYS_ptrace, (long)v[1], world.child[v[0]], v[2],
		       v[1] == PTRACE_PEEKDATA ? (uint64_t)(uintptr_t)&data : 0);
}

static const struct word remote_calls[] = {
	{ "MEM_READ", 0 }, { "MEM_WRITE", 1 }, { "VM_READ", 2 }, { "VM_WRITE", 3 },
};

static const struct arg args_remote[] = {
	{ .name = "target", .type = A_COUNT, .limit = NR_CHILDREN + 1 },
	{ .name = "op", .type = A_ENUM, WORDS(remote_calls) },
	{ .name = "addr", .type = A_ADDR },
	{ .name = "buf", .type = A_BUF },
	{ .name = "bytes", .type = A_COUNT, .limit = 8 * PAGE },
};

static long proc_mem(pid_t pid, const uint64_t *v)
{
	char path[40] = "/proc/self/mem";
	long ret;
	int fd;

	if (pid) {
		/* Without stdio, which takes locks that a forked child cannot have. */
		char *at = path + 6, digits[12];
		int n = 0;

		for (; pid; pid /= 10)
			digits[n++] = (char)('0' + pid % 10);
		while (n)
			*at++ = digits[--n];
		for (const char *rest = "/mem"; ; rest++) {
			*at++ = *rest;
			if (!*rest)
				break;
		}
	}
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return -1;
	ret = v[1] & 1 ? pwrite(fd, (void *)(uintptr_t)v[3], v[4], (off_t)v[2]) :
			 pread(fd, (void *)(uintptr_t)v[3], v[4], (off_t)v[2]);
	close(fd);
	return ret;
}

CALL(remote)
{
	struct iovec local = { (void *)(uintptr_t)v[3], v[4] };
	struct iovec remote = { (void *)(uintptr_t)v[2], v[4] };
	/* No other process: it could be the fuzzer. */
	pid_t pid = v[0] ? world.child[v[0] - 1] : 0;

	if (v[0] && pid <= 1)
		return -1;
	if (v[1] % 4 < 2)
		return proc_mem(pid, v);
	if (!pid)
		pid = getpid();
	return v[1] & 1 ? process_vm_writev(pid, &local, 1, &remote, 1, 0) :
			  process_vm_readv(pid, &local, 1, &remote, 1, 0);
}

static const struct arg args_yield[] = {
	{ .name = "us", .type = A_COUNT, .limit = 2000 },
};

CALL(yield)
{
	return usleep((useconds_t)v[0]);
}

const struct call_kind process_kinds[] = {
	KIND(fork, 8), KIND(exec, 1), KIND(unshare, 1), KIND(user, 1), KIND(kill, 2), KIND(wait, 1),
	KIND(dump, 1), KIND(leaderless, 1), KIND(signal, 2), KIND(ptrace, 4), KIND(remote, 6),
	KIND(yield, 1),
};

const size_t nr_process_kinds = ARRAY_SIZE(process_kinds);
