// SPDX-License-Identifier: GPL-2.0
/* From the command line of 'vmlab space' to a plan. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/values.h"
#include "cmd/paging_common.h"
#include "cmd/space_arguments.h"
#include "model/inject_rule.h"
#include "model/paging_words.h"
#include "model/parse.h"

/* bytes of a frame with --huge */
#define HUGE_FRAME (2u << 20)

static uint64_t page_size(void)
{
	return (uint64_t)sysconf(_SC_PAGESIZE);
}

enum {
	OPT_SIZE = 0x100,
	OPT_OFFSET,
	OPT_LENGTH,
	OPT_SHARED,
	OPT_PRIVATE,
	OPT_STRIDE,
	OPT_TOUCH,
	OPT_PAGES,
	OPT_BUDGET,
	OPT_INJECT,
	OPT_REMAP,
	OPT_CHILD_TOUCH,
	OPT_HOLD,
	OPT_BACKING,
	OPT_SYNC,
	OPT_POLICY,
	OPT_SEED,
	OPT_PREFETCH,
	OPT_AROUND,
	OPT_STEPPING,
	OPT_HUGE,
};

const struct option_spec space_options[] = {
	{ "size", OPT_SIZE, "SIZE", NULL,
	  "length of the space (default 1M); 0 for no limit" },
	{ "shared", OPT_SHARED, NULL, NULL, "map it MAP_SHARED (default)" },
	{ "private", OPT_PRIVATE, NULL, NULL, "map it MAP_PRIVATE" },
	{ "offset", OPT_OFFSET, "SIZE", NULL,
	  "map from this offset in the space (default 0)" },
	{ "length", OPT_LENGTH, "SIZE", NULL,
	  "map this many bytes (default: to the end)" },
	{ "touch", OPT_TOUCH, "HOW", "none read write",
	  "none, read or write (default)" },
	{ "pages", OPT_PAGES, "LIST", NULL,
	  "pages of the mapping: 0-15,32,40- (default: all)" },
	{ "stride", OPT_STRIDE, "N", NULL,
	  "touch only every N-th page of each run" },
	{ "fork", 'F', NULL, NULL,
	  "then fork(2) a child that touches the same pages" },
	{ "remap", OPT_REMAP, NULL, NULL,
	  "the child maps the space anew instead of inheriting" },
	{ "child-touch", OPT_CHILD_TOUCH, "HOW", "none read write",
	  "how the child touches (default read)" },
	{ "backing", OPT_BACKING, "KIND", "zero pattern pfn file:",
	  "contents: zero (default), pattern, pfn, file:PATH" },
	{ "sync", OPT_SYNC, NULL, NULL, "fsync(2) after the touches" },
	{ "budget", OPT_BUDGET, "N", NULL, "at most N frames stay resident" },
	{ "policy", OPT_POLICY, "NAME", "fifo clock lru lfu random",
	  "what to evict: fifo (default)..., see 'vmlab policy list'" },
	{ "seed", OPT_SEED, "N", NULL, "seed of the random policy (default 0)" },
	{ "prefetch", OPT_PREFETCH, "KIND", "none next:8 stride:8 whole",
	  "pages to prefetch: none (default), next:N, stride:N, whole" },
	{ "around", OPT_AROUND, NULL, NULL,
	  "with next:N, a read maps the resident pages after it" },
	{ "stepping", OPT_STEPPING, NULL, NULL,
	  "make each access to another page fault" },
	{ "huge", OPT_HUGE, NULL, NULL,
	  "huge frames of 2 MiB where possible" },
	{ "inject", OPT_INJECT, "RULE", NULL,
	  "make faults fail or wait; may be repeated, see below" },
	{ "events", 'e', NULL, NULL, "show the events of the space" },
	{ "hold", OPT_HOLD, "TIME", NULL,
	  "keep the space mapped for TIME before exiting" },
	{ 0 },
};

/* Parse an option of paging; return an exit code. */
static int parse_paging_option(const struct cli *cli,
			       struct space_arguments *a, int c)
{
	struct space_plan *plan = &a->plan;
	uint64_t n = 0;
	int err;

