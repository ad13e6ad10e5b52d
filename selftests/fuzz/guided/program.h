/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A program of the fuzzer: a sequence of calls whose arguments are plain words.
 * What a word means, a descriptor, an address or a number, its type says; so every
 * program is valid, and mutation needs to know nothing.
 */
#ifndef SELFTESTS_FUZZ_GUIDED_PROGRAM_H
#define SELFTESTS_FUZZ_GUIDED_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

enum {
	MAX_ARGS = 32,
	MAX_CALLS = 24,
	NR_THREADS = 3,
	FORKED = NR_THREADS,	/* the worker of forked children */
	NR_WORKERS,
	MAX_TEXT = 32 * 1024,	/* of a program */
};

enum arg_type {
	A_NUMBER,	/* @limit: a usual upper limit */
	A_FLAGS, A_ENUM,	/* of @words; @limit: the usual flags */
	A_ZERO,		/* should be zero */
	A_SIZE,		/* @limit: the right size */
	A_OFFSET,	/* bytes in a space, a multiple of the page size */
	A_CURSOR,	/* usually zero */
	A_PLACE,	/* where the structure of a request is */
	A_COUNT,	/* below @limit, always */
	A_ADDR,		/* an address: see address_of(); @limit: 0 is 0 */
	A_LENGTH,	/* bytes at an address */
	A_BUF,		/* memory for an answer: see buffer_of() */
	A_SIDE,		/* the array in the side buffer; the next argument counts it */
	A_TARGET_KIND, A_TARGET_ID, A_CHILD,
	A_SPACE,	/* the number of a space */
	A_POLICY,	/* the number of a policy in BPF */
	A_FD,		/* a descriptor: see descriptor_of() */
	A_FILE,		/* one of a regular file */
	A_SLOT,		/* where a new descriptor is kept */
	A_REGION,	/* where a new mapping is kept */
};

struct word {
	const char *name;
	uint64_t value;
};

struct arg {
	const char *name;
	enum arg_type type;
	uint64_t limit, least;	/* of usual numbers */
	const struct word *words;
	unsigned int nr_words;
	unsigned int offset, width;	/* in the structure of a request */
};

struct worker;

struct call_kind {
	const char *name;
	const struct arg *args;
	unsigned int nr_args;
	/* @v: the values of the words.  Return -1 with errno, or what succeeded. */
	long (*run)(struct worker *w, const struct call_kind *kind,
		    const uint64_t *v);
	unsigned long request;	/* of ioctl(2) */
	unsigned int size;	/* of its structure */
	unsigned int weight;	/* how often it is generated */
	bool certain;		/* no allocation is made to fail in it */
};

struct call {
	uint8_t kind, thread;
	uint16_t fail;		/* the allocation that fails, counted from 1; 0: none */
	uint64_t word[MAX_ARGS];
};

/* program.flags */
enum {
	P_CONCURRENT = 1,	/* threads do not wait for each other's calls */
	P_USER = 2,		/* run as a user without privileges */
	P_TIDY = 4,		/* unmap and close all at the end */
	P_FLAGS = 7,
};

struct program {
	uint32_t nr, flags;
	struct call call[MAX_CALLS];
};

/* kinds.c */
size_t nr_kinds(void);
const struct call_kind *kind_of(size_t nr);
/* The number of the kind of that name, or -1. */
int kind_named(const char *name);

/* text.c: one line for each call; return the length, or -1 */
int program_print(const struct program *p, char *text, size_t size);
int program_parse(struct program *p, const char *text);

/* generate.c */
void program_generate(struct program *p, uint64_t *rng);
/* Change @p; take calls from @other for a splice. */
void program_mutate(struct program *p, const struct program *other, uint64_t *rng);

#endif /* SELFTESTS_FUZZ_GUIDED_PROGRAM_H */
