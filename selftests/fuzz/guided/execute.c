// SPDX-License-Identifier: GPL-2.0
/* Run a program: its threads, its forked children, and its end. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fuzz/guided/world.h"

enum {
	TURN_US = 30 * 1000,	/* a call that takes longer blocks, probably */
	TICK_US = 300 * 1000,	/* waits are interrupted this often */
	STEP_US = 100,
};

static __thread struct worker *self;
static struct outcome *results;

static void fault_handler(int sig)
{
	if (self && self->may_fault) {
		self->may_fault = 0;
		siglongjmp(self->fault, 1);
	}
	if (sig == SIGSEGV || sig == SIGBUS)
		_exit(99);
}

/* Interrupt all threads, so that none waits for ever. */
static void tick_handler(int sig)
{
	if (self == &world.worker[0]) {
		for (int i = 1; i < NR_THREADS; i++)
			if (world.worker[i].thread)
				pthread_kill(world.worker[i].thread, SIGUSR2);
	}
	fault_handler(sig);
}

static void set_handler(int sig, void (*fn)(int sig))
{
	struct sigaction sa = { .sa_handler = fn, .sa_flags = SA_NODEFER };

	sigaction(sig, &sa, NULL);
}

static void set_failure(struct worker *w, unsigned int nth)
{
	char text[12];

	if (w->fail_nth < 0) {
		if (!nth)
			return;
		w->fail_nth = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
		if (w->fail_nth < 0)
			return;
	}
	if (pwrite(w->fail_nth, text, (size_t)snprintf(text, sizeof(text), "%u", nth), 0) < 0)
		w->fail_nth = -1;
}

/* Has what was to fail failed? */
static bool has_failed(const struct worker *w)
{
	char text[12] = "";

	return w->fail_nth >= 0 && pread(w->fail_nth, text, sizeof(text) - 1, 0) > 0 &&
	       *text == '0';
}

static uint16_t class_of(long value)
{
	return value <= 0 ? 0 : (uint16_t)(64 - __builtin_clzl((unsigned long)value));
}

static void run_call(struct worker *w, unsigned int nr)
{
	const struct call *c = &world.program->call[nr];
	const struct call_kind *kind = kind_of(c->kind);
	uint64_t v[MAX_ARGS];
	long ret;

	for (unsigned int i = 0; i < kind->nr_args; i++)
		v[i] = value_of(w, &kind->args[i], c->word[i]);
	if (c->fail && !kind->certain)
		set_failure(w, c->fail);
	errno = 0;
	ret = kind->run(w, kind, v);
	results->call[nr].error = ret < 0 ? errno : 0;
	results->call[nr].size = class_of(ret);
	if (c->fail && !kind->certain) {
		results->call[nr].failed = has_failed(w);
		set_failure(w, 0);
	}
	w->may_fault = 0;
	cover_call(w->nr);
	atomic_store(&world.done[nr], 1);
}

/* Wait until the calls before @nr are done, but not for one that blocks. */
static void wait_turn(unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++)
		for (int n = 0; n < TURN_US / STEP_US; n++) {
			if (atomic_load(&world.done[i]))
				break;
			usleep(STEP_US);
		}
}

static void *run_worker(void *arg)
{
	struct worker *w = arg;
	const struct program *p = world.program;

	self = w;
	cover_enable(w->nr);
	for (unsigned int i = 0; i < p->nr; i++) {
		if (p->call[i].thread % NR_THREADS != w->nr)
			continue;
		if (!(p->flags & P_CONCURRENT))
			wait_turn(i);
		if (atomic_load(&world.skip[i]))
			atomic_store(&world.done[i], 1);
		else
			run_call(w, i);
	}
	if (w->nr)
		cover_disable(w->nr);
	return NULL;
}

static unsigned int current_call(const struct worker *w)
{
	for (unsigned int i = 0; i < world.program->nr; i++)
		if (!atomic_load(&world.done[i]) && !atomic_load(&world.skip[i]) &&
		    (w->forked || world.program->call[i].thread % NR_THREADS == w->nr))
			return i;
	return world.program->nr;
}

