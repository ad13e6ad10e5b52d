// SPDX-License-Identifier: GPL-2.0
/*
 * Each write is found again while pages are evicted that the kernel holds for a system call:
 * direct I/O, by read(2) and write(2) and by io_uring, and vmsplice(2).
 *
 * Each thread has pages of its own.  Another thread evicts all of them without end.
 *
 * usage: test-paging-lost-pins [SECONDS], of each part
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/loop.h"
#include "lib/page.h"
#include "lib/paging.h"
#include "lib/proc.h"
#include "lib/random.h"
#include "lib/ring.h"
#include "lib/tap.h"
#include "paging/versions.h"

enum { THREADS = 2, OWN = 24, PAGES = THREADS * OWN, BUDGET = 12, BLOCK = 1000, LEAST = 50 };

struct worker {
	pthread_t thread;
	size_t first;			/* of its pages */
	struct ring ring;
	int pipes[2];
	char *plain;			/* a page that is not managed */
	uint64_t rng;
	uint64_t version[OWN];
	unsigned int steps, wrong;
};

/* Use a page of the worker in a system call; returns whether all had its version. */
typedef bool step_fn(struct worker *w, size_t own);

static unsigned int seconds = 2;
static unsigned long long until;
static step_fn *step;
static atomic_bool stop;
/* Its blocks hold versions: BLOCK and their number, until they are written to. */
static int file, fd;
static char *p;

static char *page_of(const struct worker *w, size_t own)
{
	return p + (w->first + own) * page;
}

static off_t block_of(const struct worker *w, size_t own)
{
	return (off_t)((w->first + own) * page);
}

static bool had_all(ssize_t done)
{
	return done == (ssize_t)page;
}

/* --- from and to a file --------------------------------------------------------- */

static bool has_block(struct worker *w, size_t own, size_t from)
{
	w->version[own] = BLOCK + from;
	return has_version(page_of(w, own), 0, w->version[own]);
}

static bool direct_read(struct worker *w, size_t own)
{
	const size_t from = random_below(&w->rng, PAGES);

	return had_all(pread(file, page_of(w, own), page, (off_t)(from * page))) &&
	       has_block(w, own, from);
}

static bool ring_transfer(struct worker *w, unsigned char op, unsigned char flags, size_t own,
			  off_t at)
{
	const struct io_uring_sqe sqe = {
		.opcode = op, .flags = flags, .fd = file, .off = (unsigned long long)at,
		.addr = (uintptr_t)page_of(w, own), .len = (unsigned int)page,
	};

	return had_all(ring_do(&w->ring, &sqe));
}

static bool ring_read(struct worker *w, size_t own)
{
	const size_t from = random_below(&w->rng, PAGES);
	const unsigned char flags = random_below(&w->rng, 2) ? IOSQE_ASYNC : 0;

	return ring_transfer(w, IORING_OP_READ, flags, own, (off_t)(from * page)) &&
	       has_block(w, own, from);
}

/* The file has what was written to the page just before. */
static bool was_written(struct worker *w, size_t own)
{
	return had_all(pread(file, w->plain, page, block_of(w, own))) &&
	       has_version(w->plain, 0, w->version[own]) &&
	       has_version(page_of(w, own), 0, w->version[own]);
}

static bool direct_write(struct worker *w, size_t own)
{
	write_version(page_of(w, own), 0, ++w->version[own]);
	return had_all(pwrite(file, page_of(w, own), page, block_of(w, own))) &&
	       was_written(w, own);
}

static bool ring_write(struct worker *w, size_t own)
{
	const unsigned char flags = random_below(&w->rng, 2) ? IOSQE_ASYNC : 0;

	write_version(page_of(w, own), 0, ++w->version[own]);
	return ring_transfer(w, IORING_OP_WRITE, flags, own, block_of(w, own)) &&
	       was_written(w, own);
}

/* --- pages in a pipe -------------------------------------------------------------- */

/* The pipe has the page itself, so that a later write is seen there. */
static bool splice_page(struct worker *w, size_t own)
{
	const struct iovec iov = { page_of(w, own), page };
	const unsigned int flags = random_below(&w->rng, 2) ? SPLICE_F_GIFT : 0;

	write_version(page_of(w, own), 0, ++w->version[own]);
	if (!had_all(vmsplice(w->pipes[1], &iov, 1, flags)))
		return false;
	write_version(page_of(w, own), 0, ++w->version[own]);
	return had_all(read(w->pipes[0], w->plain, page)) &&
	       has_version(w->plain, 0, w->version[own]) &&
	       has_version(page_of(w, own), 0, w->version[own]);
}

/* --- all of them --------------------------------------------------------------------- */

