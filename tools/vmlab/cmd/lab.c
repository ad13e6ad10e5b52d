// SPDX-License-Identifier: GPL-2.0
/* vmlab lab: experiments that compare the kernel with the theory. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/commands.h"
#include "cmd/lab_common.h"
#include "labs/lib/allowed.h"
#include "labs/lib/execute.h"
#include "labs/lib/list.h"
#include "show/json.h"
#include "show/lab.h"

enum { OPT_PARAM = 0x100, OPT_BREAK, OPT_QUIET };

static const struct option_spec options[] = {
	{ "param", OPT_PARAM, "NAME=VALUE", NULL,
	  "show, run: change a parameter of the lab; repeat it for others" },
	{ "break", OPT_BREAK, "NAME", NULL,
	  "run: break an assumption of the lab in the experiment" },
	{ "quiet", OPT_QUIET, NULL, NULL, "run: print one line a lab" },
	{ "yes", LAB_OPT_YES, NULL, NULL,
	  "run: allow changes to the system outside a virtual machine" },
	{ "timeout", LAB_OPT_TIMEOUT, "TIME", NULL,
	  "run: end a lab that takes longer (default 300 s)" },
	{ 0 },
};

/**
 * struct arguments - the command line
 * @choice: the labs
 * @params: --param, split at the equals sign
 */
struct arguments {
	struct lab_choice choice;
	const char *params[LAB_PARAMS_MAX][2];
	size_t nr_params;
	const char *broken;
	bool quiet;
	bool timeout_given;
};

/* --- a run, printed while it goes on ------------------------------------------ */

static bool print_colour;

static void on_predicted(const struct lab *lab, const struct lab_result *result)
{
	(void)lab;
	lab_print_prediction(print_colour, result);
}

static void on_step(size_t number, const char *text)
{
	lab_print_step(print_colour, number, text);
}

static void run_one(const struct cli *cli, const struct arguments *a,
		    const struct lab *lab, struct lab_result *result)
{
	bool text = !cli->json && !a->quiet;
	const struct lab_options run = {
		.params = (const char *const (*)[2])a->params,
		.nr_params = a->nr_params,
		.broken = a->broken,
		.seconds = lab_choice_seconds(&a->choice),
		.predicted = text ? on_predicted : NULL,
		.step = text ? on_step : NULL,
		.waiting = lab_report_waiting,
	};

	print_colour = cli->colour;
	if (text) {
		lab_print_question(cli->colour, lab);
		lab_print_changes(cli->colour, lab);
	}
	if (lab_allowed(lab, a->choice.yes, result))
		lab_execute(lab, &run, result);
	if (a->quiet && !cli->json)
		lab_print_line(cli->colour, lab, result);
	else if (text)
		lab_print_result(cli->colour, lab, result);
}

static int do_run(const struct cli *cli, const struct arguments *a)
{
	struct lab_result *result = lab_result_alloc();
	struct lab_verdicts verdicts = { 0 };
	char totals[LAB_TEXT];
	struct json_doc doc;

	if (cli->json) {
		json_begin(&doc, stdout);
		json_array_begin(&doc, "labs");
	}
	for (size_t i = 0; i < a->choice.nr; i++) {
		if (i && !cli->json && !a->quiet)
			printf("\n");
		run_one(cli, a, a->choice.labs[i], result);
		if (cli->json)
			json_item(&doc, lab_json(a->choice.labs[i], result));
		fflush(stdout);
		verdicts.nr[result->verdict]++;
		if (result->verdict == LAB_INTERRUPTED)
			break;
	}
	if (cli->json) {
		json_array_end(&doc);
		json_end(&doc);
	} else if (a->choice.nr > 1) {
		lab_verdicts_text(&verdicts, totals);
		printf("\n%s\n", totals);
	}
	lab_result_free(result);
	return lab_verdicts_exit(&verdicts);
}

static int do_show(const struct cli *cli, const struct arguments *a)
{
	const struct lab_options predict = {
		.params = (const char *const (*)[2])a->params,
		.nr_params = a->nr_params,
		.predict_only = true,
		.seconds = LAB_TIMEOUT,
	};
	struct lab_result *result = lab_result_alloc();
	struct json_doc doc;

	lab_execute(a->choice.labs[0], &predict, result);
	if (cli->json) {
		json_begin(&doc, stdout);
		json_members(&doc, lab_json(a->choice.labs[0], result));
		json_end(&doc);
	} else {
		lab_print_question(cli->colour, a->choice.labs[0]);
		if (result->verdict == LAB_PREDICTED)
			lab_print_prediction(cli->colour, result);
		else
			printf("\nNo prediction here: %s\n", result->reason);
		lab_print_about(cli->colour, a->choice.labs[0]);
	}
	lab_result_free(result);
	return EXIT_OK;
}

