/* SPDX-License-Identifier: GPL-2.0 */
/* Run a command under vmlab faults and check its report. */
#ifndef SELFTESTS_FAULTS_REPORT_H
#define SELFTESTS_FAULTS_REPORT_H

#include <jansson.h>
#include <limits.h>
#include <stdbool.h>

enum { MAX_ARGS = 32 };

#define NR(array) (sizeof(array) / sizeof((array)[0]))

/* A directory for files of the test. */
extern char work[PATH_MAX];

/*
 * Prepare, with the names of the cases to test as @names, or none for all of
 * them.  False when this kernel has no BTF: the caller has to skip its tests.
 */
bool faults_begin(char **names);

/* Remove the directory; the value to return from main(). */
int faults_end(void);

/* Whether a case is to be tested, because it was named or none was. */
bool wanted(const char *name);

/* Whether cases were named. */
bool some_chosen(void);

/* Whether VMLAB_FULL asks for tests that take long on a slow kernel too. */
bool full(void);

/* Run a command without output: its exit status, or 128 + the signal. */
int run(char *const *argv);

/*
 * Run "vmlab faults -- @command" with the output of the command in the file
 * @printed: the report, or NULL.
 */
json_t *faults_of(char *const *command, const char *printed);

/* The number doc[a][b], or 0. */
long long number(const json_t *doc, const char *a, const char *b);

/* Minor and major faults of a kind. */
long long kind_count(const json_t *doc, const char *kind);

/* The sum of member @size over the rows of an array. */
long long sum_of_rows(const json_t *doc, const char *table, const char *size);

/*
 * Test that all sums of the report agree, and with getrusage(2) when @in_usage;
 * @name begins the text of each test point.
 */
void check_sums(const json_t *doc, const char *name, bool in_usage);

#endif /* SELFTESTS_FAULTS_REPORT_H */
