/* SPDX-License-Identifier: GPL-2.0 */
/* Processes and threads of a lab, and how they wait for each other. */
#ifndef LABS_PROCESS_H
#define LABS_PROCESS_H

#include <sys/types.h>

#include "labs/lab.h"

/** lab_shared - return zeroed memory that this process and its children share */
void *lab_shared(struct lab_run *run, size_t size);

/**
 * lab_spawn - fork a child that calls @work and exits with its return value
 * @work: 0 to 125; NULL to do nothing but wait to be killed
 *
 * Return: its pid.  It dies with this process.
 */
pid_t lab_spawn(struct lab_run *run, int (*work)(struct lab_run *run, void *arg),
		void *arg);

/** lab_wait - wait for a child and return its status as wait(2) gives it */
int lab_wait(struct lab_run *run, pid_t pid);

/** lab_wait_ok - wait for a child that must exit with 0 */
void lab_wait_ok(struct lab_run *run, pid_t pid);

/** lab_kill - kill a child and reap it */
void lab_kill(struct lab_run *run, pid_t pid);

/**
 * struct lab_gate - lets one process wait until another opens it; counts openings
 *
 * An eventfd(2): made before fork, it works between all that inherit it.
 */
struct lab_gate {
	int fd;
};

/** lab_gate_make - make a closed gate */
struct lab_gate lab_gate_make(struct lab_run *run);

/** lab_gate_open - let one waiter through, now or later */
void lab_gate_open(struct lab_gate gate);

/** lab_gate_pass - wait for one opening; ends the run as failed after 60 s */
void lab_gate_pass(struct lab_run *run, struct lab_gate gate);

/**
 * struct lab_signal - what a fault signal said
 * @number: SIGSEGV, SIGBUS; 0 when no signal came
 * @code: SEGV_MAPERR and so on
 * @address: the address that faulted
 */
struct lab_signal {
	int number;
	int code;
	uint64_t address;
};

/**
 * lab_catch - call a function and catch SIGSEGV or SIGBUS in it
 *
 * The handler runs on a stack of its own, so that a stack overflow is caught too.
 * One thread at a time.
 */
struct lab_signal lab_catch(struct lab_run *run, void (*work)(void *arg),
			    void *arg);

/** lab_signal_name - return "SIGSEGV SEGV_MAPERR" and so on, "no signal" for 0 */
const char *lab_signal_name(const struct lab_signal *sig, char text[40]);

/** lab_clock - return CLOCK_MONOTONIC, nanoseconds */
uint64_t lab_clock(void);

#endif /* LABS_PROCESS_H */