static int do_list(const struct cli *cli)
{
	struct json_doc doc;

	if (!cli->json) {
		lab_print_list(cli->colour, lab_list());
		return EXIT_OK;
	}
	json_begin(&doc, stdout);
	json_array_begin(&doc, "labs");
	for (const struct lab *const *lab = lab_list(); *lab; lab++)
		json_item(&doc, lab_json(*lab, NULL));
	json_array_end(&doc);
	json_end(&doc);
	return EXIT_OK;
}

/* --- the command line --------------------------------------------------------- */

/* Split NAME=VALUE in place. */
static int add_param(const struct cli *cli, struct arguments *a, char *text)
{
	char *value = strchr(text, '=');

	if (!value || value == text)
		return cli_usage(cli, "--param: '%s' is not a parameter: give "
				 "NAME=VALUE, such as pages=64", text);
	*value++ = '\0';
	for (size_t i = 0; i < a->nr_params; i++)
		if (!strcmp(a->params[i][0], text))
			return cli_usage(cli, "--param: '%s' is given twice",
					 text);
	if (a->nr_params == LAB_PARAMS_MAX)
		return cli_usage(cli, "--param: give it at most %d times",
				 LAB_PARAMS_MAX);
	a->params[a->nr_params][0] = text;
	a->params[a->nr_params++][1] = value;
	return EXIT_OK;
}

static int parse_options(struct cli *cli, struct arguments *a, int argc,
			 char **argv)
{
	int c, err;

	while ((c = cli_option(cli, options, argc, argv)) != CLI_END) {
		switch (c) {
		case OPT_PARAM:
			err = add_param(cli, a, optarg);
			if (err)
				return err;
			break;
		case OPT_BREAK:
			a->broken = optarg;
			break;
		case OPT_QUIET:
			a->quiet = true;
			break;
		case LAB_OPT_YES:
		case LAB_OPT_TIMEOUT:
			a->timeout_given |= c == LAB_OPT_TIMEOUT;
			err = lab_choice_option(cli, &a->choice, c);
			if (err)
				return err;
			break;
		default:
			return cli->exit_code ? cli->exit_code : CLI_STOP;
		}
	}
	return EXIT_OK;
}

static int add_labs(const struct cli *cli, struct arguments *a, char **names)
{
	int err = EXIT_OK;

	if (*names && !names[1] && !strcmp(*names, "all")) {
		lab_choice_all(&a->choice);
		return EXIT_OK;
	}
	for (; !err && *names; names++) {
		if (!strcmp(*names, "all"))
			return cli_usage(cli, "'all' names every lab: give no "
					 "other lab beside it");
		err = lab_choice_add(cli, &a->choice, *names);
	}
	return err;
}

static int check_param(const struct cli *cli, const struct lab *lab,
		       const char *const param[2])
{
	const struct lab_param *p = lab_param_find(lab, param[0]);
	uint64_t number;

	if (!p)
		return cli_usage(cli, "--param: the lab %s has no parameter "
				 "'%s': give one of 'vmlab lab show %s'",
				 lab->name, param[0], lab->name);
	if (!lab_param_parse(p, param[1], &number))
		return EXIT_OK;
	if (p->words)
		return cli_usage(cli, "--param: %s='%s': give one of %s",
				 p->name, param[1], p->words);
	return cli_usage(cli, "--param: %s='%s': give a number from %llu to "
			 "%llu, such as %s=%s", p->name, param[1],
			 (unsigned long long)p->min, (unsigned long long)p->max,
			 p->name, p->value);
}

