/* SPDX-License-Identifier: GPL-2.0 */
/* The programs that reached something new. */
#ifndef SELFTESTS_FUZZ_GUIDED_CORPUS_H
#define SELFTESTS_FUZZ_GUIDED_CORPUS_H

#include "fuzz/guided/world.h"

/* Keep a copy; without effect when there is no room. */
void corpus_add(const struct program *p);
size_t corpus_size(void);
/* Copy one at random, a young one with preference. */
void corpus_pick(struct program *p, uint64_t *rng);
/* Copy one by its number. */
void corpus_get(struct program *p, size_t nr);
/* Write all as text, so that no half is seen. */
void corpus_write(const char *path);

/*
 * Call @fn for each program of a file, as corpus_write() writes it, or of all files of a
 * directory; return -1 for an error.
 */
int corpus_read(const char *path, int (*fn)(const struct program *p));

/* Add a program to the end of a file. */
void append_program(const char *path, const struct program *p);

/* A ring of the last programs, written before each runs, for after a crash. */
void last_open(const char *path);
void last_write(const struct program *p, unsigned long nr);

/* sweep.c: call once the seeds are the whole corpus */
void sweep_open(unsigned long seed);
/* The next program of the seeds in which something else fails; false: that was all. */
bool sweep_next(struct program *p);
/* What came of the program. */
void sweep_result(const struct outcome *o);

#endif /* SELFTESTS_FUZZ_GUIDED_CORPUS_H */
