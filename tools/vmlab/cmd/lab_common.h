/* SPDX-License-Identifier: GPL-2.0 */
/* What the commands that run labs share. */
#ifndef VMLAB_CMD_LAB_COMMON_H
#define VMLAB_CMD_LAB_COMMON_H

#include "cli/cli.h"
#include "labs/lab.h"
#include "labs/lib/result.h"

enum {
	LAB_OPT_YES = 0x200,
	LAB_OPT_TIMEOUT,
	LAB_TIMEOUT = 300, /* seconds, the default */
	LABS_MAX = 128,
};

/**
 * struct lab_choice - the labs of a command line, and how to run them
 * @labs: @nr labs, in the order to run them
 * @yes: whether they may change the system outside a virtual machine
 * @timeout: seconds for each
 */
struct lab_choice {
	const struct lab *labs[LABS_MAX];
	size_t nr;
	bool yes;
	double timeout;
};

/**
 * lab_choice_option - take an option of LAB_OPT_*; the others are not for it
 * @c: what cli_option() returned
 *
 * Return: an exit code, with the error reported.
 */
int lab_choice_option(const struct cli *cli, struct lab_choice *choice, int c);

/** lab_choice_seconds - return the timeout in whole seconds, rounded up */
unsigned int lab_choice_seconds(const struct lab_choice *choice);

/** lab_choice_all - choose all labs */
void lab_choice_all(struct lab_choice *choice);

/** lab_choice_add - choose a lab by name or number; return an exit code, as above */
int lab_choice_add(const struct cli *cli, struct lab_choice *choice,
		   const char *name);

/** lab_report_waiting - say on stderr that a run waits for others: lab_options.waiting */
void lab_report_waiting(const struct lab *lab);

/** struct lab_verdicts - how many labs had each verdict */
struct lab_verdicts {
	size_t nr[LAB_PREDICTED + 1];
};

/** lab_verdicts_text - write "37 agree, 0 differ, 0 failed, 0 skipped" */
void lab_verdicts_text(const struct lab_verdicts *v, char text[LAB_TEXT]);

/** lab_verdicts_exit - return the exit code of a command that ran labs */
int lab_verdicts_exit(const struct lab_verdicts *v);

#endif /* VMLAB_CMD_LAB_COMMON_H */
