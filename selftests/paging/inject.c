// SPDX-License-Identifier: GPL-2.0
/* Errors and delays injected into faults: actions, selectors, privileges. */
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/killed.h"
#include "lib/paging.h"
#include "lib/tap.h"

#define PAGES	64

static size_t psize;

static char *map(int fd)
{
	return map_shared(fd, PAGES);
}

static int read_page(char *p, size_t page)
{
	return touch(p + page * psize, TOUCH_READ, 0, NULL);
}

/* Map the space in a child and read its first page. */
static int map_and_read(void *arg)
{
	return read_page(map(*(int *)arg), 0);
}

/* --- actions --------------------------------------------------------------- */

static void errors(int fd, char *p)
{
	struct vmlab_inject_rule rule = {
		.access = VMLAB_ACCESS_READ, .action = VMLAB_INJECT_SIGBUS,
		.start = psize, .end = 9 * psize,
		.probability = VMLAB_INJECT_CERTAIN,
	};
	int code;

	works(set_rules(fd, &rule, 1), "a rule: SIGBUS for reads of pages 1-8");
	is(read_page(p, 0), 0, "a read before the range");
	is(touch(p + psize, TOUCH_READ, 0, &code), SIGBUS,
	   "a read in the range");
	is(code, BUS_ADRERR, "... si_code");
	is(touch(p + psize, TOUCH_WRITE, 1, NULL), 0, "a write in the range");
	is(read_page(p, 9), 0, "a read after the range");
	is(get_rule(fd).hits, 1, "hits");

	rule.action = VMLAB_INJECT_HWPOISON;
	rule.nth = 2;
	works(set_rules(fd, &rule, 1), "a rule: HWPOISON for the second fault");
	is(read_page(p, 2), 0, "the first fault");
	is(touch(p + 3 * psize, TOUCH_READ, 0, &code), SIGBUS,
	   "the second fault");
	is(code, BUS_MCEERR_AR, "... si_code");
	is(read_page(p, 3), 0, "the third fault");
	is(get_rule(fd).matches, 3, "matches");

	rule.action = VMLAB_INJECT_RETRY;
	rule.nth = 0;
	works(set_rules(fd, &rule, 1), "a rule: RETRY");
	is(read_page(p, 4), 0, "a fault that is retried");
	is(read_page(p, 5), 0, "another fault that is retried");
	is(get_rule(fd).hits, 2, "hits: one for each fault");
}

/* Return 0 when mlock(2) of a page that nothing maps yet succeeds. */
static int lock_page(void *arg)
{
	return mlock(map(*(int *)arg) + 60 * psize, psize) ? 1 : 0;
}

/*
 * When mm populates a mapping, it repeats a fault as if it were the first: it must not
 * repeat it for ever.
 */
static void populated(int fd)
{
	struct vmlab_inject_rule rule = {
		.access = VMLAB_ACCESS_READ | VMLAB_ACCESS_WRITE,
		.action = VMLAB_INJECT_RETRY, .probability = VMLAB_INJECT_CERTAIN,
	};

	works(set_rules(fd, &rule, 1), "a rule: RETRY for all faults");
	is((unsigned int)run_bounded(lock_page, &fd), 0, "mlock(2) ends, and succeeds");
	is(get_rule(fd).hits, 0, "faults of the kernel are not retried");
	works(set_rules(fd, NULL, 0), "no rules");
}

static void probability(int fd, char *p)
{
	struct vmlab_inject_rule rule = {
		.access = VMLAB_ACCESS_READ, .action = VMLAB_INJECT_SIGBUS,
		.start = 10 * psize, .probability = 500000, .seed = 3,
	};
	int i, hit = 0;

	works(set_rules(fd, &rule, 1), "a rule: SIGBUS with probability 1/2");
	for (i = 10; i < PAGES; i++)
		hit += read_page(p, i) == SIGBUS;
	is(get_rule(fd).hits, hit, "hits");
	ok(hit > 10 && hit < 44, "%d of 54 faults", hit);
}

static void delays(int fd, char *p)
{
	struct vmlab_inject_rule rule = {
		.access = VMLAB_ACCESS_READ, .action = VMLAB_INJECT_DELAY,
		.probability = VMLAB_INJECT_CERTAIN, .delay_us = 200000,
	};
	unsigned long long begin;
	pid_t pid;

	works(set_rules(fd, &rule, 1), "a rule: a delay of 200 ms");
	begin = now_ms();
	is(read_page(p, 7), 0, "a delayed fault");
	begin = now_ms() - begin;
	ok(begin >= 200, "... took %llu ms", begin);

	rule.delay_us = VMLAB_INJECT_DELAY_MAX;
	works(set_rules(fd, &rule, 1), "a rule: a delay of a minute");
	pid = spawn(map_and_read, &fd);
	ok(wait_state(pid, 'D'), "a process waits in a delayed fault");
	begin = now_ms();
	is(kill_and_reap(pid), 128 + SIGKILL,
	   "a process in a delayed fault is killed");
	begin = now_ms() - begin;
	ok(begin < 20000, "... without waiting for the end: %llu ms", begin);

	rule.delay_us = 0;
	fails(set_rules(fd, &rule, 1), EINVAL, "a rule: a delay of 0");
	rule.action = 99;
	fails(set_rules(fd, &rule, 1), EINVAL, "a rule: an unknown action");
	works(set_rules(fd, NULL, 0), "no rules");
	is(read_page(p, 6), 0, "a fault without rules");
}

