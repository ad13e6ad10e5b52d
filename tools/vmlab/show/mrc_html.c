// SPDX-License-Identifier: GPL-2.0
/* The miss-ratio curve as an HTML page that refers to no other file. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "labs/lab.h"
#include "show/format.h"
#include "show/mrc.h"
#include "show/plot.h"
#include "show/xml.h"
#include "sys/xalloc.h"

static const char style[] =
	":root{--ink:#1b1b1b;--faint:#d5d5d5;--paper:#fff}"
	"@media(prefers-color-scheme:dark){:root{--ink:#e9e9e9;--faint:#474747;"
	"--paper:#16181b}}"
	"body{margin:0 auto;padding:1rem;max-width:62rem;background:var(--paper);"
	"color:var(--ink);font:1rem/1.5 system-ui,sans-serif;overflow-wrap:anywhere}"
	"table{border-collapse:collapse;margin:.5rem 0}"
	"th,td{text-align:right;padding:.3rem .7rem;border-bottom:1px solid var(--faint)}";

static void add(struct lab_series_data *s, double x, double y)
{
	if (s->nr == LAB_POINTS)
		return;
	s->x[s->nr] = x;
	s->y[s->nr++] = y;
}

static void draw_curve(FILE *out, struct lab_plot_data *plot, const struct mrc_result *r)
{
	const double mib = (double)r->page_size / (1 << 20);

	*plot = (struct lab_plot_data){ .nr = r->nr_verified ? 3 : 2 };
	snprintf(plot->title, sizeof(plot->title), "Misses against memory");
	snprintf(plot->x, sizeof(plot->x), "memory of each process, MiB");
	snprintf(plot->y, sizeof(plot->y), "misses");
	snprintf(plot->series[0].name, sizeof(plot->series[0].name), "LRU");
	snprintf(plot->series[1].name, sizeof(plot->series[1].name), "OPT");
	snprintf(plot->series[2].name, sizeof(plot->series[2].name), "measured");
	for (size_t i = 0; i < r->nr; i++) {
		add(&plot->series[0], r->point[i].pages * mib, r->point[i].lru);
		add(&plot->series[1], r->point[i].pages * mib, r->point[i].opt);
	}
	for (size_t i = 0; i < r->nr_verified; i++)
		add(&plot->series[2], (double)r->verified[i].pages * mib,
		    (double)r->verified[i].measured);
	plot_print_svg(out, plot);
}

static void draw_set(FILE *out, struct lab_plot_data *plot, const struct mrc_result *r)
{
	if (!r->set.nr)
		return;
	*plot = (struct lab_plot_data){ .nr = 1 };
	snprintf(plot->title, sizeof(plot->title),
		 "Working set: pages accessed within %.3g s",
		 (double)r->set.window_ns / 1e9);
	snprintf(plot->x, sizeof(plot->x), "time, s");
	snprintf(plot->y, sizeof(plot->y), "pages");
	snprintf(plot->series[0].name, sizeof(plot->series[0].name), "working set");
	for (size_t i = 0; i < r->set.nr; i++)
		add(&plot->series[0], (double)r->set.time_ns[i] / 1e9, r->set.pages[i]);
	plot_print_svg(out, plot);
}

static void print_facts(FILE *out, const struct mrc_result *r)
{
	char pages[SIZE_TEXT_MAX], enough[SIZE_TEXT_MAX], knee[SIZE_TEXT_MAX];
	const double page = (double)r->page_size;

	fprintf(out,
		"<p>%.0f misses with unlimited memory; no more from %s on, and less than "
		"1&nbsp;%% more from %s on. Knee: %s. %.4g&nbsp;%% of the pages were "
		"sampled.</p>\n", r->cold, format_size((uint64_t)(r->pages * page), pages),
		format_size((uint64_t)(r->enough * page), enough),
		r->knee > 0 ? format_size((uint64_t)(r->knee * page), knee) : "none",
		100 * r->rate);
}

static void print_table(FILE *out, const struct mrc_result *r)
{
	char size[SIZE_TEXT_MAX];

	fputs("<table><thead><tr><th>Memory</th><th>LRU</th><th>Error</th><th>OPT</th>"
	      "</tr></thead><tbody>\n", out);
	for (size_t i = 0; i < r->nr; i++)
		fprintf(out, "<tr><td>%s</td><td>%.0f</td><td>%.0f</td><td>%.0f</td></tr>\n",
			format_size((uint64_t)r->point[i].pages * r->page_size, size),
			r->point[i].lru, r->point[i].error, r->point[i].opt);
	fputs("</tbody></table>\n", out);
}

void mrc_html(FILE *out, const struct mrc_result *r)
{
	/* Too large for the stack. */
	struct lab_plot_data *plot = check_alloc(malloc(sizeof(*plot)));

	fprintf(out,
		"<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
		"<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
		"<meta name=\"color-scheme\" content=\"light dark\">"
		"<title>vmlab mrc</title><style>%s%s</style></head><body>\n"
		"<h1>Misses against memory</h1>\n<p><code>", style, plot_style());
	if (!r->command)
		fprintf(out, "process %d", r->pid);
	for (char *const *word = r->command; word && *word; word++) {
		if (word != r->command)
			fputc(' ', out);
		xml_escape(out, *word);
	}
	fputs("</code></p>\n", out);
	print_facts(out, r);
	draw_curve(out, plot, r);
	draw_set(out, plot, r);
	print_table(out, r);
	fputs("</body></html>\n", out);
	free(plot);
}
