// SPDX-License-Identifier: GPL-2.0
/* vmlab space: make a space, map it, touch it, and show what happened. */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cli.h"
#include "format.h"
#include "jsonout.h"
#include "must.h"
#include "parse.h"
#include "policy_names.h"
#include "space_out.h"
#include "touch.h"

enum {
	OPT_SIZE = 0x100,
	OPT_OFFSET,
	OPT_LENGTH,
	OPT_SHARED,
	OPT_PRIVATE,
	OPT_TOUCH,
	OPT_PAGES,
	OPT_STRIDE,
	OPT_FORK,
	OPT_REMAP,
	OPT_CHILD_TOUCH,
	OPT_HOLD,
	OPT_BUDGET,
	OPT_POLICY,
};

static const struct option_spec options[] = {
	{ "size", 's', "SIZE", NULL,
	  "length of the space (default 1M); 0 for no limit" },
	{ "shared", OPT_SHARED, NULL, NULL, "map it MAP_SHARED (default)" },
	{ "private", OPT_PRIVATE, NULL, NULL, "map it MAP_PRIVATE" },
	{ "offset", OPT_OFFSET, "SIZE", NULL,
	  "map from this offset on (default 0)" },
	{ "length", OPT_LENGTH, "SIZE", NULL,
	  "map so many bytes (default: to the end)" },
	{ "touch", 't', "HOW", "none read write",
	  "none, read or write (default)" },
	{ "pages", 'p', "LIST", NULL,
	  "pages of the mapping: 0-15,32,40- (default: all)" },
	{ "stride", OPT_STRIDE, "N", NULL,
	  "touch every N-th page of each run only" },
	{ "fork", 'F', NULL, NULL,
	  "fork(2) then: a child that touches the same pages" },
	{ "remap", OPT_REMAP, NULL, NULL,
	  "the child maps the space anew instead of inheriting" },
	{ "child-touch", OPT_CHILD_TOUCH, "HOW", "none read write",
	  "what the child does (default read)" },
	{ "budget", OPT_BUDGET, "PAGES", NULL,
	  "at most so many pages resident; others leave for them" },
	{ "policy", OPT_POLICY, "NAME", "fifo clock lru lfu random",
	  "who leaves, see 'vmlab policy list' (default fifo)" },
	{ "hold", OPT_HOLD, "SECONDS", NULL,
	  "stay so long before the end, to be looked at" },
	{ 0 },
};

/** struct plan - what the command line asks for */
struct plan {
	uint64_t bytes;
	uint64_t offset;
	uint64_t length;
	bool length_given;
	int map_flags;
	const char *pages;
	struct touch touch;
	struct page_run *runs;
	bool fork;
	bool remap;
	enum access child_access;
	bool child_access_given;
	uint64_t hold;
	uint64_t budget;
	const char *policy;
};

/** struct child - the second process, and the pipes to it */
struct child {
	pid_t pid;
	int report; /* we read: its struct report */
	int leash; /* closing it ends the child */
};

struct report {
	int err;
	uint64_t base;
	struct touched touched;
};

static int parse_options(struct cli *cli, struct plan *plan, int argc,
			 char **argv)
{
	int c, bad = 0;

	while ((c = cli_option(cli, options, argc, argv)) != CLI_END) {
		switch (c) {
		case CLI_STOP:
			return CLI_STOP;
		case 's':
			bad = parse_size(optarg, &plan->bytes);
			break;
		case OPT_OFFSET:
			bad = parse_size(optarg, &plan->offset);
			break;
		case OPT_LENGTH:
			bad = parse_size(optarg, &plan->length);
			plan->length_given = true;
			break;
		case OPT_SHARED:
			plan->map_flags = MAP_SHARED;
			break;
		case OPT_PRIVATE:
			plan->map_flags = MAP_PRIVATE;
			break;
		case 't':
			bad = touch_parse_access(optarg, &plan->touch.access);
			break;
		case 'p':
			plan->pages = optarg;
			break;
		case OPT_STRIDE:
			bad = parse_u64(optarg, &plan->touch.stride) ||
			      !plan->touch.stride;
			break;
		case 'F':
			plan->fork = true;
			break;
		case OPT_REMAP:
			plan->remap = true;
			break;
		case OPT_CHILD_TOUCH:
			bad = touch_parse_access(optarg, &plan->child_access);
			plan->child_access_given = true;
			break;
		case OPT_BUDGET:
			bad = parse_u64(optarg, &plan->budget) ||
			      !plan->budget;
			break;
		case OPT_POLICY:
			plan->policy = optarg;
			break;
		case OPT_HOLD:
			bad = parse_u64(optarg, &plan->hold) ||
			      plan->hold > INT_MAX;
			break;
		}
		if (bad) {
			cli->exit_code = cli_usage(cli, "'%s' is not a value "
						   "that this option takes",
						   optarg);
			return CLI_STOP;
		}
	}
	return 0;
}

