/* SPDX-License-Identifier: GPL-2.0 */
/* Differences found while two descriptions of the same thing are compared. */
#ifndef SELFTESTS_DIFFERENCES_H
#define SELFTESTS_DIFFERENCES_H

#include <stdbool.h>

/* Count a difference, and print the first few of a comparison as diagnostics. */
void differs(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Count without printing: the comparison will be repeated. */
void differences_quiet(bool quiet);

/* Begin a new comparison. */
void differences_reset(void);

/* Number since the last reset. */
unsigned int differences(void);

#endif /* SELFTESTS_DIFFERENCES_H */
