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
 * Return: NULL, or what is wrong with @text and the accepted form, for a message; ""
 * when it is neither an address nor a symbol.
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
		return "has no number after SYMBOL+: give one, decimal, or hexadecimal "
		       "after 0x";
	symbol = check_alloc(plus ? strndup(text, (size_t)(plus - text)) :
				    strdup(text));
	err = process_symbol(pid, symbol, address, size);
	free(symbol);
	switch (err) {
	case 0:
		return NULL;
	case -EEXIST:
		return "is a symbol in several files of the process: give FILE:SYMBOL";
	case -ENOENT:
		return "";
	default:
		return "cannot be looked up, since the files of the process cannot be "
		       "read: give it in hexadecimal";
	}
}

int cli_symbol_address(const struct cli *cli, const char *name, const char *text,
		       const char *process, uint64_t *address)
{
	uint64_t size, offset;
	const char *wrong;
	pid_t pid;

	if (!parse_address(text, address))
		return EXIT_OK;
	if (cli_process(cli, process, &pid))
		return EXIT_USAGE;
	wrong = find_symbol(pid, text, address, &size, &offset);
	if (!wrong) {
		*address += offset;
		return EXIT_OK;
	}
	return cli_usage(cli, "%s: '%s' %s", name, text,
			 *wrong ? wrong : "is not an address: give it in hexadecimal, "
			 "such as 7ffff7fc1000, or a symbol of the process, such as "
			 "main+0x10");
}

int cli_symbol_range(const struct cli *cli, const char *text, char **processes,
		     uint64_t *start, uint64_t *end)
{
	uint64_t size, length;
	const char *wrong;
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
	wrong = find_symbol(pid, text, start, &size, &length);
	if (!wrong) {
		*end = *start + (length ? length : size ? size : 1);
		return EXIT_OK;
	}
	if (*wrong)
		return cli_usage(cli, "--range: '%s' %s", text, wrong);
	return cli_usage(cli, "--range: '%s' %s: " RANGE_FORM ", or a symbol of the process",
			 text, range_problem(err));
}
