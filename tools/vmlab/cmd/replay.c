// SPDX-License-Identifier: GPL-2.0
/* vmlab replay: a reference string through a paging policy, access by access. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/commands.h"
#include "cmd/paging_common.h"
#include "model/paging_words.h"
#include "model/parse.h"
#include "sys/xalloc.h"
#include "paging/replay.h"
#include "show/json.h"
#include "show/replay.h"

enum { OPT_SEED = 0x100 };

#define FRAMES_MAX (1u << 20)
#define LIST_MAX   32

static const struct option_spec options[] = {
	{ "frames", 'n', "LIST", NULL,
	  "budgets to try, such as 3,4 (default 3)" },
	{ "policy", 'p', "LIST", PAGING_POLICIES,
	  "policies to try, such as fifo,lru (default fifo)" },
	{ "seed", OPT_SEED, "N", NULL, "seed of the random policy (default 0)" },
	{ "write", 'w', NULL, NULL, "write to each page instead of reading it" },
	{ "steps", 's', NULL, NULL, "show every access, as a textbook does" },
	{ 0 },
};

/**
 * struct arguments - the command line
 * @replay: the reference string, --seed and --write
 * @frames, @nr_frames: --frames
 * @policy_list: a copy of --policy that @policy points into, or NULL
 * @policy, @nr_policies: --policy
 * @steps: --steps
 */
struct arguments {
	struct replay replay;
	uint64_t frames[LIST_MAX];
	size_t nr_frames;
	char *policy_list;
	const char *policy[LIST_MAX];
	size_t nr_policies;
	bool steps;
};

static int parse_policies(const char *arg, struct arguments *a)
{
	char *list, *name;

	free(a->policy_list);
	list = check_alloc(strdup(arg));
	a->policy_list = list;
	a->nr_policies = 0;
	while ((name = strsep(&list, ","))) {
		if (a->nr_policies == LIST_MAX || !*name)
			return -EINVAL;
		a->policy[a->nr_policies++] = name;
	}
	return 0;
}

/* Return the accepted form when the value of an option is something else. */
static const char *parse_option(struct arguments *a, int c)
{
	switch (c) {
	case 'n':
		return reference_list_parse(optarg, FRAMES_MAX, a->frames,
					    LIST_MAX, &a->nr_frames) ?
			       "give up to 32 numbers from 1 to 1048576, such as "
			       "3,4" :
			       NULL;
	case 'p':
		return parse_policies(optarg, a) ?
			       "give up to 32 policies of 'vmlab policy list', "
			       "such as fifo,lru" :
			       NULL;
	case OPT_SEED:
		return parse_u64(optarg, &a->replay.seed) ? "give a number" :
							    NULL;
	case 'w':
		a->replay.write = true;
		return NULL;
	case 's':
		a->steps = true;
		return NULL;
	default:
		return NULL;
	}
}

static int parse_options(struct cli *cli, struct arguments *a, int argc,
			 char **argv)
{
	int c;

	while ((c = cli_option(cli, options, argc, argv)) != CLI_END) {
		const char *form;

		if (c == CLI_STOP)
			return CLI_STOP;
		form = parse_option(a, c);
		if (form) {
			cli->exit_code = paging_bad_value(cli, options, c,
							  optarg, form);
			return CLI_STOP;
		}
	}
	return 0;
}

/* Read all of standard input, to be freed. */
static char *read_stdin(void)
{
	size_t size = 0, len = 0;
	char *text = NULL;

	do {
		size = size ? 2 * size : 4096;
		text = check_alloc(realloc(text, size));
		len += fread(text + len, 1, size - 1 - len, stdin);
	} while (len == size - 1);
	text[len] = '\0';
	return text;
}

static int parse_string(const struct cli *cli, const char *operand,
			struct reference *ref)
{
	char *text = strcmp(operand, "-") ? check_alloc(strdup(operand)) :
					    read_stdin();
	int err = reference_parse(text, ref);

	free(text);
	if (err)
		return cli_usage(cli,
				 "STRING: the references must be page numbers "
				 "below %u, such as 1,2,3,4,1,2,5, or - for "
				 "standard input", REFERENCE_PAGE_MAX);
	return EXIT_OK;
}

static int find_policies(const struct cli *cli, const struct vmlab *lab,
			 struct replay_outcome *outcomes, size_t nr)
{
	int err = EXIT_OK;

	for (size_t i = 0; !err && i < nr; i++)
		err = paging_find_policy(cli, lab, "--policy", outcomes[i].name,
					 &outcomes[i].policy,
					 &outcomes[i].policy_id);
	return err;
}

static void add_row(void *table, size_t number, const struct replay_step *step)
{
	replay_step_row(table, number, step);
}

