/* SPDX-License-Identifier: GPL-2.0 */
/* Processes with address spaces worth comparing, kept stopped. */
#ifndef SELFTESTS_HERD_H
#define SELFTESTS_HERD_H

#include <stddef.h>
#include <sys/types.h>

struct animal {
	const char *name;
	pid_t pid;		/* 0: the machine cannot have it */
};

/*
 * Start one process of each kind that the zoo program knows and wait until
 * each has stopped itself; a test point for each, skipped with the reason that
 * it gives.  They die with the caller.
 */
void herd_start(void);
void herd_end(void);

/* The process of that kind, or 0. */
pid_t herd_find(const char *name);

#endif /* SELFTESTS_HERD_H */
