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

#include "cmd/paging_common.h"
#include "cmd/space_arguments.h"
#include "model/inject_rule.h"
#include "model/paging_words.h"
#include "model/parse.h"

enum {
	OPT_OFFSET = 0x100,
	OPT_LENGTH,
	OPT_SHARED,
	OPT_PRIVATE,
	OPT_STRIDE,
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
	{ "size", 's', "SIZE", NULL,
	  "length of the space (default 1M); 0 for no limit" },
	{ "shared", OPT_SHARED, NULL, NULL, "map it MAP_SHARED (default)" },
	{ "private", OPT_PRIVATE, NULL, NULL, "map it MAP_PRIVATE" },
	{ "offset", OPT_OFFSET, "SIZE", NULL,
	  "map from this offset in the space (default 0)" },
	{ "length", OPT_LENGTH, "SIZE", NULL,
	  "map this many bytes (default: to the end)" },
	{ "touch", 't', "HOW", "none read write",
	  "none, read or write (default)" },
	{ "pages", 'p', "LIST", NULL,
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
	{ "budget", 'b', "N", NULL, "at most N frames stay resident" },
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
	{ "inject", 'i', "RULE", NULL,
	  "make faults fail or wait; may be repeated, see below" },
	{ "events", 'e', NULL, NULL, "show the events of the space" },
	{ "hold", OPT_HOLD, "SECONDS", NULL,
	  "keep the space mapped for SECONDS before exiting" },
	{ 0 },
};

/* the accepted forms, for messages */
#define FORM_SIZE "give bytes, or a number with K, M, G or T, such as 64K"
#define FORM_ACCESS "give none, read or write"

/* Parse an option of paging; return the accepted form when it is something else. */
static const char *parse_paging_option(struct space_arguments *a, int c)
{
	struct space_plan *plan = &a->plan;
	uint64_t n;

	switch (c) {
	case 'b':
		if (parse_u64(optarg, &n) || !n)
			return "give a number of frames, 1 or more";
		plan->paging.budget = n;
		break;
	case OPT_POLICY:
		if (!*optarg || !strcmp(optarg, "opt"))
			return "give a policy of 'vmlab policy list'; opt needs "
			       "a trace: see 'vmlab replay'";
		a->policy = optarg;
		break;
	case OPT_SEED:
		if (parse_u64(optarg, &n))
			return "give a number";
		plan->paging.seed = n;
		break;
	case OPT_PREFETCH:
		if (paging_prefetch_parse(optarg, &plan->paging))
			return "give none, next:N, stride:N or whole, N from 1 "
			       "to 1024";
		break;
	case OPT_AROUND:
		plan->paging.flags |= VMLAB_PAGING_AROUND;
		break;
	case OPT_STEPPING:
		plan->paging.flags |= VMLAB_PAGING_STEPPING;
		break;
	default:
		return NULL;
	}
	plan->paged = true;
	return NULL;
}

/* Parse an option of mappings and touches; return as parse_paging_option(). */
static const char *parse_mapping_option(struct space_arguments *a, int c)
{
	struct space_plan *plan = &a->plan;

	switch (c) {
	case 's':
		a->size_given = true;
		return parse_size(optarg, &plan->bytes) ? FORM_SIZE : NULL;
	case OPT_OFFSET:
		return parse_size(optarg, &plan->offset) ? FORM_SIZE : NULL;
	case OPT_LENGTH:
		a->length_given = true;
		return parse_size(optarg, &plan->length) ? FORM_SIZE : NULL;
	case OPT_SHARED:
		plan->map_flags = MAP_SHARED;
		return NULL;
	case OPT_PRIVATE:
		plan->map_flags = MAP_PRIVATE;
		return NULL;
	case 't':
		return access_parse(optarg, &plan->touch.access) ? FORM_ACCESS :
								   NULL;
	case 'p':
		a->pages = optarg;
		return NULL;
	case OPT_STRIDE:
		return parse_u64(optarg, &plan->touch.stride) ||
				       !plan->touch.stride ?
			       "give a number of pages, 1 or more" :
			       NULL;
	case 'F':
		plan->fork = true;
		return NULL;
	case OPT_REMAP:
		plan->remap = true;
		return NULL;
	case OPT_CHILD_TOUCH:
		a->child_access_given = true;
		return access_parse(optarg, &plan->child_access) ? FORM_ACCESS :
								   NULL;
	default:
		return parse_paging_option(a, c);
	}
}

/* Parse any option; return as parse_paging_option(). */
static const char *parse_option(struct space_arguments *a, int c)
{
	struct space_plan *plan = &a->plan;

	switch (c) {
	case OPT_BACKING:
		return paging_backing_parse(optarg, &plan->backing, &a->path) ?
			       "give zero, pattern, pfn or file:PATH" :
			       NULL;
	case OPT_SYNC:
		plan->sync = true;
		return NULL;
	case OPT_HUGE:
		plan->huge = true;
		return NULL;
	case 'i':
		if (plan->nr_rules == VMLAB_INJECT_RULES_MAX)
			return "there are 64 rules before it, the most that a "
			       "space takes";
		a->rules[plan->nr_rules++] = optarg;
		return NULL;
	case 'e':
		plan->events = true;
		return NULL;
	case OPT_HOLD:
		return parse_u64(optarg, &a->hold) || a->hold > INT_MAX ?
			       "give seconds, a whole number" :
			       NULL;
	default:
		return parse_mapping_option(a, c);
	}
}

int space_parse_options(struct cli *cli, struct space_arguments *a, int argc,
			char **argv)
{
	int c;

	while ((c = cli_option(cli, space_options, argc, argv)) != CLI_END) {
		const char *form;

		if (c == CLI_STOP)
			return CLI_STOP;
		form = parse_option(a, c);
		if (form) {
			cli->exit_code = paging_bad_value(cli, space_options,
							  c, optarg, form);
			return CLI_STOP;
		}
	}
	return 0;
}

/* Open the file of --backing; its length is the default of --size. */
static int open_file(struct space_arguments *a, uint64_t page_size)
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
		plan->bytes = ((uint64_t)st.st_size + page_size - 1) /
			      page_size * page_size;
	return EXIT_OK;
}

