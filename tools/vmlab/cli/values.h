/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Values of options and operands: one parser and one message for each kind.
 *
 * The functions without an argument @text read the value of the option that
 * cli_option() returned last.  All return an exit code, with the error reported,
 * and write no result on failure.
 */
#ifndef VMLAB_CLI_VALUES_H
#define VMLAB_CLI_VALUES_H

#include "cli/cli.h"

/**
 * cli_bad_value - reject the value of the option
 * @form: the accepted form, as the end of a sentence: "give a number"
 *
 * Return: EXIT_USAGE.
 */
int cli_bad_value(const struct cli *cli, const char *form, ...)
	__attribute__((format(printf, 2, 3)));

/** cli_bad_choice - reject the value of an option that takes one of its words */
int cli_bad_choice(const struct cli *cli);

/**
 * cli_number - read a whole number, decimal or hexadecimal after 0x
 * @what: what it counts, such as "frames", or NULL
 * @min, @max: bounds, both included; UINT64_MAX for no upper bound
 */
int cli_number(const struct cli *cli, const char *what, uint64_t min,
	       uint64_t max, uint64_t *value);

/**
 * cli_size - read a size in bytes, as parse_size() does
 * @min, @max: bounds, both included; UINT64_MAX for no upper bound
 */
int cli_size(const struct cli *cli, uint64_t min, uint64_t max,
	     uint64_t *bytes);

/**
 * cli_duration - read a time, as parse_duration() does
 * @min, @max: bounds in seconds, both included
 * @seconds: [out] the time in seconds
 */
int cli_duration(const struct cli *cli, double min, double max,
		 double *seconds);

/**
 * cli_choice - read one of the words of the option
 * @index: [out] its index in the words
 */
int cli_choice(const struct cli *cli, size_t *index);

/** cli_pid - read the pid or the name of a process; "self" is this one */
int cli_pid(const struct cli *cli, pid_t *pid);

#define RANGE_FORM "give START-END, START+SIZE or an address, in hexadecimal"

/** range_problem - say what is wrong with a range for which parse_range() failed */
const char *range_problem(int err);

/** cli_range - read a range of addresses, as parse_range() does */
int cli_range(const struct cli *cli, uint64_t *start, uint64_t *end);

/**
 * cli_process - read an operand that is a process: a pid, or the name of one process
 * @pid: [out] the pid, 0 for self
 */
int cli_process(const struct cli *cli, const char *text, pid_t *pid);

/**
 * cli_symbol_address - read an operand that is an address or SYMBOL[+OFFSET]
 * @name: the operand in the usage line, for the message
 * @process: the operand that names the process, whose files have the symbol
 */
int cli_symbol_address(const struct cli *cli, const char *name, const char *text,
		       const char *process, uint64_t *address);

/**
 * cli_symbol_range - read the option as a range of addresses, or SYMBOL[+SIZE]
 * @text: the value of the option
 * @processes: the operands that name processes; a NULL ends them.  For a symbol there
 *	must be one
 *
 * Without SIZE the range is that of the symbol.
 */
int cli_symbol_range(const struct cli *cli, const char *text, char **processes,
		     uint64_t *start, uint64_t *end);

#endif /* VMLAB_CLI_VALUES_H */
