// SPDX-License-Identifier: GPL-2.0
/* Fault in what the program needs, before an experiment counts. */
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "labs/lib/settle.h"

enum { STACK = 128 * 1024, HEAP = 1024 * 1024 };

static void grow_stack(void)
{
	volatile char room[STACK];

	for (size_t i = 0; i < sizeof(room); i += 1024)
		room[i] = 1;
}

static void grow_heap(void)
{
	/* A block below M_MMAP_THRESHOLD comes from the heap and stays there. */
	void *blocks[HEAP / (64 * 1024)];

	mallopt(M_TRIM_THRESHOLD, 64 * HEAP);
	for (size_t i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++)
		blocks[i] = malloc(64 * 1024);
	for (size_t i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++)
		free(blocks[i]);
}

void settle(void)
{
	grow_stack();
	grow_heap();
	/* Faults in each page of each VMA, for writing where that is private. */
	if (!mlockall(MCL_CURRENT))
		munlockall();
}
