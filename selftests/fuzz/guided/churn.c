// SPDX-License-Identifier: GPL-2.0
/*
 * Load and unload the module again and again while programs run, at any of their calls.
 */
#include "fuzz/guided/churn.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/random.h"

enum { PAUSE_US = 20 * 1000 };	/* at most, between two attempts */

static struct {
	const char *path;
	uint64_t rng;
	pthread_t thread;
	atomic_bool stop;
	struct churned done;
} churn;

/* A thread must not use stdio here: programs are forked at any time. */
static void load(void)
{
	int fd = open(churn.path, O_RDONLY | O_CLOEXEC);

	if (!syscall(SYS_finit_module, fd, "", 0))
		churn.done.loaded++;
	else if (errno != EEXIST)
		churn.done.failed++;
	close(fd);
}

static void *work(void *unused)
{
	(void)unused;
	while (!atomic_load(&churn.stop)) {
		load();
		usleep((useconds_t)random_below(&churn.rng, PAUSE_US));
		if (!syscall(SYS_delete_module, "vmlab", O_NONBLOCK))
			churn.done.unloaded++;
		else
			churn.done.busy += errno != ENOENT;
	}
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
