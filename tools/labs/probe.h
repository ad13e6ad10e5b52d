/* SPDX-License-Identifier: GPL-2.0 */
/* Calls of kernel functions, traced: for labs about what no request reports. */
#ifndef LABS_PROBE_H
#define LABS_PROBE_H

#include <sys/types.h>

#include "labs/lab.h"

/**
 * struct lab_call - one call of a probed function
 * @pid: thread that was running
 * @cpu: where
 * @argument: the first argument
 */
struct lab_call {
	pid_t pid;
	int cpu;
	uint64_t argument;
};

/**
 * lab_probe - trace the calls of kernel functions until the run ends; once a run
 * @functions: symbols that are not inlined, after them NULL
 *
 * Uses kprobe events and a trace instance of its own.  Skips the lab without
 * tracefs or kprobe events.
 */
void lab_probe(struct lab_run *run, const char *const *functions);

/** lab_probe_clear - forget the calls so far */
void lab_probe_clear(struct lab_run *run);

/**
 * lab_probe_find - count the calls of a probed function so far
 * @pid: by this thread; 0 for any
 * @argument: with this first argument; 0 for any
 * @call: [out] the last of them, unchanged without one; may be NULL
 */
unsigned int lab_probe_find(struct lab_run *run, const char *function,
			    pid_t pid, uint64_t argument,
			    struct lab_call *call);

/* --- the end of an mm: exit_mmap() and __mmdrop() ------------------------------ */

/** lab_probe_mm - lab_probe() of these two functions */
void lab_probe_mm(struct lab_run *run);

/** lab_probe_kill - kill and reap a child; return the address of its mm, traced */
uint64_t lab_probe_kill(struct lab_run *run, pid_t pid);

/** lab_probe_freed - return how often an mm was freed since lab_probe_kill() */
unsigned int lab_probe_freed(struct lab_run *run, uint64_t mm,
			     struct lab_call *call);

#endif /* LABS_PROBE_H */
