/* SPDX-License-Identifier: GPL-2.0 */
/* The hints that hinted.bpf.c and the application share. */
#ifndef VMLAB_POLICY_HINTED_H
#define VMLAB_POLICY_HINTED_H

#include <linux/types.h>

#define HINTS 4096 /* pages that can have a hint */

enum hint_advice {
	HINT_NONE,
	HINT_KEEP,
	HINT_DONE,
};

/**
 * struct hint - the hint for one page
 * @advice: enum hint_advice
 * @nr: pages to prefetch when the page is accessed, from @next on; 0 for none
 * @next: the first page to prefetch: an offset in the space, pages
 */
struct hint {
	__u32 advice;
	__u32 nr;
	__u64 next;
};

#endif /* VMLAB_POLICY_HINTED_H */
