// SPDX-License-Identifier: GPL-2.0
/* vmlab space: make a space, map it, touch it, and show what happened. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cli/cli.h"
#include "show/format.h"
#include "show/json.h"
#include "cli/must.h"
#include "paging/paging.h"
#include "show/paging.h"
#include "cli/parse.h"
#include "paging/policy_names.h"
#include "show/space.h"
#include "paging/touch.h"

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
	OPT_BACKING,
	OPT_SYNC,
	OPT_BUDGET,
	OPT_POLICY,
	OPT_SEED,
	OPT_PREFETCH,
	OPT_AROUND,
	OPT_STEPPING,
	OPT_HUGE,
	OPT_INJECT,
	OPT_EVENTS,
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
	{ "backing", OPT_BACKING, "KIND", "zero pattern pfn file:",
	  "contents: zero (default), pattern, pfn, file:PATH" },
	{ "sync", OPT_SYNC, NULL, NULL, "fsync(2) after the touches" },
	{ "budget", 'b', "N", NULL, "at most N frames stay resident" },
	{ "policy", OPT_POLICY, "NAME", "fifo clock lru lfu random",
	  "who leaves: fifo (default)..., see 'vmlab policy list'" },
	{ "seed", OPT_SEED, "N", NULL, "of the random policy (default 0)" },
	{ "prefetch", OPT_PREFETCH, "KIND", "none next:8 stride:8 whole",
	  "what comes early: none (default), next:N, stride:N, whole" },
	{ "around", OPT_AROUND, NULL, NULL,
	  "with next:N, a read maps what is resident after it" },
	{ "stepping", OPT_STEPPING, NULL, NULL,
	  "make every access to another page fault" },
	{ "huge", OPT_HUGE, NULL, NULL,
	  "huge frames of 2 MiB where they can be" },
	{ "inject", 'i', "RULE", NULL,
	  "disturb faults; may be given more than once, see below" },
	{ "events", 'e', NULL, NULL, "show the events of the space" },
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
	bool size_given;
	uint32_t backing;
	const char *path;
	int file;
	bool sync;
	struct vmlab_paging paging;
	const char *policy;
	bool paging_given;
	bool huge;
	struct vmlab_inject_rule rules[VMLAB_INJECT_RULES_MAX];
	const char *rule_text[VMLAB_INJECT_RULES_MAX];
	uint32_t nr_rules;
	bool events;
};

/* events kept until the end; what is more is told as lost */
#define EVENTS_MAX 65536

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