static void actions(void)
{
	int fd = dev_open(O_RDWR);
	char *p = map(fd);

	errors(fd, p);
	populated(fd);
	probability(fd, p);
	delays(fd, p);
	unmap_and_close(fd, p, PAGES);
}

/* --- selectors ------------------------------------------------------------- */

/* Page 1 of the mapping holds code: a return. */
static int exec_page(void *arg)
{
	signal(SIGBUS, SIG_DFL);
	((void (*)(void))((char *)arg + psize))();
	return 0;
}

static int read_and_exec_page(void *arg)
{
	return read_page(arg, 1) ?: exec_page(arg);
}

static void instructions(int fd, char *p)
{
	struct vmlab_inject_rule rule = {
		.access = VMLAB_ACCESS_EXEC, .action = VMLAB_INJECT_SIGBUS,
		.probability = VMLAB_INJECT_CERTAIN,
	};
	char *x;

	works(set_rules(fd, &rule, 1), "a rule: SIGBUS for instruction fetch");
	p[psize] = (char)0xc3;
	x = mmap(NULL, PAGES * psize, PROT_READ | PROT_EXEC, MAP_SHARED, fd,
		 0);
	is(reap(spawn(read_and_exec_page, x)), 0,
	   "a read, and a fetch of the page that is mapped then");
	is(reap(spawn(exec_page, x)), 128 + SIGBUS,
	   "a fetch of a page that is not mapped");
	is(get_rule(fd).hits, 1, "hits");
	munmap(x, PAGES * psize);
}

static void processes(int fd, char *p)
{
	struct vmlab_inject_rule rule = {
		.access = VMLAB_ACCESS_READ, .action = VMLAB_INJECT_SIGBUS,
		.probability = VMLAB_INJECT_CERTAIN, .pid = getpid(),
	};

	is(reap(spawn(map_and_read, &fd)), 0, "a child, without such a rule");
	works(set_rules(fd, &rule, 1), "a rule: SIGBUS for this process");
	is(reap(spawn(map_and_read, &fd)), 0, "a read by another process");
	is(read_page(p, 2), SIGBUS, "a read by this process");
	rule.pid = 0x3fffffff;
	fails(set_rules(fd, &rule, 1), ESRCH, "a rule for a PID without process");
}

static int read_through_kernel(void *arg)
{
	int fd = *(int *)arg, pipefd[2];
	char *p = map(fd);

	if (pipe(pipefd))
		return 1;
	return write(pipefd[1], p + 8 * psize, 1) < 0 && errno == EFAULT ? 42 :
									   1;
}

static void no_memory(int fd, char *p)
{
	struct vmlab_inject_rule rule = {
		.access = VMLAB_ACCESS_READ, .action = VMLAB_INJECT_OOM,
		.probability = VMLAB_INJECT_CERTAIN, .nth = 1,
	};

	works(set_rules(fd, &rule, 1), "a rule: OOM, once");
	is(read_page(p, 3), 0, "the kernel retries the fault");
	is(get_rule(fd).hits, 1, "hits");
	rule.nth = 0;
	rule.start = 8 * psize;
	rule.end = 9 * psize;
	works(set_rules(fd, &rule, 1), "a rule: OOM for page 8");
	is(reap(spawn(read_through_kernel, &fd)), 42,
	   "a system call that reads page 8 gets EFAULT");
}

static void two_rules(int fd, char *p)
{
	struct vmlab_inject_rule rule[2] = {
		{ .access = VMLAB_ACCESS_WRITE, .action = VMLAB_INJECT_DELAY,
		  .probability = VMLAB_INJECT_CERTAIN, .delay_us = 50000,
		  .start = 10 * psize, .end = 12 * psize },
		{ .access = VMLAB_ACCESS_WRITE, .action = VMLAB_INJECT_SIGBUS,
		  .probability = VMLAB_INJECT_CERTAIN,
		  .start = 11 * psize, .end = 12 * psize },
	};
	unsigned long long begin;

	works(set_rules(fd, rule, 2),
	      "two rules: a delay for pages 10 and 11, SIGBUS for page 11");
	begin = now_ms();
	is(touch(p + 10 * psize, TOUCH_WRITE, 1, NULL), 0, "page 10");
	is(touch(p + 11 * psize, TOUCH_WRITE, 1, NULL), SIGBUS, "page 11");
	ok(now_ms() - begin >= 100, "both were delayed");
	is(get_rule(fd).hits, 2, "hits of the delay");
}

