// SPDX-License-Identifier: GPL-2.0
/* Reference strings on a space of /dev/vmlab. */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "labs/memory.h"
#include "labs/replacement.h"

struct lab_paging lab_paging_open(struct lab_run *run, uint32_t policy,
				  uint32_t policy_id, uint64_t frames,
				  uint32_t flags, const uint64_t *string,
				  size_t nr)
{
	const bool opt = policy == VMLAB_POLICY_OPT;
	const struct vmlab_paging config = {
		.flags = flags,
		.budget = frames,
		.policy = policy,
		.policy_id = policy_id,
		.trace = opt ? (uintptr_t)string : 0,
		.nr_trace = opt ? nr : 0,
	};
	struct lab_paging paging = {
		.length = lab_string_pages(string, nr) * lab_machine(run)->page,
	};
	void *memory;

	paging.space = lab_space(run, paging.length, 0, 0, &memory);
	paging.memory = memory;
	lab_check(run, vmlab_space_paging_set(paging.space, &config),
		  "a budget of %llu frames", (unsigned long long)frames);
	return paging;
}

void lab_paging_play(struct lab_run *run, const struct lab_paging *paging,
		     const uint64_t *string, size_t nr)
{
	size_t page = lab_machine(run)->page;

	for (size_t i = 0; i < nr; i++) {
		char *at = paging->memory + string[i] * page;

		/* A repeat would find its page mapped, and the policy would miss it. */
		if (i && string[i] == string[i - 1] &&
		    madvise(at, page, MADV_DONTNEED))
			lab_fail(run, "madvise: %s", strerror(errno));
		lab_read(at, 1, 1);
	}
}

void lab_paging_delay(struct lab_run *run, const struct lab_paging *paging,
		      uint32_t microseconds)
{
	const struct vmlab_inject_rule rule = {
		.access = VMLAB_ACCESS_READ | VMLAB_ACCESS_WRITE,
		.action = VMLAB_INJECT_DELAY,
		.probability = VMLAB_INJECT_CERTAIN,
		.delay_us = microseconds,
	};

	lab_check(run, vmlab_space_inject_set(paging->space, &rule, 1),
		  "a delay of %u us", microseconds);
}

uint64_t lab_paging_faults(struct lab_run *run, const struct lab_paging *paging)
{
	return lab_space_stats(run, paging->space).filled;
}

uint64_t lab_paging_timeline(struct lab_run *run, const struct lab_paging *paging,
			     const uint64_t *string, size_t from, size_t to,
			     size_t window, unsigned int plot)
{
	/* The series of a plot are numbered from 0. */
	const unsigned int faults = 0, set = 1;
	uint64_t first = lab_paging_faults(run, paging), before = first;

	if (!from) {
		lab_series(run, plot, "faults");
		lab_series(run, plot, "distinct pages: the working set");
	}
	for (size_t end = from + window; end <= to; end += window) {
		uint64_t now;

		lab_paging_play(run, paging, string + end - window, window);
		now = lab_paging_faults(run, paging);
		lab_point(run, plot, faults, (double)end,
			  (double)(now - before));
		lab_point(run, plot, set, (double)end,
			  (double)lab_working_set(string, end, window));
		before = now;
	}
	return before - first;
}

void lab_paging_close(struct lab_paging *paging)
{
	munmap(paging->memory, paging->length);
	vmlab_space_close(paging->space);
}

uint64_t lab_paging_run(struct lab_run *run, uint32_t policy, uint64_t frames,
			uint32_t flags, const uint64_t *string, size_t nr)
{
	struct lab_paging paging = lab_paging_open(run, policy, 0, frames, flags,
						   string, nr);
	uint64_t faults;

	lab_paging_play(run, &paging, string, nr);
	faults = lab_paging_faults(run, &paging);
	lab_paging_close(&paging);
	return faults;
}
