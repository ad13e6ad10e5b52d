// SPDX-License-Identifier: GPL-2.0
/* Contents: the clone has what the source had, and writes stay on their side. */
#include <fcntl.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/dev.h"
#include "lib/page.h"
#include "lib/paging.h"
#include "lib/tap.h"
#include "paging/clone/clone.h"

/* Pages of each kind.  The words of the first three kinds are 1000 + their number. */
enum {
	DIRTY = 0,	/* resident and written */
	EVICTED = 8,	/* in the swap store alone */
	LOADED = 12,	/* resident and in the swap store */
	READ = 16,	/* resident, never written */
	DROPPED = 20,	/* written, dropped */
	NEVER = 24,	/* never accessed */
};

/* A space that has pages of each kind. */
static struct mapped each_kind(void)
{
	struct mapped m = map_space(dev_open(O_RDWR));

	for (size_t i = DIRTY; i < READ; i++)
		set_word(&m, i, 1000 + i);
	range(m.fd, VMLAB_RANGE_EVICT, EVICTED, READ - EVICTED);
	for (size_t i = LOADED; i < DROPPED; i++)
		(void)word(&m, i);
	for (size_t i = DROPPED; i < NEVER; i++)
		set_word(&m, i, 1000 + i);
	range(m.fd, VMLAB_RANGE_DROP, DROPPED, NEVER - DROPPED);
	return m;
}

static bool each_kind_is(const struct mapped *m)
{
	bool good = all_are(m, DIRTY, READ, 1000);

	for (size_t i = READ; i < PAGES; i++)
		good = good && !word(m, i);
	return good;
}

/* Write to @first, then to @second: each sees its own words alone. */
static void write_both(const struct mapped *first, const struct mapped *second,
		       const char *what)
{
	set_all(first, 2000);
	ok(each_kind_is(second), "%s: writes to the first are not in the second",
	   what);
	set_all(second, 3000);
	ok(all_are(first, 0, PAGES, 2000),
	   "%s: writes to the second are not in the first", what);
	ok(all_are(second, 0, PAGES, 3000), "%s: the second has its own", what);
}

static void evict_all(const struct mapped *m)
{
	is(range(m->fd, VMLAB_RANGE_EVICT, 0, PAGES).busy, 0,
	   "no page is busy");
}

void contents_of_each_kind(void)
{
	for (int round = 0; round < 6; round++) {
		struct mapped source = each_kind(), clone = map_clone(&source);

		switch (round) {
		case 0:
			ok(each_kind_is(&clone), "the clone has the contents");
			ok(each_kind_is(&source), "and so has the source");
			write_both(&source, &clone, "source first");
			break;
		case 1:
			write_both(&clone, &source, "clone first");
			break;
		case 2:
			evict_all(&source);
			write_both(&source, &clone, "source evicted");
			break;
		case 3:
			evict_all(&clone);
			write_both(&source, &clone, "clone evicted");
			break;
		case 4:
			evict_all(&source);
			evict_all(&clone);
			ok(each_kind_is(&clone), "both evicted: the clone");
			write_both(&clone, &source, "both evicted");
			break;
		case 5:
			ok(each_kind_is(&clone) && each_kind_is(&source),
			   "both read");
			evict_all(&clone);
			write_both(&clone, &source, "mapped, clone evicted");
			break;
		}
		unmap_space(&source);
		unmap_space(&clone);
	}
}

/* Write, clone, and write on both sides while all pages pass through few frames. */
static void contents_under(uint32_t policy, const char *name, uint64_t budget)
{
	struct mapped source = map_space(dev_open(O_RDWR)), clone;
	bool good = true;

	use_paging(source.fd, .budget = budget, .policy = policy, .seed = 1);
	set_all(&source, 1);
	for (uint64_t round = 1; good && round <= 4; round++) {
		clone = map_clone(&source);
		good = all_are(&clone, 0, PAGES, round);
		for (size_t i = 0; i < PAGES; i++) {
			if (i % 2)
				set_word(&source, i, round + 1 + i);
			set_word(&clone, i, 100 * round + i);
			if (!(i % 2))
				set_word(&source, i, round + 1 + i);
		}
		good = good && all_are(&source, 0, PAGES, round + 1) &&
		       all_are(&clone, 0, PAGES, 100 * round);
		good = good && space_stats(source.fd).frames <= budget &&
		       space_stats(clone.fd).frames <= budget;
		unmap_space(&clone);
	}
	ok(good, "%s, budget %llu: contents and frames", name,
	   (unsigned long long)budget);
	is(paging_stats(source.fd).charged, space_stats(source.fd).frames,
	   "%s: frames charged", name);
	unmap_space(&source);
}

