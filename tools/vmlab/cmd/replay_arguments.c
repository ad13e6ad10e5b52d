// SPDX-License-Identifier: GPL-2.0
/* The command line of 'vmlab replay'. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/values.h"
#include "cmd/paging_common.h"
#include "cmd/replay_arguments.h"
#include "model/paging_words.h"
#include "model/parse.h"
#include "sys/input.h"
#include "sys/xalloc.h"

enum {
	OPT_FRAMES = 0x100,
	OPT_POLICY,
	OPT_STEPS,
	OPT_SEED,
	OPT_FILE,
	OPT_LOADED,
	OPT_CLOCK_LOAD,
	OPT_LFU_TIES,
	OPT_CURVE,
	OPT_SVG,
};

#define FRAMES_MAX (1u << 20)
#define CURVE_MAX  1024
/* budgets of --curve without --frames: as many as there are pages, or so many */
#define CURVE_DEFAULT_MAX 32

const struct option_spec replay_options[] = {
	{ "frames", OPT_FRAMES, "LIST", NULL,
	  "budgets to try, such as 3,4 (default 3)" },
	{ "policy", OPT_POLICY, "LIST", PAGING_POLICIES,
	  "policies to try, such as fifo,lru (default fifo)" },
	{ "loaded", OPT_LOADED, "LIST", NULL,
	  "pages that are resident at the beginning, in the order of loading" },
	{ "file", OPT_FILE, "FILE", NULL,
	  "replay a trace of lines 'ADDRESS R' or 'ADDRESS W'; - is standard input" },
	{ "write", 'w', NULL, NULL,
	  "write where a reference has neither r nor w (default: read)" },
	{ "steps", OPT_STEPS, NULL, NULL,
	  "draw the frames after each access, side by side" },
	{ "curve", OPT_CURVE, NULL, NULL,
	  "show faults against frames, from 1 to the highest of --frames" },
	{ "svg", OPT_SVG, "FILE", NULL,
	  "with --curve: write it to FILE as SVG, '-' is standard output" },
	{ "clock-load", OPT_CLOCK_LOAD, "BIT", "0 1",
	  "clock: the reference bit of a page that was just loaded (default 1)" },
	{ "lfu-ties", OPT_LFU_TIES, "RULE", "fifo lru",
	  "lfu: what to evict among equals (default fifo)" },
	{ "seed", OPT_SEED, "N", NULL, "seed of the random policy (default 0)" },
	{ 0 },
};

static int parse_frames(const char *arg, struct replay_arguments *a)
{
	a->frames_given = true;
	a->frames = check_alloc(reallocarray(a->frames, REPLAY_LIST_MAX,
					     sizeof(*a->frames)));
	return reference_list_parse(arg, FRAMES_MAX, a->frames,
				    REPLAY_LIST_MAX, &a->nr_frames);
}

static int parse_policies(const char *arg, struct replay_arguments *a)
{
	free(a->policy_list);
	a->policy_list = check_alloc(strdup(arg));
	return parse_list(a->policy_list, REPLAY_LIST_MAX, a->policy, &a->nr_policies);
}

/* Parse an option that has a value; return an exit code. */
static int parse_value(const struct cli *cli, struct replay_arguments *a, int c)
{
	size_t word;
	int err;

	switch (c) {
	case OPT_FRAMES:
		if (parse_frames(optarg, a))
			return cli_bad_value(cli, "give up to 32 numbers from 1 to "
					     "1048576, such as 3,4");
		return EXIT_OK;
	case OPT_POLICY:
		if (parse_policies(optarg, a))
			return cli_bad_value(cli, "give up to 32 different policies "
					     "of 'vmlab policy list', such as "
					     "fifo,lru");
		return EXIT_OK;
	case OPT_SEED:
		a->seed_given = true;
		return cli_number(cli, NULL, 0, UINT64_MAX, &a->replay.seed);
	case OPT_FILE:
		a->file = optarg;
		return EXIT_OK;
	case OPT_LOADED:
		a->loaded = optarg;
		return EXIT_OK;
	case OPT_CLOCK_LOAD:
		a->clock_load_given = true;
		err = cli_choice(cli, &word);
		a->replay.clock_load_0 = !err && !word;
		return err;
	case OPT_LFU_TIES:
		a->lfu_ties_given = true;
		err = cli_choice(cli, &word);
		a->replay.lfu_ties_lru = !err && word;
		return err;
	default:
		a->svg.path = optarg;
		return EXIT_OK;
	}
}