static void forked_child(unsigned int first, unsigned int end, bool stay)
{
	struct worker *w = &world.worker[FORKED];

	self = w;
	w->forked = true;
	w->fail_nth = -1;
	cover_enable(FORKED);
	for (unsigned int i = first; i < end; i++)
		run_call(w, i);
	cover_disable(FORKED);
	if (stay)
		for (int n = 0; n < 100; n++)
			usleep(TICK_US);
	_exit(0);
}

long fork_calls(struct worker *w, uint64_t slot, uint64_t nr, bool stay)
{
	unsigned int first = current_call(w) + 1, end = first + (unsigned int)nr;
	pid_t pid;

	if (w->forked) {
		errno = EAGAIN;
		return -1;
	}
	if (end > world.program->nr)
		end = world.program->nr;
	for (unsigned int i = first; i < end; i++)
		atomic_store(&world.skip[i], 1);
	pid = (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
	if (pid < 0)
		return -1;
	if (!pid)
		forked_child(first, end, stay);
	world.child[slot] = pid;
	keep(&world.pidfd[slot], (int)syscall(SYS_pidfd_open, pid, 0));
	return 0;
}

static void prepare(const struct program *p)
{
	struct itimerval tick = { { 0, TICK_US }, { 0, TICK_US } };

	world.program = p;
	for (int i = 0; i < NR_REGIONS; i++)
		world.region[i] = (struct region){ ARENA + (uint64_t)i * REGION_SPAN, 16 * PAGE };
	for (int i = 0; i < NR_FDS; i++)
		world.fd[i] = -1;
	for (int i = 0; i < NR_CHILDREN; i++)
		world.pidfd[i] = -1;
	world.uffd = -1;
	world.ring = -1;
	world.probe = -1;
	for (unsigned int i = 0; i < NR_WORKERS; i++) {
		world.worker[i].nr = i;
		world.worker[i].fail_nth = -1;
	}
	if (pipe2(world.pipe, O_NONBLOCK | O_CLOEXEC))
		_exit(96);
	mmap((void *)(uintptr_t)(ARENA + NR_REGIONS * REGION_SPAN), 16 * PAGE,
	     PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	set_handler(SIGSEGV, fault_handler);
	set_handler(SIGBUS, fault_handler);
	set_handler(SIGUSR1, fault_handler);
	set_handler(SIGUSR2, fault_handler);
	set_handler(SIGALRM, tick_handler);
	setitimer(ITIMER_REAL, &tick, NULL);
	if (p->flags & P_USER) {
		if (setresgid(USER_ID, USER_ID, USER_ID) || setresuid(USER_ID, USER_ID, USER_ID))
			_exit(98);
		prctl(PR_SET_DUMPABLE, 1);
	}
}

static void tidy(void)
{
	for (int i = 0; i < NR_CHILDREN; i++) {
		if (world.child[i] <= 1)
			continue;
		kill(world.child[i], SIGKILL);
		waitpid(world.child[i], NULL, 0);
	}
	munmap((void *)(uintptr_t)ARENA, NR_REGIONS * REGION_SPAN);
	for (int i = 0; i < NR_REGIONS; i++)
		if (world.region[i].start < ARENA ||
		    world.region[i].start >= ARENA + NR_REGIONS * REGION_SPAN)
			munmap((void *)(uintptr_t)world.region[i].start, world.region[i].bytes);
	for (int i = 0; i < NR_FDS; i++)
		if (world.fd[i] >= 0)
			close(world.fd[i]);
}

static bool uses_thread(const struct program *p, unsigned int thread)
{
	for (unsigned int i = 0; i < p->nr; i++)
		if (p->call[i].thread % NR_THREADS == thread)
			return true;
	return false;
}

void execute(const struct program *p, struct outcome *outcome)
{
	results = outcome;
	prepare(p);
	for (unsigned int i = 1; i < NR_THREADS; i++) {
		struct worker *w = &world.worker[i];

		if (uses_thread(p, i) && pthread_create(&w->thread, NULL, run_worker, w))
			w->thread = 0;
	}
	world.worker[0].thread = pthread_self();
	run_worker(&world.worker[0]);
	for (unsigned int i = 1; i < NR_THREADS; i++)
		if (world.worker[i].thread)
			pthread_join(world.worker[i].thread, NULL);
	if (p->flags & P_TIDY)
		tidy();
	cover_disable(0);
	_exit(0);
}
