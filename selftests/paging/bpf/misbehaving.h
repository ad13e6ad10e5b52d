/* SPDX-License-Identifier: GPL-2.0 */
/* How misbehaving.bpf.c misbehaves, set by the test. */
#ifndef SELFTESTS_PAGING_BPF_MISBEHAVING_H
#define SELFTESTS_PAGING_BPF_MISBEHAVING_H

#include <linux/types.h>

enum misbehaviour {
	WRONG_VICTIM, /* victim() always returns @answer */
	SAME_VICTIM, /* victim() repeats the page that could not be evicted */
	WRONG_REQUESTS, /* fault() and victim() make invalid requests */
	WRONG_ARGUMENTS, /* insert() calls all kfuncs with wrong arguments */
};

/**
 * struct misbehaving - a request of the test, and its results
 * @what: enum misbehaviour
 * @init: what init() returns
 * @answer: of WRONG_VICTIM
 * @exits: calls of exit()
 * @wrong: kfuncs that did not refuse a wrong argument
 */
struct misbehaving {
	__u32 what;
	__s32 init;
	__u64 answer;
	__u64 exits;
	__u64 wrong;
};

#endif /* SELFTESTS_PAGING_BPF_MISBEHAVING_H */
