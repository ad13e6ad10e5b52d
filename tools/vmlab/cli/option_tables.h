/* SPDX-License-Identifier: GPL-2.0 */
/* The options that several commands have. */
#ifndef VMLAB_CLI_OPTION_TABLES_H
#define VMLAB_CLI_OPTION_TABLES_H

#include "cli/cli.h"

/* Above any character: these options have no short form. */
enum {
	OPT_COLOUR = 0x1000,
	OPT_NOHEADINGS,
	OPT_OUTPUT,
	OPT_SORT,
	OPT_BYTES,
	OPT_RAW,
};

extern const struct option_spec common_options[];
extern const struct option_spec table_options[];
extern const struct option_spec top_options[];

/** has_option - tell whether a list has an option of this name, hidden or not */
bool has_option(const struct option_spec *spec, const char *name);

#endif /* VMLAB_CLI_OPTION_TABLES_H */
