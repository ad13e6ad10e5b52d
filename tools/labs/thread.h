/* SPDX-License-Identifier: GPL-2.0 */
/* Threads of a lab: they wait, and do what they are told. */
#ifndef LABS_THREAD_H
#define LABS_THREAD_H

#include <pthread.h>
#include <sys/types.h>

#include "labs/lab.h"
#include "labs/process.h"

/**
 * struct lab_thread - one thread
 * @tid: its thread id
 * @byte: a byte on its stack, 0 at first
 * The other members are those of the library.
 */
struct lab_thread {
	pid_t tid;
	volatile char *byte;
	pthread_t id;
	struct lab_run *run;
	struct lab_gate go, done;
	void (*work)(struct lab_run *run, void *arg);
	void *arg;
};

/**
 * lab_thread_start - create a thread that waits
 * @thread: [out] must stay until lab_thread_stop()
 * @attr: NULL for the defaults
 *
 * The thread allocates nothing until lab_thread_call().
 */
void lab_thread_start(struct lab_run *run, struct lab_thread *thread,
		      const pthread_attr_t *attr);

/** lab_thread_call - let a thread call a function, and wait until it returns */
void lab_thread_call(struct lab_thread *thread,
		     void (*work)(struct lab_run *run, void *arg), void *arg);

/** lab_thread_stop - let a thread exit, and wait until it has left the mm */
void lab_thread_stop(struct lab_thread *thread);

/**
 * lab_clone - create a process that shares the mm: clone(2) with CLONE_VM
 * @work: called in it; it exits with the value returned
 *
 * One at a time, because it runs on a static stack.  Return: its pid.
 */
pid_t lab_clone(struct lab_run *run, int (*work)(struct lab_run *run, void *arg),
		void *arg);

#endif /* LABS_THREAD_H */
