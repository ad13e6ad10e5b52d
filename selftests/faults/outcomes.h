/* SPDX-License-Identifier: GPL-2.0 */
/* Run cases of faultcase under vmlab faults. */
#ifndef SELFTESTS_FAULTS_OUTCOMES_H
#define SELFTESTS_FAULTS_OUTCOMES_H

#include <jansson.h>
#include <sys/types.h>

/* A case that was run, and what wait4(2) reports about it. */
struct outcome {
	char name[32];
	pid_t pid, child;
	int status;
	long long minor, major;
	char address[32];	/* of the signal that it expects, or empty */
};

/* Run "faultcase each @cases" under vmlab faults: the report, or NULL. */
json_t *run_cases(char *const *cases);

/*
 * The outcome of a case of the last run_cases().  NULL, with a test point that is
 * skipped or failed, when the kernel lacks what the case needs or it did not run.
 */
const struct outcome *outcome_of(const char *name);

#endif /* SELFTESTS_FAULTS_OUTCOMES_H */
