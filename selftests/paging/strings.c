// SPDX-License-Identifier: GPL-2.0
/*
 * Reference strings as real accesses to the pages of a real mapping: the
 * faults must be the textbook's to the last one, and what was written to a
 * page must be there at its next access, however often it left in between.
 *
 * usage: test-paging-strings [NUMBER-OF-RANDOM-STRINGS]
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/dev.h"
#include "lib/tap.h"
#include "paging/sim.h"

#define PAGES_MAX	32
#define LENGTH_MAX	200

static const char *const names[] = {
	"FIFO", "CLOCK", "LRU", "LFU", "RANDOM", "OPT",
};

/*
 * The faults of a string, or -1 when a page did not hold what was written.
 * The page's number and version fill it, so a mix of two versions shows.
 */
static long run(unsigned int policy, unsigned int frames, const uint64_t *ref,
		unsigned int nr, uint64_t seed, unsigned int writes)
{
	struct vmlab_paging paging = {
		.size = sizeof(paging),
		.flags = VMLAB_PAGING_STEPPING,
		.budget = frames,
		.policy = policy,
		.seed = seed,
		.trace = policy == VMLAB_POLICY_OPT ? (uintptr_t)ref : 0,
		.nr_trace = policy == VMLAB_POLICY_OPT ? nr : 0,
	};
	const size_t words = page_size() / sizeof(uint64_t);
	uint64_t version[PAGES_MAX] = {};
	struct vmlab_space_stats stats;
	volatile uint64_t *map;
	bool lost = false;
	unsigned int i;
	int fd;

	fd = dev_open(O_RDWR);
	if (ioctl(fd, VMLAB_IOC_PAGING_SET, &paging))
		bail("VMLAB_IOC_PAGING_SET: %s", strerror(errno));
	map = mmap(NULL, PAGES_MAX * page_size(), PROT_READ | PROT_WRITE,
		   MAP_SHARED, fd, 0);
	if (map == MAP_FAILED)
		bail("mmap: %s", strerror(errno));

	for (i = 0; i < nr; i++) {
		volatile uint64_t *page = map + ref[i] * words;
		/* Another place of the page each time, and its last word. */
		const size_t at = i * 37 % words;

		if (writes && i % writes == 0) {
			version[ref[i]] = (ref[i] << 32) + i + 1;
			for (size_t w = 0; w < words; w++)
				page[w] = version[ref[i]];
		} else if (page[at] != version[ref[i]] ||
			   page[words - 1] != version[ref[i]]) {
			lost = true;
		}
	}
	stats = space_stats(fd);
	if (stats.frames > frames) {
		diag("%llu frames with a budget of %u",
		     (unsigned long long)stats.frames, frames);
		lost = true;
	}
	munmap((void *)map, PAGES_MAX * page_size());
	close(fd);
	return lost ? -1 : (long)stats.filled;
}

static void textbook(void)
{
	static const uint64_t belady[] = { 1, 2, 3, 4, 1, 2, 5, 1, 2, 3, 4, 5 };
	static const uint64_t galvin[] = {
		7, 0, 1, 2, 0, 3, 0, 4, 2, 3, 0, 3, 2, 1, 2, 0, 1, 7, 0, 1,
	};
	static const struct {
		unsigned int policy, frames, faults, nr;
		const uint64_t *ref;
	} known[] = {
		{ VMLAB_POLICY_FIFO, 3, 9, 12, belady },
		{ VMLAB_POLICY_FIFO, 4, 10, 12, belady },
		{ VMLAB_POLICY_LRU, 3, 10, 12, belady },
		{ VMLAB_POLICY_LRU, 4, 8, 12, belady },
		{ VMLAB_POLICY_OPT, 3, 7, 12, belady },
		{ VMLAB_POLICY_OPT, 4, 6, 12, belady },
		{ VMLAB_POLICY_FIFO, 3, 15, 20, galvin },
		{ VMLAB_POLICY_LRU, 3, 12, 20, galvin },
		{ VMLAB_POLICY_OPT, 3, 9, 20, galvin },
	};
	unsigned int i, writes;

	for (i = 0; i < sizeof(known) / sizeof(*known); i++)
		for (writes = 0; writes < 3; writes++)
			is(run(known[i].policy, known[i].frames, known[i].ref,
			       known[i].nr, 0, writes),
			   known[i].faults, "%s, %u frames, %u references, %s",
			   names[known[i].policy], known[i].frames,
			   known[i].nr,
			   writes == 0 ? "reads" :
			   writes == 1 ? "writes" : "both");
}

static void random_strings(unsigned int nr_strings)
{
	unsigned int agreed[6] = {}, nr[6] = {}, s, i, policy;

	srandom(4);
	for (s = 0; s < nr_strings; s++) {
		unsigned int pages = 2 + random() % (PAGES_MAX - 2);
		unsigned int frames = 1 + random() % 12;
		unsigned int len = 1 + random() % LENGTH_MAX;
		unsigned int writes = random() % 4;
		uint64_t seed = random(), ref[LENGTH_MAX];
		long got, want;

		ref[0] = random() % pages;
		for (i = 1; i < len; i++) {
			/* Half of the time near the last: some locality. */
			do {
				ref[i] = random() % 2 ?
					 (uint64_t)random() % pages :
					 (ref[i - 1] + random() % 4) % pages;
			} while (ref[i] == ref[i - 1]);
		}
		policy = s % 6;
		want = sim_faults(policy, frames, ref, len, seed);
		got = run(policy, frames, ref, len, seed, writes);
		nr[policy]++;
		agreed[policy] += got == want;
		if (got != want)
			diag("string %u: %s, %u frames, %u pages, %u accesses: %ld faults, not %ld",
			     s, names[policy], frames, pages, len, got, want);
	}
	for (policy = 0; policy < 6; policy++)
		is(agreed[policy], nr[policy],
		   "random strings on which %s and the simulation agree",
		   names[policy]);
}

int main(int argc, char **argv)
{
	textbook();
	random_strings(argc > 1 ? atoi(argv[1]) : 1000);
	return tap_done();
}
