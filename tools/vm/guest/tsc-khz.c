// SPDX-License-Identifier: GPL-2.0
/*
 * tsc-khz: print the frequency of this processor's time stamp counter (TSC) in kHz.
 * QEMU's emulated processor has the same.  The frequency is passed to the guest on
 * its command line, because the guest's own calibration is off by up to 3x on a busy
 * host, and its clock would run too fast or too slow from then on.
 */
#include <stdint.h>
#include <stdio.h>
#include <time.h>
#include <x86intrin.h>

enum { TRIES = 1000, MILLISECONDS = 100 };

struct moment {
	uint64_t tsc, ns;
};

/* Read both clocks at one moment: the quickest of many tries was not interrupted. */
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
