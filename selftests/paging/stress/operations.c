// SPDX-License-Identifier: GPL-2.0
/* The stress test of paging: what a thread does, by chance. */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/dev.h"
#include "lib/paging.h"
#include "lib/random.h"
#include "lib/tap.h"
#include "paging/stress/stress.h"

unsigned int draw(struct worker *w, unsigned int below)
{
	return random_below(&w->rng, below);
}

/* Apply @op to @nr tested pages from @first on; returns the busy ones. */
static uint64_t range_op(unsigned int op, unsigned int first, unsigned int nr)
{
	struct vmlab_range r;

	if (first + nr > PAGES)
		nr = PAGES - first;
	/* The budget may have no room for another locked frame. */
	if (try_range(space, op, first * stride, nr * stride, &r) &&
	    !(op == VMLAB_RANGE_LOCK && errno == ENOMEM))
		count_failure("RANGE");
	return r.busy;
}

static void clear_dirty(size_t first, size_t nr, uint64_t *bits,
			uint64_t *nr_dirty)
{
	struct vmlab_dirty d = {
		.size = sizeof(d), .flags = VMLAB_DIRTY_CLEAR,
		.start = first * psize, .end = (first + nr) * psize,
		.bitmap = (uintptr_t)bits,
	};

	if (ioctl(space, VMLAB_IOC_DIRTY, &d))
		count_failure("DIRTY");
	*nr_dirty = d.nr_dirty;
}

/* A page that was written is in the next bitmap. */
static void clean(struct worker *w, unsigned int p)
{
	uint64_t bits[(PAGES * HUGE_STRIDE + 63) / 64] = { 0 }, nr_dirty;

	if (draw(w, 2)) {
		pthread_mutex_lock(&shared->clean_lock);
		clear_dirty(0, PAGES * stride, bits, &nr_dirty);
		pthread_mutex_unlock(&shared->clean_lock);
		return;
	}
	/* No other thread clears it between the write and the request. */
	pthread_mutex_lock(&shared->clean_lock);
	write_page(w->map, p);
	clear_dirty(p * stride, 1, bits, &nr_dirty);
	pthread_mutex_unlock(&shared->clean_lock);
	if (nr_dirty != 1 || bits[0] != 1)
		atomic_fetch_add(&shared->undirty, 1);
	check_page(w->map, p);
}

