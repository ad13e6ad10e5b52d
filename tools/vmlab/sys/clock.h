/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VMLAB_CLOCK_H
#define VMLAB_CLOCK_H

#include <time.h>

/** clock_seconds - read a clock, such as CLOCK_MONOTONIC, in seconds */
static inline double clock_seconds(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/** clock_now - read CLOCK_MONOTONIC, in seconds */
static inline double clock_now(void)
{
	return clock_seconds(CLOCK_MONOTONIC);
}

/** clock_timespec - convert seconds, 0 or more */
static inline struct timespec clock_timespec(double seconds)
{
	time_t whole = (time_t)seconds;

	return (struct timespec){
		.tv_sec = whole,
		.tv_nsec = (long)((seconds - (double)whole) * 1e9),
	};
}

#endif /* VMLAB_CLOCK_H */
