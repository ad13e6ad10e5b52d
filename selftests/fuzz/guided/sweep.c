// SPDX-License-Identifier: GPL-2.0
/*
 * Let each allocation and copy of each call of the seeds fail, one after the other: the
 * branches for errors, of which chance reaches few.
 */
#include <string.h>
#include <unistd.h>

#include "fuzz/guided/corpus.h"

enum { MAX_NTH = 48 };

static struct {
	size_t programs, first, program;
	uint32_t call;
	uint16_t nth;
	bool on;
} sweep;

void sweep_open(unsigned long seed)
{
	sweep.programs = corpus_size();
	/* A short run does not come to the end: runs with other seeds begin elsewhere. */
	sweep.first = sweep.programs * ((seed - 1) % 4) / 4;
	sweep.on = !access("/proc/thread-self/fail-nth", W_OK);
}

/* Go on with the next call, which may be of the next program. */
static void advance(void)
{
	sweep.nth = 0;
	sweep.call++;
}

bool sweep_next(struct program *p)
{
	while (sweep.on && sweep.program < sweep.programs) {
		corpus_get(p, (sweep.first + sweep.program) % sweep.programs);
		if (sweep.call < p->nr) {
			p->call[sweep.call].fail = ++sweep.nth;
			return true;
		}
		sweep.call = 0;
		sweep.program++;
	}
	return false;
}

void sweep_result(const struct outcome *o)
{
	/* Without a failure, the call has no more that could fail. */
	if (!o->call[sweep.call].failed || sweep.nth == MAX_NTH)
		advance();
}
