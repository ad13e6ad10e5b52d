// SPDX-License-Identifier: GPL-2.0
/* Values that may name a symbol of a process. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/values.h"
#include "model/parse.h"
#include "sys/process_symbol.h"
#include "sys/xalloc.h"

/*
 * Find SYMBOL[+NUMBER].
 * @number: [out] 0 without one
 *
 * Return: NULL, or the accepted form, for a message.
 */
static const char *find_symbol(pid_t pid, const char *text, uint64_t *address,
			       uint64_t *size, uint64_t *number)
{
	const char *plus = strrchr(text, '+');
	char *symbol;
	int err;

	*number = 0;
	/* no symbol begins so, but a wrong range does */
	if (!strchr(text, ':') && strchr("0123456789-+", *text))
		return "";
	if (plus && parse_size(plus + 1, number))
		return "give a number after SYMBOL+, decimal, or hexadecimal after 0x";
	symbol = check_alloc(plus ? strndup(text, (size_t)(plus - text)) :
				    strdup(text));
	err = process_symbol(pid, symbol, address, size);
	free(symbol);
	switch (err) {
	case 0:
		return NULL;
	case -EEXIST:
		return "several files of the process have this symbol: give "
		       "FILE:SYMBOL";
	case -ENOENT:
		return "";
	default:
		return "the files of the process cannot be read to find a symbol: "
		       "give it in hexadecimal";
	}
}

int cli_symbol_address(const struct cli *cli, const char *name, const char *text,
		       const char *process, uint64_t *address)
{
	uint64_t size, offset;
	const char *form;
	pid_t pid;

	if (!parse_address(text, address))
		return EXIT_OK;
	if (cli_process(cli, process, &pid))
		return EXIT_USAGE;
	form = find_symbol(pid, text, address, &size, &offset);
	if (!form) {
		*address += offset;
		return EXIT_OK;
	}
	return cli_usage(cli, "%s: '%s' is not an address: %s", name, text,
			 *form ? form : "give it in hexadecimal, such as "
			 "7ffff7fc1000, or a symbol of the process, such as "
			 "main+0x10");
}

int cli_symbol_range(const struct cli *cli, const char *text, char **processes,
		     uint64_t *start, uint64_t *end)
{
	uint64_t size, length;
	const char *form;
	pid_t pid;
	int err;

	err = parse_range(text, start, end);
	if (!err)
		return EXIT_OK;
	if (processes[1])
		return cli_usage(cli, "--range: '%s' is not a range of addresses: "
				 "give one PID to find a symbol", text);
	if (cli_process(cli, processes[0], &pid))
		return EXIT_USAGE;
	form = find_symbol(pid, text, start, &size, &length);
	if (!form) {
		*end = *start + (length ? length : size ? size : 1);
		return EXIT_OK;
	}
	return cli_usage(cli, "--range: '%s' %s: %s", text, range_problem(err),
			 *form ? form : RANGE_FORM ", or a symbol of the process");
}
