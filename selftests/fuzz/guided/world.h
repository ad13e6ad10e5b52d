/* SPDX-License-Identifier: GPL-2.0 */
/* What a program acts on while it runs: descriptors, mappings, children. */
#ifndef SELFTESTS_FUZZ_GUIDED_WORLD_H
#define SELFTESTS_FUZZ_GUIDED_WORLD_H

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/types.h>

#include "fuzz/guided/program.h"

enum {
	NR_FDS = 4,		/* of /dev/vmlab */
	NR_FILES = 5,
	NR_REGIONS = 4,
	NR_CHILDREN = 3,
	PAGE = 4096,
	REGION_PAGES = 2048,
	USER_ID = 4242,		/* of programs of a user; of threads that become another one */
	REQUEST_BYTES = PAGE,
	SIDE_BYTES = PAGE,
	BUFFER_BYTES = 16 * PAGE,
};

/* Requests' arguments with an offset of SIDE or above fill the side buffer. */
#define SIDE		0x10000u

#define DEBUGFS		"/sys/kernel/debug/vmlab/"
#define MODULE_PARAMS	"/sys/module/vmlab/parameters/"
#define TRACING		"/sys/kernel/tracing/"
#define ARENA		0x10000000000ULL
#define REGION_SPAN	(256ULL << 20)

struct region {
	uint64_t start, bytes;
};

/* A thread, or a forked child. */
struct worker {
	unsigned int nr;
	pthread_t thread;
	int fail_nth;		/* descriptor, or -1 */
	/* Each is followed by a page without access. */
	char *request, *side, *buffer;
	sigjmp_buf fault;
	volatile sig_atomic_t may_fault;
	bool forked;
};

struct world {
	int fd[NR_FDS], file[NR_FILES];
	int pipe[2], uffd, ring, probe;
	struct region region[NR_REGIONS];
	pid_t child[NR_CHILDREN];
	int pidfd[NR_CHILDREN];
	const struct program *program;
	atomic_uint done[MAX_CALLS], skip[MAX_CALLS];
	struct worker worker[NR_WORKERS];
};

extern struct world world;

/* What happened to each call, shared with the parent. */
struct result {
	int32_t error;		/* errno, 0, or NOT_RUN */
	uint16_t size;		/* a class of the value returned */
	uint16_t failed;	/* what was to fail, did */
};

enum { NOT_RUN = -1 };

struct outcome {
	struct result call[MAX_CALLS];
};

/* resolve.c: the value that a word stands for */
uint64_t value_of(const struct worker *w, const struct arg *a, uint64_t word);
int descriptor_of(uint64_t word);
uint64_t address_of(uint64_t word);
/* Keep a new descriptor in a slot, and close the one that is there. */
long keep(int *slot, int fd);

/* execute.c: run a program in this process, which is a child; does not return. */
void execute(const struct program *p, struct outcome *outcome)
	__attribute__((noreturn));
/* Run the next @nr calls in a forked child; return its pid. */
long fork_calls(struct worker *w, uint64_t slot, uint64_t nr, bool stay);

/* cover.c */
void cover_enable(unsigned int worker);
void cover_disable(unsigned int worker);
/* Record what the call that ended has reached. */
void cover_call(unsigned int worker);

/* observe.c: once, before any program runs */
void observe_open(void);

/* policies.c: take over the policies that are loaded; register them again; forget them */
void policies_open(void);
void policies_restore(void);
void policies_close(void);
/* The number of the policy that is at place @word, from 1, of those that are registered. */
uint64_t policy_number(uint64_t word);

/* request.c */
long run_request(struct worker *w, const struct call_kind *kind,
		 const uint64_t *v);

/* The calls that no header describes. */
extern const struct call_kind request_kinds[], memory_kinds[], file_kinds[],
	process_kinds[], uring_kinds[], uffd_kinds[], kernel_kinds[],
	observe_kinds[], policy_kinds[];
extern const size_t nr_request_kinds, nr_memory_kinds, nr_file_kinds,
	nr_process_kinds, nr_uring_kinds, nr_uffd_kinds, nr_kernel_kinds, nr_observe_kinds,
	nr_policy_kinds;

#define WORD(name)	{ #name, name }
#define WORDS(w)	.words = (w), .nr_words = ARRAY_SIZE(w)
#define KIND(name_, weight_)						\
	{ .name = #name_, .args = args_##name_,				\
	  .nr_args = ARRAY_SIZE(args_##name_), .run = call_##name_,	\
	  .weight = (weight_) }
/* The start of a function that makes a call. */
#define CALL(name_)							\
	static long call_##name_(struct worker *w __attribute__((unused)), \
		const struct call_kind *kind __attribute__((unused)),	\
		const uint64_t *v __attribute__((unused)))

#endif /* SELFTESTS_FUZZ_GUIDED_WORLD_H */