/* options of the paging laboratory; -1 for any other */
static int parse_paging_option(struct plan *plan, int c)
{
	uint64_t n = 0;
	int err;

	switch (c) {
	case 'b':
		plan->paging_given = true;
		err = parse_u64(optarg, &n);
		plan->paging.budget = n;
		return err || !n;
	case OPT_POLICY:
		plan->paging_given = true;
		plan->policy = optarg;
		return !*optarg || !strcmp(optarg, "opt");
	case OPT_SEED:
		plan->paging_given = true;
		err = parse_u64(optarg, &n);
		plan->paging.seed = n;
		return err;
	case OPT_PREFETCH:
		plan->paging_given = true;
		return paging_prefetch_parse(optarg, &plan->paging);
	case OPT_AROUND:
		plan->paging_given = true;
		plan->paging.flags |= VMLAB_PAGING_AROUND;
		return 0;
	case OPT_STEPPING:
		plan->paging_given = true;
		plan->paging.flags |= VMLAB_PAGING_STEPPING;
		return 0;
	case OPT_HUGE:
		plan->huge = true;
		return 0;
	case OPT_BACKING:
		return paging_backing_parse(optarg, &plan->backing,
					    &plan->path);
	case OPT_SYNC:
		plan->sync = true;
		return 0;
	case 'i':
		if (plan->nr_rules == VMLAB_INJECT_RULES_MAX)
			return -E2BIG;
		plan->rule_text[plan->nr_rules++] = optarg;
		return 0;
	case 'e':
		plan->events = true;
		return 0;
	}
	return -1;
}

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
			plan->size_given = true;
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
		case OPT_HOLD:
			bad = parse_u64(optarg, &plan->hold) ||
			      plan->hold > INT_MAX;
			break;
		default:
			bad = parse_paging_option(plan, c);
			break;
		}
		if (bad) {
			cli->exit_code = cli_usage(cli,
						   "'%s' is not a value "
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
		return cli_usage(cli,
				 "--%s must be a multiple of the page "
				 "size, %" PRIu64 " bytes",
				 option, page_size);
	return EXIT_OK;
}

/* the file of --backing=file:PATH, whose length the space gets by default */
static int open_file(struct plan *plan, uint64_t page_size)
{
	struct stat st;

	if (!plan->path)
		return EXIT_OK;
	plan->file = open(plan->path, O_RDWR | O_CLOEXEC);
	if (plan->file < 0 || fstat(plan->file, &st))
		return cli_error("cannot open %s: %s: give a regular file that "
				 "you may read and write",
				 plan->path, strerror(errno));
	if (!plan->size_given && !plan->length_given && !st.st_size)
		return cli_error("%s is empty: there is nothing to map; make "
				 "it larger with truncate(1)",
				 plan->path);
	if (!plan->size_given)
		plan->bytes = ((uint64_t)st.st_size + page_size - 1) /
			      page_size * page_size;
	return EXIT_OK;
}

static int parse_rules(const struct cli *cli, struct plan *plan,
		       uint64_t page_size)
{
	for (uint32_t i = 0; i < plan->nr_rules; i++)
		if (paging_rule_parse(plan->rule_text[i], page_size,
				      &plan->rules[i]))
			return cli_usage(cli,
					 "--inject=%s: give an action and "
					 "conditions, such as sigbus,pages=3-5 "
					 "or delay,us=500,access=w",
					 plan->rule_text[i]);
	return EXIT_OK;
}

/* what only makes sense once the page size is known */
static int complete_plan(const struct cli *cli, struct plan *plan,
			 uint64_t page_size)
{
	int err;

	err = open_file(plan, page_size);
	if (!err)
		err = parse_rules(cli, plan, page_size);
	if (err)
		return err;
	if (plan->paging.flags & VMLAB_PAGING_AROUND &&
	    plan->paging.prefetch != VMLAB_PREFETCH_NEXT)
		return cli_usage(cli, "--around needs --prefetch=next:N");
	if (plan->backing == VMLAB_BACKING_PFN && plan->map_flags & MAP_PRIVATE)
		return cli_usage(cli, "--backing=pfn takes shared mappings "
				      "only");

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
		return cli_usage(cli,
				 "--pages=%s: give pages such as "
				 "0-15,32,40-; the mapping has %" PRIu64,
				 plan->pages, plan->length / page_size);
	plan->touch.runs = plan->runs;
	return EXIT_OK;
}

static int map_space(const struct plan *plan, const struct vmlab_space *space,
		     void **base)
{
	int err;

	err = vmlab_space_map(space, plan->offset, (size_t)plan->length,
			      PROT_READ | PROT_WRITE, plan->map_flags, base);
	if (!err && plan->huge &&
	    madvise(*base, (size_t)plan->length, MADV_HUGEPAGE))
		err = -errno;
	return err;
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
				 "fork(2)",
				 strerror(-err));
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

static int set_huge(const struct vmlab_space *space)
{
	struct vmlab_space_config config;
	int err = vmlab_space_get(space, &config);

	if (err)
		return err;
	config.flags |= VMLAB_SPACE_HUGE;
	return vmlab_space_set(space, &config);
}

/* backing, budget and rules come before the first frame */
static int set_up(const struct plan *plan, const struct vmlab_space *space)
{
	const int fd = vmlab_space_fd(space);
	int err = 0;

	if (plan->backing != VMLAB_BACKING_ZERO)
		err = vmlab_space_backing_set(space, plan->backing, plan->file,
					      0);
	if (!err && plan->huge)
		err = set_huge(space);
	if (!err && plan->paging_given)
		err = vmlab_space_paging_set(space, &plan->paging);
	if (!err && plan->nr_rules)
		err = vmlab_space_inject_set(space, plan->rules,
					     plan->nr_rules);
	if (!err && plan->events) {
		if (fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK))
			return -errno;
		err = vmlab_space_events_set(space, (1u << VMLAB_EVENT_NR) - 1,
					     EVENTS_MAX);
	}
	return err;
}

static int read_events(const struct vmlab_space *space,
		       struct space_result *result)
{
	ssize_t n;

	do {
		result->events = must(reallocarray(result->events,
						   result->nr_events + 256,
						   sizeof(*result->events)));
		n = vmlab_space_events_read(space,
					    result->events + result->nr_events,
					    256);
		if (n > 0)
			result->nr_events += (size_t)n;
	} while (n > 0);
	return n == -EAGAIN ? 0 : (int)n;
}

/* what the space has to say once all is done */
static int conclude(const struct plan *plan, const struct vmlab_space *space,
		    struct space_result *result)
{
	int err = 0;

