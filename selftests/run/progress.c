// SPDX-License-Identifier: GPL-2.0
/*
 * With a budget of a few pages, and with policies that evict the page that was just
 * accessed, a program still makes progress: also with instructions and system calls that
 * need several pages at once.
 */
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/vmlab.h>

#include "lib/dev.h"
#include "lib/page.h"
#include "lib/tap.h"
#include "run/managed.h"

enum { PAGES = 16, ROUNDS = 20, LIMIT = 60 };

#define must(cond) do {							\
	if (!(cond)) {							\
		dprintf(2, "%s:%d: not %s\n", __func__, __LINE__, #cond);	\
		_exit(1);						\
	}								\
} while (0)

static char *map(void)
{
	char *p = mmap(NULL, PAGES * page, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	must(p != MAP_FAILED && address_is_managed(p));
	for (size_t i = 0; i < PAGES * page; i++)
		p[i] = (char)(i * 7 + i / page);
	return p;
}

/* One instruction reads two pages and writes two others. */
static void copy_word(char *to, const char *from)
{
	__asm__ volatile("movsq" : "+D"(to), "+S"(from) : : "memory");
}

static void instructions(char *p)
{
	for (size_t i = 0; i < ROUNDS; i++) {
		char *const from = p + (1 + i % 5) * page - 3;
		char *const to = p + (9 + i % 3) * page - 5;
		char want[8];

		memcpy(want, from, 8);
		copy_word(to, from);
		must(!memcmp(to, want, 8));
	}
}

/* A copy of many pages, of which each step needs two. */
static void copies(char *p)
{
	char *to = p + 10 * page + 1;
	const char *from = p + 3;
	size_t bytes = 4 * page;

	__asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(bytes) : : "memory");
	must(!memcmp(p + 10 * page + 1, p + 3, 4 * page));
}

/* The kernel reads and writes buffers that cross pages. */
static void calls(char *p)
{
	int fds[2];

	must(!pipe(fds));
	for (size_t i = 0; i < ROUNDS; i++) {
		char *const from = p + (1 + i % 4) * page - 100;
		char *const to = p + (7 + i % 4) * page - 50;

		must(write(fds[1], from, 2000) == 2000);
		must(read(fds[0], to, 2000) == 2000);
		must(!memcmp(from, to, 2000));
	}
	close(fds[0]);
	close(fds[1]);
}

static volatile sig_atomic_t handled;

static void handler(int sig)
{
	(void)sig;
	handled++;
}

/* The kernel writes the frame of a signal to several pages. */
static void signals(char *p)
{
	struct sigaction action = { .sa_handler = handler, .sa_flags = SA_ONSTACK };
	stack_t stack = { .ss_sp = p, .ss_size = PAGES * page };

	must(!sigaltstack(&stack, NULL));
	must(!sigaction(SIGUSR1, &action, NULL));
	for (int i = 1; i <= ROUNDS; i++) {
		must(!raise(SIGUSR1));
		must(handled == i);
	}
	stack.ss_flags = SS_DISABLE;
	must(!sigaltstack(&stack, NULL));
}

static void *thread(void *arg)
{
	instructions(arg);
	copies(arg);
	return NULL;
}

static void threads(void)
{
	pthread_t all[3];

	for (int i = 0; i < 3; i++)
		must(!pthread_create(&all[i], NULL, thread, map()));
	for (int i = 0; i < 3; i++)
		must(!pthread_join(all[i], NULL));
}

static int make_progress(void)
{
	/* A program that hangs ends. */
	alarm(LIMIT);
	instructions(map());
	copies(map());
	calls(map());
	signals(map());
	threads();
	return 0;
}

static void test(int budget, const char *name, const char *settings)
{
	const char *const arguments[] = { "progress", NULL };

	test_self(name, budget, settings, arguments);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		unsigned int policy;
	} policies[] = {
		{ "fifo", VMLAB_POLICY_FIFO }, { "clock", VMLAB_POLICY_CLOCK },
		{ "lru", VMLAB_POLICY_LRU }, { "mru", VMLAB_POLICY_MRU },
		{ "lfu", VMLAB_POLICY_LFU }, { "random", VMLAB_POLICY_RANDOM },
	};
	static const int budgets[] = { 1, 2, 40 };

	(void)argc;
	if (!strcmp(argv[0], "progress"))
		return make_progress();
	for (size_t i = 0; i < sizeof(policies) / sizeof(policies[0]); i++)
		for (size_t k = 0; k < sizeof(budgets) / sizeof(budgets[0]); k++) {
			char settings[64];

			snprintf(settings, sizeof(settings), ",policy=%u", policies[i].policy);
			test(budgets[k], policies[i].name, settings);
		}
	if (dev_info().features & VMLAB_FEAT_HUGE)
		test(2, "huge frames", ",space_flags=1");
	else
		skip("needs Linux 6.15 with transparent huge pages", "huge frames");
	return tap_done();
}
