// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>

#include "cli/values.h"
#include "cmd/lab_common.h"
#include "labs/lib/list.h"

enum {
	EXIT_SKIPPED = 77, /* every lab was skipped */
	EXIT_INTERRUPTED = 130, /* as a shell reports SIGINT */
	TIMEOUT_MAX = 86400, /* seconds */
};

int lab_choice_option(const struct cli *cli, struct lab_choice *choice, int c)
{
	if (c == LAB_OPT_YES)
		choice->yes = true;
	else
		return cli_duration(cli, 1, TIMEOUT_MAX, &choice->timeout);
	return EXIT_OK;
}

unsigned int lab_choice_seconds(const struct lab_choice *choice)
{
	unsigned int seconds = (unsigned int)choice->timeout;

	return seconds + (choice->timeout > seconds);
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
		return cli_usage(cli, "LAB: '%s' is not a lab: give a name or number "
				 "of 'vmlab lab list'", name);
	if (choice->nr == LABS_MAX)
		return cli_usage(cli, "LAB: give at most %d labs",
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