static int parse_option(const struct cli *cli, struct replay_arguments *a,
			int c)
{
	switch (c) {
	case 'w':
		a->write = true;
		return EXIT_OK;
	case OPT_STEPS:
		a->steps = true;
		return EXIT_OK;
	case OPT_CURVE:
		a->curve = true;
		return EXIT_OK;
	default:
		return parse_value(cli, a, c);
	}
}

static int parse_options(struct cli *cli, struct replay_arguments *a, int argc,
			 char **argv)
{
	int c;

	while ((c = cli_option(cli, replay_options, argc, argv)) != CLI_END) {
		if (c == CLI_STOP)
			return CLI_STOP;
		cli->exit_code = parse_option(cli, a, c);
		if (cli->exit_code)
			return CLI_STOP;
	}
	return 0;
}

static bool has_policy(const struct replay_arguments *a, uint32_t policy)
{
	uint32_t id;

	for (size_t i = 0; i < a->nr_policies; i++)
		if (!paging_policy_parse(a->policy[i], &id) && id == policy)
			return true;
	return false;
}

/* Check which options were given together. */
static int check_options(const struct cli *cli,
			 const struct replay_arguments *a, const char *string)
{
	if (!string && !a->file)
		return cli_usage(cli, "replay: missing operand: STRING, or "
				 "give --file FILE");
	if (string && a->file)
		return cli_usage(cli, "--file: the trace takes the place of "
				 "STRING: give one of the two");
	if (a->file && a->loaded)
		return cli_usage(cli, "--loaded: a trace begins with free "
				 "frames: give STRING instead of --file");
	if (a->steps && a->curve)
		return cli_usage(cli, "--steps and --curve exclude each other: "
				 "give one of the two");
	if (a->svg.path && !a->curve)
		return cli_usage(cli, "--svg: only a curve is drawn as SVG: "
				 "give --curve too");
	if (output_is_stdout(&a->svg) && cli->json)
		return cli_usage(cli, "--svg -: --json excludes it: give a "
				 "FILE");
	if (a->clock_load_given && !has_policy(a, VMLAB_POLICY_CLOCK))
		return cli_usage(cli, "--clock-load: only clock has a reference "
				 "bit: give --policy clock or second-chance");
	if (a->seed_given && !has_policy(a, VMLAB_POLICY_RANDOM))
		return cli_usage(cli, "--seed: only the random policy has a seed: give "
				 "--policy random");
	if (a->file && a->write)
		return cli_usage(cli, "--write: each access of a trace is a read or a "
				 "write: give STRING instead of --file");
	if (a->lfu_ties_given && !has_policy(a, VMLAB_POLICY_LFU))
		return cli_usage(cli, "--lfu-ties: only lfu counts accesses: "
				 "give --policy lfu");
	return EXIT_OK;
}

#define TRACE_FORM "give lines of a hexadecimal address and R or W, such as 0041f7a0 R"

static int parse_trace(const struct cli *cli, const char *file, char *text,
		       struct reference *ref)
{
	/* the unit of the mapping, and so of the replay */
	const uint64_t page_size = (uint64_t)sysconf(_SC_PAGESIZE);
	struct trace_error error;

	if (!reference_parse_trace(text, page_size, ref, &error))
		return EXIT_OK;
	if (error.line)
		return cli_usage(cli, "--file %s: line %zu, '%s', is no access: "
				 "give a hexadecimal address and R or W, such "
				 "as 0041f7a0 R", file, error.line, error.text);
	return cli_usage(cli, "--file %s: the trace is empty: " TRACE_FORM, file);
}

static int read_references(const struct cli *cli, struct replay_arguments *a,
			   const char *string)
{
	bool from_file = a->file || !strcmp(string, "-");
	struct failure failure;
	char *text = NULL;
	int err;

	if (from_file && input_read(a->file ?: "-", a->file ? TRACE_FORM : "give the "
				    "references", &text, &failure))
		return cli_failure(&failure);
	if (a->file) {
		err = parse_trace(cli, a->file, text, &a->replay.ref);
		free(text);
		return err;
	}
	err = reference_parse(text ?: string, a->write, &a->replay.ref);
	free(text);
	if (err)
		return cli_usage(cli,
				 "STRING: the references must be page numbers "
				 "below %u, or letters from A to Z, each with or "
				 "without r or w after it, such as 1,2w,3 or "
				 "A,B,Cw, or - for standard input",
				 REFERENCE_PAGE_MAX);
	return EXIT_OK;
}

