/* SPDX-License-Identifier: GPL-2.0 */
/* The stress test of paging: state that its processes and threads share. */
#ifndef SELFTESTS_PAGING_STRESS_H
#define SELFTESTS_PAGING_STRESS_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Tested pages, and the distance from one to the next in huge frames. */
#define PAGES		96
#define HUGE_STRIDE	11

enum op {
	OP_WRITE, OP_CHECK, OP_WRITE_PINNED, OP_EVICT, OP_CLEAN, OP_FORK,
	OP_REMAP, OP_MOVE, OP_PAGING, OP_PREFETCH, OP_LOCK, OP_PRIVATE,
	OP_HALF, OP_SYNC, OP_DROP, NR_OPS
};

/* Shared by all processes; anonymous memory, not the space. */
struct shared {
	struct {
		atomic_int lock;
		uint64_t version;
	} page[PAGES];
	atomic_ulong ops[NR_OPS];
	atomic_ulong lost, private_lost, undirty, failed;
	atomic_bool stop;
	pthread_mutex_t clean_lock;
};

struct worker {
	pthread_t thread;
	uint64_t rng;
	char *map;
};

extern struct shared *shared;
extern size_t psize;
extern unsigned int stride;	/* pages from one tested page to the next */
extern int space, file;		/* file: -1 without a file as backing */

/* --- page.c: contents, versions and locks of pages ------------------------- */

void lock_page(unsigned int p);
void unlock_page(unsigned int p);

/* Words of a page that hold the version: both ends and some between. */
#define WORDS	8
volatile uint64_t *word(char *map, unsigned int p, unsigned int i);
uint64_t content(unsigned int p, uint64_t version);
bool page_holds(char *map, unsigned int p, uint64_t version);

/* Count a lost write unless page @p holds its version; the lock is held. */
void check_page(char *map, unsigned int p);
void write_page(char *map, unsigned int p);

/* Write through get_user_pages(): the kernel holds a reference meanwhile. */
void write_page_pinned(char *map, unsigned int p);

size_t map_bytes(void);
char *map_space(int flags);

/* Count a request that failed. */
void count_failure(const char *what);

/* --- operations.c ---------------------------------------------------------- */

extern const char *const op_names[NR_OPS];

unsigned int draw(struct worker *w, unsigned int below);
void set_budget(struct worker *w, uint64_t budget);
void change_paging(struct worker *w);

/* Do one random operation. */
void do_random_op(struct worker *w);

#endif /* SELFTESTS_PAGING_STRESS_H */
