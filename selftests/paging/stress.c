// SPDX-License-Identifier: GPL-2.0
/*
 * No write is ever lost: threads of several processes write, evict, clean,
 * fork, remap and change budget and policy at random.  Each page has a version
 * beside the space, and a lock under which page and version change together;
 * who finds a page that is not its version's has found a lost write.
 *
 * usage: test-paging-stress [SECONDS [PROCESSES [THREADS [SEED [HOW]]]]]
 *
 * HOW is a directory: the space has a file in it as its backing, and the file
 * must have it all in the end.  Or it is "huge": frames are huge, and the pages
 * that are looked at lie 11 apart, so that some of them share each huge frame
 * and a few are behind the last one.  Seed 0 is any.
 */
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/tap.h"

#define PAGES		96
#define HUGE_STRIDE	11
#define THREADS_MAX	64

enum op {
	OP_WRITE, OP_CHECK, OP_WRITE_PINNED, OP_EVICT, OP_CLEAN, OP_FORK,
	OP_REMAP, OP_MOVE, OP_PAGING, OP_PREFETCH, OP_LOCK, OP_PRIVATE,
	OP_HALF, OP_SYNC, OP_DROP, NR_OPS
};

static const char *const op_names[NR_OPS] = {
	"write", "check", "write by process_vm_writev", "evict", "clean",
	"fork", "remap", "mremap", "budget or policy", "prefetch", "lock",
	"private copy", "munmap half", "fsync", "drop",
};

/* How often of 1024. */
static const unsigned short op_share[NR_OPS] = {
	330, 326, 40, 100, 40, 4, 20, 20, 10, 50, 30, 20, 20, 10, 4,
};

/* What all processes share; anonymous memory, not the space. */
struct shared {
	struct {
		atomic_int lock;
		uint64_t version;
	} page[PAGES];
	atomic_ulong ops[NR_OPS];
	atomic_ulong lost, private_lost, undirty, failed;
	atomic_bool stop;
	pthread_mutex_t clean_lock;
};

static struct shared *shared;
static size_t psize;
static unsigned int stride = 1;	/* from one page that is looked at to the next */
static int fd, file = -1;

struct worker {
	pthread_t thread;
	uint64_t rng;
	char *map;
};

static void failed(const char *what)
{
	diag("%s failed: %s", what, strerror(errno));
	atomic_fetch_add(&shared->failed, 1);
}

static unsigned int draw(struct worker *w, unsigned int below)
{
	w->rng ^= w->rng << 13;
	w->rng ^= w->rng >> 7;
	w->rng ^= w->rng << 17;
	return (w->rng >> 11) % below;
}

static void lock_page(unsigned int p)
{
	while (atomic_exchange_explicit(&shared->page[p].lock, 1,
					memory_order_acquire))
		sched_yield();
}

static void unlock_page(unsigned int p)
{
	atomic_store_explicit(&shared->page[p].lock, 0, memory_order_release);
}

/* Words of a page that carry the version: its ends and some between. */
#define WORDS	8

static volatile uint64_t *word(char *map, unsigned int p, unsigned int i)
{
	return (volatile uint64_t *)(map + p * stride * psize +
				     i * (psize - sizeof(uint64_t)) /
				     (WORDS - 1) / 8 * 8);
}

static uint64_t content(unsigned int p, uint64_t version)
{
	return version ? version << 8 | p : 0;
}

static bool page_holds(char *map, unsigned int p, uint64_t version)
{
	unsigned int i;

	for (i = 0; i < WORDS; i++)
		if (*word(map, p, i) != content(p, version))
			return false;
	return true;
}

static void check(char *map, unsigned int p)
{
	if (!page_holds(map, p, shared->page[p].version)) {
		diag("page %u: version %llu, found %#llx ... %#llx", p,
		     (unsigned long long)shared->page[p].version,
		     (unsigned long long)*word(map, p, 0),
		     (unsigned long long)*word(map, p, WORDS - 1));
		atomic_fetch_add(&shared->lost, 1);
	}
}

static void write_page(struct worker *w, unsigned int p)
{
	uint64_t value = content(p, shared->page[p].version + 1);
	unsigned int i;

	for (i = 0; i < WORDS; i++)
		*word(w->map, p, i) = value;
	shared->page[p].version++;
}

/* Through get_user_pages(): the kernel writes while it holds a reference. */
static void write_pinned(struct worker *w, unsigned int p)
{
	uint64_t value = content(p, shared->page[p].version + 1);
	struct iovec local[WORDS], remote[WORDS];
	unsigned int i;

	for (i = 0; i < WORDS; i++) {
		local[i] = (struct iovec){ &value, sizeof(value) };
		remote[i] = (struct iovec){ (void *)word(w->map, p, i),
					    sizeof(value) };
	}
	if (process_vm_writev(getpid(), local, WORDS, remote, WORDS, 0) !=
	    WORDS * sizeof(value))
		failed("process_vm_writev");
	shared->page[p].version++;
}

