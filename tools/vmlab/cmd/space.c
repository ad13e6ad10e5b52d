// SPDX-License-Identifier: GPL-2.0
/* vmlab space: make a space, map it, touch it, and show what happened. */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cmd/commands.h"
#include "cmd/paging_common.h"
#include "cmd/space_arguments.h"
#include "paging/session.h"
#include "show/space.h"

static int print(const struct cli *cli, const struct session *s)
{
	const struct space_result *r = &s->result;
	int err[2] = { 0 };

	if (cli->json)
		space_print_json(s->lab, r);
	else
		space_print_tables(cli->colour, s->lab, r, err);
	for (size_t i = 0; i < r->nr_actors; i++)
		if (err[i])
			cli_fail(err[i], VMLAB_ABOUT_PROCESS,
				 r->actors[i].pid);
	if (r->sync_error)
		return cli_error("--sync: what was written could not all be "
				 "written back: %s: see fsync(2)",
				 strerror(-r->sync_error));
	return EXIT_OK;
}

static void hold(double seconds, const struct child *child)
{
	fflush(stdout);
	if (child->pid)
		fprintf(stderr,
			"vmlab: holding %g s: parent %d, child %d\n",
			seconds, (int)getpid(), (int)child->pid);
	else
		fprintf(stderr, "vmlab: holding %g s: pid %d\n",
			seconds, (int)getpid());
	session_hold(seconds);
}

/* Run the experiment; close the device. */
static int perform(const struct cli *cli, const struct space_arguments *a,
		   struct vmlab *lab)
{
	struct session s;
	int err;

	if (session_run(&s, lab, &a->plan)) {
		err = cli_failure(&s.failure);
	} else {
		err = print(cli, &s);
		if (a->hold > 0) {
			session_close_lab(&s);
			hold(a->hold, &s.child);
		}
	}
	session_end(&s);
	return err;
}

static int run(struct cli *cli, int argc, char **argv)
{
	struct space_arguments a = {
		.plan = {
			.bytes = 1u << 20,
			.map_flags = MAP_SHARED,
			.touch = { .access = ACCESS_WRITE, .stride = 1 },
			.child_access = ACCESS_READ,
			.file = -1,
		},
		.pages = "0-",
	};
	struct vmlab *lab;
	int err;

	if (space_parse_options(cli, &a, argc, argv) == CLI_STOP)
		return cli->exit_code;
	err = space_complete_plan(cli, &a);
	if (!err)
		err = cli_open(&lab);
	if (!err) {
		err = space_find_policy(cli, &a, lab);
		if (err) {
			vmlab_close(lab);
		} else {
			space_note_arguments(&a);
			err = perform(cli, &a, lab);
		}
	}
	space_free_arguments(&a);
	return err;
}

static const char help[] =
	"A space is the memory that one open " VMLAB_DEVICE " provides.  A frame is\n"
	"filled at the first touch of its page: with zeros, unless --backing says\n"
	"otherwise.  The space ends with the command: --hold keeps it for other commands\n"
	"to inspect.  Needs no privilege; the VMAs of the child do, see 'vmlab vmas\n"
	"--help'.\n"
	"\n"
	"PROCESS   the processes in the order in which they touched: parent, then child\n"
	"TOUCHED   pages whose first word was read or written\n"
	"SIGBUS    touches beyond the end of the space (--length may be more than --size)\n"
	"          or made to fail; a result, not an error\n"
	"NONZERO   reads that found data: what the parent wrote, seen by the child\n"
	"TIME      of all touches of the process\n"
	"COUNTER   the statistics of the space: now, and how much each process added;\n"
	"          frames, frames_dirty and vmas can also fall; frames_peak never does\n"
	"HISTOGRAM how long the fault handler took, and how often\n"
	"START...  the VMAs of the mapping, as 'vmlab vmas' shows them\n"
	"\n"
	"PAGING    what budget, policy and prefetching did; with any of their options\n"
	"REFAULTED_AFTER  evictions between that of a page and its refault\n"
	"INJECT    the rules, with the faults that matched and those that were disturbed\n"
	"TIME_US   the events, timed from the first one; LOST counts events dropped\n"
	"          because the buffer was full\n"
	"\n"
	"SIZE is bytes, or a number with K, M, G, T (powers of 1024).  With a file it is\n"
	"by default the length of the file.  What is written returns to the file with\n"
	"--sync, and in any case when vmlab ends.  file:- is standard input: 0<>FILE.\n"
	"\n"
	"RULE is an action and conditions with commas between: sigbus, oom, hwpoison,\n"
	"retry, or delay; pages=FIRST-LAST, access=rwx, nth=N (only the N-th fault that\n"
	"matches), probability=0.25, seed=N, pid=PID (self is the parent, which touches\n"
	"first), and us=MICROSECONDS for a delay.\n"
	"\n"
	"Example: does a child see what its parent wrote? shared, private, mapped anew\n"
	"  vmlab space --size 64K --fork\n"
	"  vmlab space --size 64K --fork --private --child-touch write\n"
	"  vmlab space --size 64K --fork --private --remap\n"
	"Example: every other page of the first 16, then two pages beyond the end\n"
	"  vmlab space --size 64K --pages 0-15 --stride 2\n"
	"  vmlab space --size 64K --length 72K\n"
	"Example: 16 pages on 4 frames: the parent writes them, the child reads them\n"
	"  vmlab space --size 64K --budget 4 --policy clock --fork\n"
	"Example: the third write fails, each read takes a millisecond\n"
	"  vmlab space --size 64K --inject sigbus,access=w,nth=3 --events\n"
	"  vmlab space --size 64K --touch read --inject delay,us=1000\n"
	"Example: of parent and child, only the parent gets SIGBUS\n"
	"  vmlab space --size 16K --fork --inject sigbus,pid=self\n"
	"For the page faults of a textbook see 'vmlab replay'.\n";

const struct command cmd_space = {
	.name = "space",
	.group = GROUP_MEMORY,
	.summary = "make a space, map and touch it, and show what happened",
	.help = help,
	.options = space_options,
	.tables = space_tables,
	.run = run,
};
