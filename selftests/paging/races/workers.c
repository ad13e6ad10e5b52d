// SPDX-License-Identifier: GPL-2.0
/* The threads that write, read, pin, evict, fork and clone. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/page.h"
#include "lib/paging.h"
#include "lib/random.h"
#include "lib/tap.h"
#include "paging/races/races.h"

static void check(struct writer *w, unsigned int i)
{
	uint64_t found = *version_word(own_page(w, i));

	if (found != w->version[i])
		count_lost(w, i, found, "read");
}

static void write_plain(struct writer *w, unsigned int i)
{
	*version_word(own_page(w, i)) = ++w->version[i];
}

/* The kernel pins the page for writing. */
static void write_pinned(struct writer *w, unsigned int i)
{
	uint64_t value = w->version[i] + 1;
	struct iovec from = { &value, sizeof(value) };
	struct iovec to = { (void *)(uintptr_t)version_word(own_page(w, i)), sizeof(value) };

	if (process_vm_writev(getpid(), &from, 1, &to, 1, 0) == (ssize_t)sizeof(value))
		w->version[i] = value;
	else
		count_failed("process_vm_writev");
}

/* The pipe holds the page itself while it is evicted, written and cut out of the mapping. */
static void hold(struct writer *w, unsigned int i)
{
	struct iovec iov = { (void *)(uintptr_t)version_word(own_page(w, i)), sizeof(uint64_t) };
	struct vmlab_range r;
	uint64_t value = 0;
	int pipes[2];

	if (pipe2(pipes, O_CLOEXEC)) {
		count_failed("pipe");
		return;
	}
	if (vmsplice(pipes[1], &iov, 1, 0) != (ssize_t)sizeof(value))
		count_failed("vmsplice");
	else if (try_range(space, VMLAB_RANGE_EVICT, own_page(w, i), 1, &r) && errno != EINTR)
		count_failed("EVICT");
	write_plain(w, i);
	if (read(pipes[0], &value, sizeof(value)) != (ssize_t)sizeof(value))
		count_failed("read of a pipe");
	else if (value != w->version[i] && value != w->version[i] - 1)
		count_lost(w, i, value, "pipe");
	close(pipes[0]);
	close(pipes[1]);
}

static void evict(struct writer *w, unsigned int i)
{
	static const uint32_t ops[] = {
		VMLAB_RANGE_EVICT, VMLAB_RANGE_EVICT, VMLAB_RANGE_PREFETCH,
	};
	struct vmlab_range r;

	/* Also the pages of others.  A debugger interrupts it. */
	if (try_range(space, ops[random_below(&w->rng, 3)], own_page(w, i),
		      1 + random_below(&w->rng, 8), &r) && errno != EINTR)
		count_failed("RANGE");
}

static void unmap_page(struct writer *w, unsigned int i)
{
	if (madvise(map + own_page(w, i) * page, page, MADV_DONTNEED))
		count_failed("madvise");
}

static void fork_and_check(struct writer *w, unsigned int i)
{
	pid_t pid = fork();

	if (pid < 0) {
		count_failed("fork");
	} else if (!pid) {
		write_plain(w, i);
		check(w, i);
		_exit(0);
	} else {
		while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
			;
		w->version[i]++;
	}
}

/* Writes to the clone are not seen, and it has what was written before. */
static void clone_and_check(struct writer *w, unsigned int i)
{
	int fd = try_clone(space);
	volatile uint64_t *word;
	char *copy;

	if (fd < 0) {
		/* By a debugger. */
		if (errno != EINTR)
			count_failed("CLONE");
		return;
	}
	copy = mmap(NULL, KEPT * page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (copy == MAP_FAILED) {
		count_failed("mmap of a clone");
	} else {
		word = (volatile uint64_t *)(copy + ((char *)version_word(own_page(w, i)) - map));
		if (*word != w->version[i])
			count_lost(w, i, *word, "clone");
		*word = ~0ULL;
		munmap(copy, KEPT * page);
	}
	close(fd);
	check(w, i);
}

static void *map_again(size_t first, size_t nr)
{
	return mmap(map + first * page, nr * page, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED,
		    space, (off_t)(first * page));
}

/* Replace the mapping of one page: VMAs are split. */
static void replace(struct writer *w, unsigned int i)
{
	size_t nr = own_page(w, i);

	if (map_again(nr, 1) != map + nr * page)
		count_failed("mmap");
	/* Join all of it again, or the number of VMAs stays high. */
	if (!random_below(&w->rng, 8) && map_again(0, PAGES) != map)
		count_failed("mmap of all");
}

/* A page that may be cut off: it holds zero or its number. */
static void extra(struct writer *w, unsigned int i)
{
	size_t nr = KEPT + i % EXTRA;
	char value = 0;

	if (random_below(&w->rng, 2))
		touch(map + nr * page, TOUCH_WRITE, (char)nr, NULL);
	else if (!touch_load(map + nr * page, &value) && value && value != (char)nr)
		count_lost(w, 0, (unsigned char)value, "beyond the end");
}

static const struct {
	unsigned short share;	/* how often of 1024 */
	void (*run)(struct writer *w, unsigned int i);
} ops[] = {
	{ 300, write_plain }, { 300, check }, { 80, write_pinned }, { 20, hold },
	{ 120, evict }, { 60, unmap_page }, { 6, fork_and_check }, { 8, clone_and_check },
	{ 30, replace }, { 100, extra },
};

static void *work(void *arg)
{
	struct writer w = { .nr = (unsigned int)(uintptr_t)arg };

	w.rng = random_state(1, w.nr);
	while (!atomic_load(&shared->stop)) {
		unsigned int share = (unsigned int)random_below(&w.rng, 1024), op = 0;

		while (share >= ops[op].share) {
			share -= ops[op++].share;
			op %= sizeof(ops) / sizeof(ops[0]);
		}
		ops[op].run(&w, (unsigned int)random_below(&w.rng, OWN));
		atomic_fetch_add(&shared->rounds[w.nr], 1);
	}
	for (unsigned int i = 0; i < OWN; i++)
		check(&w, i);
	return NULL;
}

void workers_start(pthread_t threads[WORKERS])
{
	for (uintptr_t i = 0; i < WORKERS; i++)
		if (pthread_create(&threads[i], NULL, work, (void *)i))
			bail("pthread_create");
}

static int workers(void *unused)
{
	pthread_t threads[WORKERS];

	(void)unused;
	workers_start(threads);
	for (int i = 0; i < WORKERS; i++)
		pthread_join(threads[i], NULL);
	return 0;
}

pid_t workers_process(void)
{
	return spawn(workers, NULL);
}
