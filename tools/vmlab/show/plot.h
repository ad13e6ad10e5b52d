/* SPDX-License-Identifier: GPL-2.0 */
/* Plots of labs as SVG inside an HTML page. */
#ifndef VMLAB_SHOW_PLOT_H
#define VMLAB_SHOW_PLOT_H

#include <stdio.h>

#include "labs/lib/result.h"

/**
 * plot_style - return the CSS rules of plots
 *
 * They use the custom properties --ink, --faint and --paper of the page, and
 * define the colours of series, --c0 to --c7: the palette of Okabe and Ito,
 * which people with a colour deficiency can tell apart.  Series differ by dashes
 * and by markers too.
 */
const char *plot_style(void);

/** plot_print_svg - draw a plot as a <figure> with a caption and a legend */
void plot_print_svg(FILE *out, const struct lab_plot_data *plot);

#endif /* VMLAB_SHOW_PLOT_H */