static int check_multiple(const struct cli *cli, const char *option,
			  uint64_t value, uint64_t page_size)
{
	if (value % page_size)
		return cli_usage(cli, "--%s must be a multiple of the page "
				 "size, %" PRIu64 " bytes", option, page_size);
	return EXIT_OK;
}

/* what only makes sense once the page size is known */
static int complete_plan(const struct cli *cli, struct plan *plan,
			 uint64_t page_size)
{
	int err;

	err = check_multiple(cli, "size", plan->bytes, page_size);
	if (!err)
		err = check_multiple(cli, "offset", plan->offset, page_size);
	if (!err)
		err = check_multiple(cli, "length", plan->length, page_size);
	if (err)
		return err;

	if (!plan->length_given) {
		if (plan->bytes <= plan->offset)
			return cli_usage(cli, "nothing to map there: give "
					 "--length as well");
		plan->length = plan->bytes - plan->offset;
	}
	if (!plan->length || plan->length > SIZE_MAX)
		return cli_usage(cli, "--length must be more than 0");
	if ((plan->remap || plan->child_access_given) && !plan->fork)
		return cli_usage(cli, "--remap and --child-touch need --fork");

	err = parse_pages(plan->pages, plan->length / page_size, &plan->runs,
			  &plan->touch.nr_runs);
	if (err)
		return cli_usage(cli, "--pages=%s: give pages such as "
				 "0-15,32,40-; the mapping has %" PRIu64,
				 plan->pages, plan->length / page_size);
	plan->touch.runs = plan->runs;
	return EXIT_OK;
}

static int map_space(const struct plan *plan, const struct vmlab_space *space,
		     void **base)
{
	return vmlab_space_map(space, plan->offset, (size_t)plan->length,
			       PROT_READ | PROT_WRITE, plan->map_flags, base);
}

/* the second process: touch, report, and wait for the leash to be dropped */
static _Noreturn void child_main(const struct plan *plan,
				 const struct vmlab_space *space,
				 uint64_t page_size, void *base, int report_fd,
				 int leash_fd)
{
	struct touch touch = plan->touch;
	struct report report = { 0 };
	char c;

	signal(SIGINT, SIG_IGN); /* the parent decides when to end */
	if (plan->remap) {
		munmap(base, (size_t)plan->length);
		report.err = map_space(plan, space, &base);
	}
	touch.access = plan->child_access;
	if (!report.err)
		report.err = touch_pages(base, page_size, &touch,
					 (uint64_t)getpid(), &report.touched);
	report.base = (uintptr_t)base;
	if (write(report_fd, &report, sizeof(report)) !=
	    (ssize_t)sizeof(report))
		_exit(EXIT_FAILED);
	while (read(leash_fd, &c, 1) < 0 && errno == EINTR)
		;
	_exit(EXIT_OK);
}

static void drop_child(struct child *child)
{
	close(child->report);
	close(child->leash);
	while (waitpid(child->pid, NULL, 0) < 0 && errno == EINTR)
		;
}

static int start_child(const struct plan *plan, const struct vmlab_space *space,
		       uint64_t page_size, struct space_actor *actor,
		       struct child *child)
{
	int report[2], leash[2];

	if (pipe(report))
		return -errno;
	if (pipe(leash)) {
		int err = -errno;

		close(report[0]);
		close(report[1]);
		return err;
	}

	fflush(stdout);
	child->pid = fork();
	if (child->pid == 0) {
		close(report[0]);
		close(leash[1]);
		child_main(plan, space, page_size,
			   (void *)(uintptr_t)actor->base, report[1], leash[0]);
	}
	close(report[1]);
	close(leash[0]);
	child->report = report[0];
	child->leash = leash[1];
	if (child->pid < 0) {
		int err = -errno;

		close(child->report);
		close(child->leash);
		return err;
	}
	return 0;
}

