/* SPDX-License-Identifier: GPL-2.0 */
/* The state of one run, for the library only: labs see an opaque structure. */
#ifndef LABS_RUN_H
#define LABS_RUN_H

#include "labs/lab.h"
#include "labs/lib/result.h"
#include "labs/lib/undo.h"

/**
 * struct lab_options - how to run a lab
 * @params: values by name, see lab_param_parse(); the others have their default
 * @nr_params: elements of @params
 * @broken: the assumption to break, or NULL
 * @predict_only: whether to end after the prediction
 * @seconds: time limit of the run; then it is killed and fails
 * @predicted: called in the process of the run after predict(); may be NULL
 * @step: called there before each step; may be NULL
 * @waiting: called there when the run has to wait for other runs; may be NULL
 */
struct lab_options {
	const char *const (*params)[2];
	size_t nr_params;
	const char *broken;
	bool predict_only;
	unsigned int seconds;
	void (*predicted)(const struct lab *lab,
			  const struct lab_result *result);
	void (*step)(size_t number, const char *text);
	void (*waiting)(const struct lab *lab);
};

enum lab_phase { LAB_PHASE_PREDICT, LAB_PHASE_EXPERIMENT };

/**
 * struct lab_run - one run, in its own process
 * @lab: the lab
 * @options: how to run it
 * @result: shared with the runner
 * @undo: shared with the process that cleans up
 * @machine: facts, see lab_machine()
 * @device: see lab_device(); NULL without the module
 * @phase: what may be called now
 * @lock: what lab_lock_open() returned
 * @pid: of the process of the run
 */
struct lab_run {
	const struct lab *lab;
	const struct lab_options *options;
	struct lab_result *result;
	struct undo_log *undo;
	struct lab_machine machine;
	struct vmlab *device;
	enum lab_phase phase;
	int lock;
	pid_t pid;
};

/**
 * lab_run_lock - take the lock between runs; wait for other runs, and report that
 * @exclusive: admit no other run; else admit those that are not exclusive either
 *
 * Return: 0 or a negative errno.
 */
int lab_run_lock(const struct lab_run *run, bool exclusive);

/** lab_run_child - do the run; called in its process, which then exits */
void lab_run_child(struct lab_run *run) __attribute__((noreturn));

/** lab_run_undo - return the log of changes of the run */
struct undo_log *lab_run_undo(struct lab_run *run);

/**
 * lab_run_proc - open a process for a request, or end the run as failed
 * @pid: 0 for the caller
 *
 * The caller closes it with vmlab_proc_close().
 */
struct vmlab_proc *lab_run_proc(struct lab_run *run, pid_t pid);

/** lab_machine_read - read the facts of the machine */
void lab_machine_read(struct lab_machine *m, const struct vmlab *device);

#endif /* LABS_RUN_H */
