// SPDX-License-Identifier: GPL-2.0
/*
 * VMAs that were split merge again, and the statistics of VMAs follow: after
 * mprotect(2), mremap(2), remap_file_pages(2), munmap(2) and fork(2).
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/page.h"
#include "lib/proc.h"
#include "lib/tap.h"

#define PAGES	1000
#define RW	(PROT_READ | PROT_WRITE)

#ifndef MREMAP_DONTUNMAP
#define MREMAP_DONTUNMAP	4
#endif

static size_t maps_of_device(void)
{
	char *maps = slurp("/proc/self/maps"), *rest = maps, *line;
	size_t nr = 0;

	while ((line = next_line(&rest)))
		nr += !!strstr(line, VMLAB_DEVICE);
	free(maps);
	return nr;
}

static void has_vmas(int fd, size_t nr, const char *when)
{
	struct vmlab_space_stats stats = space_stats(fd);

	is(maps_of_device(), nr, "%s: VMAs by maps", when);
	is(stats.vmas, nr, "%s: VMAs by the statistics", when);
	is(stats.vma_open - stats.vma_close, nr,
	   "%s: VMAs opened less those closed", when);
}

static void protect_each(char *p, int prot)
{
	for (size_t i = 0; i < PAGES; i += 2)
		if (mprotect(p + i * page, page, prot))
			bail("mprotect: %s", strerror(errno));
}

static int child_counts(void *arg)
{
	int fd = *(int *)arg;

	/* Both processes map it. */
	return space_stats(fd).vmas == 2 * maps_of_device() ? 0 : 1;
}

static void protect_and_merge(int map, const char *kind)
{
	int fd = dev_open(O_RDWR);
	char *p = map_pages(fd, PAGES, RW, map, 0);
	uint64_t closed;

	has_vmas(fd, 1, kind);
	protect_each(p, PROT_READ);
	has_vmas(fd, PAGES, "each second page protected");
	is(reap(spawn(child_counts, &fd)), 0, "VMAs of a child are counted");
	has_vmas(fd, PAGES, "after the exit of the child");
	protect_each(p, RW);
	has_vmas(fd, 1, "protected as before");

	for (size_t i = 0; i < PAGES; i++)
		if (mprotect(p + i * page, page, PROT_NONE))
			bail("mprotect: %s", strerror(errno));
	has_vmas(fd, 1, "page by page to another protection");
	if (mprotect(p, PAGES * page, RW))
		bail("mprotect: %s", strerror(errno));
	munmap(p + page, page);
	has_vmas(fd, 2, "a hole");
	munmap(p, PAGES * page);
	has_vmas(fd, 0, "unmapped");
	closed = space_stats(fd).vma_close;
	ok(closed > 0 && closed == space_stats(fd).vma_open,
	   "VMAs opened and closed");
	close(fd);
}

static void dont_unmap(void)
{
	int fd = dev_open(O_RDWR);
	char *p = map_shared(fd, 4), *q;
	uint64_t moved = space_stats(fd).vma_mremap;

	memset(p, 'm', 4 * page);
	q = mremap(p, 4 * page, 4 * page, MREMAP_MAYMOVE | MREMAP_DONTUNMAP,
		   NULL);
	if (q == MAP_FAILED && errno == EINVAL) {
		skip("no MREMAP_DONTUNMAP of file mappings",
		     "MREMAP_DONTUNMAP");
		unmap_and_close(fd, p, 4);
		return;
	}
	ok(q != MAP_FAILED, "MREMAP_DONTUNMAP");
	has_vmas(fd, 2, "MREMAP_DONTUNMAP");
	is(space_stats(fd).vma_mremap - moved, 1, "VMAs moved");
	ok(p[0] == 'm' && q[0] == 'm', "both mappings have the contents");
	p[page] = 'n';
	is(q[page], 'n', "they share frames");
	is(space_stats(fd).frames, 4, "frames");
	munmap(p, 4 * page);
	unmap_and_close(fd, q, 4);
}

static void remap_pages(void)
{
	int fd = dev_open(O_RDWR);
	char *p = map_shared(fd, 4);

	for (int i = 0; i < 4; i++)
		p[i * page] = (char)('a' + i);
	/* Emulated: the first page of the mapping shows the last of the space. */
	works(remap_file_pages(p, page, 0, 3, 0), "remap_file_pages");
	is(p[0], 'd', "the page that was remapped");
	is(p[page], 'b', "its neighbour");
	p[0] = 'e';
	is(p[3 * page], 'e', "both addresses have one frame");
	has_vmas(fd, 2, "remap_file_pages");
	is(space_stats(fd).frames, 4, "frames");
	works(remap_file_pages(p, page, 0, 0, 0), "and back");
	is(p[0], 'a', "the page then");
	has_vmas(fd, 1, "remapped as before");
	unmap_and_close(fd, p, 4);
}

int main(void)
{
	protect_and_merge(MAP_SHARED, "shared");
	protect_and_merge(MAP_PRIVATE, "private");
	dont_unmap();
	remap_pages();
	return tap_done();
}
