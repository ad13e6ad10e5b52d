/* SPDX-License-Identifier: GPL-2.0 */
/* /proc/PID/maps as ranges: what the VMAs of a process ought to be. */
#ifndef SELFTESTS_MAPS_H
#define SELFTESTS_MAPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct range {
	uint64_t start, end;
	size_t line;		/* where in the text */
};

struct maps {
	char *text;
	struct range *vma;	/* without the gate page, which no tree has */
	size_t nr;
};

/* False when there is no such process (any more), or it has no mm. */
bool maps_read(pid_t pid, struct maps *maps);
void maps_free(struct maps *maps);

/* Is it still as it was read? */
bool maps_same(pid_t pid, const struct maps *maps);

/* Index of the first range that ends above @addr; maps->nr without one. */
size_t maps_find(const struct maps *maps, uint64_t addr);

/*
 * Call @compare until the process stood still meanwhile, and make a test point
 * of how it ended.  It returns false when the process is gone, and complains
 * about what differs.
 */
void maps_compare(pid_t pid, const char *what,
		  bool (*compare)(pid_t pid, const struct maps *maps));

/* Note a difference: the first few of a comparison are shown. */
void complain(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* How often that was since the last call. */
unsigned int complaints_take(void);

/* Call @compare for every process of the machine but the caller. */
void maps_compare_all(const char *what,
		      bool (*compare)(pid_t pid, const struct maps *maps));

#endif /* SELFTESTS_MAPS_H */
