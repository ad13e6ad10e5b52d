// SPDX-License-Identifier: GPL-2.0
/*
 * A process that is killed in a fault ends at once, also when the kernel made
 * the access for a system call.  The fault waits for an injected delay.
 */
#include <fcntl.h>
#include <linux/futex.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/killed.h"
#include "lib/paging.h"
#include "lib/tap.h"

static int load(char *p)
{
	return touch(p, TOUCH_READ, 0, NULL);
}

static int store(char *p)
{
	return touch(p, TOUCH_WRITE, 1, NULL);
}

/* get_user_pages() on behalf of mlock(2). */
static int lock(char *p)
{
	return mlock(p, 1);
}

static int pinned_read(char *p)
{
	char byte;
	struct iovec local = { &byte, 1 }, remote = { p, 1 };

	return process_vm_readv(getpid(), &local, 1, &remote, 1, 0) != 1;
}

static int write_to_pipe(char *p)
{
	int ends[2];

	return pipe(ends) || write(ends[1], p, 1) != 1;
}

static int write_to_file(char *p)
{
	int file = open("/dev/shm", O_TMPFILE | O_RDWR, 0600);

	return write(file, p, 1) != 1;
}

static int read_from_zero(char *p)
{
	int zero = open("/dev/zero", O_RDONLY);

	return read(zero, p, 1) != 1;
}

static int futex_wait(char *p)
{
	return syscall(SYS_futex, p, FUTEX_WAIT, 1, NULL, NULL, 0) < 0;
}

static const struct access {
	const char *name;
	int (*access)(char *p);
} accesses[] = {
	{ "a load", load },
	{ "a store", store },
	{ "mlock(2)", lock },
	{ "process_vm_readv(2)", pinned_read },
	{ "write(2) to a pipe", write_to_pipe },
	{ "write(2) to a file", write_to_file },
	{ "read(2)", read_from_zero },
	{ "futex(2)", futex_wait },
};

static int delayed_access(void *arg)
{
	const struct access *access = arg;
	struct vmlab_inject_rule rule = {
		.access = VMLAB_ACCESS_READ | VMLAB_ACCESS_WRITE,
		.action = VMLAB_INJECT_DELAY,
		.probability = VMLAB_INJECT_CERTAIN,
		.delay_us = VMLAB_INJECT_DELAY_MAX,
	};
	/* One delay would be over before the process counts as hung. */
	struct vmlab_inject_rule rules[] = { rule, rule, rule };
	int fd = dev_open(O_RDWR);
	char *p;

	drop_output();
	if (set_rules(fd, rules, 3))
		return 1;
	p = map_shared(fd, 1);
	return access->access(p);
}

/* Returns whether the process ended. */
static bool kill_in_delay(const struct access *access)
{
	pid_t pid = spawn(delayed_access, (void *)access);
	unsigned long long begin;
	int result = 0;
	bool ended;

	ok(wait_state(pid, 'D'), "%s waits", access->name);
	kill(pid, SIGKILL);
	begin = now_ms();
	ended = reap_in_time(pid, &result);
	ok(ended && result == 128 + SIGKILL,
	   "a process is killed in the delayed fault of %s", access->name);
	if (ended)
		diag("  ended after %llu ms with %d", now_ms() - begin, result);
	else
		diag("  still runs after %llu ms", now_ms() - begin);
	return ended;
}

int main(void)
{
	const size_t nr = sizeof(accesses) / sizeof(*accesses);
	bool ended = true;

	for (size_t i = 0; i < nr; i++) {
		/* One process that spins in the kernel is enough. */
		if (ended)
			ended = kill_in_delay(&accesses[i]);
		else
			ok(false, "not tried, for a process still runs: %s",
			   accesses[i].name);
	}
	return tap_done();
}
