// SPDX-License-Identifier: GPL-2.0
/* Memory at addresses where nothing else is near. */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "labs/alone.h"

/* 64 GiB: programs, heap, libraries and stack stand above 80 TiB. */
#define PLACES ((char *)0x1000000000)

void *lab_map_alone(struct lab_run *run, unsigned int nr, size_t length,
		    int prot, int flags)
{
	/* In the middle of its place: stacks grow downwards. */
	char *address = PLACES + (size_t)nr * LAB_ALONE_DISTANCE +
			LAB_ALONE_DISTANCE / 2;
	void *p = mmap(address, length, prot,
		       flags | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);

	if (p == MAP_FAILED)
		lab_fail(run, "mmap of %zu bytes at %p: %s", length,
			 (void *)address, strerror(errno));
	return p;
}