	plan->paged = true;
	switch (c) {
	case OPT_BUDGET:
		err = cli_number(cli, "frames", 1, UINT64_MAX, &n);
		plan->paging.budget = n;
		return err;
	case OPT_POLICY:
		if (!*optarg || !strcmp(optarg, "opt"))
			return cli_bad_value(cli, "give a policy of 'vmlab policy "
					     "list', but not opt, which needs a "
					     "trace: see 'vmlab replay'");
		a->policy = optarg;
		return EXIT_OK;
	case OPT_SEED:
		a->seed_given = true;
		err = cli_number(cli, NULL, 0, UINT64_MAX, &n);
		plan->paging.seed = n;
		return err;
	case OPT_PREFETCH:
		if (paging_prefetch_parse(optarg, &plan->paging))
			return cli_bad_value(cli, "give none, next:N, stride:N or "
					     "whole, N from 1 to 1024");
		return EXIT_OK;
	case OPT_AROUND:
		plan->paging.flags |= VMLAB_PAGING_AROUND;
		return EXIT_OK;
	default:
		plan->paging.flags |= VMLAB_PAGING_STEPPING;
		return EXIT_OK;
	}
}

static int parse_access(const struct cli *cli, enum access *access)
{
	return access_parse(optarg, access) ? cli_bad_choice(cli) : EXIT_OK;
}

/* Parse an option of mappings and touches that has a value. */
static int parse_mapping_value(const struct cli *cli,
			       struct space_arguments *a, int c)
{
	struct space_plan *plan = &a->plan;

	switch (c) {
	case OPT_SIZE:
		a->size_given = true;
		return cli_size(cli, 0, UINT64_MAX, &plan->bytes);
	case OPT_OFFSET:
		return cli_size(cli, 0, UINT64_MAX, &plan->offset);
	case OPT_LENGTH:
		a->length_given = true;
		return cli_size(cli, 1, SIZE_MAX, &plan->length);
	case OPT_TOUCH:
		return parse_access(cli, &plan->touch.access);
	case OPT_PAGES:
		a->pages = optarg;
		return EXIT_OK;
	case OPT_STRIDE:
		return cli_number(cli, "pages", 1, UINT64_MAX,
				  &plan->touch.stride);
	case OPT_CHILD_TOUCH:
		a->child_access_given = true;
		return parse_access(cli, &plan->child_access);
	default:
		return parse_paging_option(cli, a, c);
	}
}

/* Parse an option that has a value. */
static int parse_value(const struct cli *cli, struct space_arguments *a, int c)
{
	struct space_plan *plan = &a->plan;

	switch (c) {
	case OPT_BACKING:
		if (paging_backing_parse(optarg, &plan->backing, &a->path))
			return cli_bad_value(cli, "give zero, pattern, pfn or "
					     "file:PATH");
		return EXIT_OK;
	case OPT_INJECT:
		if (plan->nr_rules == VMLAB_INJECT_RULES_MAX)
			return cli_usage(cli, "--inject: give it at most %d "
					 "times", VMLAB_INJECT_RULES_MAX);
		a->rules[plan->nr_rules] = optarg;
		if (inject_rule_parse(optarg, page_size(), getpid(),
				      &plan->rules[plan->nr_rules]))
			return cli_bad_value(cli, "give an action and conditions, "
					     "such as sigbus,pages=3-5 or "
					     "delay,us=500,access=w");
		plan->nr_rules++;
		return EXIT_OK;
	case OPT_HOLD:
		return cli_duration(cli, 0, INT_MAX, &a->hold);
	default:
		return parse_mapping_value(cli, a, c);
	}
}

static int parse_option(const struct cli *cli, struct space_arguments *a, int c)
{
	struct space_plan *plan = &a->plan;

	switch (c) {
	case OPT_SHARED:
		a->shared_given = true;
		plan->map_flags = MAP_SHARED;
		return EXIT_OK;
	case OPT_PRIVATE:
		a->private_given = true;
		plan->map_flags = MAP_PRIVATE;
		return EXIT_OK;
	case 'F':
		plan->fork = true;
		return EXIT_OK;
	case OPT_REMAP:
		plan->remap = true;
		return EXIT_OK;
	case OPT_SYNC:
		plan->sync = true;
		return EXIT_OK;
	case OPT_HUGE:
		plan->huge = true;
		return EXIT_OK;
	case 'e':
		plan->events = true;
		return EXIT_OK;
	default:
		return parse_value(cli, a, c);
	}
}

int space_parse_options(struct cli *cli, struct space_arguments *a, int argc,
			char **argv)
{
	int c;

	while ((c = cli_option(cli, space_options, argc, argv)) != CLI_END) {
		if (c == CLI_STOP)
			return CLI_STOP;
		cli->exit_code = parse_option(cli, a, c);
		if (cli->exit_code)
			return CLI_STOP;
	}
	return 0;
}

