/* SPDX-License-Identifier: GPL-2.0 */
/* Facts about one VMA or page, from /proc. */
#ifndef SELFTESTS_SMAPS_H
#define SELFTESTS_SMAPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Bits of an entry of /proc/PID/pagemap: see Documentation/admin-guide/mm/pagemap.rst. */
#define PAGEMAP_PRESENT	(1ull << 63)
#define PAGEMAP_SWAPPED	(1ull << 62)
#define PAGEMAP_FRAME	((1ull << 55) - 1)

/*
 * The number of "@field:" of the VMA that starts at @start, in bytes; ends the
 * test when there is none.
 */
unsigned long long smaps_bytes(const void *start, const char *field);

/* Copy the VmFlags of the VMA, as " rd wr "; false when there are none. */
bool smaps_flags(const void *start, char *flags, size_t size);

/* Return the entry of a page of a process in /proc/PID/pagemap, or end the test. */
uint64_t pagemap_entry(pid_t pid, const void *p);

/* Is the page at @p mapped by the page table?  From /proc/self/pagemap. */
bool is_mapped(const void *p);

#endif /* SELFTESTS_SMAPS_H */
