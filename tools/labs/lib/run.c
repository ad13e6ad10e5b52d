// SPDX-License-Identifier: GPL-2.0
/* The process of a run: its phases, its parameters, how it ends. */
#include <errno.h>
#include <linux/mempolicy.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "labs/lib/list.h"
#include "labs/lib/lock.h"
#include "labs/lib/run.h"
#include "labs/lib/settle.h"

/* End the run, also when a descendant of its process calls. */
static void __attribute__((noreturn)) end(const struct lab_run *run)
{
	fflush(stdout);
	if (getpid() != run->pid)
		kill(run->pid, SIGKILL);
	_exit(0);
}

static void __attribute__((format(printf, 2, 0)))
set_reason(struct lab_run *run, const char *fmt, va_list ap)
{
	vsnprintf(run->result->reason, sizeof(run->result->reason), fmt, ap);
}

void lab_skip(struct lab_run *run, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	set_reason(run, fmt, ap);
	va_end(ap);
	run->result->verdict = LAB_SKIPPED;
	end(run);
}

void lab_fail(struct lab_run *run, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	set_reason(run, fmt, ap);
	va_end(ap);
	run->result->verdict = LAB_FAILED;
	end(run);
}

int lab_check(struct lab_run *run, int err, const char *fmt, ...)
{
	char text[LAB_TEXT / 2];
	va_list ap;

	if (err >= 0)
		return err;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	lab_fail(run, "%s: %s", text, strerror(-err));
}

/* --- parameters ------------------------------------------------------------- */

static const char *param_value(const struct lab_run *run, const char *name)
{
	const struct lab_param *param = lab_param_find(run->lab, name);

	if (!param)
		abort(); /* the lab names a parameter that it does not declare */
	for (size_t i = 0; i < run->options->nr_params; i++)
		if (!strcmp(run->options->params[i][0], name))
			return run->options->params[i][1];
	return param->value;
}

uint64_t lab_number(const struct lab_run *run, const char *name)
{
	uint64_t number;

	if (lab_param_parse(lab_param_find(run->lab, name),
			    param_value(run, name), &number))
		abort(); /* the command line was checked: the default is bad */
	return number;
}

const char *lab_word(const struct lab_run *run, const char *name)
{
	return param_value(run, name);
}

bool lab_broken(const struct lab_run *run, const char *name)
{
	if (run->phase != LAB_PHASE_EXPERIMENT ||
	    !lab_break_find(run->lab, name))
		abort(); /* a prediction must not depend on it */
	return run->options->broken && !strcmp(run->options->broken, name);
}

const struct lab_machine *lab_machine(const struct lab_run *run)
{
	return &run->machine;
}

struct vmlab *lab_device(const struct lab_run *run)
{
	return run->device;
}

struct undo_log *lab_run_undo(struct lab_run *run)
{
	return run->undo;
}

/* --- phases ------------------------------------------------------------------ */

static void record_params(struct lab_run *run)
{
	struct lab_result *r = run->result;

	for (const struct lab_param *p = run->lab->params; p && p->name; p++) {
		if (r->nr_params == LAB_PARAMS_MAX)
			abort();
		snprintf(r->params[r->nr_params].name,
			 sizeof(r->params[0].name), "%s", p->name);
		snprintf(r->params[r->nr_params].value,
			 sizeof(r->params[0].value), "%s",
			 param_value(run, p->name));
		r->nr_params++;
	}
}

static void need_everything(struct lab_run *run)
{
	unsigned int needs = run->lab->needs;
	int err = vmlab_open(&run->device);
	char text[VMLAB_EXPLAIN_MAX];

	if (err) {
		run->device = NULL;
		if (needs & (LAB_DEVICE | LAB_PTES))
			lab_skip(run, "%s",
				 vmlab_explain(err, VMLAB_ABOUT_DEVICE, 0, text,
					       sizeof(text)));
	}
	if (needs & LAB_ROOT && geteuid())
		lab_skip(run, "this lab needs root: run it with sudo");
	if (needs & LAB_PTES &&
	    !vmlab_has_feature(run->device, VMLAB_FEAT_PGTABLE))
		lab_skip(run, "the module cannot read page tables on this kernel");
}

/* Predictions assume that the process itself is not limited. */
static void need_no_limits(struct lab_run *run)
{
	const rlim_t least_stack = 512 * 1024;
	struct rlimit space, data, stack;

	if (getrlimit(RLIMIT_AS, &space) || getrlimit(RLIMIT_DATA, &data) ||
	    getrlimit(RLIMIT_STACK, &stack))
		lab_fail(run, "getrlimit: %s", strerror(errno));
	if (space.rlim_cur != RLIM_INFINITY || data.rlim_cur != RLIM_INFINITY)
		lab_skip(run, "the address space is limited (RLIMIT_AS or RLIMIT_DATA): "
			      "run 'ulimit -v unlimited -d unlimited' first");
	if (stack.rlim_cur < least_stack)
		lab_skip(run, "the stack is limited to less than 512 KiB "
			      "(RLIMIT_STACK): run 'ulimit -s 8192' first");
}

static void set_up_process(const struct lab_run *run)
{
	const struct rlimit no_core = { 0, 0 };

	setrlimit(RLIMIT_CORE, &no_core);
	signal(SIGPIPE, SIG_DFL);
	if (!run->lab->thp)
		prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
	/*
	 * A policy of one's own, though that of the default, ends NUMA balancing: it takes
	 * the rights from entries at any time, and counts faults to give them back
	 * (kernel/sched/fair.c: task_numa_work(), mm/mempolicy.c: vma_policy_mof()).
	 */
	syscall(SYS_set_mempolicy, MPOL_LOCAL, NULL, 0);
}

int lab_run_lock(const struct lab_run *run, bool exclusive)
{
	int err = lab_lock_try(run->lock, exclusive);

	if (err != -EWOULDBLOCK)
		return err;
	if (run->options->waiting)
		run->options->waiting(run->lab);
	return lab_lock_wait(run->lock, exclusive);
}

/* Settings that another lab changes would falsify predictions of this one. */
static void wait_for_others(struct lab_run *run)
{
	int err = lab_run_lock(run, run->lab->changes);

	if (err)
		lab_fail(run, LAB_LOCK " cannot be locked against other runs: %s",
			 strerror(-err));
}

void lab_run_child(struct lab_run *run)
{
	run->pid = getpid();
	record_params(run);
	set_up_process(run);
	need_everything(run);
	need_no_limits(run);
	if (!run->options->predict_only)
		wait_for_others(run);
	lab_machine_read(&run->machine, run->device);
	run->lab->predict(run);
	if (run->options->predicted)
		run->options->predicted(run->lab, run->result);
	fflush(stdout);
	if (run->options->predict_only) {
		run->result->verdict = LAB_PREDICTED;
		end(run);
	}
	settle();
	run->phase = LAB_PHASE_EXPERIMENT;
	run->lab->experiment(run);
	run->result->verdict = lab_result_judge(run->result);
	end(run);
}
