/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of the library share. */
#ifndef PRELOAD_H
#define PRELOAD_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <linux/vmlab.h>

#include "raw.h"

#define EXPORTED	__attribute__((visibility("default")))

#define PAGE_BYTES	4096ul
#define HUGE_BYTES	(2ul << 20)

static inline size_t page_up(size_t bytes)
{
	return (bytes + PAGE_BYTES - 1) & ~(PAGE_BYTES - 1);
}

/* Return what a system call of libc returns, and set errno after an error. */
static inline long result(long ret)
{
	if (!raw_failed(ret))
		return ret;
	errno = (int)-ret;
	return -1;
}

#endif /* PRELOAD_H */
