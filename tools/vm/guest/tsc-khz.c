// SPDX-License-Identifier: GPL-2.0
/*
 * tsc-khz: prints how many thousand times a second this processor's time stamp
 * counter counts, which an emulated one does as well.  A guest would find out by
 * itself, but errs by a factor when the host is busy just then, and has a clock
 * that runs too fast or too slow from then on.
 */
#include <stdint.h>
#include <stdio.h>
#include <time.h>
#include <x86intrin.h>

enum { TRIES = 1000, MILLISECONDS = 100 };

struct moment {
	uint64_t tsc, ns;
};

/* Both clocks at once: the try that took least was not interrupted. */
static struct moment now(void)
{
	uint64_t least = UINT64_MAX;
	struct moment best = { 0 };

	for (int i = 0; i < TRIES; i++) {
		uint64_t before = __rdtsc(), after;
		struct timespec ts;

		clock_gettime(CLOCK_MONOTONIC_RAW, &ts);
		after = __rdtsc();
		if (after - before < least) {
			least = after - before;
			best.tsc = before + least / 2;
			best.ns = (uint64_t)ts.tv_sec * 1000000000 +
				  (uint64_t)ts.tv_nsec;
		}
	}
	return best;
}

int main(void)
{
	const struct timespec pause = { .tv_nsec = MILLISECONDS * 1000000L };
	struct moment first = now(), last;

	nanosleep(&pause, NULL);
	last = now();
	printf("%.0f\n", (double)(last.tsc - first.tsc) * 1e6 /
			 (double)(last.ns - first.ns));
	return 0;
}
