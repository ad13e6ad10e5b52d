/* SPDX-License-Identifier: GPL-2.0 */
/* Paging policies and what was done to them, as tables and as JSON. */
#ifndef VMLAB_SHOW_POLICY_H
#define VMLAB_SHOW_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "libvmlab.h"
#include "show/table.h"

extern const struct column_list policy_tables[];

/** policy_print_table - print the built-in policies, then @infos, as a table */
void policy_print_table(bool colour, const struct vmlab_policy_info *infos,
			size_t nr);

/** policy_print_json - print the same as a JSON document */
void policy_print_json(const struct vmlab *lab,
		       const struct vmlab_policy_info *infos, size_t nr);

/**
 * policy_print_done - print what was done to a policy
 * @json: as a JSON document, else as one line
 * @what: "loaded", "unloaded", or "policy" when it was given to @space
 * @name: of the policy
 * @space: number of the space, 0 without one
 */
void policy_print_done(bool json, const char *what, const char *name,
		       uint64_t space);

#endif /* VMLAB_SHOW_POLICY_H */
