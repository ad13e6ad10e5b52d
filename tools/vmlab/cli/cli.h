/* SPDX-License-Identifier: GPL-2.0 */
/* What every subcommand is made of: a table entry, options, and how to fail. */
#ifndef VMLAB_CLI_H
#define VMLAB_CLI_H

#include <getopt.h>
#include <stdbool.h>
#include <stddef.h>

#include "libvmlab.h"

/* exit codes: part of the interface, documented in every --help */
enum exit_code {
	EXIT_OK = 0,
	EXIT_FAILED = 1, /* the request failed */
	EXIT_USAGE = 2, /* wrong arguments */
	EXIT_NO_DEVICE = 3, /* the module is not loaded */
	EXIT_NO_PROCESS = 4, /* ESRCH */
	EXIT_NO_PERMISSION = 5, /* EPERM, EACCES */
};

enum colour_mode { COLOUR_AUTO, COLOUR_ALWAYS, COLOUR_NEVER };

/** struct option_spec - one option, for getopt_long(3), --help and completion */
struct option_spec {
	const char *name; /* without the dashes; NULL ends an array */
	int id; /* a printable character is the short form too */
	const char *arg; /* what its argument is called, or NULL */
	const char *words; /* arguments to complete, separated by spaces */
	const char *help; /* one line */
};

/* what the shell may offer for the first argument */
enum operand {
	OPERAND_NONE,
	OPERAND_PID,
	OPERAND_SHELL,
	OPERAND_COMMAND,
	OPERAND_POLICY, /* what to do with policies */
};

#define OPERANDS_ANY (-1)

struct cli;

/** struct command - one subcommand */
struct command {
	const char *name;
	const char *operands; /* for the usage line: "PID", or NULL */
	enum operand operand;
	int nr_operands; /* at least this many */
	int more_operands; /* so many more, or OPERANDS_ANY */
	const char *summary; /* one line, for the list of commands */
	const char *help; /* what it shows, columns, units, example */
	const struct option_spec *options;
	int (*run)(struct cli *cli, int argc, char **argv);
};

extern const struct command cmd_info, cmd_mm, cmd_vmas, cmd_tree, cmd_gaps,
	cmd_find, cmd_pagetable, cmd_translate, cmd_sharing, cmd_map,
	cmd_layout, cmd_snapshot, cmd_diff, cmd_watch, cmd_space,
	cmd_replay, cmd_policy, cmd_faults, cmd_top, cmd_heat, cmd_completion;
extern const struct command *const commands[]; /* NULL ends it */
extern const struct option_spec common_options[];
extern const struct option_spec top_options[];

/** struct cli - the state of one run of the program */
struct cli {
	const struct command *command;
	bool json;
	enum colour_mode colour_mode;
	bool colour; /* as decided from colour_mode and the terminal */
	int exit_code; /* when cli_option() returns CLI_STOP */
};

enum { CLI_END = -1, CLI_STOP = -2 };

/**
 * cli_option - the next option of the command line
 * @spec: the options besides the common ones, may be NULL
 *
 * Deals with the common options itself, and with mistakes.  At the end optind
 * is the first operand, and the number of operands has been checked.
 *
 * Return: the id of an option of @spec, its argument in optarg; CLI_END at the
 * end; CLI_STOP when the program should end with cli->exit_code.
 */
int cli_option(struct cli *cli, const struct option_spec *spec, int argc,
	       char **argv);

/** cli_usage - complain about the command line; returns EXIT_USAGE */
int cli_usage(const struct cli *cli, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/** cli_error - complain; returns EXIT_FAILED */
int cli_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/** cli_fail - say what vmlab_explain() says and return the exit code for it */
int cli_fail(int err, enum vmlab_subject about, pid_t pid);

/** cli_open - vmlab_open() with a complaint; returns an exit code */
int cli_open(struct vmlab **lab);

/**
 * cli_open_proc - open the device and the process that an operand names
 * @operand: a pid, or "self"
 * @pid: [out] the pid, 0 for self
 *
 * Return: an exit code, with the complaint made; on EXIT_OK both are open.
 */
int cli_open_proc(const struct cli *cli, const char *operand,
		  struct vmlab **lab, struct vmlab_proc **proc, pid_t *pid);

/**
 * cli_need_pgtable - whether the module can read page tables here
 *
 * Return: an exit code, with the complaint made.
 */
int cli_need_pgtable(const struct vmlab *lab);

/** cli_print_help - what --help prints for a command, or for all when NULL */
void cli_print_help(const struct command *command);

#endif /* VMLAB_CLI_H */
