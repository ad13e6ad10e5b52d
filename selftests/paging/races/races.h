/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Workers write versioned pages while another task disturbs them.
 *
 * Pages 0 to KEPT - 1 stay in the space.  Each has one writer, a worker or the task that
 * disturbs: it alone knows which version the page must hold.  The EXTRA pages after them
 * may be cut off at any time: they hold zero or their own number.
 */
#ifndef SELFTESTS_RACES_H
#define SELFTESTS_RACES_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum {
	WORKERS = 3,
	WRITERS = WORKERS + 1,		/* the last one is the task that disturbs */
	OWN = 12,			/* pages of each */
	KEPT = WRITERS * OWN,
	EXTRA = 16,
	PAGES = KEPT + EXTRA,
	BUDGET = KEPT / 3,
};

/* In memory that all processes share. */
struct shared {
	atomic_bool stop;
	atomic_ulong rounds[WRITERS];
	atomic_ulong lost;		/* pages that do not hold their version */
	atomic_ulong failed;		/* requests that failed */
};

struct writer {
	unsigned int nr;
	uint64_t rng;
	uint64_t version[OWN];
};

extern struct shared *shared;
extern int space;
extern char *map;

/* The first page of a writer; the word in it that holds the version. */
size_t own_page(const struct writer *w, unsigned int i);
volatile uint64_t *version_word(size_t nr);

/* Count a page that does not hold what it must, or a request that failed. */
void count_lost(const struct writer *w, unsigned int i, uint64_t found, const char *how);
void count_failed(const char *what);

/* Workers: as threads of the caller, or as threads of a child, whose pid is returned. */
void workers_start(pthread_t threads[WORKERS]);
pid_t workers_process(void);

/* What disturbs them: each runs until @shared->stop and returns how often it did so. */
unsigned long disturb_settings(struct writer *w);
unsigned long disturb_cpus(struct writer *w);
unsigned long disturb_stop(struct writer *w, pid_t pid);

/* Can a processor be taken offline? */
bool cpus_can_change(void);

#endif /* SELFTESTS_RACES_H */
