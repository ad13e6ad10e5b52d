// SPDX-License-Identifier: GPL-2.0
/* The second process of a session. */
#include <errno.h>
#include <unistd.h>

#include "paging/child.h"
#include "tap.h"

static void report_pid(void *arg, struct child_report *report)
{
	report->err = *(int *)arg;
	report->base = (uint64_t)getpid();
}

static void die(void *arg, struct child_report *report)
{
	(void)arg;
	(void)report;
	_exit(0);
}

static void test_child(void)
{
	struct child_report report;
	struct child child;
	int err = 0;

	is(child_start(report_pid, &err, &child), 0, "start a child");
	is(child_wait_report(&child, &report), 0, "it reports");
	ok(report.base == (uint64_t)child.pid, "and is another process");
	child_end(&child);
	err = -ENOMEM;
	is(child_start(report_pid, &err, &child), 0, "start a child that fails");
	ok(child_wait_report(&child, &report) == -ENOMEM, "it reports its error");
	child_end(&child);
	is(child_start(die, NULL, &child), 0, "start a child that dies");
	ok(child_wait_report(&child, &report) == -ECHILD, "it is missed");
	child_end(&child);
}

int main(void)
{
	test_child();
	return tap_done();
}
