// SPDX-License-Identifier: GPL-2.0
/* The kernel, and other processes, read and write managed memory. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/page.h"
#include "run/cases/cases.h"

enum { PAGES = 16 };

static char *numbered(void)
{
	char *p = must_map(PAGES);

	for (size_t i = 0; i < PAGES * page; i++)
		p[i] = (char)(i * 31 + i / page);
	return p;
}

void case_direct_io(void)
{
	char name[] = "/tmp/vmlab-run-XXXXXX", *p = numbered(), *q = must_map(PAGES);
	const int fd = mkstemp(name);
	int direct;

	must(fd >= 0 && !unlink(name));
	/* A file system may not have it. */
	direct = fcntl(fd, F_SETFL, O_DIRECT);
	for (int i = 0; i < 3; i++) {
		p[5 * page] = (char)i;
		must(pwrite(fd, p, PAGES * page, 0) == (ssize_t)(PAGES * page));
		must(!madvise(q, PAGES * page, MADV_DONTNEED));
		must(pread(fd, q, PAGES * page, 0) == (ssize_t)(PAGES * page));
		must(!memcmp(p, q, PAGES * page));
	}
	(void)direct;
	close(fd);
}

/* Pages that a pipe holds are those of the time of the call, or later. */
void case_pipes(void)
{
	char *p = numbered(), *q = must_map(PAGES);
	struct iovec part = { p, 4 * page };
	int fds[2];

	must(!pipe(fds));
	must(vmsplice(fds[1], &part, 1, 0) == (ssize_t)(4 * page));
	must(read(fds[0], q, 4 * page) == (ssize_t)(4 * page));
	must(!memcmp(p, q, 4 * page));
	/* The page that was given away is not the one that is there now. */
	must(vmsplice(fds[1], &part, 1, 0) == (ssize_t)(4 * page));
	must(!madvise(p, 4 * page, MADV_DONTNEED));
	for (size_t i = 0; i < 4 * page; i++)
		must(!p[i]);
	p[0] = 99;
	must(read(fds[0], q + 4 * page, 4 * page) == (ssize_t)(4 * page));
	must(!memcmp(q, q + 4 * page, 4 * page));
}

static void stop_here(void)
{
	must(!ptrace(PTRACE_TRACEME, 0, NULL, NULL));
	raise(SIGSTOP);
}

/* A debugger, and process_vm_readv(2), see the memory of the child, and change only that. */
void case_debugger(void)
{
	char *p = numbered(), *copy = malloc(PAGES * page);
	struct iovec here = { copy, PAGES * page }, there = { p, PAGES * page };
	int status;
	pid_t pid;

	pid = fork();
	if (!pid) {
		p[3 * page] = 50;
		stop_here();
		must(p[page] == 60 && p[2 * page] == 70);
		_exit(5);
	}
	must(waitpid(pid, &status, 0) == pid && WIFSTOPPED(status));
	must(process_vm_readv(pid, &here, 1, &there, 1, 0) == (ssize_t)(PAGES * page));
	must(copy[3 * page] == 50 && p[3 * page] == (char)(3 * page * 31 + 3));
	copy[3 * page] = p[3 * page];
	must(!memcmp(copy, p, PAGES * page));
	copy[0] = 60;
	here.iov_len = 1;
	there = (struct iovec){ p + page, 1 };
	must(process_vm_writev(pid, &here, 1, &there, 1, 0) == 1);
	errno = 0;
	must(ptrace(PTRACE_PEEKDATA, pid, p + 3 * page, NULL) != -1 || !errno);
	must(!ptrace(PTRACE_POKEDATA, pid, p + 2 * page, 70));
	must(p[page] == (char)(page * 31 + 1) && p[2 * page] == (char)(2 * page * 31 + 2));
	must(!ptrace(PTRACE_CONT, pid, NULL, NULL));
	must_exit(pid, 5);
}

/* Locked memory stays, keeps its contents, and is not locked in a child. */
void case_locked(void)
{
	char *p = numbered(), *q;
	pid_t pid;

	must(!mlock(p, 4 * page));
	must(madvise(p, page, MADV_DONTNEED) == -1 && errno == EINVAL);
	pid = fork();
	if (!pid) {
		must(!madvise(p, page, MADV_DONTNEED) && !p[1]);
		must(!mlockall(MCL_CURRENT | MCL_FUTURE));
		q = must_map(4);
		must(!q[page] && madvise(q, page, MADV_DONTNEED) == -1);
		must(!munlockall() && !madvise(q, page, MADV_DONTNEED));
		q[0] = 1;
		p[0] = 1;
		_exit(0);
	}
	must_exit(pid, 0);
	must(p[1] == 31 && !munlock(p, 4 * page) && !munmap(p, PAGES * page));
}

/* Advice through a pidfd, as of one process to another. */
void case_process_madvise(void)
{
	char *p = numbered();
	struct iovec part = { p, 2 * page };
	const int fd = (int)syscall(SYS_pidfd_open, getpid(), 0);
	const long ret = syscall(SYS_process_madvise, fd, &part, 1, MADV_DONTNEED, 0);

	/* It discards all or, as before Linux 6.13, nothing. */
	must(ret == -1 || ret == (long)(2 * page));
	for (size_t i = 0; i < 2 * page; i++)
		must(p[i] == (ret == -1 ? (char)(i * 31 + i / page) : 0));
	syscall(SYS_process_madvise, fd, &part, 1, MADV_COLD, 0);
	must(p[2 * page] == (char)(2 * page * 31 + 2));
}