/* Open the file of --backing; its length is the default of --size. */
static int open_file(struct space_arguments *a)
{
	struct space_plan *plan = &a->plan;
	struct stat st;

	if (!a->path)
		return EXIT_OK;
	plan->file = strcmp(a->path, "-") ? open(a->path, O_RDWR | O_CLOEXEC) :
					    dup(STDIN_FILENO);
	if (plan->file < 0 || fstat(plan->file, &st))
		return cli_error("--backing: cannot open %s: %s: give a regular "
				 "file that you may read and write",
				 a->path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return cli_error("--backing: %s is not a regular file: only such "
				 "a file can back a space%s", a->path,
				 strcmp(a->path, "-") ? "" : "; redirect standard "
							     "input with 0<>FILE");
	if (!a->size_given && !a->length_given && !st.st_size)
		return cli_error("--backing: %s is empty: there is nothing to "
				 "map; make it larger with truncate(1)",
				 a->path);
	if (!a->size_given)
		plan->bytes = ((uint64_t)st.st_size + page_size() - 1) /
			      page_size() * page_size();
	return EXIT_OK;
}

static int check_multiple(const struct cli *cli, const char *option,
			  uint64_t value)
{
	if (value % page_size())
		return cli_usage(cli, "--%s: %" PRIu64 " is not a multiple of the "
				 "page size: give a multiple of %" PRIu64
				 " bytes, such as 16p", option, value,
				 page_size());
	return EXIT_OK;
}

/* Check sizes; the length is by default what the space has after the offset. */
static int check_range(const struct cli *cli, struct space_arguments *a)
{
	struct space_plan *plan = &a->plan;
	int err;

	err = check_multiple(cli, "size", plan->bytes);
	if (!err)
		err = check_multiple(cli, "offset", plan->offset);
	if (!err)
		err = check_multiple(cli, "length", plan->length);
	if (err || a->length_given)
		return err;

	if (!plan->bytes)
		return cli_usage(cli, "--size=0 sets no limit: give --length as "
				 "well, such as 64K");
	if (plan->bytes <= plan->offset)
		return cli_usage(cli, "--offset is at or beyond the end of the "
				 "space: give --length as well");
	plan->length = plan->bytes - plan->offset;
	return EXIT_OK;
}

static int check_combinations(const struct cli *cli, const struct space_arguments *a)
{
	const struct space_plan *plan = &a->plan;

	if (plan->paging.flags & VMLAB_PAGING_AROUND &&
	    plan->paging.prefetch != VMLAB_PREFETCH_NEXT)
		return cli_usage(cli, "--around needs --prefetch=next:N: give both");
	if (a->seed_given && (!a->policy || strcmp(a->policy, "random")))
		return cli_usage(cli, "--seed: only the random policy has a seed: give "
				 "--policy=random");
	if (a->shared_given && a->private_given)
		return cli_usage(cli, "--shared and --private exclude each other: give "
				 "one of the two");
	if (plan->backing == VMLAB_BACKING_PFN && plan->map_flags & MAP_PRIVATE)
		return cli_usage(cli, "--backing=pfn takes shared mappings "
				 "only: give --shared");
	if ((plan->remap || a->child_access_given) && !plan->fork)
		return cli_usage(cli, "--%s needs --fork: give it too",
				 plan->remap ? "remap" : "child-touch");
	return EXIT_OK;
}

int space_complete_plan(const struct cli *cli, struct space_arguments *a)
{
	struct space_plan *plan = &a->plan;
	uint64_t pages;
	int err;

	err = check_combinations(cli, a);
	if (!err)
		err = open_file(a);
	if (!err)
		err = check_range(cli, a);
	if (err)
		return err;

	pages = plan->length / page_size();
	err = parse_pages(a->pages, pages, &a->runs, &plan->touch.nr_runs);
	if (err)
		return cli_usage(cli, "--pages: '%s' is not a value of this "
				 "option: give pages such as 0-15,32,40-; the "
				 "mapping has %" PRIu64, a->pages, pages);
	plan->touch.runs = a->runs;
	return EXIT_OK;
}

int space_find_policy(const struct cli *cli, struct space_arguments *a,
		      const struct vmlab *lab)
{
	return a->policy ? paging_find_policy(cli, lab, "--policy", a->policy,
					      &a->plan.paging.policy,
					      &a->plan.paging.policy_id) :
			   EXIT_OK;
}

void space_note_arguments(const struct space_arguments *a)
{
	const struct space_plan *plan = &a->plan;
	uint32_t policy;

	/* a policy in BPF can prefetch, too */
	if (a->policy && !plan->paging.budget && !paging_policy_parse(a->policy, &policy))
		cli_note("--policy: without --budget the space evicts only when the system "
			 "lacks memory");
	if (plan->huge && plan->bytes && plan->bytes < HUGE_FRAME)
		cli_note("--huge: no frame of 2 MiB fits in the space: give --size=2M or "
			 "more");
}

void space_free_arguments(struct space_arguments *a)
{
	if (a->plan.file >= 0)
		close(a->plan.file);
	free(a->runs);
}
