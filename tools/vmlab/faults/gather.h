/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VMLAB_FAULTS_GATHER_H
#define VMLAB_FAULTS_GATHER_H

#include "faults/session.h"
#include "model/faults.h"

/**
 * faults_gather - read all counters of a session into a report
 * @options: those that the session was opened with
 *
 * Looks up paths and symbols.  Rows are sorted, most faults first.  The report is
 * released with faults_release(), also after an error.
 *
 * Return: 0 or a negative errno.
 */
int faults_gather(struct faults_report *report,
		  const struct faults_session *session,
		  const struct faults_options *options);

#endif /* VMLAB_FAULTS_GATHER_H */
