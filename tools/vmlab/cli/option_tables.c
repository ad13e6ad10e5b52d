// SPDX-License-Identifier: GPL-2.0
/* The options that several commands have. */
#include <string.h>

#include "cli/option_tables.h"

const struct option_spec common_options[] = {
	{ "json", 'j', NULL, NULL, "print JSON instead of tables" },
	{ "color", OPT_COLOUR, "WHEN", "auto always never",
	  "auto (on a terminal, without NO_COLOR), always, never" },
	{ "help", 'h', NULL, NULL, "print this text and exit" },
	{ 0 },
};

const struct option_spec table_options[] = {
	{ "noheadings", OPT_NOHEADINGS, NULL, NULL, "print no header" },
	{ "output", OPT_OUTPUT, "COLUMNS", NULL,
	  "print these columns, in this order: A,B" },
	{ "sort", OPT_SORT, "COLUMN", NULL,
	  "sort rows by this column; -COLUMN: the largest first" },
	{ "bytes", OPT_BYTES, NULL, NULL, "print sizes as numbers of bytes" },
	{ "raw", OPT_RAW, NULL, NULL,
	  "one blank between columns; one in a cell is \\x20" },
	{ 0 },
};

const struct option_spec top_options[] = {
	{ "version", 'V', NULL, NULL, "print the version and exit" },
	{ 0 },
};

bool has_option(const struct option_spec *spec, const char *name)
{
	for (; spec && spec->name; spec++)
		if (!strcmp(spec->name, name))
			return true;
	return false;
}
