// SPDX-License-Identifier: GPL-2.0
/* The tree of a process that changes all the time. */
#include <stdlib.h>
#include <sys/mman.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/differences.h"
#include "lib/page.h"
#include "lib/tap.h"
#include "inspect/tree/tree.h"
#include "inspect/tree_order.h"

/* At least LIVE_MS; on a slow machine until enough was seen. */
enum { LIVE_MS = 3000, LIVE_MAX_MS = 60000 };

/* Map and unmap pages all over a region until killed. */
static int mutator(void *arg)
{
	enum { PAGES = 3000 };
	unsigned int seed = 1;
	char *region = mmap(NULL, PAGES * page, PROT_NONE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	(void)arg;
	for (;;) {
		size_t i = (size_t)rand_r(&seed) % PAGES;
		size_t len = 1 + (size_t)rand_r(&seed) % 8;
		int prot = rand_r(&seed) % 2 ? PROT_READ : PROT_NONE;

		if (i + len > PAGES)
			continue;
		/* Now and then merge the gaps. */
		if (!(rand_r(&seed) % 2000))
			munmap(region, PAGES * page);
		if (rand_r(&seed) % 3)
			(void)mmap(region + i * page, len * page, prot,
				   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
				   0);
		else
			munmap(region + i * page, len * page);
	}
	return 0;
}

/* This holds also when the process changes between calls. */
static bool in_order(const struct dump *d)
{
	struct tree_order order;
	const char *wrong = NULL;

	tree_order_start(&order);
	for (size_t n = 0; n < d->nr && !wrong; n++) {
		wrong = tree_order_next(&order, &d->item[n]);
		if (wrong)
			diag("item %zu: %s", n, wrong);
	}
	return !wrong && !tree_order_end(&order);
}

void test_live(void)
{
	unsigned long dumps = 0, failed = 0, torn = 0, whole = 0, cut = 0;
	unsigned long long start = now_ms();
	pid_t pid = spawn(mutator, NULL);
	struct dump d;

	msleep(200);
	differences_reset();
	for (; now_ms() < start + (dumps < 2 || !cut ? LIVE_MAX_MS : LIVE_MS);
	     dumps++) {
		uint32_t batch = dumps % 2 ? 4096 : VMLAB_TREE_NR_MIN;

		if (dump_tree(pid, batch, &d)) {
			failed++;
			continue;
		}
		torn += !in_order(&d);
		if (d.changed) {
			cut++;
		} else {
			whole++;
			check_shape(&d);
		}
		free(d.item);
	}
	kill_and_reap(pid);
	diag("%lu dumps: %lu without a change, %lu with changes", dumps, whole, cut);
	ok(dumps > 1, "dumps of a process that changes");
	is(failed, 0, "live: none failed");
	is(torn, 0, "live: each is in order, parents cover their children");
	is(differences(), 0, "live: dumps without a change are whole trees");
	ok(cut, "live: changes between calls are reported");
}
