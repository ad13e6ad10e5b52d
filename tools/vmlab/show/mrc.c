// SPDX-License-Identifier: GPL-2.0
/* The miss-ratio curve on a terminal, and as SVG. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "show/command.h"
#include "show/curves.h"
#include "show/format.h"
#include "show/mrc.h"
#include "sys/xalloc.h"

#define NR(array) (sizeof(array) / sizeof((array)[0]))

static const struct column columns[] = {
	{ "BUDGET", true },
	{ "LRU", true },
	{ .title = "ERROR", .right = true },
	{ "OPT", true },
	{ "RATIO", true },
	{ .title = "EXTRA", .right = true },
	{ .title = "PAGES", .right = true, .extra = true },
};

static const struct column verify_columns[] = {
	{ "BUDGET", true },
	{ "PREDICTED", true },
	{ "MEASURED", true },
	{ "OFF", true },
};

const struct column_list mrc_tables[] = {
	COLUMN_LIST(columns), COLUMN_LIST(verify_columns), { 0 },
};

static uint64_t rounded(double value)
{
	return (uint64_t)llround(fmax(value, 0));
}

static uint64_t bytes(const struct mrc_result *r, double pages)
{
	return rounded(pages) * r->page_size;
}

static void print_size(FILE *out, const char *what, const struct mrc_result *r,
		       double pages)
{
	char size[SIZE_TEXT_MAX];

	fprintf(out, "%s: %s (%" PRIu64 " pages)", what, format_size(bytes(r, pages), size),
		rounded(pages));
}

static void print_head(FILE *out, const struct mrc_result *r)
{
	fputs("vmlab mrc:", out);
	if (r->command)
		command_print(out, r->command);
	else
		fprintf(out, " process %d", r->pid);
	fprintf(out, "\naccesses to other pages%s: %s%" PRIu64 ", %zu process%s\n",
		r->keep ? " than those kept" : "", r->rate < 1 ? "about " : "",
		rounded(r->accesses), r->processes, r->processes == 1 ? "" : "es");
	if (r->rate < 1)
		fprintf(out, "sampled: %.4g%% of the pages at the end, %" PRIu64 " of them, "
			"%" PRIu64 " accesses seen\n", 100 * r->rate, r->tracked, r->seen);
	else if (r->keep)
		fprintf(out, "all pages: %" PRIu64 " accesses seen\n", r->seen);
	else
		fprintf(out, "all pages: each access to another page was seen\n");
	if (r->keep)
		fprintf(out, "kept mapped by a thread: %" PRIu32 " pages, so the curve begins at "
			"%" PRIu64 "\n", r->keep, rounded(r->least));
	fprintf(out, "time: %.3g s, of which %.3g s in faults of all threads\n", r->seconds,
		r->in_faults);
	if (r->lost)
		fprintf(out, "%" PRIu64 " events were lost: distances are too small\n",
			r->lost);
	fprintf(out, "misses with unlimited memory: %" PRIu64 "\n", rounded(r->cold));
	print_size(out, "no more misses from", r, r->pages);
	print_size(out, "\nless than 1% more from", r, r->enough);
	fprintf(out, ": %" PRIu64 " misses\n", rounded(r->enough_misses));
	if (r->knee > 0)
		print_size(out, "knee", r, r->knee);
	else
		fputs("no knee", out);
	fputs("\n\n", out);
}

static void print_points(FILE *out, bool colour, const struct mrc_result *r)
{
	struct table *t = table_open(out, columns, NR(columns), colour);

	for (size_t i = 0; i < r->nr; i++) {
		const struct mrc_point *p = &r->point[i];

		table_size(t, STYLE_PLAIN, bytes(r, p->pages));
		table_cell(t, STYLE_PLAIN, "%" PRIu64, rounded(p->lru));
		table_cell(t, STYLE_DIM, "%" PRIu64, rounded(p->error));
		table_cell(t, STYLE_PLAIN, "%" PRIu64, rounded(p->opt));
		table_cell(t, STYLE_PLAIN, "%.4f",
			   r->accesses > 0 ? p->lru / r->accesses : 0);
		table_cell(t, STYLE_PLAIN, "%.1f%%",
			   r->cold > 0 ? 100 * (p->lru - r->cold) / r->cold : 0);
		table_cell(t, STYLE_PLAIN, "%" PRIu64, rounded(p->pages));
	}
	table_close(t);
}

static void print_verified(FILE *out, bool colour, const struct mrc_result *r)
{
	struct table *t;

	if (!r->nr_verified)
		return;
	fputs("\nruns with a budget, where LRU sees each access\n", out);
	t = table_open(out, verify_columns, NR(verify_columns), colour);
	for (size_t i = 0; i < r->nr_verified; i++) {
		const struct mrc_verified *v = &r->verified[i];
		const double measured = (double)v->measured;

		table_size(t, STYLE_PLAIN, v->pages * r->page_size);
		table_cell(t, STYLE_PLAIN, "%" PRIu64, rounded(v->predicted));
		table_cell(t, STYLE_PLAIN, "%" PRIu64, v->measured);
		table_cell(t, STYLE_PLAIN, "%+.2f%%",
			   v->measured ? 100 * (v->predicted - measured) / measured : 0);
	}
	table_close(t);
}

void mrc_print(FILE *out, bool colour, const struct mrc_result *r)
{
	if (!table_plain())
		print_head(out, r);
	print_points(out, colour, r);
	print_verified(out, colour, r);
}

/* --- drawings ------------------------------------------------------------------ */

