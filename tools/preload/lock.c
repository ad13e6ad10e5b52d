// SPDX-License-Identifier: GPL-2.0
/*
 * The lock of the library: held to open the space and around fork.  Signals are blocked
 * meanwhile, since a handler may map memory as well.
 */
#include <linux/futex.h>

#include "preload.h"

/* 0: free, 1: taken, 2: taken, and others wait */
static uint32_t word;

static void block_signals(uint64_t *mask)
{
	const uint64_t all = ~0ull;

	raw6(SYS_rt_sigprocmask, 2 /* SIG_SETMASK */, (long)&all, (long)mask,
	     sizeof(*mask), 0, 0);
}

void lock_take(uint64_t *mask)
{
	uint32_t free = 0;

	block_signals(mask);
	if (__atomic_compare_exchange_n(&word, &free, 1, false, __ATOMIC_ACQUIRE,
					__ATOMIC_RELAXED))
		return;
	while (__atomic_exchange_n(&word, 2, __ATOMIC_ACQUIRE))
		raw6(SYS_futex, (long)&word, FUTEX_WAIT_PRIVATE, 2, 0, 0, 0);
}

void lock_give(const uint64_t *mask)
{
	if (__atomic_exchange_n(&word, 0, __ATOMIC_RELEASE) == 2)
		raw6(SYS_futex, (long)&word, FUTEX_WAKE_PRIVATE, 1, 0, 0, 0);
	raw6(SYS_rt_sigprocmask, 2 /* SIG_SETMASK */, (long)mask, 0,
	     sizeof(*mask), 0, 0);
}

void lock_reset(void)
{
	__atomic_store_n(&word, 1, __ATOMIC_RELAXED);
}
