// SPDX-License-Identifier: GPL-2.0
/* Sums over the spaces and programs of a command. */
#include <stdlib.h>
#include <sys/wait.h>

#include "model/run_report.h"

/* as shells report the end by a signal */
enum { CODE_SIGNAL = 128 };

static const struct {
	const char *name, *text;
} whys[] = {
	[RUN_MANAGED] = { "managed", "managed" },
	[RUN_WHY_STATIC] = { "static", "statically linked" },
	[RUN_WHY_SETUID] = { "setuid", "has privileges of its own (setuid)" },
	[RUN_WHY_32BIT] = { "32bit", "a 32-bit program" },
	[RUN_WHY_SILENT] = { "silent", "did not load the preload library" },
	[RUN_WHY_FAILED] = { "failed", "could not get a space" },
};

const char *run_why_name(enum run_why why)
{
	return whys[why].name;
}

const char *run_why_text(enum run_why why)
{
	return whys[why].text;
}

/* Add up the 64-bit members of two records from @first on. */
static void add_words(void *sum, const void *add, size_t first, size_t size)
{
	for (size_t at = first; at < size; at += sizeof(uint64_t))
		*(uint64_t *)((char *)sum + at) +=
			*(const uint64_t *)((const char *)add + at);
}

void run_add_stats(struct vmlab_space_stats *sum, const struct vmlab_space_stats *add)
{
	uint64_t peak = sum->frames_peak;

	add_words(sum, add, offsetof(struct vmlab_space_stats, frames), sizeof(*sum));
	sum->frames_peak = peak > add->frames_peak ? peak : add->frames_peak;
}

void run_add_paging(struct vmlab_paging_stats *sum, const struct vmlab_paging_stats *add)
{
	add_words(sum, add, offsetof(struct vmlab_paging_stats, charged), sizeof(*sum));
}

void run_report_sum(struct run_report *r)
{
	r->stats = (struct vmlab_space_stats){ 0 };
	r->paging_stats = (struct vmlab_paging_stats){ 0 };
	r->nr_processes = 0;
	r->nr_running = 0;
	for (size_t i = 0; i < r->nr_programs; i++) {
		const struct run_program *p = &r->programs[i];

		run_add_stats(&r->stats, &p->stats);
		run_add_paging(&r->paging_stats, &p->paging);
		/* the last thing that a process says is no sample */
		if (r->anon_peak < p->anon)
			r->anon_peak = p->anon;
		r->nr_processes += !p->exec;
		r->nr_running += p->running;
	}
	if (r->frames_peak < r->stats.frames_peak)
		r->frames_peak = r->stats.frames_peak;
}

int run_report_code(const struct run_report *r)
{
	if (WIFSIGNALED(r->status))
		return CODE_SIGNAL + WTERMSIG(r->status);
	return WEXITSTATUS(r->status);
}

void run_report_free(struct run_report *r)
{
	free(r->programs);
	r->programs = NULL;
	r->nr_programs = 0;
}
