/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Test Anything Protocol: a line for each test point, and the plan at the end,
 * so that a program that dies has no plan and does not pass.
 */
#ifndef SELFTESTS_TAP_H
#define SELFTESTS_TAP_H

#include <errno.h>
#include <stdbool.h>

#define TAP_PRINTF(fmt, args)	__attribute__((format(printf, fmt, args)))

bool tap_ok(const char *file, int line, bool pass, const char *fmt, ...)
	TAP_PRINTF(4, 5);
bool tap_is(const char *file, int line, unsigned long long got,
	    unsigned long long want, const char *fmt, ...) TAP_PRINTF(5, 6);
bool tap_fails(const char *file, int line, long ret, int err, int want,
	       const char *fmt, ...) TAP_PRINTF(6, 7);
bool tap_streq(const char *file, int line, const char *got, const char *want,
	       const char *fmt, ...) TAP_PRINTF(5, 6);

/* Each returns whether the test point passed. */
#define ok(cond, ...) ({						\
	bool ok_ = (cond);						\
									\
	tap_ok(__FILE__, __LINE__, ok_, __VA_ARGS__);			\
	ok_;								\
})
#define is(got, want, ...) \
	tap_is(__FILE__, __LINE__, (got), (want), __VA_ARGS__)
#define streq(got, want, ...) \
	tap_streq(__FILE__, __LINE__, (got), (want), __VA_ARGS__)
/* @call must return -1 with errno @want. */
#define fails(call, want, ...) ({					\
	long ret_;							\
									\
	errno = 0;							\
	ret_ = (long)(call);						\
	tap_fails(__FILE__, __LINE__, ret_, errno, (want), __VA_ARGS__); \
})
/* @call must not return -1. */
#define works(call, ...) ({						\
	long ret_;							\
									\
	errno = 0;							\
	ret_ = (long)(call);						\
	tap_fails(__FILE__, __LINE__, ret_, errno, 0, __VA_ARGS__);	\
})

void diag(const char *fmt, ...) TAP_PRINTF(1, 2);
void skip(const char *reason, const char *fmt, ...) TAP_PRINTF(2, 3);
void bail(const char *fmt, ...) TAP_PRINTF(1, 2) __attribute__((noreturn));

/* Print the plan; return the exit status for main(): 0 when all passed. */
int tap_done(void);

#endif /* SELFTESTS_TAP_H */
