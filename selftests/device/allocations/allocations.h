/* SPDX-License-Identifier: GPL-2.0 */
/* Steps in which each allocation, and each copy to or from user space, fails once. */
#ifndef SELFTESTS_DEVICE_ALLOCATIONS_H
#define SELFTESTS_DEVICE_ALLOCATIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PAGES = 8 };

/*
 * What a step works on.  Each try gets a new one.
 * @step: the step
 * @fd: an open file of the device
 * @other: another descriptor, or -1; closed after the step
 * @p: a mapping of @bytes bytes, or NULL; unmapped after the step
 */
struct subject {
	const struct step *step;
	int fd;
	int other;
	char *p;
	size_t bytes;
};

/*
 * @prepare: make what the step works on; may be NULL
 * @call: the step: 0, or -1 and errno
 * @check: is memory right now?  @err: what @call left, 0 or an errno; may be NULL
 * @number: for the functions of a table of steps
 * @text: likewise
 */
struct step {
	const char *name;
	void (*prepare)(struct subject *s);
	int (*call)(struct subject *s);
	bool (*check)(struct subject *s, int err);
	unsigned long number;
	const char *text;
};

#define STEP(what, before, how, ...) \
	{ .name = (what), .prepare = (before), .call = (how), __VA_ARGS__ }

/* Make each allocation of each step fail once; a test point for each step. */
void fail_steps(const struct step *steps, size_t nr);
void fail_step(const struct step *step);

/* Map @pages of s->fd, and write @value to all of their bytes unless it is 0. */
void map_subject(struct subject *s, size_t pages, char value);

/* Does each page hold @value in all bytes? */
bool holds(const char *p, size_t bytes, char value);

void fail_requests(void); /* requests.c: that change a space */
void fail_queries(void); /* queries.c: that return something; debugfs */
void fail_faults(void); /* faults.c: accesses to memory */

#endif /* SELFTESTS_DEVICE_ALLOCATIONS_H */
