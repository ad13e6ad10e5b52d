// SPDX-License-Identifier: GPL-2.0
/* Compare the measurements of a run with its predictions. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "labs/lib/result.h"

bool lab_quantity_agrees(const struct lab_quantity *q)
{
	if (!q->measured)
		return false;
	if (q->kind == LAB_KIND_WORDS)
		return !strcmp(q->words, q->measured_words);
	return isfinite(q->value) && q->value >= q->low && q->value <= q->high;
}

enum lab_verdict lab_result_judge(struct lab_result *result)
{
	enum lab_verdict verdict = LAB_AGREES;

	if (!result->nr) {
		snprintf(result->reason, sizeof(result->reason),
			 "the lab predicted nothing");
		return LAB_FAILED;
	}
	for (size_t i = 0; i < result->nr; i++) {
		const struct lab_quantity *q = &result->quantities[i];

		if (!q->measured) {
			snprintf(result->reason, sizeof(result->reason),
				 "%s was not measured", q->key);
			return LAB_FAILED;
		}
		if (!lab_quantity_agrees(q))
			verdict = LAB_DIFFERS;
	}
	return verdict;
}

const char *lab_verdict_name(enum lab_verdict verdict)
{
	static const char *const names[] = {
		[LAB_AGREES] = "agrees",	   [LAB_DIFFERS] = "differs",
		[LAB_SKIPPED] = "skipped",	   [LAB_FAILED] = "failed",
		[LAB_INTERRUPTED] = "interrupted", [LAB_PREDICTED] = "predicted",
	};

	return names[verdict];
}
