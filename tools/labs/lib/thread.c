// SPDX-License-Identifier: GPL-2.0
/* Threads of a lab, and processes that share its mm. */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "labs/cpu.h"
#include "labs/thread.h"

static void *follow(void *arg)
{
	struct lab_thread *thread = arg;
	volatile char byte = 0;

	thread->tid = gettid();
	thread->byte = &byte;
	for (;;) {
		lab_gate_open(thread->done);
		lab_gate_pass(thread->run, thread->go);
		if (!thread->work)
			return NULL;
		thread->work(thread->run, thread->arg);
	}
}

void lab_thread_start(struct lab_run *run, struct lab_thread *thread,
		      const pthread_attr_t *attr)
{
	int err;

	thread->run = run;
	thread->go = lab_gate_make(run);
	thread->done = lab_gate_make(run);
	err = pthread_create(&thread->id, attr, follow, thread);
	lab_check(run, -err, "pthread_create");
	lab_gate_pass(run, thread->done);
}

void lab_thread_call(struct lab_thread *thread,
		     void (*work)(struct lab_run *run, void *arg), void *arg)
{
	thread->work = work;
	thread->arg = arg;
	lab_gate_open(thread->go);
	lab_gate_pass(thread->run, thread->done);
}

void lab_thread_stop(struct lab_thread *thread)
{
	thread->work = NULL;
	lab_gate_open(thread->go);
	pthread_join(thread->id, NULL);
	/* It returns before exit_mm() drops the mm. */
	lab_exited(thread->run, getpid(), thread->tid);
	close(thread->go.fd);
	close(thread->done.fd);
}

enum { STACK = 128 * 1024 };

static struct {
	struct lab_run *run;
	int (*work)(struct lab_run *run, void *arg);
	void *arg;
} cloned;

static int run_cloned(void *unused)
{
	(void)unused;
	return cloned.work(cloned.run, cloned.arg);
}

pid_t lab_clone(struct lab_run *run, int (*work)(struct lab_run *run, void *arg),
		void *arg)
{
	static char stack[STACK] __attribute__((aligned(16)));
	pid_t pid;

	cloned.run = run;
	cloned.work = work;
	cloned.arg = arg;
	pid = clone(run_cloned, stack + STACK, CLONE_VM | SIGCHLD, NULL);
	if (pid < 0)
		lab_fail(run, "clone: %s", strerror(errno));
	return pid;
}