/* Make the frames that --loaded names resident. */
static int load(const struct cli *cli, struct replay_arguments *a)
{
	int err;

	if (!a->loaded)
		return EXIT_OK;
	err = reference_load(&a->replay.ref, a->loaded);
	if (err == -EEXIST)
		return cli_usage(cli, "--loaded: '%s' names a page twice: give "
				 "each page once", a->loaded);
	if (err)
		return cli_usage(cli, "--loaded: '%s' is not a value of this "
				 "option: give pages as in STRING, without r and "
				 "w, such as %s", a->loaded,
				 a->replay.ref.labels == REFERENCE_LETTERS ?
					 "A,B,C" : "1,2,3");
	return EXIT_OK;
}

/* Set the budgets of --curve: from 1, or from as many as are loaded. */
static int set_curve_frames(const struct cli *cli, struct replay_arguments *a)
{
	size_t first = a->replay.ref.nr_loaded ?: 1;
	uint64_t last = reference_different(&a->replay.ref);

	if (last > CURVE_DEFAULT_MAX)
		last = CURVE_DEFAULT_MAX;
	if (a->frames_given) {
		last = 0;
		for (size_t i = 0; i < a->nr_frames; i++)
			if (a->frames[i] > last)
				last = a->frames[i];
	} else if (last < first) {
		last = first;
	}
	if (last > CURVE_MAX)
		return cli_usage(cli, "--frames: --curve tries each budget up to "
				 "the highest: give at most %d", CURVE_MAX);
	if (last < first)
		return EXIT_OK; /* check_loaded() complains */
	a->nr_frames = (size_t)last - first + 1;
	a->frames = check_alloc(reallocarray(a->frames, a->nr_frames,
					     sizeof(*a->frames)));
	for (size_t i = 0; i < a->nr_frames; i++)
		a->frames[i] = first + i;
	return EXIT_OK;
}

static int check_loaded(const struct cli *cli, const struct replay_arguments *a)
{
	for (size_t i = 0; i < a->nr_frames; i++)
		if (a->frames[i] < a->replay.ref.nr_loaded)
			return cli_usage(cli, "--loaded: %zu pages are more than "
					 "%llu frames: give fewer, or more in "
					 "--frames", a->replay.ref.nr_loaded,
					 (unsigned long long)a->frames[i]);
	return EXIT_OK;
}

/* Read the string or trace, and check the options that depend on it. */
static int complete(const struct cli *cli, struct replay_arguments *a,
		    const char *string)
{
	int err = check_options(cli, a, string);

	if (!err)
		err = read_references(cli, a, string);
	if (!err)
		err = load(cli, a);
	if (!err && a->curve)
		err = set_curve_frames(cli, a);
	if (!err)
		err = check_loaded(cli, a);
	if (!err && has_policy(a, VMLAB_POLICY_OPT) &&
	    a->replay.ref.nr > VMLAB_TRACE_MAX)
		err = cli_usage(cli, "--policy opt: the string is too long: give "
				"at most %u references", VMLAB_TRACE_MAX);
	return err;
}

int replay_arguments_parse(struct cli *cli, struct replay_arguments *a,
			   int argc, char **argv)
{
	a->frames = check_alloc(calloc(REPLAY_LIST_MAX, sizeof(*a->frames)));
	a->frames[0] = 3;
	a->nr_frames = 1;
	a->policy[0] = "fifo";
	a->nr_policies = 1;
	if (parse_options(cli, a, argc, argv) == CLI_STOP)
		return CLI_STOP;
	a->replay.keep_log = a->steps;
	cli->exit_code = complete(cli, a, argv[optind]);
	return cli->exit_code ? CLI_STOP : 0;
}

void replay_arguments_free(struct replay_arguments *a)
{
	free(a->frames);
	free(a->policy_list);
	reference_free(&a->replay.ref);
}