static uint64_t range(unsigned int op, unsigned int first, unsigned int nr)
{
	struct vmlab_range r = {
		.size = sizeof(r),
		.op = op,
		.start = first * stride * psize,
		.end = (first + nr > PAGES ? PAGES : first + nr) * stride *
		       psize,
	};

	/* The budget may have no room for another locked frame. */
	if (ioctl(fd, VMLAB_IOC_RANGE, &r) &&
	    !(op == VMLAB_RANGE_LOCK && errno == ENOMEM))
		failed("VMLAB_IOC_RANGE");
	return r.busy;
}

/* Who writes a page finds it in the next bitmap. */
static void clean(struct worker *w, unsigned int p)
{
	uint64_t bits[(PAGES * HUGE_STRIDE + 63) / 64] = { 0 };
	struct vmlab_dirty d = {
		.size = sizeof(d),
		.flags = VMLAB_DIRTY_CLEAR,
		.bitmap = (uintptr_t)bits,
	};

	if (draw(w, 2)) {
		d.end = PAGES * stride * psize;
		pthread_mutex_lock(&shared->clean_lock);
		if (ioctl(fd, VMLAB_IOC_DIRTY, &d))
			failed("VMLAB_IOC_DIRTY");
		pthread_mutex_unlock(&shared->clean_lock);
		return;
	}
	/* Nobody else clears it between the write and the question. */
	d.start = p * stride * psize;
	d.end = d.start + psize;
	pthread_mutex_lock(&shared->clean_lock);
	write_page(w, p);
	if (ioctl(fd, VMLAB_IOC_DIRTY, &d))
		failed("VMLAB_IOC_DIRTY");
	pthread_mutex_unlock(&shared->clean_lock);
	if (d.nr_dirty != 1 || bits[0] != 1)
		atomic_fetch_add(&shared->undirty, 1);
	check(w->map, p);
}

