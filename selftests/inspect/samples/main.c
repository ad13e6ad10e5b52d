// SPDX-License-Identifier: GPL-2.0
/*
 * sample-processes: create one process of each kind in kinds.h, each with an
 * unusual address space, and keep them stopped until SIGTERM.
 *
 * Prints a line for each, "NAME PID", "NAME - REASON" when the machine does not
 * support it, or "NAME ! STATUS" when it failed; then "end".
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "inspect/samples/build.h"
#include "inspect/samples/kinds.h"
#include "inspect/swap.h"

static struct sample {
	const char *name;
	void (*make)(void);
	pid_t pid;
	int reason;	/* read end of the pipe for the reason */
} samples[] = {
#define SAMPLE(kind) { #kind, make_##kind, 0, -1 },
	SAMPLE_KINDS(SAMPLE)
#undef SAMPLE
};

enum { NR = sizeof(samples) / sizeof(samples[0]) };

static sigset_t sigterm;

static void __attribute__((noreturn)) run(const struct sample *s, int reason)
{
	/* A program that the sample executes writes to the pipe too. */
	dup2(reason, STDOUT_FILENO);
	sample_reason_fd = STDOUT_FILENO;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, s->name);
	sigprocmask(SIG_UNBLOCK, &sigterm, NULL);
	s->make();
	raise(SIGSTOP);
	_exit(0);
}

static void start(struct sample *s)
{
	int reason[2];

	require(!pipe2(reason, O_CLOEXEC), "pipe");
	s->reason = reason[0];
	s->pid = fork();
	require(s->pid >= 0, "fork");
	if (!s->pid)
		run(s, reason[1]);
	close(reason[1]);
}

static void report(struct sample *s)
{
	char text[128];
	int status = 0;
	ssize_t len;

	require(waitpid(s->pid, &status, WUNTRACED) == s->pid, "waitpid");
	if (WIFSTOPPED(status)) {
		printf("%s %d\n", s->name, s->pid);
		return;
	}
	s->pid = 0;
	len = read(s->reason, text, sizeof(text) - 1);
	text[len > 0 ? len : 0] = '\0';
	if (WIFEXITED(status) && WEXITSTATUS(status) == SAMPLE_UNSUPPORTED)
		printf("%s - %s\n", s->name, text);
	else
		printf("%s ! %#x\n", s->name, (unsigned int)status);
}

int main(int argc, char **argv)
{
	int sig;

	(void)argv;
	/* The copy of this program that the sample deleted_exe executes. */
	if (getenv("VMLAB_SAMPLE_DELETED")) {
		make_deleted_exe();
		raise(SIGSTOP);
		return 0;
	}
	if (argc != 1) {
		fprintf(stderr, "usage: sample-processes\n");
		return 2;
	}
	sigemptyset(&sigterm);
	sigaddset(&sigterm, SIGTERM);
	sigprocmask(SIG_BLOCK, &sigterm, NULL);
	/* The reader of our output may have exited by the end. */
	signal(SIGPIPE, SIG_IGN);
	swap_start();
	for (size_t i = 0; i < NR; i++)
		start(&samples[i]);
	for (size_t i = 0; i < NR; i++)
		report(&samples[i]);
	printf("end\n");
	fflush(stdout);

	sigwait(&sigterm, &sig);
	for (size_t i = 0; i < NR; i++)
		if (samples[i].pid)
			kill(samples[i].pid, SIGKILL);
	while (waitpid(-1, NULL, 0) > 0)
		;
	swap_end();
	return 0;
}
