/* SPDX-License-Identifier: GPL-2.0 */
/* The same command with several policies and budgets. */
#ifndef VMLAB_MODEL_COMPARE_H
#define VMLAB_MODEL_COMPARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/run_report.h"

#define COMPARE_LIST_MAX 32

/**
 * struct compare_budget - a budget to try
 * @text: as it was given, and as it is printed
 * @percent: of the peak; 0 when @pages was given
 * @pages: 0 for no budget
 */
struct compare_budget {
	const char *text;
	uint64_t percent;
	uint64_t pages;
};

/**
 * compare_budgets_parse - read a list such as "25%,64M,none"
 * @list: the texts of the budgets are within it
 * @page_size: bytes; sizes are rounded up to pages
 * @budgets: [out] up to COMPARE_LIST_MAX, all different
 * @nr: [out] how many
 *
 * A percentage is a number from 1 to 1000.
 *
 * Return: 0 or -EINVAL.
 */
int compare_budgets_parse(char *list, uint64_t page_size,
			  struct compare_budget budgets[static COMPARE_LIST_MAX], size_t *nr);

/** compare_budget_set - compute the pages of a percentage; at least 1 */
void compare_budget_set(struct compare_budget *budget, uint64_t peak);

/**
 * struct compare_run - what one run of the command did
 * @timed_out: it took too long and was killed: the other members are of the time until then
 */
struct compare_run {
	int status;
	bool timed_out;
	uint64_t ns;
	uint64_t faults, filled, refaults, evicted, stored;
	uint64_t in_faults_ns;
	uint64_t frames_peak;
};

/** compare_run_take - take what a report says */
struct compare_run compare_run_take(const struct run_report *report);

/**
 * struct compare_cell - the runs with one policy and one budget
 * @policy: its name, NULL for the run without a budget
 * @budget: the budget, NULL likewise
 * @runs: array of @nr
 */
struct compare_cell {
	const char *policy;
	const struct compare_budget *budget;
	struct compare_run *runs;
	size_t nr;
};

/**
 * struct compare_result - all runs
 * @command: its name and arguments
 * @page_size: bytes
 * @first: the runs without a budget
 * @cells: those with a policy and a budget, by policy
 * @policies, @nr_policies: names
 * @budgets, @nr_budgets: the budgets
 */
struct compare_result {
	char *const *command;
	uint64_t page_size;
	struct compare_cell first;
	struct compare_cell *cells;
	const char *const *policies;
	size_t nr_policies;
	const struct compare_budget *budgets;
	size_t nr_budgets;
};

/**
 * compare_median - return the median of a member over the runs of a cell
 * @offset: of a uint64_t in struct compare_run
 *
 * With an even number of runs it is the lower one of the two in the middle.
 */
uint64_t compare_median(const struct compare_cell *cell, size_t offset);
#define COMPARE_MEDIAN(cell, member) \
	compare_median((cell), offsetof(struct compare_run, member))

/** compare_failed - return the first run of a cell that did not exit with 0, or NULL */
const struct compare_run *compare_failed(const struct compare_cell *cell);

#endif /* VMLAB_MODEL_COMPARE_H */