/* short of a whole report when the child was killed */
static int read_report(int fd, struct report *report)
{
	ssize_t n;

	do {
		n = read(fd, report, sizeof(*report));
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	return n == (ssize_t)sizeof(*report) ? report->err : -ECHILD;
}

static void hold(uint64_t seconds, const struct child *child)
{
	struct timespec timeout = { .tv_sec = (time_t)seconds };
	sigset_t set;

	fflush(stdout);
	if (child->pid > 0)
		fprintf(stderr,
			"vmlab: holding %" PRIu64 " s: parent %d, child %d\n",
			seconds, (int)getpid(), (int)child->pid);
	else
		fprintf(stderr, "vmlab: holding %" PRIu64 " s: pid %d\n",
			seconds, (int)getpid());

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	while (sigtimedwait(&set, NULL, &timeout) < 0 && errno == EINTR)
		;
}

static int run_child(const struct plan *plan, struct vmlab *lab,
		     const struct vmlab_space *space,
		     struct space_actor actor[static 2], struct child *child)
{
	struct report report = { 0 };
	int err;

	err = start_child(plan, space, vmlab_page_size(lab), &actor[0], child);
	if (err)
		return cli_error("cannot start a second process: %s: see "
				 "fork(2)", strerror(-err));
	err = read_report(child->report, &report);
	if (err == -ECHILD)
		return cli_error("the child was killed before it was done: see "
				 "dmesg");
	if (err)
		return cli_fail(err, VMLAB_ABOUT_SPACE, 0);

	actor[1] = (struct space_actor){
		.role = "child",
		.pid = child->pid,
		.base = report.base,
		.length = plan->length,
		.access = plan->child_access,
		.touched = report.touched,
	};
	err = vmlab_space_stats_get(space, &actor[1].stats);
	if (!err)
		err = vmlab_proc_open(lab, child->pid, &actor[1].proc);
	return err ? cli_fail(err, VMLAB_ABOUT_SPACE, 0) : EXIT_OK;
}

static int run_parent(const struct plan *plan, struct vmlab *lab,
		      const struct vmlab_space *space,
		      struct space_actor *actor)
{
	void *base;
	int err;

	err = map_space(plan, space, &base);
	if (err)
		return cli_fail(err, VMLAB_ABOUT_SPACE, 0);

	*actor = (struct space_actor){
		.role = "parent",
		.pid = getpid(),
		.base = (uintptr_t)base,
		.length = plan->length,
		.access = plan->touch.access,
	};
	err = touch_pages(base, vmlab_page_size(lab), &plan->touch,
			  (uint64_t)getpid(), &actor->touched);
	if (!err)
		err = vmlab_space_stats_get(space, &actor->stats);
	if (!err)
		err = vmlab_proc_open(lab, 0, &actor->proc);
	return err ? cli_fail(err, VMLAB_ABOUT_SPACE, 0) : EXIT_OK;
}

/* give the space its budget and its policy; an exit code */
static int set_paging(const struct plan *plan, const struct vmlab *lab,
		      const struct vmlab_space *space)
{
	struct vmlab_paging paging = { .budget = plan->budget };
	int err = EXIT_OK;

	if (plan->policy)
		err = policy_find(lab, plan->policy, &paging.policy,
				  &paging.policy_id);
	if (err)
		return err;
	if (paging.policy == VMLAB_POLICY_OPT)
		return cli_error("opt needs to know the accesses to come: not "
				 "with this command");
	err = vmlab_paging_set(space, &paging);
	if (err)
		return cli_error("the space does not take %" PRIu64 " pages and "
				 "policy '%s': %s", plan->budget,
				 plan->policy ? plan->policy : "fifo",
				 strerror(-err));
	return EXIT_OK;
}

static int perform(const struct cli *cli, const struct plan *plan,
		   struct vmlab *lab, const struct vmlab_space *space)
{
	struct space_actor actor[2] = { 0 };
	struct child child = { .pid = -1 };
	struct space_paging paging = {
		.policy = plan->policy ? plan->policy : "fifo",
		.budget = plan->budget,
	};
	const bool paged = plan->policy || plan->budget;
	struct vmlab_space_config config;
	int err;

	err = vmlab_space_get(space, &config);
	if (err)
		return cli_fail(err, VMLAB_ABOUT_SPACE, 0);
	if (paged)
		err = set_paging(plan, lab, space);
	if (err)
		return err;
	err = run_parent(plan, lab, space, &actor[0]);
	if (!err && plan->fork)
		err = run_child(plan, lab, space, actor, &child);
	if (!err && paged) {
		err = vmlab_paging_stats_get(space, &paging.stats);
		if (err)
			err = cli_fail(err, VMLAB_ABOUT_SPACE, 0);
	}
	if (!err) {
		if (cli->json)
			space_print_json(lab, &config, plan->map_flags,
					 plan->offset, actor,
					 plan->fork ? 2 : 1,
					 paged ? &paging : NULL);
		else
			space_print_tables(cli, lab, &config, plan->map_flags,
					   plan->offset, actor,
					   plan->fork ? 2 : 1,
					   paged ? &paging : NULL);
		if (plan->hold)
			hold(plan->hold, &child);
	}

	if (child.pid > 0)
		drop_child(&child);
	vmlab_proc_close(actor[1].proc);
	vmlab_proc_close(actor[0].proc);
	return err;
}

static int run(struct cli *cli, int argc, char **argv)
{
	struct plan plan = {
		.bytes = 1u << 20,
		.map_flags = MAP_SHARED,
		.pages = "0-",
		.touch = { .access = ACCESS_WRITE, .stride = 1 },
		.child_access = ACCESS_READ,
	};
	struct vmlab_space *space;
	struct vmlab *lab;
	int err;

	if (parse_options(cli, &plan, argc, argv) == CLI_STOP)
		return cli->exit_code;
	err = cli_open(&lab);
	if (err)
		return err;

	err = complete_plan(cli, &plan, vmlab_page_size(lab));
	if (err)
		goto out;
	err = vmlab_space_open(plan.bytes, &space);
	if (err) {
		err = cli_fail(err,
			       err == -EINVAL || err == -EFBIG ?
				       VMLAB_ABOUT_SPACE :
				       VMLAB_ABOUT_DEVICE,
			       0);
		goto out;
	}
	err = perform(cli, &plan, lab, space);
	vmlab_space_close(space);
out:
	free(plan.runs);
	vmlab_close(lab);
	return err;
}

static const char help[] =
	"A space is what one open " VMLAB_DEVICE
	" maps: frames that are filled with zeros at\n"
	"the first touch.  It goes when vmlab ends, so --hold it to look at it with other\n"
	"commands.  Needs no privilege; the VMAs of the child do, see 'vmlab vmas --help'.\n"
	"\n"
	"PROCESS   who touched, in this order: the parent, then the child\n"
	"TOUCHED   pages whose first word was read or written\n"
	"SIGBUS    touches that were refused: beyond the end of the space (--length may be\n"
	"          more than --size); no error, but a result\n"
	"NONZERO   reads that found data: what the parent wrote, seen by the child\n"
	"TIME      for all touches of the process\n"
	"COUNTER   the statistics of the space: now, and how much each process added;\n"
	"          frames, frames_dirty and vmas go down again\n"
	"PAGING    with --budget or --policy: who came and went\n"
	"HISTOGRAM how long the fault handler took, and how often\n"
	"START...  the VMAs of the mapping, as 'vmlab vmas' shows them\n"
	"\n"
	"SIZE is bytes, or a number with K, M, G, T (powers of 1024).\n"
	"\n"
	"Example: does a child see what its parent wrote?  Shared, private, mapped anew\n"
	"  vmlab space --size 64K --fork\n"
	"  vmlab space --size 64K --fork --private --child-touch write\n"
	"  vmlab space --size 64K --fork --private --remap\n"
	"Example: every other page of the first 16, then two pages beyond the end\n"
	"  vmlab space --size 64K --pages 0-15 --stride 2\n"
	"  vmlab space --size 64K --length 72K\n"
	"Example: 64 pages, of which 16 can be resident\n"
	"  vmlab space --size 256K --budget 16 --policy clock --fork\n";

const struct command cmd_space = {
	.name = "space",
	.summary = "make a space, map and touch it, and show what happened",
	.help = help,
	.options = options,
	.run = run,
};
