/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Run a command on managed memory: each of its processes loads the preload library, which
 * maps its memory from a space of its own and passes the descriptor of the space here.
 */
#ifndef VMLAB_RUN_SESSION_H
#define VMLAB_RUN_SESSION_H

#include "model/run_report.h"
#include "run/plan.h"
#include "sys/failure.h"

/**
 * run_command - run a command, and wait for its end
 * @plan: what to run
 * @report: [out] to be freed with run_report_free(), also on failure
 * @failure: [out] the reason on failure
 *
 * The terminal sends ^C to the command too; SIGTERM and SIGHUP, and what was sent with
 * kill(1), are passed on to it.  The process is a subreaper meanwhile, and reaps all of its
 * children: it must have no others.
 *
 * Return: 0 when the command ran, whatever its exit status; else a negative errno.  When
 * the command itself cannot be run, report->start_errno says why.
 */
int run_command(const struct run_plan *plan, struct run_report *report,
		struct failure *failure);

#endif /* VMLAB_RUN_SESSION_H */
