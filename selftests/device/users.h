/* SPDX-License-Identifier: GPL-2.0 */
/* Tests that run as another user, and what their processes return. */
#ifndef SELFTESTS_DEVICE_USERS_H
#define SELFTESTS_DEVICE_USERS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum { USER = 4242, OTHER = 4243 };	/* uids */

/* Children return what went wrong. */
enum { GOOD, NOT_USER, REFUSED, ALLOWED, WRONG_ERRNO, NOT_FREED, NO_NS };

/* Run @fn in a child; test that it returns GOOD, or skip the test for NO_NS. */
void expect_good(int (*fn)(void *arg), void *arg, const char *what);

/* Become a user without privileges. */
bool become(uid_t uid);

/* Keep only these of the capabilities; 0, or -1 with errno. */
int capset_to(uint64_t caps);

#endif /* SELFTESTS_DEVICE_USERS_H */
