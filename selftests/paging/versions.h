/* SPDX-License-Identifier: GPL-2.0 */
/* Pages that hold a version, at their start and at their end. */
#ifndef SELFTESTS_PAGING_VERSIONS_H
#define SELFTESTS_PAGING_VERSIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/page.h"

static inline void write_version(char *p, size_t nr, uint64_t version)
{
	*(volatile uint64_t *)(p + nr * page) = version;
	*(volatile uint64_t *)(p + nr * page + page - 8) = version;
}

static inline bool has_version(const char *p, size_t nr, uint64_t version)
{
	return *(const volatile uint64_t *)(p + nr * page) == version &&
	       *(const volatile uint64_t *)(p + nr * page + page - 8) == version;
}

/* Return how many pages do not have their version. */
static inline unsigned int count_wrong(const char *p, const uint64_t *version, size_t nr)
{
	unsigned int wrong = 0;

	for (size_t i = 0; i < nr; i++)
		wrong += !has_version(p, i, version[i]);
	return wrong;
}

#endif /* SELFTESTS_PAGING_VERSIONS_H */
