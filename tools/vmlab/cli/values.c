// SPDX-License-Identifier: GPL-2.0
/* Values of options and operands that several commands take. */
#include "cli/cli.h"
#include "model/parse.h"

int cli_range(const struct cli *cli, const char *text, uint64_t *start,
	      uint64_t *end)
{
	if (!parse_range(text, start, end))
		return EXIT_OK;
	return cli_usage(cli, "--range=%s: give START-END, START+SIZE or an "
			 "address, in hexadecimal", text);
}

int cli_address(const struct cli *cli, const char *text, uint64_t *address)
{
	if (!parse_address(text, address))
		return EXIT_OK;
	return cli_usage(cli, "'%s' is not an address: give it in hexadecimal",
			 text);
}
