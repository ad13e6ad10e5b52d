// SPDX-License-Identifier: GPL-2.0
/* A second process: it does its work, reports, and waits until its parent ends it. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "paging/child.h"

static _Noreturn void child_main(void (*work)(void *, struct child_report *),
				 void *arg, int report_fd, int end_fd)
{
	struct child_report report = { 0 };
	char c;

	signal(SIGINT, SIG_IGN);
	work(arg, &report);
	if (write(report_fd, &report, sizeof(report)) !=
	    (ssize_t)sizeof(report))
		_exit(EXIT_FAILURE);
	/* the mapping stays until the parent closes its end of the pipe */
	while (read(end_fd, &c, 1) < 0 && errno == EINTR)
		;
	_exit(EXIT_SUCCESS);
}

int child_start(void (*work)(void *arg, struct child_report *report), void *arg,
		struct child *child)
{
	int report[2], end[2], err;
	pid_t pid;

	if (pipe(report))
		return -errno;
	if (pipe(end)) {
		err = -errno;
		close(report[0]);
		close(report[1]);
		return err;
	}

	fflush(stdout);
	pid = fork();
	err = pid < 0 ? -errno : 0;
	if (pid == 0) {
		close(report[0]);
		close(end[1]);
		child_main(work, arg, report[1], end[0]);
	}
	close(report[1]);
	close(end[0]);
	if (err) {
		close(report[0]);
		close(end[1]);
		return err;
	}
	*child = (struct child){
		.pid = pid,
		.report = report[0],
		.end = end[1],
	};
	return 0;
}

int child_wait_report(const struct child *child, struct child_report *report)
{
	ssize_t n;

	do {
		n = read(child->report, report, sizeof(*report));
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	/* a killed child closes the pipe without a whole report */
	return n == (ssize_t)sizeof(*report) ? report->err : -ECHILD;
}

void child_end(struct child *child)
{
	if (!child->pid)
		return;
	close(child->report);
	close(child->end);
	while (waitpid(child->pid, NULL, 0) < 0 && errno == EINTR)
		;
	child->pid = 0;
}
