/* SPDX-License-Identifier: GPL-2.0 */
/* Copies of what a space has. */
#ifndef PRELOAD_COPY_H
#define PRELOAD_COPY_H

#include "preload.h"

/*
 * Copy what the space has at [start, start + len) to @to, which is zero.  @lost: the
 * descriptor is not that of the mapped space: read through its VMA.
 */
int copy_contents(int fd, bool lost, uintptr_t start, size_t len, uintptr_t to);

/* Copy pages that are not zero to zero memory. */
void copy_pages(uintptr_t from, size_t len, uintptr_t to);

/*
 * Give back: replace the VMAs of the library in a range by anonymous memory with the
 * same contents.  0 or a negative errno.
 */
int give_back(int fd, bool lost, uintptr_t start, size_t len);

/* The same for memory that other threads may write: they wait for a second at most. */
int give_back_used(int fd, uintptr_t start, size_t len);

/* The same, but with zeros. */
int give_back_zero(int fd, uintptr_t start, size_t len);

#endif /* PRELOAD_COPY_H */
