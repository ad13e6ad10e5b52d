// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>

#include "cmd/lab_common.h"
#include "labs/lib/list.h"
#include "model/parse.h"

enum {
	EXIT_SKIPPED = 77, /* every lab was skipped */
	EXIT_INTERRUPTED = 130, /* as a shell reports SIGINT */
	TIMEOUT_MAX = 86400, /* seconds */
};

int lab_choice_option(const struct cli *cli, struct lab_choice *choice, int c)
{
	if (c == LAB_OPT_YES)
		choice->yes = true;
	else if (parse_u64(optarg, &choice->timeout) || !choice->timeout ||
		 choice->timeout > TIMEOUT_MAX)
		return cli_usage(cli, "--timeout: '%s' is not a value: give "
				 "seconds from 1 to %d", optarg, TIMEOUT_MAX);
	return EXIT_OK;
}

void lab_choice_all(struct lab_choice *choice)
{
	choice->nr = 0;
	for (const struct lab *const *lab = lab_list(); *lab; lab++)
		choice->labs[choice->nr++] = *lab;
}

int lab_choice_add(const struct cli *cli, struct lab_choice *choice,
		   const char *name)
{
	const struct lab *lab = lab_find(name);

	if (!lab)
		return cli_usage(cli, "'%s' is not a lab: 'vmlab lab list' shows "
				 "them", name);
	if (choice->nr == LABS_MAX)
		return cli_usage(cli, "too many labs: give at most %d",
				 LABS_MAX);
	choice->labs[choice->nr++] = lab;
	return EXIT_OK;
}

void lab_report_waiting(const struct lab *lab)
{
	fprintf(stderr, "vmlab: lab %u, %s, waits until other runs of labs end, since %s\n",
		lab->number, lab->name,
		lab->changes ? "it changes the system" :
			       "one of them changes the system");
}

void lab_verdicts_text(const struct lab_verdicts *v, char text[LAB_TEXT])
{
	snprintf(text, LAB_TEXT, "%zu agree, %zu differ, %zu failed, %zu skipped",
		 v->nr[LAB_AGREES], v->nr[LAB_DIFFERS], v->nr[LAB_FAILED],
		 v->nr[LAB_SKIPPED]);
}

int lab_verdicts_exit(const struct lab_verdicts *v)
{
	if (v->nr[LAB_INTERRUPTED])
		return EXIT_INTERRUPTED;
	if (v->nr[LAB_DIFFERS] || v->nr[LAB_FAILED])
		return EXIT_FAILED;
	return v->nr[LAB_AGREES] ? EXIT_OK : EXIT_SKIPPED;
}
