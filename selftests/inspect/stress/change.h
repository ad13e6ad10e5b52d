/* SPDX-License-Identifier: GPL-2.0 */
/* What a target of the stress test calls to change its own address space. */
#ifndef SELFTESTS_CHANGE_H
#define SELFTESTS_CHANGE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>

#include "lib/page.h"
#include "inspect/stress/target.h"

#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE		25
#endif
#ifndef MADV_PAGEOUT
#define MADV_PAGEOUT		21
#endif

enum {
	AREA = 16 << 20,
	SHARED = 4 << 20,
	SMALL = 2 << 20,
	HUGE = 2 << 20,
};

static const int rw = PROT_READ | PROT_WRITE;

extern struct target *me;	/* this process */
extern char *area, *shared;	/* the mappings that it changes */

/* Note why the machine does not support this target, and exit. */
void unsupported(const char *fmt, ...)
	__attribute__((noreturn, format(printf, 1, 2)));

/* Map memory to read and write, or call unsupported(). */
char *map(size_t bytes, int flags, int fd);
char *map_anon(size_t bytes);

/* Write to each page, and survive the signal of a page that is not writable. */
void write_pages(char *p, size_t bytes, char value);

/* Fork a child that writes to each page and exits. */
void write_in_child(char *p, size_t bytes, char value);

/* Choose some pages of @whole at random, at most @most bytes: *@len bytes. */
char *part(uint64_t *state, char *whole, size_t size, size_t most, size_t *len);

/* For each kind of target: prepare the address space. */
void vmas_setup(void);
void tables_setup(void);
void brief_setup(void);
void swap_setup(void);
void ksm_setup(void);
void hugetlb_setup(void);
void uffd_setup(void);
void file_setup(void);

/* For each kind of target: make one change, chosen at random. */
void vmas_step(uint64_t *state);
void tables_step(uint64_t *state);
void brief_step(uint64_t *state);
void swap_step(uint64_t *state);
void ksm_step(uint64_t *state);
void hugetlb_step(uint64_t *state);
void uffd_step(uint64_t *state);
void file_step(uint64_t *state);

#endif /* SELFTESTS_CHANGE_H */
