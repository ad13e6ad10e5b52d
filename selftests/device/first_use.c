// SPDX-License-Identifier: GPL-2.0
/*
 * The space of an open file is created when the file is first used.  Two processes that
 * share the file use it at the same time: they get one space, which has one directory in
 * debugfs.  Threads would take turns in mmap(2), which holds the lock of their mm.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/page.h"
#include "lib/tap.h"

enum {
	FILES = 64,
	ROUNDS = 40,
	MOST_MS = 20000,	/* fewer rounds where the machine is slow */
	SPINS = 2000,
};

enum use { MAP, REQUEST, POLL };

/* What both processes see. */
struct shared {
	atomic_uint arrived;
	enum use use[2];
	int fd[FILES];
	uint64_t id[2][FILES];
};

static struct shared *shared;

/* Wait until both processes are at file @n; spin, so that they go on together. */
static void meet(unsigned int n)
{
	unsigned int spins = 0;

	atomic_fetch_add(&shared->arrived, 1);
	while (atomic_load(&shared->arrived) < 2 * (n + 1))
		if (++spins > SPINS)
			sched_yield();
}

static void use_file(enum use use, int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	switch (use) {
	case MAP:
		unmap_and_close(dup(fd), map_shared(fd, 1), 1);
		break;
	case REQUEST:
		space_stats(fd);
		break;
	case POLL:
		poll(&p, 1, 0);
		break;
	}
}

static int use_files(void *arg)
{
	const unsigned int own = *(unsigned int *)arg;

	for (unsigned int n = 0; n < FILES; n++) {
		volatile uint64_t *words;

		meet(n);
		use_file(shared->use[own], shared->fd[n]);
		shared->id[own][n] = space_id(shared->fd[n]);
		words = (uint64_t *)map_shared(shared->fd[n], 1);
		words[own] = n + 1;
		munmap((void *)words, page);
	}
	return 0;
}

static bool has_directory(void *id)
{
	char path[128];

	snprintf(path, sizeof(path), DEBUGFS "/spaces/%" PRIu64 "/stats",
		 *(uint64_t *)id);
	return !access(path, R_OK);
}

/* Did both processes use one space, which the files show? */
static bool file_fits(unsigned int n)
{
	uint64_t *words = (uint64_t *)map_shared(shared->fd[n], 1);
	bool good = shared->id[0][n] == shared->id[1][n] &&
		    words[0] == n + 1 && words[1] == n + 1;

	munmap(words, page);
	wait_until(has_directory, &shared->id[0][n]);
	return good && has_directory(&shared->id[0][n]);
}

static bool one_round(void)
{
	unsigned int own[2] = { 0, 1 };
	bool good = true;
	pid_t pid[2];

	atomic_store(&shared->arrived, 0);
	for (unsigned int n = 0; n < FILES; n++)
		shared->fd[n] = dev_open(O_RDWR);
	for (unsigned int i = 0; i < 2; i++)
		pid[i] = spawn(use_files, &own[i]);
	for (unsigned int i = 0; i < 2; i++)
		good = !reap(pid[i]) && good;
	for (unsigned int n = 0; n < FILES; n++) {
		good = good && file_fits(n);
		close(shared->fd[n]);
		good = good && !has_directory(&shared->id[0][n]);
	}
	return good;
}

static void used_at_once(enum use first, enum use second, const char *what)
{
	const unsigned long long end = now_ms() + MOST_MS;
	unsigned int rounds = 0;
	bool good;

	shared->use[0] = first;
	shared->use[1] = second;
	do {
		good = one_round();
	} while (good && ++rounds < ROUNDS && now_ms() < end);
	ok(good, "first use by two processes at once: %s", what);
	diag("  %u files", rounds * FILES);
	is(module_frames(), 0, "... and every frame is freed");
}

int main(void)
{
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		bail("mmap: %s", strerror(errno));
	used_at_once(MAP, MAP, "mmap and mmap");
	used_at_once(MAP, REQUEST, "mmap and a request");
	used_at_once(MAP, POLL, "mmap and poll");
	used_at_once(POLL, REQUEST, "poll and a request");
	return tap_done();
}
