// SPDX-License-Identifier: GPL-2.0
/* Faults for a long time, to be measured or shown. */
#include <stdio.h>
#include <sys/mman.h>
#include <time.h>

#include "faults/cases/case.h"

/*
 * Until killed, access the first half of the pages all the time, the second half
 * only once.  The CPU does not set the accessed bit again while the translation
 * is in the TLB: unmap so many pages in every round that the kernel flushes it.
 */
void case_heat(void)
{
	char *p = map_anon(pages * page), *scratch = map_anon(64 * page);
	struct timespec nap = { .tv_nsec = 20 * 1000 * 1000 };

	print_address(p);
	touch_write(p, pages, page);
	for (;;) {
		touch_write(p, pages / 2, page);
		touch_write(scratch, 64, page);
		madvise(scratch, 64 * page, MADV_DONTNEED);
		nanosleep(&nap, NULL);
	}
}

/* Fault a hundred times a second until killed. */
void case_loop(void)
{
	char *p = map_anon(pages * page);
	struct timespec nap = { .tv_nsec = 10 * 1000 * 1000 };

	for (;;) {
		touch_write(p, pages, page);
		madvise(p, pages * page, MADV_DONTNEED);
		nanosleep(&nap, NULL);
	}
}

/* Measure the time of a fault: the best of ten rounds. */
void case_timing(void)
{
	char *p = map_anon(pages * page);
	double best = 0;

	for (int i = 0; i < 10; i++) {
		struct timespec begin, end;
		double ns;

		madvise(p, pages * page, MADV_DONTNEED);
		clock_gettime(CLOCK_MONOTONIC, &begin);
		touch_write(p, pages, page);
		clock_gettime(CLOCK_MONOTONIC, &end);
		ns = (double)(end.tv_sec - begin.tv_sec) * 1e9 +
		     (double)(end.tv_nsec - begin.tv_nsec);
		if (!i || ns < best)
			best = ns;
	}
	printf("%.0f ns a fault\n", best / (double)pages);
}
