// SPDX-License-Identifier: GPL-2.0
/* Processes of a lab, and how they wait for each other. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "labs/process.h"

enum { GATE_SECONDS = 60 };

void *lab_shared(struct lab_run *run, size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		lab_fail(run, "mmap of %zu bytes: %s", size, strerror(errno));
	return p;
}

pid_t lab_spawn(struct lab_run *run, int (*work)(struct lab_run *run, void *arg),
		void *arg)
{
	pid_t parent = getpid();
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid < 0)
		lab_fail(run, "fork: %s", strerror(errno));
	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	if (getppid() != parent)
		_exit(1);
	if (work)
		_exit(work(run, arg));
	for (;;)
		pause();
}

int lab_wait(struct lab_run *run, pid_t pid)
{
	int status;
	pid_t ret;

	do {
		ret = waitpid(pid, &status, 0);
	} while (ret < 0 && errno == EINTR);
	if (ret != pid)
		lab_fail(run, "waitpid: %s", strerror(errno));
	return status;
}

void lab_wait_ok(struct lab_run *run, pid_t pid)
{
	int status = lab_wait(run, pid);

	if (WIFSIGNALED(status))
		lab_fail(run, "a child was ended by %s",
			 strsignal(WTERMSIG(status)));
	if (WEXITSTATUS(status))
		lab_fail(run, "a child exited with %d", WEXITSTATUS(status));
}

void lab_kill(struct lab_run *run, pid_t pid)
{
	kill(pid, SIGKILL);
	lab_wait(run, pid);
}

struct lab_gate lab_gate_make(struct lab_run *run)
{
	struct lab_gate gate = { eventfd(0, EFD_SEMAPHORE | EFD_CLOEXEC) };

	if (gate.fd < 0)
		lab_fail(run, "eventfd: %s", strerror(errno));
	return gate;
}

void lab_gate_open(struct lab_gate gate)
{
	eventfd_write(gate.fd, 1);
}

void lab_gate_pass(struct lab_run *run, struct lab_gate gate)
{
	struct pollfd fd = { .fd = gate.fd, .events = POLLIN };
	eventfd_t value;
	int ret;

	do {
		ret = poll(&fd, 1, GATE_SECONDS * 1000);
	} while (ret < 0 && errno == EINTR);
	if (ret != 1 || eventfd_read(gate.fd, &value))
		lab_fail(run, "a process of the lab did not answer for %d s",
			 GATE_SECONDS);
}

uint64_t lab_clock(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}
