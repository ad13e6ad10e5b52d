// SPDX-License-Identifier: GPL-2.0
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "show/lab.h"
#include "show/terminal.h"
#include "sys/xalloc.h"

static const struct column list_columns[] = {
	{ .title = "NR", .right = true },
	{ .title = "LAB" },
	{ .title = "TITLE", .wrap = true },
};

static const struct column predicted_columns[] = {
	{ .title = "QUANTITY", .wrap = true },
	{ .title = "PREDICTED", .right = true },
	{ .title = "UNIT" },
	{ .title = "FROM", .wrap = true },
};

static const struct column measured_columns[] = {
	{ .title = "QUANTITY", .wrap = true },
	{ .title = "PREDICTED", .right = true },
	{ .title = "MEASURED", .right = true },
	{ .title = "UNIT" },
	{ .title = "VERDICT" },
};

const struct column_list lab_tables[] = {
	COLUMN_LIST(list_columns),
	COLUMN_LIST(predicted_columns),
	COLUMN_LIST(measured_columns),
	{ 0 },
};

/* --- text --------------------------------------------------------------------- */

/*
 * Print a paragraph in lines as wide as the terminal: the first with the indent
 * @first, the others with the indent @indent.
 */
static void print_item(const char *text, size_t first, size_t indent)
{
	size_t width = terminal_columns(STDOUT_FILENO);
	size_t column = 0;

	if (width > 90)
		width = 90;
	while (*text) {
		size_t len = strcspn(text, "\n ");

		if (column && column + 1 + len > width) {
			putchar('\n');
			column = 0;
		}
		if (column)
			column += (size_t)printf(" %.*s", (int)len, text);
		else
			column = (size_t)printf("%*s%.*s", (int)first, "",
						(int)len, text);
		first = indent;
		text += len;
		if (*text == '\n') {
			putchar('\n');
			column = 0;
		}
		text += *text != '\0';
	}
	if (column)
		putchar('\n');
}

static void print_wrapped(const char *text, size_t indent)
{
	print_item(text, indent, indent);
}

/* Print an item of a list, formatted, with an indent of 2, and of 6 from its second line. */
static void __attribute__((format(printf, 1, 2))) print_entry(const char *fmt, ...)
{
	char *text;
	va_list ap;

	va_start(ap, fmt);
	text = xvasprintf(fmt, ap);
	va_end(ap);
	print_item(text, 2, 6);
	free(text);
}

static void print_head(bool colour, const char *head)
{
	printf("\n%s%s%s\n", style_on(colour, STYLE_HEAD), head,
	       style_off(colour, STYLE_HEAD));
}

static void print_part(bool colour, const char *head, const char *text)
{
	if (!text)
		return;
	print_head(colour, head);
	print_wrapped(text, 2);
}

/* A count without a fraction, another number with four digits. */
static void number_text(double value, char text[LAB_VALUE_TEXT])
{
	if (fabs(value) < 1e15 && floor(value) == value)
		snprintf(text, LAB_VALUE_TEXT, "%.0f", value);
	else
		snprintf(text, LAB_VALUE_TEXT, "%.4g", value);
}

void lab_predicted_text(const struct lab_quantity *q, char text[LAB_VALUE_TEXT])
{
	char low[LAB_VALUE_TEXT], high[LAB_VALUE_TEXT];

	number_text(q->low, low);
	number_text(q->high, high);
	if (q->kind == LAB_KIND_WORDS)
		snprintf(text, LAB_VALUE_TEXT, "%s", q->words);
	else if (q->kind == LAB_KIND_COUNT)
		snprintf(text, LAB_VALUE_TEXT, "%s", low);
	else if (isinf(q->high))
		snprintf(text, LAB_VALUE_TEXT, "%.100s or more", low);
	else if (isinf(q->low))
		snprintf(text, LAB_VALUE_TEXT, "%.100s or less", high);
	else
		snprintf(text, LAB_VALUE_TEXT, "%.100s to %.100s", low, high);
}

void lab_measured_text(const struct lab_quantity *q, char text[LAB_VALUE_TEXT])
{
	if (!q->measured)
		snprintf(text, LAB_VALUE_TEXT, "not measured");
	else if (q->kind == LAB_KIND_WORDS)
		snprintf(text, LAB_VALUE_TEXT, "%s", q->measured_words);
	else
		number_text(q->value, text);
}

/* Times depend on the machine: say so. */
const char *lab_unit_text(const struct lab_quantity *q)
{
	return q->kind == LAB_KIND_TIME ? "times (ratio of times)" : q->unit;
}

void lab_print_list(bool colour, const struct lab *const *labs)
{
	struct table *t = table_open(stdout, list_columns, 3, colour);

	for (; *labs; labs++) {
		table_cell(t, STYLE_PLAIN, "%u", (*labs)->number);
		table_cell(t, STYLE_NAME, "%s", (*labs)->name);
		table_cell(t, STYLE_PLAIN, "%s", (*labs)->title);
	}
	table_close(t);
}

void lab_print_question(bool colour, const struct lab *lab)
{
	printf("%sLab %u, %s: %s%s\n", style_on(colour, STYLE_HEAD),
	       lab->number, lab->name, lab->title,
	       style_off(colour, STYLE_HEAD));
	print_part(colour, "Question", lab->question);
	print_part(colour, "Theory", lab->idea);
}

