// SPDX-License-Identifier: GPL-2.0
/*
 * Load and unload the module again and again while programs run, at any of their calls.  In
 * every second load, an allocation fails.
 */
#include "fuzz/guided/churn.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/random.h"

enum {
	MAX_NTH = 400,		/* what loading allocates, about */
	PAUSE_US = 20 * 1000,	/* at most, between two attempts */
};

static struct {
	const char *path;
	uint64_t rng;
	pthread_t thread;
	atomic_bool stop;
	struct churned done;
} churn;

/* A thread must not use stdio here: programs are forked at any time. */
static void fail_nth(int fd, unsigned int nth)
{
	static const char digits[] = "0123456789abcdef";
	const char text[] = { '0', 'x', digits[nth >> 8 & 15], digits[nth >> 4 & 15],
			      digits[nth & 15] };

	/* A kernel that cannot let allocations fail has no such file. */
	if (fd >= 0 && pwrite(fd, text, sizeof(text), 0) < 0)
		errno = 0;
}

static void load(int failure)
{
	int fd = open(churn.path, O_RDONLY | O_CLOEXEC);

	if (random_below(&churn.rng, 2))
		fail_nth(failure, 1 + (unsigned int)random_below(&churn.rng, MAX_NTH));
	if (!syscall(SYS_finit_module, fd, "", 0))
		churn.done.loaded++;
	else if (errno != EEXIST)
		churn.done.failed++;
	fail_nth(failure, 0);
	close(fd);
}

static void *work(void *unused)
{
	int failure = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);

	(void)unused;
	while (!atomic_load(&churn.stop)) {
		load(failure);
		usleep((useconds_t)random_below(&churn.rng, PAUSE_US));
		if (!syscall(SYS_delete_module, "vmlab", O_NONBLOCK))
			churn.done.unloaded++;
		else
			churn.done.busy += errno != ENOENT;
	}
	close(failure);
	return NULL;
}

bool churn_start(const char *path, uint64_t rng)
{
	churn.path = path;
	churn.rng = rng;
	return !pthread_create(&churn.thread, NULL, work, NULL);
}

struct churned churn_stop(void)
{
	atomic_store(&churn.stop, true);
	pthread_join(churn.thread, NULL);
	return churn.done;
}
