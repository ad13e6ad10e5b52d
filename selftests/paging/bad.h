/* SPDX-License-Identifier: GPL-2.0 */
/* What bad.bpf.c is to do, as the test tells it. */
#ifndef SELFTESTS_LAB_BAD_H
#define SELFTESTS_LAB_BAD_H

#include <linux/types.h>

enum bad_what {
	BAD_ANSWER, /* victim() answers @answer, whatever it is asked */
	BAD_PREV, /* ... the page that cannot leave, again and again */
	BAD_REQUESTS, /* fault() wants the impossible, victim() too */
	BAD_LISTS, /* wrong arguments for all functions */
};

/**
 * struct bad - one order
 * @what: enum bad_what
 * @init: what init() returns
 * @answer: of BAD_ANSWER
 * @exits: calls of exit()
 * @wrong: answers of functions that were not as they should be
 */
struct bad {
	__u32 what;
	__s32 init;
	__u64 answer;
	__u64 exits;
	__u64 wrong;
};

#endif /* SELFTESTS_LAB_BAD_H */