static void print_params(bool colour, const struct lab *lab)
{
	if (!lab->params)
		return;
	print_head(colour, "Parameters (--param NAME=VALUE)");
	for (const struct lab_param *p = lab->params; p->name; p++) {
		if (p->words)
			print_entry("%s=%s (one of %s): %s", p->name, p->value,
				    p->words, p->help);
		else
			print_entry("%s=%s (%llu to %llu): %s", p->name,
				    p->value, (unsigned long long)p->min,
				    (unsigned long long)p->max, p->help);
	}
}

void lab_print_changes(bool colour, const struct lab *lab)
{
	print_part(colour, "Changes in the system until the lab ends",
		   lab->changes);
}

void lab_print_about(bool colour, const struct lab *lab)
{
	print_part(colour, "Kept constant", lab->pins);
	lab_print_changes(colour, lab);
	print_params(colour, lab);
	print_head(colour, "Assumptions to break (--break NAME)");
	for (const struct lab_break *b = lab->breaks; b && b->name; b++)
		print_entry("%s: %s", b->name, b->help);
	print_part(colour, "Read in the kernel", lab->reads);
}

/* Print the values of the parameters in this run. */
static void print_values(bool colour, const struct lab_result *result)
{
	if (!result->nr_params)
		return;
	print_head(colour, "Parameters of this run");
	for (size_t i = 0; i < result->nr_params; i++)
		print_entry("%s=%s", result->params[i].name,
			    result->params[i].value);
}

void lab_print_prediction(bool colour, const struct lab_result *result)
{
	struct table *t;
	char text[LAB_VALUE_TEXT];

	print_values(colour, result);
	print_head(colour, "Prediction");
	t = table_open(stdout, predicted_columns, 4, colour);
	for (size_t i = 0; i < result->nr; i++) {
		const struct lab_quantity *q = &result->quantities[i];

		lab_predicted_text(q, text);
		table_cell(t, STYLE_PLAIN, "%s", q->what);
		table_cell(t, STYLE_NAME, "%s", text);
		table_cell(t, STYLE_PLAIN, "%s", lab_unit_text(q));
		table_cell(t, STYLE_DIM, "%s", q->formula);
	}
	table_close(t);
}

void lab_print_step(bool colour, size_t number, const char *text)
{
	if (number == 1)
		print_head(colour, "Experiment");
	print_entry("%zu. %s", number, text);
}

static enum style verdict_style(enum lab_verdict verdict)
{
	switch (verdict) {
	case LAB_AGREES:
		return STYLE_GOOD;
	case LAB_SKIPPED:
		return STYLE_DIM;
	default:
		return STYLE_WARN;
	}
}

static void quantity_row(struct table *t, const struct lab_quantity *q)
{
	bool agrees = lab_quantity_agrees(q);
	enum style style = verdict_style(agrees ? LAB_AGREES : LAB_DIFFERS);
	char text[LAB_VALUE_TEXT];

	table_cell(t, STYLE_PLAIN, "%s", q->what);
	lab_predicted_text(q, text);
	table_cell(t, STYLE_PLAIN, "%s", text);
	lab_measured_text(q, text);
	table_cell(t, style, "%s", text);
	table_cell(t, STYLE_PLAIN, "%s", lab_unit_text(q));
	if (agrees || !q->measured)
		table_cell(t, style, "%s", agrees ? "agrees" : "missing");
	else if (q->kind != LAB_KIND_COUNT)
		table_cell(t, style, "differs");
	else
		table_cell(t, style, "differs by %+.6g", q->value - q->low);
}

static void print_measurements(bool colour, const struct lab_result *result)
{
	struct table *t;

	print_head(colour, "Measurement");
	t = table_open(stdout, measured_columns, 5, colour);
	for (size_t i = 0; i < result->nr; i++)
		quantity_row(t, &result->quantities[i]);
	table_close(t);
	for (size_t i = 0; i < result->nr_notes; i++)
		print_wrapped(result->notes[i], 2);
}

static void print_effects(const struct lab_result *result)
{
	for (size_t i = 0; i < result->nr; i++) {
		const struct lab_quantity *q = &result->quantities[i];

		if (!lab_quantity_agrees(q) && q->effect[0]) {
			printf("  %s:\n", q->what);
			print_wrapped(q->effect, 4);
		}
	}
}

void lab_print_result(bool colour, const struct lab *lab,
		      const struct lab_result *result)
{
	enum style style = verdict_style(result->verdict);

	if (result->nr && result->verdict != LAB_SKIPPED)
		print_measurements(colour, result);
	print_head(colour, "Verdict");
	printf("  %s%s%s", style_on(colour, style),
	       lab_verdict_name(result->verdict), style_off(colour, style));
	if (result->broken[0])
		printf(" (with the assumption '%s' broken)", result->broken);
	if (result->reason[0])
		printf(": %s", result->reason);
	putchar('\n');
	print_effects(result);
	print_part(colour, "Read in the kernel", lab->reads);
}

void lab_print_line(bool colour, const struct lab *lab,
		    const struct lab_result *result)
{
	enum style style = verdict_style(result->verdict);
	size_t agree = 0;

	for (size_t i = 0; i < result->nr; i++)
		agree += lab_quantity_agrees(&result->quantities[i]);
	printf("%2u %-24s %s%-11s%s %zu of %zu quantities, %.1f s", lab->number,
	       lab->name, style_on(colour, style),
	       lab_verdict_name(result->verdict), style_off(colour, style),
	       agree, result->nr, result->seconds);
	if (result->reason[0])
		printf(": %s", result->reason);
	putchar('\n');
}
