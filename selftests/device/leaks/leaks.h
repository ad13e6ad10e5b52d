/* SPDX-License-Identifier: GPL-2.0 */
/* What no answer to a user without privileges may hold, and what finds it. */
#ifndef SELFTESTS_DEVICE_LEAKS_H
#define SELFTESTS_DEVICE_LEAKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { NR_FRAMES = 64 };

/* Frames of the process that makes the requests; root reads their numbers. */
struct frames {
	size_t nr;
	uint64_t pfn[NR_FRAMES];
};

struct found {
	unsigned long addresses; /* of the kernel half */
	unsigned long old; /* contents that other memory had before */
	unsigned long frames;
};

/*
 * scan.c: count what a buffer holds.  Addresses and frame numbers are looked for in
 * aligned words, where the kernel stores them, old contents at each byte.  @frames may
 * be NULL.
 */
void scan(const void *buffer, size_t bytes, const struct frames *frames,
	  struct found *found);

/*
 * spray.c: fill memory of the kernel with a mark and free it: objects of the slab
 * allocator of many sizes, the stack of the caller in the kernel, and pages.  An
 * answer that was not initialized has the mark then, or what a kernel that poisons
 * freed memory wrote over it.
 */
#define MARK	"\xc3\x5a\x97\xe1\x3b\xa6\x4d\x72"
enum { MARK_BYTES = sizeof(MARK) - 1 };

void spray_objects(void);
void spray_pages(void);

#endif /* SELFTESTS_DEVICE_LEAKS_H */