/* Parameters and assumptions belong to one lab. */
static int check_arguments(const struct cli *cli, const struct arguments *a)
{
	int err = EXIT_OK;

	if ((a->nr_params || a->broken) && a->choice.nr != 1)
		return cli_usage(cli, "--param and --break need one lab: give "
				 "its name or number");
	for (size_t i = 0; !err && i < a->nr_params; i++)
		err = check_param(cli, a->choice.labs[0],
				  (const char *const *)a->params[i]);
	if (!err && a->broken && !lab_break_find(a->choice.labs[0], a->broken))
		err = cli_usage(cli, "--break: the lab %s has no assumption "
				"'%s': give one of 'vmlab lab show %s'",
				a->choice.labs[0]->name, a->broken, a->choice.labs[0]->name);
	return err;
}

/* Reject the options that only run takes. */
static int only_run(const struct cli *cli, const struct arguments *a, const char *action)
{
	const char *option = a->broken		  ? "break" :
			     a->quiet		  ? "quiet" :
			     a->choice.yes	  ? "yes" :
			     a->timeout_given	  ? "timeout" :
						    NULL;

	return option ? cli_usage(cli, "--%s is for run: %s does no experiment: give "
				  "'vmlab lab run', or leave it out", option, action) :
			EXIT_OK;
}

static int run_list(const struct cli *cli, const struct arguments *a)
{
	if (a->choice.nr)
		return cli_usage(cli, "LAB: list takes no lab: give "
				 "'vmlab lab list'");
	if (a->nr_params)
		return cli_usage(cli, "--param is for show and run: give 'vmlab lab "
				 "list' without it");
	return only_run(cli, a, "list") ?: do_list(cli);
}

static int run_show(const struct cli *cli, const struct arguments *a)
{
	int err;

	if (a->choice.nr != 1)
		return cli_usage(cli, "LAB: show needs one lab: give its name "
				 "or number");
	err = only_run(cli, a, "show");
	if (!err)
		err = check_arguments(cli, a);
	return err ? err : do_show(cli, a);
}

static int run(struct cli *cli, int argc, char **argv)
{
	struct arguments a = { .choice.timeout = LAB_TIMEOUT };
	int err = parse_options(cli, &a, argc, argv);
	const char *action;

	if (err)
		return err == CLI_STOP ? EXIT_OK : err;
	action = argv[optind];
	err = add_labs(cli, &a, argv + optind + 1);
	if (err)
		return err;
	if (!strcmp(action, "list"))
		return run_list(cli, &a);
	if (!strcmp(action, "show"))
		return run_show(cli, &a);
	if (strcmp(action, "run"))
		return cli_usage(cli, "ACTION: '%s' is not an action: give "
				 "list, show or run", action);
	if (!a.choice.nr)
		return cli_usage(cli, "LAB: run needs the name of a lab, or all: "
				 "'vmlab lab list' shows them");
	err = check_arguments(cli, &a);
	return err ? err : do_run(cli, &a);
}

static const char help[] =
	"ACTION is one of\n"
	"  list            list the labs\n"
	"  show LAB        explain a lab: question, theory, prediction, parameters\n"
	"  run LAB...      run labs; 'all' runs every lab\n"
	"LAB is the name or the number of a lab.\n"
	"\n"
	"A lab asks one question about virtual memory.  It predicts the answer from\n"
	"theory and from facts of the machine, does an experiment on the running kernel,\n"
	"and prints the measurement beside the prediction.  Counts are exact; a ratio of\n"
	"times has a tolerance and says that it is one.  Most labs need root.\n"
	"\n"
	"--break NAME breaks one assumption of the prediction in the experiment, such as\n"
	"MAP_PRIVATE; the verdict must then be 'differs'.\n"
	"\n"
	"A lab that changes the system, such as swap, says so first, and outside a\n"
	"virtual machine needs --yes.  Its changes and its processes end with it, also\n"
	"after ^C.\n"
	"\n"
	"Exit status: 0 when all labs agree, 1 when one differs or fails, 2 for wrong\n"
	"arguments, 77 when all labs were skipped, 130 after ^C.\n"
	"\n"
	"Example: what does memory cost before it is touched?\n"
	"  vmlab lab run demand-paging\n"
	"Example: the same for another size\n"
	"  vmlab lab run demand-paging --param size=16M\n";

const struct command cmd_lab = {
	.name = "lab",
	.group = GROUP_LEARN,
	.operands = "ACTION [LAB...]",
	.operand = OPERAND_LAB,
	.nr_operands = 1,
	.more_operands = OPERANDS_ANY,
	.summary = "predict, measure, compare: experiments with virtual memory",
	.help = help,
	.options = options,
	.tables = lab_tables,
	.run = run,
};
