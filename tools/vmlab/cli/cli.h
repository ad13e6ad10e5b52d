/* SPDX-License-Identifier: GPL-2.0 */
/* Subcommands, their options, and how they report errors. */
#ifndef VMLAB_CLI_H
#define VMLAB_CLI_H

#include <getopt.h>
#include <stdbool.h>
#include <stddef.h>

#include "libvmlab.h"
#include "show/table.h"

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
/* NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding): initialisers have this order */
struct option_spec {
	const char *name; /* without the dashes; NULL ends an array */
	int id; /* a printable character is the short form too */
	const char *arg; /* name of its argument, or NULL; FILE completes files */
	const char *words; /* arguments to complete, separated by blanks */
	const char *help; /* one line */
	bool hidden; /* an old spelling: works, but is not shown */
};

/* what the shell offers for the first operand */
enum operand {
	OPERAND_NONE,
	OPERAND_PID,
	OPERAND_SHELL,
	OPERAND_COMMAND,
	OPERAND_POLICY, /* list, load, set or unload */
	OPERAND_LAB, /* list, show or run; then labs */
	OPERAND_VMLAB, /* a command of vmlab */
};

#define OPERANDS_ANY (-1)

/* what a command is for: the groups of "vmlab --help", in their order */
enum command_group {
	GROUP_PROCESS,
	GROUP_FAULTS,
	GROUP_MEMORY,
	GROUP_LEARN,
	GROUP_VMLAB,
	NR_GROUPS,
};

struct cli;

/** struct command - one subcommand */
struct command {
	const char *name;
	enum command_group group;
	const char *operands; /* for the usage line: "PID", or NULL */
	enum operand operand;
	int nr_operands; /* required */
	int more_operands; /* optional ones, or OPERANDS_ANY */
	const char *summary; /* one line, for the list of commands */
	const char *help; /* what it shows, columns, units, example */
	const struct option_spec *options;
	/* the tables it prints; with them it takes the options of tables */
	const struct column_list *tables;
	bool output_was_file; /* --output had the meaning of --output-file once */
	int (*run)(struct cli *cli, int argc, char **argv);
};

/** struct cli - the state of one run of the program */
struct cli {
	const struct command *const *commands; /* all; a NULL ends them */
	const struct command *command; /* the one that runs, NULL before */
	const struct option_spec *option; /* what cli_option() found last */
	bool json;
	enum colour_mode colour_mode;
	bool colour; /* follows from colour_mode and the terminal */
	struct table_options table;
	int exit_code; /* set when cli_option() returns CLI_STOP */
};

/* the text about the operand PID in --help */
#define PID_HELP                                                                    \
	"PID is a process or thread id, the name of a process if only one has it, or\n" \
	"'self' for vmlab itself.  Any other than self needs root, or CAP_SYS_PTRACE in\n"  \
	"the user namespace of the process's mm.\n"

enum { CLI_END = -1, CLI_STOP = -2 };

/**
 * cli_option - return the next option of the command line
 * @spec: the command's own options, may be NULL
 *
 * Handles the common options, those of tables, and errors itself.  At the end
 * optind is the first operand, and the number of operands is right.
 *
 * Return: the id of an option of @spec, with its argument in optarg; CLI_END at
 * the end; CLI_STOP when the program must end with cli->exit_code.
 */
int cli_option(struct cli *cli, const struct option_spec *spec, int argc,
	       char **argv);

/** cli_colour_on - tell whether output to a file descriptor is coloured */
bool cli_colour_on(const struct cli *cli, int fd);

/** cli_print_help - print the help of the command, or of the program without one */
void cli_print_help(const struct cli *cli);

/**
 * cli_usage - report an error in the command line; return EXIT_USAGE
 * @fmt: a sentence that names the option or operand and the accepted form
 */
int cli_usage(const struct cli *cli, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/** cli_error - report an error; return EXIT_FAILED */
int cli_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/** cli_note - print a line that is not an error on standard error */
void cli_note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/** cli_fail - report the sentence of vmlab_explain(); return the exit code for it */
int cli_fail(int err, enum vmlab_subject about, pid_t pid);

/** cli_open - open the device, or report why not; return an exit code */
int cli_open(struct vmlab **lab);

/**
 * cli_open_proc - open the device and the process that an operand names
 * @operand: a pid, a name, or "self"
 * @pid: [out] the pid, 0 for self
 *
 * Return: an exit code, with the error reported; on EXIT_OK both are open.
 */
int cli_open_proc(const struct cli *cli, const char *operand,
		  struct vmlab **lab, struct vmlab_proc **proc, pid_t *pid);

/**
 * cli_need_pgtable - check that the module can read page tables on this kernel
 *
 * Return: an exit code, with the error reported.
 */
int cli_need_pgtable(const struct vmlab *lab);

/**
 * cli_write_file - print to a file, or to standard output when @path is "-"
 * @print: prints @what
 *
 * Return: an exit code, with the error reported.
 */
int cli_write_file(const char *path,
		   void (*print)(FILE *out, const void *what),
		   const void *what);

/**
 * cli_run_command - run a command with its standard output on standard error
 * @argv: its name and arguments; a NULL ends them
 *
 * Return: EXIT_OK when it exits with 0, else EXIT_FAILED with the error
 * reported.
 */
int cli_run_command(char **argv);

#endif /* VMLAB_CLI_H */
