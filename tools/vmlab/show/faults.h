/* SPDX-License-Identifier: GPL-2.0 */
/* The report of vmlab faults as text, JSON and folded stacks. */
#ifndef VMLAB_SHOW_FAULTS_H
#define VMLAB_SHOW_FAULTS_H

#include <stdbool.h>
#include <stdio.h>

#include "model/faults.h"
#include "show/table.h"

/** faults_tables - the tables that faults_print() prints */
extern const struct column_list faults_tables[];

/** faults_print - print tables; call faults_merge() first */
void faults_print(const struct faults_report *report, FILE *out, bool colour);

/** faults_print_json - print a JSON document with everything but the stacks */
void faults_print_json(const struct faults_report *report, FILE *out);

/**
 * faults_print_folded - print stacks for a flame graph
 *
 * One stack a line: the command, frames from the outermost, the kind of the fault,
 * and the number of faults.
 */
void faults_print_folded(const struct faults_report *report, FILE *out);

#endif /* VMLAB_SHOW_FAULTS_H */