/* Which of 30 pages a rule with probability and @seed hits, as bits. */
static unsigned int pages_hit(int fd, uint64_t seed)
{
	struct vmlab_inject_rule rule = {
		.access = VMLAB_ACCESS_READ, .action = VMLAB_INJECT_SIGBUS,
		.start = 20 * psize, .probability = 300000, .seed = seed,
	};
	unsigned int i, hit = 0;
	char *p = map(fd);

	set_rules(fd, &rule, 1);
	for (i = 0; i < 30; i++)
		hit = hit << 1 | !!read_page(p, 20 + i);
	munmap(p, PAGES * psize);
	return hit;
}

static void seeds(int fd)
{
	unsigned int first = pages_hit(fd, 11);

	is(pages_hit(fd, 11), first, "the same seed hits the same faults");
	ok(pages_hit(fd, 12) != first, "another seed hits others");
}

/* --- privileges and bad rules ---------------------------------------------- */

static int as_nobody(void *arg)
{
	struct vmlab_inject_rule rule = {
		.access = VMLAB_ACCESS_READ, .action = VMLAB_INJECT_HWPOISON,
		.probability = VMLAB_INJECT_CERTAIN,
	};

	if (setresgid(65534, 65534, 65534) || setresuid(65534, 65534, 65534))
		return 100;
	if (!set_rules(*(int *)arg, &rule, 1) || errno != EPERM)
		return 1;
	rule.action = VMLAB_INJECT_SIGBUS;
	return set_rules(*(int *)arg, &rule, 1) ? 2 : 0;
}

/* Set a long delay, and let the kernel read a page: 42 if it was delayed, 43 if not. */
static int delay_kernel(int fd)
{
	struct vmlab_inject_rule rule = {
		.access = VMLAB_ACCESS_READ, .action = VMLAB_INJECT_DELAY,
		.probability = VMLAB_INJECT_CERTAIN, .delay_us = 2000000,
	};
	unsigned long long begin;
	int pipefd[2];
	char *p = map(fd);

	if (pipe(pipefd) || set_rules(fd, &rule, 1))
		return 1;
	begin = now_ms();
	if (write(pipefd[1], p, 1) != 1)
		return 2;
	return now_ms() - begin >= 2000 ? 42 : 43;
}

static int delay_kernel_as_root(void *arg)
{
	return delay_kernel(*(int *)arg);
}

static int delay_kernel_as_nobody(void *arg)
{
	if (setresgid(65534, 65534, 65534) || setresuid(65534, 65534, 65534))
		return 100;
	return delay_kernel(*(int *)arg);
}

/* As with userfaultfd, a task without a capability must not stall the kernel. */
static void delays_of_the_kernel(void)
{
	int fd = dev_open(O_RDWR), other = dev_open(O_RDWR);

	is(reap(spawn(delay_kernel_as_root, &fd)), 42,
	   "with CAP_SYS_PTRACE a delay concerns faults of the kernel");
	is(reap(spawn(delay_kernel_as_nobody, &other)), 43,
	   "without, it does not");
	is(get_rule(other).hits, 0, "hits");
	close(fd);
	close(other);
}

static void bad_rules(int fd)
{
	struct vmlab_inject_rule many[VMLAB_INJECT_RULES_MAX + 1] = {};
	struct vmlab_inject_rule rule = {
		.action = VMLAB_INJECT_SIGBUS, .start = 20 * psize,
		.probability = 300000, .seed = 12,
	};

	is(reap(spawn(as_nobody, &fd)), 0,
	   "without privilege: HWPOISON gets EPERM, SIGBUS works");
	fails(set_rules(fd, many, VMLAB_INJECT_RULES_MAX + 1), E2BIG,
	      "too many rules");
	fails(set_rules(fd, &rule, 1), EINVAL, "a rule without access");
	rule.access = VMLAB_ACCESS_READ;
	rule.probability = VMLAB_INJECT_CERTAIN + 1;
	fails(set_rules(fd, &rule, 1), EINVAL, "a probability above 1");
}

int main(void)
{
	int fd;
	char *p;

	psize = page_size();
	actions();
	fd = dev_open(O_RDWR);
	p = map(fd);
	instructions(fd, p);
	processes(fd, p);
	no_memory(fd, p);
	two_rules(fd, p);
	munmap(p, PAGES * psize);
	seeds(fd);
	bad_rules(fd);
	close(fd);
	delays_of_the_kernel();
	return tap_done();
}
