/* SPDX-License-Identifier: GPL-2.0 */
/* The parts of test-device-limits. */
#ifndef SELFTESTS_LIMITS_H
#define SELFTESTS_LIMITS_H

#include <stddef.h>

enum { MARGIN = 32 };
enum { SPACES, PAGES, STORE, EVICTED, TRACE, EVENTS, LIMITS };

#define PARAMETERS "/sys/module/vmlab/parameters/"

extern const char *const limit_names[LIMITS];
extern unsigned long saved[LIMITS];	/* the values before the test */
extern size_t psize;			/* bytes of a page */

/* Read and write a limit in /sys/module/vmlab/parameters. */
unsigned long limit(int which);
void set_limit(int which, unsigned long value);

void test_evicted(void);
void test_trace(void);
void test_events(void);
void test_bad_buffer(void);

#endif /* SELFTESTS_LIMITS_H */
