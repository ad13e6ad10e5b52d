// SPDX-License-Identifier: GPL-2.0
/* Many processes: long chains of forks, many at once, and ends of all kinds. */
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/page.h"
#include "run/cases/cases.h"

enum { PAGES = 6, CHAIN = 60, CHILDREN = 40 };

/* Each process ends after it forked: the last one has a clone of a clone of ... */
void case_fork_chain(void)
{
	char *p = must_map(PAGES);
	int fds[2], result = 0;

	must(!pipe(fds));
	memset(p, 0, PAGES * page);
	for (int i = 1; i <= CHAIN; i++) {
		const pid_t pid = fork();

		must(pid >= 0);
		if (pid) {
			if (i > 1)
				_exit(0);
			must_exit(pid, 0);
			close(fds[1]);
			must(read(fds[0], &result, sizeof(result)) == sizeof(result));
			must(result == CHAIN && !p[0]);
			return;
		}
		must(p[0] == (char)(i - 1));
		p[0] = (char)i;
		p[(size_t)(i % PAGES) * page + 8] = (char)i;
	}
	for (int i = CHAIN - PAGES + 1; i <= CHAIN; i++)
		must(p[(size_t)(i % PAGES) * page + 8] == (char)i);
	result = p[0];
	must(write(fds[1], &result, sizeof(result)) == sizeof(result));
	_exit(0);
}

/* Many children at once, some of which are killed at once. */
void case_fork_storm(void)
{
	char *p = must_map(PAGES);
	pid_t pids[CHILDREN];
	int go[2], status;
	char c;

	must(!pipe(go));
	for (int i = 0; i < CHILDREN; i++) {
		memset(p, i, PAGES * page);
		pids[i] = fork();
		must(pids[i] >= 0);
		if (!pids[i]) {
			close(go[1]);
			must(!read(go[0], &c, 1));
			for (size_t k = 0; k < PAGES * page; k += 512)
				must(p[k] == (char)i);
			memset(p, 99, PAGES * page);
			_exit(i);
		}
		if (i % 4 == 3)
			must(!kill(pids[i], SIGKILL));
	}
	close(go[1]);
	for (int i = 0; i < CHILDREN; i++) {
		must(waitpid(pids[i], &status, 0) == pids[i]);
		must(i % 4 == 3 ? WIFSIGNALED(status) :
				  WIFEXITED(status) && WEXITSTATUS(status) == i);
	}
	for (size_t k = 0; k < PAGES * page; k += 512)
		must(p[k] == CHILDREN - 1);
}

static void *allocate(void *arg)
{
	for (int i = 0; i < 20; i++) {
		char *p = malloc(5000);

		must(p);
		memset(p, 1, 5000);
		free(p);
	}
	return arg;
}

static char *text;

static void say_goodbye(void)
{
	must(!strcmp(text, "in the heap"));
	must(write(1, "goodbye\n", 8) == 8);
	free(text);
}

/* Output of a child that ends in the way @how. */
static void ends(int how, int status, const char *want)
{
	char got[64] = "";
	int fds[2], ended;
	pthread_t t;
	pid_t pid;

	must(!pipe(fds));
	pid = fork();
	if (!pid) {
		const struct rlimit none = { 0, 0 };

		must(dup2(fds[1], 1) == 1);
		text = strdup("in the heap");
		must(!setrlimit(RLIMIT_CORE, &none));
		must(!atexit(say_goodbye));
		must(!pthread_create(&t, NULL, allocate, NULL));
		if (how == 1)
			abort();
		if (how == 2)
			_exit(3);
		if (how == 3)
			*(volatile int *)8 = 1;
		if (how == 4)
			pthread_exit(NULL);
		exit(0);
	}
	close(fds[1]);
	must(waitpid(pid, &ended, 0) == pid && ended == status);
	must(read(fds[0], got, sizeof(got)) == (ssize_t)strlen(want) && !strcmp(got, want));
	close(fds[0]);
}

void case_ends(void)
{
	must_map(1);
	ends(0, 0, "goodbye\n");
	ends(1, SIGABRT, "");
	ends(2, 3 << 8, "");
	ends(3, SIGSEGV, "");
	ends(4, 0, "goodbye\n");
}
