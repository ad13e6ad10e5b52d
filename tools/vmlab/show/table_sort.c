// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "show/table_sort.h"
#include "sys/xalloc.h"

/* struct sort_key - the key of a row: a number, or a text */
struct sort_key {
	enum sort_rank rank;
	bool has_value;
	uint64_t value;
	char text[];
};

/* struct sort_order - how to compare the keys of a table */
struct sort_order {
	bool numbers;
	bool descending;
};

/* the same for the four kinds of column */
static const struct sort_order orders[2][2] = {
	{ { false, false }, { false, true } },
	{ { true, false }, { true, true } },
};

static int compare_values(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

/* Numbers without a sign and of one base: the longer one is larger. */
static int compare_numbers(const char *a, const char *b)
{
	size_t length_a = strcmp(a, "-") ? strlen(a) : 0;
	size_t length_b = strcmp(b, "-") ? strlen(b) : 0;

	if (length_a != length_b)
		return compare_values(length_a, length_b);
	return strcmp(a, b);
}

static int compare(struct libscols_cell *cell_a, struct libscols_cell *cell_b,
		   void *data)
{
	const struct sort_key *a = scols_cell_get_userdata(cell_a);
	const struct sort_key *b = scols_cell_get_userdata(cell_b);
	const struct sort_order *order = data;
	int result;

	if (a->rank != b->rank)
		return a->rank < b->rank ? -1 : 1;
	/* a cell without a size is smaller than one with a size */
	if (a->has_value != b->has_value)
		result = a->has_value ? 1 : -1;
	else if (a->has_value)
		result = compare_values(a->value, b->value);
	else if (order->numbers)
		result = compare_numbers(a->text, b->text);
	else
		result = strcmp(a->text, b->text);
	return order->descending ? -result : result;
}

void table_sort_add(struct libscols_table *table, bool numbers, bool descending)
{
	struct libscols_column *c;

	c = check_alloc(scols_table_new_column(table, "", 0, SCOLS_FL_HIDDEN));
	scols_column_set_cmpfunc(c, compare, (void *)&orders[numbers][descending]);
}

void table_sort_key(struct libscols_line *line, size_t column,
		    enum sort_rank rank, const uint64_t *value,
		    const char *text)
{
	const size_t size = strlen(text) + 1;
	struct sort_key *key = check_alloc(calloc(1, sizeof(*key) + size));

	key->rank = rank;
	key->has_value = value;
	key->value = value ? *value : 0;
	memcpy(key->text, text, size);
	scols_cell_set_userdata(scols_line_get_cell(line, column), key);
}

void table_sort(struct libscols_table *table, size_t column)
{
	scols_sort_table(table, scols_table_get_column(table, column));
	for (size_t i = 0; i < scols_table_get_nlines(table); i++) {
		struct libscols_line *line = scols_table_get_line(table, i);
		struct libscols_cell *cell = scols_line_get_cell(line, column);

		free(scols_cell_get_userdata(cell));
		scols_cell_set_userdata(cell, NULL);
	}
}