static int parse_rules(const struct cli *cli, struct space_arguments *a,
		       uint64_t page_size)
{
	for (uint32_t i = 0; i < a->plan.nr_rules; i++)
		if (inject_rule_parse(a->rules[i], page_size, getpid(),
				      &a->plan.rules[i]))
			return cli_usage(cli,
					 "--inject=%s: give an action and "
					 "conditions, such as sigbus,pages=3-5 "
					 "or delay,us=500,access=w",
					 a->rules[i]);
	return EXIT_OK;
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

static int check_range(const struct cli *cli, struct space_arguments *a,
		       uint64_t page_size)
{
	struct space_plan *plan = &a->plan;
	int err;

	err = check_multiple(cli, "size", plan->bytes, page_size);
	if (!err)
		err = check_multiple(cli, "offset", plan->offset, page_size);
	if (!err)
		err = check_multiple(cli, "length", plan->length, page_size);
	if (err)
		return err;

	if (!a->length_given) {
		if (!plan->bytes)
			return cli_usage(cli, "--size=0 sets no limit: give "
					      "--length as well, such as 64K");
		if (plan->bytes <= plan->offset)
			return cli_usage(cli, "--offset is at or beyond the end "
					      "of the space: give --length as "
					      "well");
		plan->length = plan->bytes - plan->offset;
	}
	if (!plan->length || plan->length > SIZE_MAX)
		return cli_usage(cli, "--length must be more than 0");
	return EXIT_OK;
}

static int check_combinations(const struct cli *cli, const struct space_arguments *a)
{
	const struct space_plan *plan = &a->plan;

	if (plan->paging.flags & VMLAB_PAGING_AROUND &&
	    plan->paging.prefetch != VMLAB_PREFETCH_NEXT)
		return cli_usage(cli, "--around needs --prefetch=next:N");
	if (plan->backing == VMLAB_BACKING_PFN && plan->map_flags & MAP_PRIVATE)
		return cli_usage(cli, "--backing=pfn takes shared mappings "
				      "only");
	if ((plan->remap || a->child_access_given) && !plan->fork)
		return cli_usage(cli, "--remap and --child-touch need --fork");
	return EXIT_OK;
}

int space_complete_plan(const struct cli *cli, struct space_arguments *a,
			const struct vmlab *lab)
{
	const uint64_t page_size = vmlab_page_size(lab);
	struct space_plan *plan = &a->plan;
	int err;

	err = open_file(a, page_size);
	if (!err)
		err = parse_rules(cli, a, page_size);
	if (!err)
		err = check_combinations(cli, a);
	if (!err)
		err = check_range(cli, a, page_size);
	if (err)
		return err;

	err = parse_pages(a->pages, plan->length / page_size, &a->runs,
			  &plan->touch.nr_runs);
	if (err)
		return cli_usage(cli,
				 "--pages=%s: give pages such as "
				 "0-15,32,40-; the mapping has %" PRIu64,
				 a->pages, plan->length / page_size);
	plan->touch.runs = a->runs;
	return a->policy ? paging_find_policy(cli, lab, "--policy", a->policy,
					      &plan->paging.policy,
					      &plan->paging.policy_id) :
			   EXIT_OK;
}

void space_free_arguments(struct space_arguments *a)
{
	if (a->plan.file >= 0)
		close(a->plan.file);
	free(a->runs);
}