static void fork_and_check(struct worker *w)
{
	pid_t pid = fork();
	unsigned int i;

	if (pid < 0) {
		failed("fork");
	} else if (!pid) {
		for (i = 0; i < 8; i++) {
			unsigned int p = draw(w, PAGES);

			lock_page(p);
			if (draw(w, 2))
				write_page(w, p);
			check(w->map, p);
			unlock_page(p);
		}
		_exit(0);
	} else {
		while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
}

static char *map_space(int flags)
{
	char *map = mmap(NULL, PAGES * stride * psize, PROT_READ | PROT_WRITE,
			 flags, fd, 0);

	if (map == MAP_FAILED)
		bail("mmap: %s", strerror(errno));
	if (stride > 1 && madvise(map, PAGES * stride * psize, MADV_HUGEPAGE))
		bail("MADV_HUGEPAGE: %s", strerror(errno));
	return map;
}

static void move(struct worker *w)
{
	const size_t len = PAGES * stride * psize;
	char *to = mmap(NULL, len, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			0);

	if (to == MAP_FAILED ||
	    mremap(w->map, len, len,
		   MREMAP_MAYMOVE | MREMAP_FIXED, to) != to)
		bail("mremap: %s", strerror(errno));
	w->map = to;
}

static void set_paging(struct worker *w, uint64_t budget)
{
	struct vmlab_paging paging = {
		.size = sizeof(paging),
		.budget = budget,
		.policy = draw(w, VMLAB_POLICY_OPT),
		.flags = budget && !draw(w, 8) ? VMLAB_PAGING_STEPPING : 0,
		.seed = draw(w, 100),
	};

	if (ioctl(fd, VMLAB_IOC_PAGING_SET, &paging))
		failed("VMLAB_IOC_PAGING_SET");
}

static void change_paging(struct worker *w)
{
	set_paging(w, draw(w, 8) ? (2 + draw(w, PAGES)) * stride : 0);
}

/* A private copy belongs to the process: no eviction may touch it. */
static void private_copy(struct worker *w, unsigned int p)
{
	char *map = map_space(MAP_PRIVATE);
	uint64_t value = ~content(p, w->rng);

	if (!page_holds(map, p, shared->page[p].version))
		atomic_fetch_add(&shared->lost, 1);
	*word(map, p, 0) = value;
	range(VMLAB_RANGE_EVICT, p, 1);
	if (*word(map, p, 0) != value ||
	    *word(map, p, 1) != content(p, shared->page[p].version))
		atomic_fetch_add(&shared->private_lost, 1);
	munmap(map, PAGES * stride * psize);
	check(w->map, p);
}

static void unmap_half(struct worker *w)
{
	const size_t half = PAGES / 2 * stride * psize;

	/* Splits, closes and opens VMAs; the rest stays mapped. */
	munmap(w->map, half);
	munmap(w->map + half, half);
	w->map = map_space(MAP_SHARED);
}

/*
 * Forget some pages, where nothing keeps them: all of them at once when frames
 * are huge, so that new huge ones can come.
 */
static void drop(struct worker *w, unsigned int first)
{
	unsigned int p, nr = 1;
	uint64_t busy;

	/* It would have an older version. */
	if (file >= 0)
		return;
	if (stride > 1) {
		first = 0;
		nr = PAGES;
		range(VMLAB_RANGE_UNLOCK, first, nr);
	}
	for (p = first; p < first + nr; p++)
		lock_page(p);
	busy = range(VMLAB_RANGE_DROP, first, nr);
	if (stride > 1) {
		/* A new VMA has no tables yet that map single pages. */
		set_paging(w, 0);
		munmap(w->map, PAGES * stride * psize);
		w->map = map_space(MAP_SHARED);
	}
	for (p = first; p < first + nr; p++) {
		if (!busy || page_holds(w->map, p, 0))
			shared->page[p].version = 0;
		check(w->map, p);
		unlock_page(p);
	}
}

static void do_op(struct worker *w, enum op op)
{
	unsigned int p = draw(w, PAGES);
	bool page_op = op == OP_WRITE || op == OP_CHECK ||
		       op == OP_WRITE_PINNED || op == OP_CLEAN ||
		       op == OP_PRIVATE;

	if (page_op)
		lock_page(p);
	switch (op) {
	case OP_WRITE:
		write_page(w, p);
		break;
	case OP_CHECK:
		check(w->map, p);
		break;
	case OP_WRITE_PINNED:
		write_pinned(w, p);
		break;
	case OP_EVICT:
		range(VMLAB_RANGE_EVICT, p, 1 + draw(w, 8));
		break;
	case OP_CLEAN:
		clean(w, p);
		break;
	case OP_FORK:
		fork_and_check(w);
		break;
	case OP_REMAP:
		munmap(w->map, PAGES * stride * psize);
		w->map = map_space(MAP_SHARED);
		break;
	case OP_MOVE:
		move(w);
		break;
	case OP_PAGING:
		change_paging(w);
		break;
	case OP_PREFETCH:
		range(VMLAB_RANGE_PREFETCH, p, 1 + draw(w, 8));
		break;
	case OP_LOCK:
		range(draw(w, 3) ? VMLAB_RANGE_UNLOCK : VMLAB_RANGE_LOCK, p,
		      1 + draw(w, 4));
		break;
	case OP_PRIVATE:
		private_copy(w, p);
		break;
	case OP_HALF:
		unmap_half(w);
		break;
	case OP_SYNC:
		if (fsync(fd))
			failed("fsync");
		break;
	case OP_DROP:
		drop(w, p);
		break;
	case NR_OPS:
		break;
	}
	if (page_op)
		unlock_page(p);
	atomic_fetch_add(&shared->ops[op], 1);
}

static void *work(void *arg)
{
	struct worker *w = arg;

	w->map = map_space(MAP_SHARED);
	while (!atomic_load(&shared->stop)) {
		unsigned int share = draw(w, 1024);
		enum op op = OP_WRITE;

		while (share >= op_share[op])
			share -= op_share[op++];
		do_op(w, op);
	}
	munmap(w->map, PAGES * stride * psize);
	return NULL;
}

static void process(unsigned int threads, uint64_t seed)
{
	struct worker w[THREADS_MAX] = {};
	unsigned int i;

	for (i = 0; i < threads; i++) {
		w[i].rng = (seed + i + 1) * 0x9e3779b97f4a7c15;
		if (pthread_create(&w[i].thread, NULL, work, &w[i]))
			_exit(2);
	}
	for (i = 0; i < threads; i++)
		pthread_join(w[i].thread, NULL);
	_exit(0);
}

static void huge_frames(void)
{
	struct vmlab_space_config config = {
		.size = sizeof(config), .flags = VMLAB_SPACE_HUGE,
	};

	if (ioctl(fd, VMLAB_IOC_SPACE_SET, &config)) {
		is(errno, EOPNOTSUPP, "huge frames cannot be had");
		skip("needs Linux 6.15 with transparent huge pages",
		     "lost writes in huge frames");
		exit(tap_done());
	}
	stride = HUGE_STRIDE;
}

static struct vmlab_paging_stats paging_stats(void)
{
	struct vmlab_paging_stats stats = { .size = sizeof(stats) };

	if (ioctl(fd, VMLAB_IOC_PAGING_STATS, &stats))
		bail("VMLAB_IOC_PAGING_STATS: %s", strerror(errno));
	return stats;
}

/* What has to happen for this to have been a test. */
static bool all_seen(void *unused)
{
	struct vmlab_paging_stats stats = paging_stats();

	(void)unused;
	return stats.stored && stats.loaded &&
	       (stride == 1 || (stats.huge_filled && stats.huge_evicted));
}

/* The space on a new file of @dir. */
static void use_file(const char *dir)
{
	struct vmlab_backing_config config = {
		.size = sizeof(config), .backing = VMLAB_BACKING_FILE,
	};
	char name[256];

	snprintf(name, sizeof(name), "%s/vmlab-XXXXXX", dir);
	config.fd = mkstemp(name);
	if (config.fd < 0 || unlink(name) ||
	    ftruncate(config.fd, PAGES * psize) ||
	    ioctl(fd, VMLAB_IOC_BACKING, &config))
		bail("%s: %s", name, strerror(errno));
	file = config.fd;
}

/* What the file has, by read(2). */
static void check_file(void)
{
	char *copy = malloc(PAGES * psize);
	unsigned int p, wrong = 0;

	works(fsync(fd), "fsync");
	if (pread(file, copy, PAGES * psize, 0) != (ssize_t)(PAGES * psize))
		bail("pread: %s", strerror(errno));
	for (p = 0; p < PAGES; p++)
		wrong += !page_holds(copy, p, shared->page[p].version);
	is(wrong, 0, "pages of the file that are not of the last version");
	free(copy);
}

int main(int argc, char **argv)
{
	unsigned int seconds = argc > 1 ? atoi(argv[1]) : 5;
	unsigned int processes = argc > 2 ? atoi(argv[2]) : 2;
	unsigned int threads = argc > 3 ? atoi(argv[3]) : 4;
	uint64_t seed = argc > 4 ? strtoull(argv[4], NULL, 0) : 0;
	struct vmlab_paging_stats stats;
	unsigned int i, bad = 0;
	struct worker w;
	unsigned long total = 0;
	pthread_mutexattr_t attr;
	pid_t pid[64];
	int status;

	if (!processes || processes > 64 || !threads || threads > THREADS_MAX)
		bail("between 1 and 64 processes and threads");
	psize = page_size();
	fd = dev_open(O_RDWR);
	if (argc > 5 && !strcmp(argv[5], "huge"))
		huge_frames();
	else if (argc > 5)
		use_file(argv[5]);
	if (!seed)
		seed = (uint64_t)time(NULL);
	w = (struct worker){ .rng = seed | 1 };
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		bail("mmap: %s", strerror(errno));
	diag("%u s, %u processes, %u threads each, seed %llu%s", seconds,
	     processes, threads, (unsigned long long)seed,
	     stride > 1 ? ", huge frames" : "");
	/* Without a budget the first touch brings a huge frame. */
	if (stride > 1)
		set_paging(&w, 0);
	else
		change_paging(&w);
	pthread_mutexattr_init(&attr);
	pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
	pthread_mutex_init(&shared->clean_lock, &attr);

	for (i = 0; i < processes; i++) {
		pid[i] = fork();
		if (pid[i] < 0)
			bail("fork: %s", strerror(errno));
		if (!pid[i])
			process(threads, seed + i * 1000);
	}
	msleep(seconds * 1000);
	wait_until(all_seen, NULL);
	atomic_store(&shared->stop, true);
	for (i = 0; i < processes; i++) {
		while (waitpid(pid[i], &status, 0) < 0 && errno == EINTR)
			;
		bad += !WIFEXITED(status) || WEXITSTATUS(status);
	}
	is(bad, 0, "processes that did not end well");

	w.map = map_space(MAP_SHARED);
	for (i = 0; i < PAGES; i++)
		check(w.map, i);
	if (file >= 0)
		check_file();
	for (i = 0; i < NR_OPS; i++) {
		diag("%lu: %s", shared->ops[i], op_names[i]);
		total += shared->ops[i];
	}
	stats = paging_stats();
	diag("evicted %llu, stored %llu, loaded %llu, over budget %llu",
	     (unsigned long long)stats.evicted,
	     (unsigned long long)stats.stored,
	     (unsigned long long)stats.loaded,
	     (unsigned long long)stats.over_budget);
	ok(total > 0 && stats.stored && stats.loaded,
	   "frames were stored and loaded");
	if (stride > 1)
		ok(stats.huge_filled && stats.huge_evicted,
		   "huge frames came and left: %llu, %llu",
		   (unsigned long long)stats.huge_filled,
		   (unsigned long long)stats.huge_evicted);
	is(shared->lost, 0, "lost writes in %lu operations", total);
	is(shared->private_lost, 0, "private copies lost");
	is(shared->undirty, 0, "written pages that the bitmap did not have");
	is(shared->failed, 0, "requests that failed");
	return tap_done();
}