static void *evict_all(void *unused)
{
	struct vmlab_range r;

	(void)unused;
	while (!atomic_load(&stop))
		try_range(fd, VMLAB_RANGE_EVICT, 0, PAGES, &r);
	return NULL;
}

static void *work(void *arg)
{
	struct worker *w = arg;

	while (now_ms() < until || w->steps < LEAST) {
		w->wrong += !step(w, random_below(&w->rng, OWN));
		w->steps++;
	}
	return NULL;
}

static char *plain_pages(size_t nr)
{
	char *plain = mmap(NULL, nr * page, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (plain == MAP_FAILED)
		bail("mmap: %s", strerror(errno));
	return plain;
}

static void fill_file(void)
{
	char *blocks = plain_pages(PAGES);

	for (size_t i = 0; i < PAGES; i++)
		write_version(blocks, i, BLOCK + i);
	if (pwrite(file, blocks, PAGES * page, 0) != (ssize_t)(PAGES * page))
		bail("write: %s", strerror(errno));
	munmap(blocks, PAGES * page);
}

static void open_worker(struct worker *w, size_t nr, bool with_ring)
{
	*w = (struct worker){
		.first = nr * OWN, .rng = random_state(1, nr), .plain = plain_pages(1),
	};
	if ((with_ring && ring_open(&w->ring, 0)) || pipe(w->pipes))
		bail("a ring or a pipe: %s", strerror(errno));
}

static void close_worker(struct worker *w, bool with_ring)
{
	if (with_ring)
		ring_close(&w->ring);
	close(w->pipes[0]);
	close(w->pipes[1]);
	munmap(w->plain, page);
}

static void test(const char *name, step_fn *of_test, bool with_ring)
{
	unsigned int wrong = 0, steps = 0;
	struct worker worker[THREADS];
	pthread_t evictor;

	step = of_test;
	fd = dev_open(O_RDWR);
	p = map_shared(fd, PAGES);
	use_paging(fd, .budget = BUDGET, .policy = VMLAB_POLICY_LRU);
	for (size_t i = 0; i < THREADS; i++)
		open_worker(&worker[i], i, with_ring);
	until = now_ms() + seconds * 1000ULL;
	atomic_store(&stop, false);
	if (pthread_create(&evictor, NULL, evict_all, NULL))
		bail("pthread_create");
	for (size_t i = 0; i < THREADS; i++)
		if (pthread_create(&worker[i].thread, NULL, work, &worker[i]))
			bail("pthread_create");
	for (size_t i = 0; i < THREADS; i++) {
		pthread_join(worker[i].thread, NULL);
		steps += worker[i].steps;
		wrong += worker[i].wrong;
	}
	atomic_store(&stop, true);
	pthread_join(evictor, NULL);
	is(wrong, 0, "%s: wrong after one of %u", name, steps);
	wrong = 0;
	for (size_t i = 0; i < THREADS; i++) {
		wrong += count_wrong(page_of(&worker[i], 0), worker[i].version, OWN);
		close_worker(&worker[i], with_ring);
	}
	is(wrong, 0, "%s: wrong in the end", name);
	ok(paging_stats(fd).stored, "%s: pages were evicted meanwhile", name);
	unmap_and_close(fd, p, PAGES);
}

static bool has_rings(void)
{
	struct ring ring;

	if (ring_open(&ring, 0))
		return false;
	ring_close(&ring);
	return true;
}

/* A block device holds the pages until its worker has moved the data; tmpfs copies. */
static void test_device(void)
{
	int memory = memfd_create("vmlab-blocks", MFD_CLOEXEC);
	struct loop loop;

	if (memory < 0 || ftruncate(memory, (off_t)(PAGES * page)))
		bail("memfd: %s", strerror(errno));
	if (!loop_attach(&loop, memory)) {
		skip("no loop device", "O_DIRECT");
		return;
	}
	file = open(loop.name, O_RDWR | O_DIRECT | O_CLOEXEC);
	if (file < 0)
		bail("%s: %s", loop.name, strerror(errno));
	fill_file();
	test("read with O_DIRECT", direct_read, false);
	test("write with O_DIRECT", direct_write, false);
	if (has_rings()) {
		fill_file();
		test("io_uring read", ring_read, true);
		test("io_uring write", ring_write, true);
	} else {
		skip("no io_uring", "io_uring");
	}
	close(file);
	loop_detach(&loop);
	close(memory);
}

int main(int argc, char **argv)
{
	unsigned long long frames = module_frames();

	if (argc > 1)
		seconds = (unsigned int)atoi(argv[1]);
	test_device();
	test("vmsplice", splice_page, false);
	is(module_frames(), frames, "frames of the module, as at the start");
	return tap_done();
}
