/* SPDX-License-Identifier: GPL-2.0 */
/* The report of vmlab run, as tables and as JSON. */
#ifndef VMLAB_SHOW_RUN_H
#define VMLAB_SHOW_RUN_H

#include <stdbool.h>
#include <stdio.h>

#include "model/run_report.h"
#include "show/table.h"

extern const struct column_list run_tables[];

/**
 * run_print - print a report as tables
 * @rows: rows of the table of processes, 0 for all
 */
void run_print(FILE *out, bool colour, size_t rows, const struct run_report *report);

/** run_print_json - print a report as a JSON document */
void run_print_json(FILE *out, const struct run_report *report);

#endif /* VMLAB_SHOW_RUN_H */
