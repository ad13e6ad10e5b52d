// SPDX-License-Identifier: GPL-2.0
/* Frames behind pages, and the page cache behind files. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "labs/frames.h"
#include "labs/memory.h"

void lab_drain(struct lab_run *run)
{
	size_t page = lab_machine(run)->page;
	char *other = lab_map(run, page, PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	*other = 1;
	/* madvise_cold() calls lru_add_drain() first. */
	madvise(other, page, MADV_COLD);
	munmap(other, page);
}

void lab_frames(struct lab_run *run, pid_t pid, const void *start, size_t nr,
		struct vmlab_page *pages)
{
	size_t page = lab_machine(run)->page;

	memset(pages, 0, nr * sizeof(*pages));
	for (size_t i = 0; i < nr; i++)
		lab_page(run, pid, (const char *)start + i * page, &pages[i]);
}

uint64_t lab_frames_same(const struct vmlab_page *a, const struct vmlab_page *b,
			 size_t nr)
{
	uint64_t same = 0;

	for (size_t i = 0; i < nr; i++)
		same += a[i].pfn && a[i].pfn == b[i].pfn;
	return same;
}

uint64_t lab_frames_flags(const struct vmlab_page *pages, size_t nr,
			  uint64_t flags)
{
	uint64_t found = 0;

	for (size_t i = 0; i < nr; i++)
		found += (pages[i].entry_flags & flags) == flags;
	return found;
}

uint64_t lab_windows(const struct lab_run *run, uint64_t pages)
{
	const struct lab_machine *m = lab_machine(run);
	uint64_t window = m->fault_around / m->page;

	return (pages + window - 1) / window;
}

uint64_t lab_cached(struct lab_run *run, void *file, size_t length)
{
	size_t nr = length / lab_machine(run)->page;
	unsigned char *in_core = calloc(nr, 1);
	uint64_t found = 0;

	if (!in_core || mincore(file, length, in_core))
		lab_fail(run, "mincore of %zu bytes: %s", length,
			 strerror(errno));
	for (size_t i = 0; i < nr; i++)
		found += in_core[i] & 1;
	free(in_core);
	return found;
}
