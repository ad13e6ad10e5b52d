/* SPDX-License-Identifier: GPL-2.0 */
/* Counts against budgets, a curve for each policy: drawn with letters, and as SVG. */
#ifndef VMLAB_SHOW_CURVES_H
#define VMLAB_SHOW_CURVES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/**
 * struct curves - the curves of one drawing
 * @x_title, @y_title: the titles of the axes
 * @y_short: the same as @y_title, in one word
 * @x_unit: what follows a label in the text about a point, such as " frames", or ""
 * @nr_x: points of each curve, at equal distances
 * @labels: for each, its label
 * @nr_curves: how many
 * @names: for each curve, its name
 * @y: the values of the first curve, then those of the next
 */
struct curves {
	const char *x_title, *y_title, *y_short;
	const char *x_unit;
	size_t nr_x;
	const char *const *labels;
	size_t nr_curves;
	const char *const *names;
	const uint64_t *y;
};

/**
 * curves_draw - draw the curves with letters
 * @columns: the width
 */
void curves_draw(FILE *out, bool colour, unsigned int columns, const struct curves *curves);

/** curves_svg - draw the curves as SVG */
void curves_svg(FILE *out, const struct curves *curves);

#endif /* VMLAB_SHOW_CURVES_H */