	if (plan->sync) {
		result->synced = true;
		if (fsync(vmlab_space_fd(space)))
			result->sync_error = -errno;
	}
	result->paged = plan->paging_given || plan->huge;
	err = vmlab_space_paging_get(space, &result->paging);
	if (!err)
		err = vmlab_space_paging_stats_get(space,
						   &result->paging_stats);
	result->nr_rules = plan->nr_rules;
	if (!err && plan->nr_rules)
		err = vmlab_space_inject_get(space, result->rules,
					     &result->nr_rules);
	if (!err && plan->events)
		err = read_events(space, result);
	return err;
}

static int perform(const struct cli *cli, const struct plan *plan,
		   struct vmlab *lab, const struct vmlab_space *space)
{
	struct space_result result = {
		.map_flags = plan->map_flags,
		.offset = plan->offset,
		.nr_actors = plan->fork ? 2 : 1,
	};
	struct child child = { .pid = -1 };
	int err;

	err = set_up(plan, space);
	if (err == -EOPNOTSUPP && plan->huge)
		return cli_error("this kernel cannot map huge frames of a "
				 "module: that takes Linux 6.15 or later, with "
				 "transparent huge pages; leave out --huge");
	if (!err)
		err = vmlab_space_get(space, &result.config);
	if (err)
		return cli_fail(err, VMLAB_ABOUT_SPACE, 0);
	err = run_parent(plan, lab, space, &result.actors[0]);
	if (!err && plan->fork)
		err = run_child(plan, lab, space, result.actors, &child);
	if (!err) {
		err = conclude(plan, space, &result);
		if (err)
			err = cli_fail(err, VMLAB_ABOUT_SPACE, 0);
	}
	if (!err) {
		if (cli->json)
			space_print_json(lab, &result);
		else
			space_print_tables(cli, lab, &result);
		if (result.sync_error)
			err = cli_error("what was written could not all be "
					"written back: %s: see fsync(2)",
					strerror(-result.sync_error));
		if (plan->hold)
			hold(plan->hold, &child);
	}

	if (child.pid > 0)
		drop_child(&child);
	vmlab_proc_close(result.actors[1].proc);
	vmlab_proc_close(result.actors[0].proc);
	free(result.events);
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
		.file = -1,
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
	if (!err && plan.policy)
		err = policy_find(cli, lab, plan.policy, &plan.paging.policy,
				  &plan.paging.policy_id);
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
	if (plan.file >= 0)
		close(plan.file);
	free(plan.runs);
	vmlab_close(lab);
	return err;
}

static const char help[] =
	"A space is what one open " VMLAB_DEVICE
	" maps: frames that are filled at the first\n"
	"touch, with zeros unless --backing says otherwise.  It goes when vmlab ends, so --hold it to look at it with other\n"
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
	"HISTOGRAM how long the fault handler took, and how often\n"
	"START...  the VMAs of the mapping, as 'vmlab vmas' shows them\n"
	"\n"
	"PAGING    what budget, policy and prefetch did; with any of their options\n"
	"REFAULTED_AFTER  evictions between the one of a page and its return\n"
	"INJECT    the rules, faults that matched and that were disturbed\n"
	"TIME_US   the events, from the first one on; LOST counts those that were too many\n"
	"\n"
	"SIZE is bytes, or a number with K, M, G, T (powers of 1024).  With a file it is by\n"
	"default the file's; what is written returns to it with --sync, and in any case\n"
	"when vmlab ends.\n"
	"\n"
	"RULE is an action and conditions with commas between: sigbus, oom, hwpoison, retry,\n"
	"or delay; pages=FIRST-LAST, access=rwx, nth=N (only the N-th fault that matches),\n"
	"probability=0.25, seed=N, pid=PID, and us=MICROSECONDS for a delay.\n"
	"\n"
	"Example: does a child see what its parent wrote?  Shared, private, mapped anew\n"
	"  vmlab space --size 64K --fork\n"
	"  vmlab space --size 64K --fork --private --child-touch write\n"
	"  vmlab space --size 64K --fork --private --remap\n"
	"Example: every other page of the first 16, then two pages beyond the end\n"
	"  vmlab space --size 64K --pages 0-15 --stride 2\n"
	"  vmlab space --size 64K --length 72K\n"
	"Example: 16 pages on 4 frames, read twice\n"
	"  vmlab space --size 64K --budget 4 --policy clock --fork\n"
	"Example: the third write fails, each read takes a millisecond\n"
	"  vmlab space --size 64K --inject sigbus,access=w,nth=3 --events\n"
	"  vmlab space --size 64K --touch read --inject delay,us=1000\n"
	"For the page faults of a textbook see 'vmlab replay'.\n";

const struct command cmd_space = {
	.name = "space",
	.summary = "make a space, map and touch it, and show what happened",
	.help = help,
	.options = options,
	.run = run,
};
