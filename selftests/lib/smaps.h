/* SPDX-License-Identifier: GPL-2.0 */
/* Facts about one VMA or page, from /proc/self. */
#ifndef SELFTESTS_SMAPS_H
#define SELFTESTS_SMAPS_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The number of "@field:" of the VMA that starts at @start, in bytes; ends the
 * test when there is none.
 */
unsigned long long smaps_bytes(const void *start, const char *field);

/* Copy the VmFlags of the VMA, as " rd wr "; false when there are none. */
bool smaps_flags(const void *start, char *flags, size_t size);

/* Is the page at @p mapped by the page table?  From /proc/self/pagemap. */
bool is_mapped(const void *p);

#endif /* SELFTESTS_SMAPS_H */
