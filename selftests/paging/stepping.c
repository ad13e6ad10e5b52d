// SPDX-License-Identifier: GPL-2.0
/*
 * Stepping mode: the time of a reference string is in proportion to its length,
 * whatever the span of the pages that it refers to.
 */
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/paging.h"
#include "lib/tap.h"

#define REFERENCES	3000
#define NARROW		4096UL		/* pages */
#define WIDE		900000UL
#define BUDGET		64
/* Limit of the ratio of two times; add NOISE_MS to times, in ms, to compare them. */
#define FACTOR		4
#define NOISE_MS	50

static size_t psize;

/*
 * Milliseconds for @nr references over @span pages, or @limit when they take
 * longer: then the rest is left out.  Each reference is to another page than
 * the one before.
 */
static unsigned long long run(size_t span, unsigned int nr, uint64_t budget,
			      unsigned long long limit)
{
	int fd = dev_open(O_RDWR);
	volatile char *p = mmap(NULL, span * psize, PROT_READ | PROT_WRITE,
				MAP_SHARED | MAP_NORESERVE, fd, 0);
	/* By the golden ratio: soon all page tables of the span are there. */
	const size_t stride = span / 1000 * 618 + 1;
	unsigned long long begin = now_ms(), ms = 0;
	size_t page = 0;

	if (p == MAP_FAILED)
		bail("mmap: %s", strerror(errno));
	use_paging(fd, .budget = budget, .policy = VMLAB_POLICY_LRU,
		   .flags = VMLAB_PAGING_STEPPING);
	for (unsigned int i = 0; i < nr && ms < limit; i++) {
		page = (page + stride) % span;
		p[page * psize] = 1;
		if (i % 64 == 0)
			ms = now_ms() - begin;
	}
	ms = now_ms() - begin;
	munmap((void *)p, span * psize);
	close(fd);
	return ms < limit ? ms : limit;
}

static void by_span(uint64_t budget, const char *what)
{
	unsigned long long narrow, wide, limit;

	narrow = run(NARROW, REFERENCES, budget, HANG_MS);
	limit = FACTOR * (narrow + NOISE_MS);
	wide = run(WIDE, REFERENCES, budget, limit);
	diag("%d references, %s: %llu ms over %lu pages, %s%llu ms over %lu",
	     REFERENCES, what, narrow, NARROW, wide == limit ? "above " : "",
	     wide, WIDE);
	ok(wide < limit, "the time does not depend on the span, %s", what);
}

static void by_length(void)
{
	unsigned long long once, four_times, limit;

	once = run(WIDE, REFERENCES / 4, BUDGET, HANG_MS);
	limit = 4 * 2 * (once + NOISE_MS);
	four_times = run(WIDE, REFERENCES, BUDGET, limit);
	diag("%llu ms for %d references, %llu ms for %d", once, REFERENCES / 4,
	     four_times, REFERENCES);
	ok(four_times < limit, "the time is in proportion to the length");
}

int main(void)
{
	psize = page_size();
	by_span(BUDGET, "a budget");
	by_span(0, "no budget");
	by_length();
	return tap_done();
}
