// SPDX-License-Identifier: GPL-2.0
/* Memory pressure: the shrinker takes clean frames and no contents are lost. */
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/paging.h"
#include "lib/proc.h"
#include "lib/tap.h"

#define PAGES	64

static size_t psize;

static void pressure(int fd, char *p)
{
	struct vmlab_paging_stats stats;
	int i, wrong = 0;

	for (i = 0; i < PAGES; i++)
		touch(p + i * psize, i % 4 ? TOUCH_READ : TOUCH_WRITE, 's',
		      NULL);
	/* Written, stored, and read again: a clean frame too. */
	range(fd, VMLAB_RANGE_EVICT, 0, 1);
	touch(p, TOUCH_READ, 0, NULL);
	is(space_stats(fd).frames_dirty, PAGES / 4 - 1, "dirty frames");
	/* The first scan only unmaps frames, the second evicts them. */
	for (i = 0; i < 2; i++) {
		if (write_file("/proc/sys/vm/drop_caches", "2", 1)) {
			skip("no drop_caches", "memory pressure");
			return;
		}
	}
	stats = paging_stats(fd);
	is(stats.shrunk, PAGES - PAGES / 4 + 1, "clean frames reclaimed");
	is(space_stats(fd).frames, PAGES / 4 - 1, "dirty frames left");
	for (i = 0; i < PAGES; i++)
		wrong += p[i * psize] != (i % 4 ? 0 : 's');
	is(wrong, 0, "pages lost");
	is(paging_stats(fd).refaults - stats.refaults, stats.shrunk,
	   "refaults of reclaimed pages");
}

int main(void)
{
	int fd = dev_open(O_RDWR);
	char *p;

	psize = page_size();
	p = map_shared(fd, PAGES);
	pressure(fd, p);
	unmap_and_close(fd, p, PAGES);
	return tap_done();
}