static void fork_and_check(struct worker *w, unsigned int unused)
{
	pid_t pid = fork();
	unsigned int i;

	(void)unused;
	if (pid < 0) {
		count_failure("fork");
	} else if (!pid) {
		for (i = 0; i < 8; i++) {
			unsigned int p = draw(w, PAGES);

			lock_page(p);
			if (draw(w, 2))
				write_page(w->map, p);
			check_page(w->map, p);
			unlock_page(p);
		}
		_exit(0);
	} else {
		while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
}

static void remap(struct worker *w, unsigned int unused)
{
	(void)unused;
	munmap(w->map, map_bytes());
	w->map = map_space(MAP_SHARED);
}

static void move(struct worker *w, unsigned int unused)
{
	const size_t len = map_bytes();
	char *to = mmap(NULL, len, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			0);

	(void)unused;
	if (to == MAP_FAILED ||
	    mremap(w->map, len, len,
		   MREMAP_MAYMOVE | MREMAP_FIXED, to) != to)
		bail("mremap: %s", strerror(errno));
	w->map = to;
}

void set_budget(struct worker *w, uint64_t budget)
{
	bool stepping = budget && !draw(w, 8);
	int ret = set_paging(space, .budget = budget,
			     .policy = draw(w, VMLAB_POLICY_OPT),
			     .flags = stepping ? VMLAB_PAGING_STEPPING : 0,
			     .seed = draw(w, 100));

	if (ret)
		count_failure("PAGING_SET");
}

void change_paging(struct worker *w)
{
	set_budget(w, draw(w, 8) ? (2 + draw(w, PAGES)) * stride : 0);
}

/* A private copy belongs to the process: no eviction changes it. */
static void private_copy(struct worker *w, unsigned int p)
{
	char *map = map_space(MAP_PRIVATE);
	uint64_t value = ~content(p, w->rng);

	if (!page_holds(map, p, shared->page[p].version))
		atomic_fetch_add(&shared->lost, 1);
	*word(map, p, 0) = value;
	range_op(VMLAB_RANGE_EVICT, p, 1);
	if (*word(map, p, 0) != value ||
	    *word(map, p, 1) != content(p, shared->page[p].version))
		atomic_fetch_add(&shared->private_lost, 1);
	munmap(map, map_bytes());
	check_page(w->map, p);
}

/* Split, close and open VMAs. */
static void unmap_half(struct worker *w, unsigned int unused)
{
	const size_t half = PAGES / 2 * stride * psize;

	(void)unused;
	munmap(w->map, half);
	munmap(w->map + half, half);
	w->map = map_space(MAP_SHARED);
}

/*
 * Drop a page, or all pages when frames are huge, so that new huge frames can
 * be filled.  A busy page may keep its contents.
 */
static void drop(struct worker *w, unsigned int first)
{
	unsigned int p, nr = 1;
	uint64_t busy;

	/* The page would return to the version that the file has. */
	if (file >= 0)
		return;
	if (stride > 1) {
		first = 0;
		nr = PAGES;
		range_op(VMLAB_RANGE_UNLOCK, first, nr);
	}
	for (p = first; p < first + nr; p++)
		lock_page(p);
	busy = range_op(VMLAB_RANGE_DROP, first, nr);
	if (stride > 1) {
		/* A new VMA has no tables yet that map single pages. */
		set_budget(w, 0);
		munmap(w->map, map_bytes());
		w->map = map_space(MAP_SHARED);
	}
	for (p = first; p < first + nr; p++) {
		if (!busy || page_holds(w->map, p, 0))
			shared->page[p].version = 0;
		check_page(w->map, p);
		unlock_page(p);
	}
}

static void write_op(struct worker *w, unsigned int p)
{
	write_page(w->map, p);
}

static void check_op(struct worker *w, unsigned int p)
{
	check_page(w->map, p);
}

static void write_pinned_op(struct worker *w, unsigned int p)
{
	write_page_pinned(w->map, p);
}

static void evict_op(struct worker *w, unsigned int p)
{
	range_op(VMLAB_RANGE_EVICT, p, 1 + draw(w, 8));
}

static void prefetch_op(struct worker *w, unsigned int p)
{
	range_op(VMLAB_RANGE_PREFETCH, p, 1 + draw(w, 8));
}

static void lock_op(struct worker *w, unsigned int p)
{
	range_op(draw(w, 3) ? VMLAB_RANGE_UNLOCK : VMLAB_RANGE_LOCK, p,
		 1 + draw(w, 4));
}

static void paging_op(struct worker *w, unsigned int unused)
{
	(void)unused;
	change_paging(w);
}

static void sync_op(struct worker *w, unsigned int unused)
{
	(void)w;
	(void)unused;
	if (fsync(space))
		count_failure("fsync");
}

static const struct {
	unsigned short share;	/* how often of 1024 */
	bool locks_page;	/* runs under the lock of its page */
	void (*run)(struct worker *w, unsigned int p);
} ops[NR_OPS] = {
	[OP_WRITE] = { 330, true, write_op },
	[OP_CHECK] = { 326, true, check_op },
	[OP_WRITE_PINNED] = { 40, true, write_pinned_op },
	[OP_EVICT] = { 100, false, evict_op },
	[OP_CLEAN] = { 40, true, clean },
	[OP_FORK] = { 4, false, fork_and_check },
	[OP_REMAP] = { 20, false, remap },
	[OP_MOVE] = { 20, false, move },
	[OP_PAGING] = { 10, false, paging_op },
	[OP_PREFETCH] = { 50, false, prefetch_op },
	[OP_LOCK] = { 30, false, lock_op },
	[OP_PRIVATE] = { 20, true, private_copy },
	[OP_HALF] = { 20, false, unmap_half },
	[OP_SYNC] = { 10, false, sync_op },
	[OP_DROP] = { 4, false, drop },
};

const char *const op_names[NR_OPS] = {
	"write", "check", "write by process_vm_writev", "evict", "clean",
	"fork", "remap", "mremap", "budget or policy", "prefetch", "lock",
	"private copy", "munmap half", "fsync", "drop",
};

void do_random_op(struct worker *w)
{
	unsigned int share = draw(w, 1024), p;
	enum op op = OP_WRITE;

	while (share >= ops[op].share)
		share -= ops[op++].share;
	p = draw(w, PAGES);
	if (ops[op].locks_page)
		lock_page(p);
	ops[op].run(w, p);
	if (ops[op].locks_page)
		unlock_page(p);
	atomic_fetch_add(&shared->ops[op], 1);
}
