// SPDX-License-Identifier: GPL-2.0
/* Signals of accesses, and signals while a process forks. */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/page.h"
#include "run/cases/cases.h"

enum { PAGES = 24 };

static char *memory;
static volatile sig_atomic_t faults, code;
static char *volatile where;

/* As a garbage collector: note the page and allow the access. */
static void allow(int sig, siginfo_t *info, void *context)
{
	(void)sig;
	(void)context;
	where = info->si_addr;
	code = info->si_code;
	faults++;
	must(!mprotect((char *)((uintptr_t)where & ~(page - 1)), page, PROT_READ | PROT_WRITE));
}

void case_write_barrier(void)
{
	struct sigaction action = { .sa_sigaction = allow, .sa_flags = SA_SIGINFO };

	memory = must_map(PAGES);
	must(!sigaction(SIGSEGV, &action, NULL));
	for (int round = 0; round < 3; round++) {
		must(!mprotect(memory, PAGES * page, round % 2 ? PROT_NONE : PROT_READ));
		faults = 0;
		for (int i = 0; i < PAGES; i++) {
			memory[(size_t)i * page + 100] = (char)(round + 1);
			must(faults == i + 1 && where == memory + (size_t)i * page + 100);
			must(code == SEGV_ACCERR);
		}
		for (size_t i = 0; i < PAGES; i++)
			must(memory[i * page + 100] == round + 1);
		must(faults == PAGES);
	}
}

static sigjmp_buf back;

static void jump(int sig, siginfo_t *info, void *context)
{
	(void)sig;
	(void)context;
	where = info->si_addr;
	code = info->si_code;
	siglongjmp(back, 1);
}

/* Memory that is not there any more. */
void case_unmapped(void)
{
	struct sigaction action = { .sa_sigaction = jump, .sa_flags = SA_SIGINFO };
	volatile int i;

	memory = must_map(PAGES);
	memset(memory, 1, PAGES * page);
	must(!sigaction(SIGSEGV, &action, NULL) && !sigaction(SIGBUS, &action, NULL));
	must(!munmap(memory + page, 2 * page));
	for (i = 0; i < 4; i++) {
		if (sigsetjmp(back, 1)) {
			must((i == 1 || i == 2) && where == memory + (size_t)i * page);
			must(code == SEGV_MAPERR);
			continue;
		}
		must(*(volatile char *)(memory + (size_t)i * page) == 1);
		must(i == 0 || i == 3);
	}
}

static volatile sig_atomic_t alarms;

/* Forks in the handler, too. */
static void on_alarm(int sig)
{
	pid_t pid;

	(void)sig;
	alarms++;
	memory[page] = (char)alarms;
	if (alarms % 8)
		return;
	pid = _Fork();
	if (!pid) {
		must(memory[page] == (char)alarms);
		memory[page] = 0;
		_exit(0);
	}
	must_exit(pid, 0);
	must(memory[page] == (char)alarms);
}

/* A timer interrupts fork(2), mmap(2) and munmap(2) all the while. */
void case_fork_signals(void)
{
	const struct itimerval often = { { 0, 2000 }, { 0, 2000 } }, never = { 0 };
	struct sigaction action = { .sa_handler = on_alarm, .sa_flags = SA_RESTART };

	memory = must_map(PAGES);
	must(!sigaction(SIGALRM, &action, NULL));
	must(!setitimer(ITIMER_REAL, &often, NULL));
	for (int i = 0; i < 20; i++) {
		char *p = must_map(3);
		pid_t pid;

		memset(p, i, 3 * page);
		pid = fork();
		if (!pid) {
			memset(memory, 0, page);
			must(p[2 * page] == (char)i);
			_exit(i);
		}
		must_exit(pid, i);
		must(!munmap(p, 3 * page));
		memory[0] = (char)i;
		must(memory[0] == (char)i);
	}
	must(!setitimer(ITIMER_REAL, &never, NULL));
	must(alarms > 0 && memory[page] == (char)alarms);
}

/* Code that a program writes, as a JIT compiler does; /dev may be mounted noexec. */
void case_executable(void)
{
	static const unsigned char code_42[] = { 0xb8, 42, 0, 0, 0, 0xc3 };
	char *p = must_map(4), *q = must_map(1);
	int (*fn)(void);

	for (int i = 0; i < 3; i++) {
		memcpy(p + page, code_42, sizeof(code_42));
		p[page + 1] = (char)(42 + i);
		must(!mprotect(p + page, page, PROT_READ | PROT_EXEC));
		memcpy(&fn, &(char *){ p + page }, sizeof(fn));
		must(fn() == 42 + i);
		must(!mprotect(p + page, page, PROT_READ | PROT_WRITE | PROT_EXEC));
		must(fn() == 42 + i);
	}
	p[0] = 1;
	p[3 * page] = 1;
	must(!mprotect(q, page, PROT_READ | PROT_WRITE | PROT_EXEC));
	must(!munmap(p, 4 * page));
}

static volatile bool stop;

/* Each thread maps, writes, checks and unmaps memory of its own. */
static void *churn(void *arg)
{
	const char mine = *(const char *)arg;

	for (unsigned int round = 0; !stop; round++) {
		const size_t len = (1 + round % 7) * page;
		char *p = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			       -1, 0);

		must(p != MAP_FAILED);
		for (size_t i = 0; i < len; i += page / 2)
			must(!p[i]);
		memset(p, mine, len);
		if (round % 3 == 0) {
			must(!madvise(p, page, MADV_DONTNEED));
			must(!p[0]);
		}
		if (round % 3 == 1) {
			p = mremap(p, len, len + page, MREMAP_MAYMOVE);
			must(p != MAP_FAILED && p[len - 1] == mine && !p[len]);
			must(!munmap(p + len, page));
		}
		must(p[len - 1] == mine || len == page);
		must(!munmap(p, len));
	}
	return NULL;
}

/* Threads change the address space while another one forks. */
void case_fork_churn(void)
{
	static char names[3] = { 1, 2, 3 };
	pthread_t threads[3];
	char *p = must_map(8);

	for (int i = 0; i < 3; i++)
		must(!pthread_create(&threads[i], NULL, churn, &names[i]));
	for (int i = 0; i < 20; i++) {
		pid_t pid;

		memset(p, i, 8 * page);
		pid = fork();
		if (!pid) {
			char *q = mmap(NULL, 4 * page, PROT_READ | PROT_WRITE,
				       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

			must(q != MAP_FAILED && !q[0] && !q[4 * page - 1]);
			must(p[0] == (char)i && p[8 * page - 1] == (char)i);
			memset(p, 0, 8 * page);
			memset(q, 9, 4 * page);
			free(malloc(100000));
			_exit(0);
		}
		must_exit(pid, 0);
		must(p[0] == (char)i && p[8 * page - 1] == (char)i);
	}
	stop = true;
	for (int i = 0; i < 3; i++)
		must(!pthread_join(threads[i], NULL));
}

static void *close_nothing(void *arg)
{
	for (;;)
		close(-1);
	return arg;
}

/* close(2) is a point where a thread can be cancelled. */
void case_cancel(void)
{
	pthread_t t;
	void *ret;

	must(!pthread_create(&t, NULL, close_nothing, NULL));
	must(!pthread_cancel(t) && !pthread_join(t, &ret));
	must(ret == PTHREAD_CANCELED);
}
