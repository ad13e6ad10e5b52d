/* SPDX-License-Identifier: GPL-2.0 */
/* What a command did on managed memory: its processes, their spaces, and the sums. */
#ifndef VMLAB_MODEL_RUN_REPORT_H
#define VMLAB_MODEL_RUN_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "libvmlab.h"

/** enum run_why - why no memory of a program is managed */
enum run_why {
	RUN_MANAGED, /* it is */
	RUN_WHY_STATIC, /* statically linked */
	RUN_WHY_SETUID, /* runs with other privileges, so that it ignores LD_PRELOAD */
	RUN_WHY_32BIT, /* of another word size than the preload library */
	RUN_WHY_SILENT, /* did not load the preload library, for another reason */
	RUN_WHY_FAILED, /* the library found no space: see no_space_errno */
};

/** run_why_name, run_why_text - return a word for it, and a few words */
const char *run_why_name(enum run_why why);
const char *run_why_text(enum run_why why);

/**
 * struct run_program - a program of a process: execve(2) begins another one
 * @pid: its process
 * @name: as /proc/PID/comm has it
 * @why: whether its memory is managed, and why not
 * @no_space_errno: RUN_WHY_FAILED: a positive errno
 * @forked: it began by fork(2) of a managed process
 * @exec: its process ran another program of the report before
 * @running: it had not ended when the command had
 * @spaces: spaces that it had, one after the other or at once
 * @stats, @paging: sums over them; frames_peak is the highest of them
 * @anon: bytes of anonymous memory that no space holds: the highest sample
 * @given_back: bytes of mappings that left the space because the device cannot provide
 *	what the program asked for
 * @copied: times that fork(2) copied a space, because it could not be cloned
 */
struct run_program {
	pid_t pid;
	char name[16];
	enum run_why why;
	int no_space_errno;
	bool forked;
	bool exec;
	bool running;
	size_t spaces;
	struct vmlab_space_stats stats;
	struct vmlab_paging_stats paging;
	uint64_t anon;
	uint64_t given_back;
	uint64_t copied;
};

/**
 * struct run_report - a command that ran
 * @command: its name and arguments; a NULL ends them
 * @pid: its process
 * @status: as wait(2) returns it
 * @usage: of the command and of the children that it waited for
 * @seconds: from its start to its end
 * @paging: budget, policy and prefetching of each space
 * @space_flags: VMLAB_SPACE_* of each
 * @page_size: bytes
 * @start_errno: why the command could not be started, a positive errno, or 0
 * @programs, @nr_programs: in the order in which they appeared
 * @nr_processes: how many processes these were
 * @stats, @paging_stats: sums over the programs
 * @frames_peak: the most resident frames at once
 * @frames_peak_exact: @frames_peak is no sample: there were never two spaces at once,
 *	because there was one process
 * @anon_peak: the most anonymous memory that no space held at once, in bytes: a sample
 * @nr_running: processes that had not ended when the command had
 * @nr_refused: processes whose reports could not be received, because there were no more
 *	descriptors
 * @timed_out: it was killed because of run_plan.timeout
 * @interrupted: the signal that asked vmlab to end, and that the command got too, or 0
 * @events: events that were read
 * @events_lost: events that were lost, because they came faster than they were read
 */
struct run_report {
	char *const *command;
	pid_t pid;
	int status;
	struct rusage usage;
	double seconds;
	struct vmlab_paging paging;
	uint32_t space_flags;
	uint64_t page_size;
	int start_errno;
	struct run_program *programs;
	size_t nr_programs;
	size_t nr_processes;
	struct vmlab_space_stats stats;
	struct vmlab_paging_stats paging_stats;
	uint64_t frames_peak;
	bool frames_peak_exact;
	uint64_t anon_peak;
	size_t nr_running;
	uint64_t nr_refused;
	bool timed_out;
	int interrupted;
	uint64_t events;
	uint64_t events_lost;
};

/** run_add_stats, run_add_paging - add counters; frames_peak becomes the higher one */
void run_add_stats(struct vmlab_space_stats *sum, const struct vmlab_space_stats *add);
void run_add_paging(struct vmlab_paging_stats *sum, const struct vmlab_paging_stats *add);

/**
 * run_report_sum - fill in what follows from the programs
 *
 * @frames_peak has the highest sample before; the exact peak of one space can be higher.
 */
void run_report_sum(struct run_report *report);

/** run_report_code - return the exit code for the status: 128+N for signal N */
int run_report_code(const struct run_report *report);

/** run_report_free - free the programs */
void run_report_free(struct run_report *report);

#endif /* VMLAB_MODEL_RUN_REPORT_H */
