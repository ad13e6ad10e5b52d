/* SPDX-License-Identifier: GPL-2.0 */
/* /proc/PID/maps as ranges: what the VMAs of a process should be. */
#ifndef SELFTESTS_MAPS_H
#define SELFTESTS_MAPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct range {
	uint64_t start, end;
	size_t line;		/* offset in the text */
};

struct maps {
	char *text;
	struct range *vma;	/* without the gate VMA, which no maple tree has */
	size_t nr;
};

/* False when the process does not exist, or has no mm. */
bool maps_read(pid_t pid, struct maps *maps);
void maps_free(struct maps *maps);

/* Whether maps is still as it was read. */
bool maps_same(pid_t pid, const struct maps *maps);

/* Index of the first range that ends above @addr; maps->nr without one. */
size_t maps_find(const struct maps *maps, uint64_t addr);

/*
 * Call @compare until the process does not change meanwhile, and make a test
 * point of the result.  @compare reports each difference with differs(), and
 * returns false when the process is gone.
 */
void maps_compare(pid_t pid, const char *what,
		  bool (*compare)(pid_t pid, const struct maps *maps));

/* Call @compare for every process of the machine but the caller. */
void maps_compare_all(const char *what,
		      bool (*compare)(pid_t pid, const struct maps *maps));

#endif /* SELFTESTS_MAPS_H */
