// SPDX-License-Identifier: GPL-2.0
/* Stacks in managed memory: of coroutines, threads and signal handlers. */
#include <pthread.h>
#include <pty.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#include "lib/page.h"
#include "run/cases/cases.h"

enum { STACK = 256 << 10 };

/* Fork where the stack is managed; both sides use it. */
static void fork_here(void)
{
	volatile int local[1000];
	pid_t pid;

	for (int i = 0; i < 1000; i++)
		local[i] = i;
	pid = fork();
	for (int i = 0; i < 1000; i++)
		must(local[i] == i);
	for (int i = 0; i < 1000; i++)
		local[i] += pid ? 1 : 2;
	if (!pid) {
		usleep(100000);
		for (int i = 0; i < 1000; i++)
			must(local[i] == i + 2);
		_exit(3);
	}
	must_exit(pid, 3);
	for (int i = 0; i < 1000; i++)
		must(local[i] == i + 1);
}

static ucontext_t outside, inside;

static void coroutine(void)
{
	int master;
	pid_t pid;

	fork_here();
	pid = forkpty(&master, NULL, NULL, NULL);
	if (!pid)
		_exit(0);
	must_exit(pid, 0);
	pid = _Fork();
	if (!pid)
		_exit(0);
	must_exit(pid, 0);
}

void case_coroutine(void)
{
	char *stack = malloc(STACK);

	must(!getcontext(&inside));
	inside.uc_stack.ss_sp = stack;
	inside.uc_stack.ss_size = STACK;
	inside.uc_link = &outside;
	makecontext(&inside, coroutine, 0);
	must(!swapcontext(&outside, &inside));
	free(stack);
}

static void *thread(void *arg)
{
	fork_here();
	return arg;
}

void case_thread_stack(void)
{
	pthread_attr_t attr;
	void *stack, *ret;
	pthread_t t;

	for (int i = 0; i < 5; i++) {
		must(!posix_memalign(&stack, page, STACK));
		memset(stack, 1, STACK);
		must(!pthread_attr_init(&attr));
		must(!pthread_attr_setstack(&attr, stack, STACK));
		must(!pthread_create(&t, &attr, thread, stack));
		must(!pthread_join(t, &ret));
		must(ret == stack);
		must(!pthread_attr_destroy(&attr));
		free(stack);
	}
}

static volatile sig_atomic_t handled;

static void handler(int sig)
{
	char local[3000];

	(void)sig;
	memset(local, 1, sizeof(local));
	fork_here();
	handled++;
}

void case_signal_stack(void)
{
	struct sigaction action = { .sa_handler = handler, .sa_flags = SA_ONSTACK };
	stack_t stack = { .ss_sp = malloc(STACK), .ss_size = STACK };

	must(!sigaltstack(&stack, NULL));
	must(!sigaction(SIGUSR1, &action, NULL));
	for (int i = 1; i < 4; i++) {
		must(!raise(SIGUSR1));
		must(handled == i);
	}
}
