/* SPDX-License-Identifier: GPL-2.0 */
/* A report of labs: one HTML page that refers to no other file. */
#ifndef VMLAB_SHOW_REPORT_H
#define VMLAB_SHOW_REPORT_H

#include <stdio.h>

#include "labs/lab.h"
#include "labs/lib/result.h"

/**
 * struct report - what a report holds
 * @labs: the labs that ran
 * @results: their results, in the same order
 * @nr: how many
 * @machine: one line: kernel, processor, memory
 * @date: when they ran
 * @version: of vmlab
 */
struct report {
	const struct lab *const *labs;
	struct lab_result *const *results;
	size_t nr;
	const char *machine;
	const char *date;
	const char *version;
};

/** report_print_html - print the page */
void report_print_html(FILE *out, const struct report *report);

#endif /* VMLAB_SHOW_REPORT_H */
