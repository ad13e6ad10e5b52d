// SPDX-License-Identifier: GPL-2.0
/* Memory pressure: frames in use get a second chance. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/tap.h"

#define PAGES	64
#define HOT	8

static bool drop_slab(void)
{
	int fd = open("/proc/sys/vm/drop_caches", O_WRONLY);
	bool done = fd >= 0 && write(fd, "2", 1) == 1;

	if (fd >= 0)
		close(fd);
	return done;
}

int main(void)
{
	struct vmlab_paging_stats stats = { .size = sizeof(stats) };
	int fd;
	unsigned long long filled;
	size_t psize = page_size(), i;
	volatile char *p;

	/*
	 * One write to drop_caches scans until little is freed.  With caches
	 * that are empty already that is once.
	 */
	for (i = 0; i < 5; i++)
		drop_slab();
	fd = dev_open(O_RDWR);
	p = map_pages(fd, PAGES, PROT_READ, MAP_SHARED, 0);
	for (i = 0; i < PAGES; i++)
		(void)p[i * psize];
	filled = space_stats(fd).filled;
	is(filled, PAGES, "frames filled");
	for (int round = 0; round < 5; round++) {
		if (!drop_slab()) {
			skip("no drop_caches", "second chance");
			return tap_done();
		}
		for (i = 0; i < HOT; i++)
			(void)p[i * psize];
	}
	/* One round may have scanned twice all the same. */
	ok(space_stats(fd).filled <= filled + HOT,
	   "frames in use are not evicted: %llu faults filled",
	   (unsigned long long)space_stats(fd).filled);
	is(space_stats(fd).frames, HOT, "the others are");
	if (ioctl(fd, VMLAB_IOC_PAGING_STATS, &stats))
		bail("VMLAB_IOC_PAGING_STATS: %s", strerror(errno));
	ok(stats.shrunk >= PAGES - HOT && stats.shrunk <= PAGES,
	   "%llu are counted", (unsigned long long)stats.shrunk);
	close(fd);
	return tap_done();
}