void contents_under_budgets(void)
{
	for (size_t i = 0; i < NR_BUDGET_POLICIES; i++) {
		contents_under(budget_policies[i].policy,
			       budget_policies[i].name, 1);
		contents_under(budget_policies[i].policy,
			       budget_policies[i].name, 3);
		contents_under(budget_policies[i].policy,
			       budget_policies[i].name, PAGES / 2);
	}
}

/* Each clone is that of the one before, which writes afterwards. */
void chain_of_clones(void)
{
	enum { LENGTH = 20 };
	struct mapped m[LENGTH];
	bool good = true;

	m[0] = map_space(dev_open(O_RDWR));
	set_all(&m[0], 0);
	for (uint64_t k = 1; k < LENGTH; k++) {
		m[k] = map_clone(&m[k - 1]);
		/* Page k - 1 of each space tells it from the others. */
		set_word(&m[k - 1], k - 1, 5000 + k);
	}
	for (uint64_t k = 0; k < LENGTH; k++) {
		for (size_t i = 0; i < PAGES; i++) {
			uint64_t want = i == k && k < LENGTH - 1 ?
					5001 + k : i;

			good = good && word(&m[k], i) == want;
		}
	}
	ok(good, "a chain of %d clones: contents", LENGTH);
	for (uint64_t k = 0; k < LENGTH - 1; k++)
		unmap_space(&m[k]);
	ok(all_are(&m[LENGTH - 1], 0, PAGES, 0),
	   "the last clone, when all others are closed");
	set_all(&m[LENGTH - 1], 7);
	is(space_stats(m[LENGTH - 1].fd).unshared, 0, "it needs no copy");
	unmap_space(&m[LENGTH - 1]);

	/* As a process that forks and exits, again and again. */
	m[0] = map_space(dev_open(O_RDWR));
	set_all(&m[0], 40);
	for (uint64_t k = 0; k < 100; k++) {
		m[1] = map_clone(&m[0]);
		unmap_space(&m[0]);
		m[0] = m[1];
		set_word(&m[0], k % PAGES, 40 + k % PAGES);
	}
	ok(all_are(&m[0], 0, PAGES, 40), "a clone of a clone, 100 times");
	is(space_stats(m[0].fd).frames, PAGES, "its frames");
	unmap_space(&m[0]);
}

void many_clones(void)
{
	enum { CLONES = 100 };
	unsigned long long before = module_frames();
	struct mapped source = map_space(dev_open(O_RDWR)), m[CLONES];
	bool good = true;

	set_all(&source, 60);
	for (size_t k = 0; k < CLONES; k++)
		m[k] = map_clone(&source);
	is(space_stats(source.fd).frames_shared, PAGES, "shared by all");
	for (size_t k = 0; k < CLONES; k++)
		set_word(&m[k], k % PAGES, 9000 + k);
	set_all(&source, 70);
	for (size_t k = 0; k < CLONES; k++) {
		good = good && all_are(&m[k], 0, k % PAGES, 60) &&
		       word(&m[k], k % PAGES) == 9000 + k &&
		       all_are(&m[k], k % PAGES + 1, PAGES, 60) &&
		       space_stats(m[k].fd).unshared == 1;
	}
	ok(good, "%d clones: contents", CLONES);
	ok(all_are(&source, 0, PAGES, 70), "the source");
	is(space_stats(source.fd).unshared, PAGES, "frames copied by the source");
	is(module_frames() - before, (CLONES + 1) * PAGES, "frames in all");
	for (size_t k = 0; k < CLONES; k++)
		unmap_space(&m[k]);
	unmap_space(&source);
	is(module_frames(), before, "no frame is left");
}
