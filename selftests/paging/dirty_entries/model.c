// SPDX-License-Identifier: GPL-2.0
/*
 * Random operations of one task, compared with a model: the bitmap is exact and the
 * contents are those of the last write.
 */
#include "dirty_entries.h"

#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/page.h"
#include "lib/paging.h"
#include "lib/random.h"
#include "lib/tap.h"

enum { OPERATIONS = 3000, MAPPINGS = 3 };

struct model {
	int fd;
	uint64_t rng;
	char *map[MAPPINGS];		/* of all pages */
	uint64_t value[NR];		/* written last, at a page's start */
	uint64_t dirty;
	uint64_t version;
	unsigned int wrong_bits;
	unsigned int wrong_contents;
};

/* A write in a child; its mapping is one of the parent's. */
struct child_write {
	char *p;
	uint64_t value;
};

static int child_write(void *arg)
{
	struct child_write *w = arg;

	*(uint64_t *)w->p = w->value;
	return 0;
}

static uint64_t pick(struct model *m, uint64_t below)
{
	return random_below(&m->rng, below);
}

static void write_one(struct model *m, bool in_child)
{
	size_t n = pick(m, NR);
	struct child_write w = {
		m->map[pick(m, MAPPINGS)] + n * page, ++m->version,
	};

	if (in_child)
		reap(spawn(child_write, &w));
	else
		child_write(&w);
	m->value[n] = w.value;
	m->dirty |= (uint64_t)1 << n;
}

static void read_one(struct model *m)
{
	size_t n = pick(m, NR);
	const char *p = m->map[pick(m, MAPPINGS)] + n * page;

	m->wrong_contents += *(const uint64_t *)p != m->value[n];
}

static void ask(struct model *m)
{
	static const uint32_t flags[] = { 0, VMLAB_DIRTY_CLEAR, TAKE, TAKE };
	uint32_t flag = flags[pick(m, 4)];
	size_t first = pick(m, NR), nr = 1 + pick(m, NR - first);
	uint64_t mask = (nr == 64 ? 0 : (uint64_t)1 << nr) - 1, bitmap;

	get_dirty(m->fd, flag, first, nr, &bitmap);
	if (bitmap != (m->dirty >> first & mask)) {
		if (!m->wrong_bits++)
			diag("flags %x, pages %zu+%zu: %llx instead of %llx", flag,
			     first, nr, (unsigned long long)bitmap,
			     (unsigned long long)(m->dirty >> first & mask));
	}
	if (flag)
		m->dirty &= ~(mask << first);
}

static void remap(struct model *m)
{
	char **p = &m->map[pick(m, MAPPINGS)];

	switch (pick(m, 4)) {
	case 0:
		munmap(*p, NR * page);
		*p = map_shared(m->fd, NR);
		break;
	case 1: {
		char *to = mmap(NULL, NR * page, PROT_NONE,
				MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		*p = mremap(*p, NR * page, NR * page,
			    MREMAP_MAYMOVE | MREMAP_FIXED, to);
		break;
	}
	case 2:
		mprotect(*p, NR * page, PROT_READ);
		read_one(m);
		mprotect(*p, NR * page, PROT_READ | PROT_WRITE);
		break;
	default:
		madvise(*p + pick(m, NR) * page, page, MADV_DONTNEED);
	}
}

static void change_frames(struct model *m)
{
	size_t n = pick(m, NR);

	if (pick(m, 4)) {
		range(m->fd, VMLAB_RANGE_EVICT, n, 1 + pick(m, NR - n));
	} else {
		range(m->fd, VMLAB_RANGE_DROP, n, 1);
		m->value[n] = 0;
		m->dirty &= ~((uint64_t)1 << n);
	}
}

static void run(const char *what, uint64_t seed, uint64_t budget)
{
	struct model m = { .fd = dev_open(O_RDWR), .rng = random_state(seed, 0) };

	for (int i = 0; i < MAPPINGS; i++)
		m.map[i] = map_shared(m.fd, NR);
	if (budget)
		use_paging(m.fd, .budget = budget, .policy = VMLAB_POLICY_CLOCK);
	for (int i = 0; i < OPERATIONS; i++) {
		uint64_t what_next = pick(&m, 100);

		if (what_next < 45)
			write_one(&m, false);
		else if (what_next < 65)
			read_one(&m);
		else if (what_next < 85)
			ask(&m);
		else if (what_next < 91)
			remap(&m);
		else if (what_next < 99)
			change_frames(&m);
		else
			write_one(&m, true);
	}
	is(m.wrong_bits, 0, "%s: bitmaps that differ from the model", what);
	is(m.wrong_contents, 0, "%s: reads that differ from the model", what);
	for (int i = 0; i < MAPPINGS; i++)
		munmap(m.map[i], NR * page);
	close(m.fd);
}

void test_model(void)
{
	run("random operations", 1, 0);
	run("random operations, 10 frames", 2, 10);
	run("random operations, 40 frames", 3, 40);
}
