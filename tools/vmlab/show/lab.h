/* SPDX-License-Identifier: GPL-2.0 */
/* Labs: the list, an explanation, a run. */
#ifndef VMLAB_SHOW_LAB_H
#define VMLAB_SHOW_LAB_H

#include <jansson.h>

#include "labs/lab.h"
#include "labs/lib/result.h"
#include "show/table.h"

extern const struct column_list lab_tables[];

enum { LAB_VALUE_TEXT = LAB_TEXT };

/** lab_predicted_text, lab_measured_text - write both values of a quantity */
void lab_predicted_text(const struct lab_quantity *q,
			char text[LAB_VALUE_TEXT]);
void lab_measured_text(const struct lab_quantity *q, char text[LAB_VALUE_TEXT]);

/** lab_unit_text - return the unit; of a ratio of times, say that it is one */
const char *lab_unit_text(const struct lab_quantity *q);

/** lab_print_list - print a table of labs; a NULL ends them */
void lab_print_list(bool colour, const struct lab *const *labs);

/** lab_print_question - print title, question and theory: the head of a run */
void lab_print_question(bool colour, const struct lab *lab);

/** lab_print_changes - print what a lab changes in the system, before it does */
void lab_print_changes(bool colour, const struct lab *lab);

/** lab_print_about - print what a lab keeps constant, changes, takes and lets break */
void lab_print_about(bool colour, const struct lab *lab);

/** lab_print_prediction - print the parameters and the predictions, with formulas */
void lab_print_prediction(bool colour, const struct lab_result *result);

/** lab_print_step - print one step of the experiment, number @number */
void lab_print_step(bool colour, size_t number, const char *text);

/** lab_print_result - print measurements, the verdict, and what to read */
void lab_print_result(bool colour, const struct lab *lab,
		      const struct lab_result *result);

/** lab_print_line - print the result of a run on one line */
void lab_print_line(bool colour, const struct lab *lab,
		    const struct lab_result *result);

/** lab_json - make a record of a lab; of its run too, unless @result is NULL */
json_t *lab_json(const struct lab *lab, const struct lab_result *result);

#endif /* VMLAB_SHOW_LAB_H */
