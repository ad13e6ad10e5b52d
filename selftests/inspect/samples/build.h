/* SPDX-License-Identifier: GPL-2.0 */
/* What a sample process calls to set up its own address space. */
#ifndef SELFTESTS_SAMPLE_BUILD_H
#define SELFTESTS_SAMPLE_BUILD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/types.h>

#include "lib/page.h"

#ifndef MADV_PAGEOUT
#define MADV_PAGEOUT		21
#endif
#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL	102
#endif

/* Exit status of a sample that this machine does not support. */
enum { SAMPLE_UNSUPPORTED = 4 };

static const int rw = PROT_READ | PROT_WRITE;

/* Where unsupported() writes the reason. */
extern int sample_reason_fd;

/* Exit with SAMPLE_UNSUPPORTED and a reason. */
void unsupported(const char *fmt, ...)
	__attribute__((noreturn, format(printf, 1, 2)));

/* Exit with 1 unless @good; @what and errno go to stderr. */
void require(bool good, const char *what);

/* Map pages or exit with 1. */
char *map(size_t pages, int prot, int flags, int fd, off_t off);
char *map_anon(size_t pages);

/* A free range of @bytes that begins at a multiple of @align. */
char *free_range(size_t bytes, size_t align);

/* Access each page of a range once. */
void write_pages(char *p, size_t first, size_t nr);
void read_pages(const volatile char *p, size_t nr);

/* Move pages to swap; unsupported() without swap. */
void page_out(char *p, size_t nr);

#endif /* SELFTESTS_SAMPLE_BUILD_H */
