/* SPDX-License-Identifier: GPL-2.0 */
/* The fuzzer of requests: one of its threads, and its memory. */
#ifndef SELFTESTS_FUZZ_H
#define SELFTESTS_FUZZ_H

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/requests.h"
#include "lib/page.h"

/* What is fuzzed: the requests of the table, and unknown numbers. */
enum { UNKNOWN = NR_REQUESTS, NR_KINDS };

/*
 * The buffer for answers: records in one half, names in the other, and a page
 * without access on each side.  It is small, because emulated machines take
 * long to fill memory.
 */
enum {
	HALF = 12 * 1024,
	MAX_OFFSET = 2 * 1024,	/* of a pointer into a half */
	CANARY = 0xa5,
};

struct fuzzer {
	pthread_t thread;
	uint64_t rng;
	char *records, *names;	/* the two halves */
	struct vmlab_inject_rule rules[3];
	char *request_end;	/* a page without access is here */
	int fd, pidfd;
	pid_t child;
	atomic_ulong calls[NR_KINDS], succeeded[NR_KINDS];
	unsigned long bad_errno, overrun, bad_count;
};

/* requests.c */
const char *kind_name(size_t kind);
uint64_t below(struct fuzzer *f, uint64_t n);
uint64_t any_number(struct fuzzer *f);	/* extreme ones are likely */

/* A pointer into @half, or one that is bad. */
uint64_t pointer(struct fuzzer *f, char *half);
void fill_request(struct fuzzer *f, size_t kind, union request *r);

/* answers.c: check what a successful request returned and wrote. */
void check_answer(struct fuzzer *f, size_t kind, const union request *asked,
		  const union request *answer);
/* Fill the buffer for answers with canaries. */
void reset_buffer(struct fuzzer *f);

#endif /* SELFTESTS_FUZZ_H */
