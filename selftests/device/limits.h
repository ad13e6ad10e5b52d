/* SPDX-License-Identifier: GPL-2.0 */
/* Limits per user: the parameters of the module, and users that come near them. */
#ifndef SELFTESTS_DEVICE_LIMITS_H
#define SELFTESTS_DEVICE_LIMITS_H

#define PARAMETERS	"/sys/module/vmlab/parameters/"

enum { SPACES, PAGES, STORE, EVICTED, TRACE, EVENTS, LIMITS };

/* What a user can get less than a limit allows: charges are per-CPU. */
enum { MARGIN = 32 };

/* These end the test on failure. */
const char *limit_name(int which);
unsigned long limit(int which);
void set_limit(int which, unsigned long value);

/* For a child: the result is one of users.h. */
int user_random(void *arg);
int user_evicted(void *arg);

#endif /* SELFTESTS_DEVICE_LIMITS_H */
