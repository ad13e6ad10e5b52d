// SPDX-License-Identifier: GPL-2.0
/* Reference strings as real accesses to the pages of a mapping. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/dev.h"
#include "lib/paging.h"
#include "lib/tap.h"
#include "paging/references.h"

static void read_victims(int fd, struct outcome *out)
{
	struct vmlab_event events[64];
	ssize_t n;

	while ((n = read(fd, events, sizeof(events))) > 0) {
		size_t i, nr = (size_t)n / sizeof(*events);

		for (i = 0; i < nr; i++) {
			if (events[i].lost || out->nr == LENGTH_MAX)
				bail("events were lost");
			out->victims[out->nr++] = events[i].pgoff;
		}
	}
	if (errno != EAGAIN)
		bail("read of events: %s", strerror(errno));
}

/* Make the accesses; @copy is what the pages must hold then. */
static bool access_pages(volatile uint64_t *map, uint64_t *copy,
			 const uint64_t *ref, unsigned int nr,
			 unsigned int writes)
{
	const size_t words = page_size() / sizeof(uint64_t);
	bool lost = false;

	for (unsigned int i = 0; i < nr; i++) {
		/* Another word of the page each time. */
		const size_t at = ref[i] * words + i * 37 % words;

		/* The page is mapped after an access: unmap it for a repeat. */
		if (i && ref[i] == ref[i - 1] &&
		    madvise((void *)(map + ref[i] * words), page_size(),
			    MADV_DONTNEED))
			bail("MADV_DONTNEED: %s", strerror(errno));

		if (writes && i % writes == 0) {
			copy[at] = (ref[i] << 32) + i + 1;
			map[at] = copy[at];
		} else if (map[at] != copy[at]) {
			lost = true;
		}
	}
	return lost;
}

void run_references(struct vmlab_paging paging, const uint64_t *ref,
		    unsigned int nr, unsigned int writes, struct outcome *out)
{
	const size_t bytes = PAGES_MAX * page_size();
	int fd = dev_open(O_RDWR | O_NONBLOCK);
	struct vmlab_space_stats stats;
	uint64_t *copy = calloc(1, bytes);
	char *map;

	if (!copy)
		bail("out of memory");
	memset(out, 0, sizeof(*out));
	paging.size = sizeof(paging);
	paging.flags |= VMLAB_PAGING_STEPPING;
	paging_use(fd, &paging);
	if (set_events(fd, 1u << VMLAB_EVENT_EVICT, 2 * LENGTH_MAX))
		bail("EVENTS: %s", strerror(errno));
	map = map_shared(fd, PAGES_MAX);
	out->lost = access_pages((volatile uint64_t *)map, copy, ref, nr,
				 writes);
	stats = space_stats(fd);
	out->filled = stats.filled;
	out->over = stats.frames > paging.budget;
	out->stats = paging_stats(fd);
	read_victims(fd, out);
	/* All words, without a fault for each page that is read in turn. */
	use_paging(fd, .policy = VMLAB_POLICY_FIFO);
	if (memcmp(map, copy, bytes))
		out->lost = true;
	free(copy);
	munmap(map, bytes);
	close(fd);
}

void random_references(uint64_t *ref, unsigned int nr, unsigned int pages)
{
	ref[0] = random() % pages;
	for (unsigned int i = 1; i < nr; i++) {
		/* Half of them lie near the last one, or repeat it: locality. */
		ref[i] = random() % 2 ? (uint64_t)random() % pages :
					(ref[i - 1] + random() % 4) % pages;
	}
}
