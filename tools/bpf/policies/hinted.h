/* SPDX-License-Identifier: GPL-2.0 */
/* Hints, as hinted.bpf.c and the application share them. */
#ifndef VMLAB_POLICY_HINTED_H
#define VMLAB_POLICY_HINTED_H

#include <linux/types.h>

#define HINTS 4096 /* pages that can have one */

enum hint_advice {
	HINT_NONE,
	HINT_KEEP,
	HINT_DONE,
};

/**
 * struct hint - what the application says of a page
 * @advice: enum hint_advice
 * @nr: pages to bring along when it is touched, from @next on; 0 for none
 * @next: the first of them, an offset in the space, pages
 */
struct hint {
	__u32 advice;
	__u32 nr;
	__u64 next;
};

#endif /* VMLAB_POLICY_HINTED_H */
