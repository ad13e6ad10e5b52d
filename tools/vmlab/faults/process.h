/* SPDX-License-Identifier: GPL-2.0 */
/* The process that is followed. */
#ifndef VMLAB_FAULTS_PROCESS_H
#define VMLAB_FAULTS_PROCESS_H

#include <sys/types.h>

#include "model/faults.h"
#include "sys/failure.h"

/**
 * faults_open_process - open the process that --pid names
 * @pidfd: [out] to be closed; readable when the process has ended
 *
 * Return: 0 or a negative errno, with a sentence in @failure: for a thread, it
 * names the process.  For a kernel thread -EINVAL.
 */
int faults_open_process(pid_t pid, int *pidfd, struct failure *failure);

/**
 * faults_run_command - run the command of a report, and wait for its end
 *
 * A session with the option spawn counts all its faults.  The terminal sends ^C to
 * the command too; SIGTERM and SIGHUP are passed on to it.  Fills in command_pid,
 * status, usage and seconds, or spawn_errno.
 *
 * Return: 0 or a negative errno, with a sentence in @failure.
 */
int faults_run_command(struct faults_report *report, struct failure *failure);

/**
 * faults_watch_process - wait for the end of a process, a timeout, or a signal
 * @pidfd: the process; -1 waits for none
 * @duration: in seconds, 0 for no limit
 *
 * Fills in seconds.
 *
 * Return: 0 or a negative errno, with a sentence in @failure.
 */
int faults_watch_process(struct faults_report *report, int pidfd,
			 double duration, struct failure *failure);

#endif /* VMLAB_FAULTS_PROCESS_H */