/* The values of curves and their labels, which live as long as they. */
struct drawing {
	struct curves curves;
	char (*text)[SIZE_TEXT_MAX];
	const char **labels;
	uint64_t *y;
};

static void drawing_open(struct drawing *d, size_t nr_x, size_t nr_curves)
{
	d->text = check_alloc(calloc(nr_x + 1, sizeof(*d->text)));
	d->labels = check_alloc(calloc(nr_x + 1, sizeof(*d->labels)));
	d->y = check_alloc(calloc(nr_x * nr_curves + 1, sizeof(*d->y)));
	for (size_t i = 0; i < nr_x; i++)
		d->labels[i] = d->text[i];
	d->curves.nr_x = nr_x;
	d->curves.nr_curves = nr_curves;
	d->curves.labels = d->labels;
	d->curves.y = d->y;
}

static void drawing_close(struct drawing *d)
{
	free(d->text);
	free(d->labels);
	free(d->y);
}

static void open_curve(struct drawing *d, const struct mrc_result *r)
{
	static const char *const names[] = { "LRU", "OPT" };

	*d = (struct drawing){ .curves = {
		.x_title = "memory of each process", .y_title = "misses",
		.y_short = "misses", .x_unit = "", .names = names,
	} };
	drawing_open(d, r->nr, NR(names));
	for (size_t i = 0; i < r->nr; i++) {
		format_size(bytes(r, r->point[i].pages), d->text[i]);
		d->y[i] = rounded(r->point[i].lru);
		d->y[r->nr + i] = rounded(r->point[i].opt);
	}
}

static void open_set(struct drawing *d, const struct mrc_result *r)
{
	static const char *const names[] = { "working set" };
	const struct working_set *set = &r->set;

	*d = (struct drawing){ .curves = {
		.x_title = "time", .y_title = "pages accessed in a window of time",
		.y_short = "pages", .x_unit = "", .names = names,
	} };
	drawing_open(d, set->nr, NR(names));
	for (size_t i = 0; i < set->nr; i++) {
		snprintf(d->text[i], sizeof(d->text[i]), "%.2gs",
			 (double)set->time_ns[i] / 1e9);
		d->y[i] = rounded(set->pages[i]);
	}
}

void mrc_draw(FILE *out, bool colour, unsigned int width, const struct mrc_result *r)
{
	struct drawing d;

	open_curve(&d, r);
	if (r->nr > 1)
		curves_draw(out, colour, width, &d.curves);
	drawing_close(&d);
	if (r->set.nr < 2)
		return;
	fprintf(out, "\nworking set: pages accessed within %.3g s\n",
		(double)r->set.window_ns / 1e9);
	open_set(&d, r);
	curves_draw(out, colour, width, &d.curves);
	drawing_close(&d);
}

void mrc_svg(FILE *out, const struct mrc_result *r)
{
	struct drawing d;

	open_curve(&d, r);
	curves_svg(out, &d.curves);
	drawing_close(&d);
}