static void add_json(void *list, size_t number, const struct replay_step *step)
{
	(void)number;
	json_append(list, replay_step_json(step));
}

static int run_tables(const struct cli *cli, struct arguments *a,
		      const struct vmlab *lab, struct replay_outcome *outcomes,
		      size_t nr)
{
	struct failure failure;
	int err = 0;

	for (size_t i = 0; !err && i < nr; i++) {
		struct table *t = NULL;

		if (a->steps) {
			t = replay_steps_open(cli->colour, &outcomes[i]);
			a->replay.on_step = add_row;
			a->replay.arg = t;
		}
		err = replay_run(lab, &a->replay, &outcomes[i], &failure);
		if (t)
			replay_steps_close(t);
	}
	if (err)
		return cli_failure(&failure);
	replay_print_outcomes(cli->colour, &a->replay.ref, outcomes, nr);
	return EXIT_OK;
}

static int run_json(struct arguments *a, const struct vmlab *lab,
		    struct replay_outcome *outcomes, size_t nr)
{
	json_t *steps = a->steps ? check_alloc(json_array()) : NULL;
	struct failure failure;
	int err = 0;

	for (size_t i = 0; !err && i < nr; i++) {
		if (steps) {
			json_t *of_run = json_array();

			json_append(steps, of_run);
			a->replay.on_step = add_json;
			a->replay.arg = of_run;
		}
		err = replay_run(lab, &a->replay, &outcomes[i], &failure);
	}
	if (!err)
		replay_print_json(&a->replay.ref, outcomes, nr, steps);
	json_decref(steps);
	return err ? cli_failure(&failure) : EXIT_OK;
}

static int run_all(const struct cli *cli, struct arguments *a)
{
	struct replay_outcome outcomes[LIST_MAX * LIST_MAX] = { 0 };
	struct vmlab *lab;
	size_t nr = 0;
	int err;

	for (size_t p = 0; p < a->nr_policies; p++)
		for (size_t f = 0; f < a->nr_frames; f++)
			outcomes[nr++] = (struct replay_outcome){
				.name = a->policy[p],
				.frames = a->frames[f],
			};
	err = cli_open(&lab);
	if (err)
		return err;
	err = find_policies(cli, lab, outcomes, nr);
	if (!err)
		err = cli->json ? run_json(a, lab, outcomes, nr) :
				  run_tables(cli, a, lab, outcomes, nr);
	vmlab_close(lab);
	return err;
}

static int run(struct cli *cli, int argc, char **argv)
{
	struct arguments a = {
		.frames = { 3 },
		.nr_frames = 1,
		.policy = { "fifo" },
		.nr_policies = 1,
	};
	int err;

	if (parse_options(cli, &a, argc, argv) == CLI_STOP) {
		err = cli->exit_code;
	} else {
		err = parse_string(cli, argv[optind], &a.replay.ref);
		if (!err)
			err = run_all(cli, &a);
	}
	free(a.policy_list);
	reference_free(&a.replay.ref);
	return err;
}

static const char help[] =
	"STRING is a reference string: page numbers with commas or blanks between; - reads it\n"
	"from standard input.  Each number is an access to that page of a real mapping with a\n"
	"budget of --frames, and the page faults are those that the kernel counts.  The space\n"
	"runs in stepping mode: each access to another page than the one before it faults, so\n"
	"that the policy sees it and decides as in a textbook.\n"
	"\n"
	"POLICY      fifo, clock (second chance), lru, lfu, random; opt, which is given the\n"
	"            string in advance; or a BPF policy, see 'vmlab policy'\n"
	"FRAMES      the budget: at most so many pages are resident\n"
	"FAULTS      accesses whose page was not resident; the other accesses are HITS\n"
	"EVICTED     pages evicted\n"
	"SAVED       evicted pages whose contents were written to the swap store: with --write\n"
	"            each page that was written since it was last saved\n"
	"\n"
	"With --steps, RESIDENT lists the pages that are resident after the access, the longest\n"
	"resident first.\n"
	"\n"
	"Example: Belady's anomaly, FIFO with more faults on more frames\n"
	"  vmlab replay --frames 3,4 --policy fifo,lru,opt 1,2,3,4,1,2,5,1,2,3,4,5\n"
	"Example: every step of it\n"
	"  vmlab replay --steps 1,2,3,4,1,2,5,1,2,3,4,5\n";

const struct command cmd_replay = {
	.name = "replay",
	.operands = "STRING",
	.nr_operands = 1,
	.summary = "run a reference string through a paging policy",
	.help = help,
	.options = options,
	.tables = replay_tables,
	.run = run,
};
