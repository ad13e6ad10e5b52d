// SPDX-License-Identifier: GPL-2.0
/* The sums of a report about a command. */
#include <signal.h>

#include "model/run_report.h"
#include "tap.h"

static void test_sum(void)
{
	struct run_program programs[] = {
		{ .pid = 10, .stats = { .filled = 5, .mapped = 1, .frames_peak = 7 },
		  .paging = { .evicted = 2, .refault_distance = { [3] = 1 } } },
		{ .pid = 11, .stats = { .filled = 6, .unshared = 2, .frames_peak = 9 },
		  .paging = { .policy_lost = 1, .refault_distance = { [3] = 4 } },
		  .running = true },
		{ .pid = 10, .exec = true, .stats = { .latency = { [31] = 3 } } },
	};
	struct run_report r = { .programs = programs, .nr_programs = 3, .frames_peak = 8 };

	run_report_sum(&r);
	is(r.nr_processes, 2, "an exec makes no process");
	is(r.nr_running, 1, "processes that run");
	is(r.stats.filled, 11, "fills");
	is(r.stats.mapped, 1, "mapped");
	is(r.stats.unshared, 2, "the members after the histogram");
	is(r.stats.latency[31], 3, "the histogram");
	is(r.paging_stats.evicted, 2, "evictions");
	is(r.paging_stats.policy_lost, 1, "the last member");
	is(r.paging_stats.refault_distance[3], 5, "distances");
	is(r.stats.frames_peak, 9, "a peak is no sum");
	is(r.frames_peak, 9, "the peak of one space is above the sample");
	r.frames_peak = 12;
	run_report_sum(&r);
	is(r.frames_peak, 12, "the sample of all is above the peak of one");
	is(r.stats.filled, 11, "summed twice, the sums are the same");
}

static void test_code(void)
{
	struct run_report r = { .status = 3 << 8 };

	is(run_report_code(&r), 3, "an exit status");
	r.status = SIGTERM;
	is(run_report_code(&r), 128 + SIGTERM, "a signal");
}

int main(void)
{
	test_sum();
	test_code();
	return tap_done();
}
