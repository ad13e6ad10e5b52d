/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The result of one run of a lab: plain data in shared memory, filled in by the
 * process of the run and printed by the runner.
 */
#ifndef LABS_RESULT_H
#define LABS_RESULT_H

#include <stdbool.h>
#include <stddef.h>

enum {
	LAB_TEXT = 256,
	LAB_QUANTITIES = 48,
	LAB_STEPS_MAX = 64,
	LAB_NOTES_MAX = 16,
	LAB_PARAMS_MAX = 8,
	LAB_PLOTS = 6,
	LAB_SERIES = 10,
	LAB_POINTS = 512,
};

enum lab_kind { LAB_KIND_COUNT, LAB_KIND_RANGE, LAB_KIND_TIME, LAB_KIND_WORDS };

/**
 * struct lab_quantity - a prediction and its measurement
 * @key, @what, @unit, @formula: see lab_predict()
 * @kind: how to compare
 * @low, @high: bounds of the prediction, the same for a count
 * @words: of LAB_KIND_WORDS
 * @measured: whether @value or @measured_words is set
 * @effect: see lab_effect(); empty without one
 */
struct lab_quantity {
	char key[40];
	char what[LAB_TEXT];
	char unit[32];
	char formula[LAB_TEXT];
	enum lab_kind kind;
	double low, high;
	char words[LAB_TEXT];
	bool measured;
	double value;
	char measured_words[LAB_TEXT];
	char effect[LAB_TEXT];
};

struct lab_series_data {
	char name[64];
	size_t nr;
	double x[LAB_POINTS], y[LAB_POINTS];
};

struct lab_plot_data {
	char title[LAB_TEXT];
	char x[96], y[96];
	unsigned int flags;
	size_t nr;
	struct lab_series_data series[LAB_SERIES];
};

enum lab_verdict {
	LAB_AGREES,
	LAB_DIFFERS,
	LAB_SKIPPED,
	LAB_FAILED,
	LAB_INTERRUPTED,
	LAB_PREDICTED, /* not run: predictions only */
};

/** struct lab_result - all that a run leaves; the reason is that of SKIPPED and FAILED */
struct lab_result {
	enum lab_verdict verdict;
	char reason[LAB_TEXT];
	char broken[40];
	double seconds;
	size_t nr_params;
	struct {
		char name[40], value[64];
	} params[LAB_PARAMS_MAX];
	size_t nr;
	struct lab_quantity quantities[LAB_QUANTITIES];
	size_t nr_steps;
	char steps[LAB_STEPS_MAX][LAB_TEXT];
	size_t nr_notes;
	char notes[LAB_NOTES_MAX][LAB_TEXT];
	size_t nr_plots;
	struct lab_plot_data plots[LAB_PLOTS];
};

/** lab_quantity_agrees - tell whether the measurement agrees with the prediction */
bool lab_quantity_agrees(const struct lab_quantity *q);

/** lab_result_judge - return the verdict of a run that ended by itself; sets the reason */
enum lab_verdict lab_result_judge(struct lab_result *result);

/** lab_verdict_name - return "agrees", "differs", "skipped" and so on */
const char *lab_verdict_name(enum lab_verdict verdict);

#endif /* LABS_RESULT_H */
