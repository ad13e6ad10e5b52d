// SPDX-License-Identifier: GPL-2.0
#include <float.h>
#include <math.h>
#include <stdbool.h>

#include "labs/lab.h"
#include "show/plot.h"
#include "show/xml.h"

/* units of the view box: about pixels on a phone */
#define WIDTH  440.0
#define HEIGHT 290.0
#define LEFT   62.0
#define RIGHT  14.0
#define TOP    12.0
#define BOTTOM 50.0

/* Rounding errors of a tick at 0 are below it. */
#define TINY (1 / 1e12)

enum { TICKS = 5, COLOURS = 8, SMALL = 24 };

/**
 * struct axis - how values become positions
 * @log: whether the scale is logarithmic
 * @low, @high: the values at the ends; @low is above 0 when @log
 * @step: distance of ticks; unused when @log
 * @from, @to: the positions of the ends
 */
struct axis {
	bool log;
	double low, high;
	double step;
	double from, to;
};

const char *plot_style(void)
{
	return "figure{margin:1.5rem 0;max-width:34rem}"
	       "figure svg{width:100%;height:auto;display:block}"
	       "figcaption{font-size:.95rem;margin-top:.4rem}"
	       ".legend{list-style:none;display:flex;flex-wrap:wrap;gap:.2rem 1rem;"
	       "padding:0;margin:.4rem 0;font-size:.9rem}"
	       ".legend svg{display:inline-block;width:2.6rem;height:.8rem;"
	       "vertical-align:middle;margin-right:.35rem}"
	       ".plot text{font:12px system-ui,sans-serif;fill:var(--ink)}"
	       ".plot .axis{stroke:var(--ink);stroke-width:1;fill:none}"
	       ".plot .grid{stroke:var(--faint);stroke-width:.6;fill:none}"
	       ".line{fill:none;stroke-width:2}"
	       ".s0{stroke:var(--c0)}.s1{stroke:var(--c1);stroke-dasharray:7 3}"
	       ".s2{stroke:var(--c2);stroke-dasharray:2 3}"
	       ".s3{stroke:var(--c3);stroke-dasharray:9 3 2 3}"
	       ".s4{stroke:var(--c4)}.s5{stroke:var(--c5);stroke-dasharray:7 3}"
	       ".s6{stroke:var(--c6);stroke-dasharray:2 3}"
	       ".s7{stroke:var(--c7);stroke-dasharray:9 3 2 3}"
	       ".m0{fill:var(--c0)}.m1{fill:var(--c1)}.m2{fill:var(--c2)}"
	       ".m3{fill:var(--c3)}.m4{fill:var(--c4)}.m5{fill:var(--c5)}"
	       ".m6{fill:var(--c6)}.m7{fill:var(--c7)}"
	       ":root{--c0:#0072b2;--c1:#d55e00;--c2:#009e73;--c3:#cc79a7;"
	       "--c4:#a67c00;--c5:#3a8fb7;--c6:#7a7a00;--c7:#555}"
	       "@media(prefers-color-scheme:dark){:root{--c0:#56b4e9;--c1:#f0a050;"
	       "--c2:#35c79a;--c3:#e6a0c8;--c4:#e6b800;--c5:#8fd0f0;--c6:#d6d640;"
	       "--c7:#bbb}}"
	       "@media print{:root{--c0:#0072b2;--c1:#d55e00;--c2:#009e73;"
	       "--c3:#cc79a7;--c4:#a67c00;--c5:#3a8fb7;--c6:#7a7a00;--c7:#555}}";
}

/* --- axes ---------------------------------------------------------------------- */

static double position(const struct axis *a, double value)
{
	double part;

	if (a->log)
		part = (log10(fmax(value, a->low)) - log10(a->low)) /
		       (log10(a->high) - log10(a->low));
	else
		part = (value - a->low) / (a->high - a->low);
	return a->from + part * (a->to - a->from);
}

/* Round up to 1, 2 or 5 times a power of ten. */
static double nice(double value)
{
	double power = pow(10, floor(log10(value)));
	double digit = value / power;

	return power * (digit <= 1 ? 1 : digit <= 2 ? 2 : digit <= 5 ? 5 : 10);
}

static void set_linear(struct axis *a, double low, double high, bool zero)
{
	if (zero && low > 0)
		low = 0;
	if (high <= low)
		high = low + 1;
	a->step = nice((high - low) / TICKS);
	a->low = floor(low / a->step) * a->step;
	a->high = ceil(high / a->step) * a->step;
}

static void set_log(struct axis *a, double low, double high)
{
	a->low = pow(10, floor(log10(low)));
	a->high = pow(10, ceil(log10(high)));
	if (a->high <= a->low)
		a->high = 10 * a->low;
}

/* Span all values of the plot; of x when @x, else of y. */
static struct axis axis_of(const struct lab_plot_data *p, bool x)
{
	struct axis a = {
		.log = p->flags & (x ? LAB_LOG_X : LAB_LOG_Y),
		.from = x ? LEFT : HEIGHT - BOTTOM,
		.to = x ? WIDTH - RIGHT : TOP,
	};
	double low = DBL_MAX, high = -DBL_MAX;

	for (size_t s = 0; s < p->nr; s++) {
		for (size_t i = 0; i < p->series[s].nr; i++) {
			double v = x ? p->series[s].x[i] : p->series[s].y[i];

			if (!isfinite(v) || (a.log && v <= 0))
				continue;
			low = fmin(low, v);
			high = fmax(high, v);
		}
	}
	if (low > high) {
		low = 1;
		high = 1;
	}
	if (p->flags & LAB_BARS && x) {
		low -= 0.5;
		high += 0.5;
	}
	if (a.log)
		set_log(&a, low, high);
	else
		set_linear(&a, low, high, !x);
	return a;
}

/* Write a number as short as a tick needs: 20k, 1.5M, 0.25. */
static void tick_text(double value, char text[SMALL])
{
	double size = fabs(value);

	if (size >= 1e9)
		snprintf(text, SMALL, "%.4gG", value / 1e9);
	else if (size >= 1e6)
		snprintf(text, SMALL, "%.4gM", value / 1e6);
	else if (size >= 1e4)
		snprintf(text, SMALL, "%.4gk", value / 1e3);
	else
		snprintf(text, SMALL, "%.4g", size < TINY ? 0 : value);
}

static void draw_tick(FILE *out, const struct axis *a, double value, bool x)
{
	double at = position(a, value);
	char text[SMALL];

	tick_text(value, text);
	if (x)
		fprintf(out,
			"<path class=\"grid\" d=\"M%.1f %.1fV%.1f\"/>"
			"<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>",
			at, TOP, HEIGHT - BOTTOM, at > WIDTH - RIGHT - 1 ? WIDTH - 1 : at,
			HEIGHT - BOTTOM + 16,
			/* The last one must not leave the picture. */
			at > WIDTH - RIGHT - 1 ? "end" : "middle", text);
	else
		fprintf(out,
			"<path class=\"grid\" d=\"M%.1f %.1fH%.1f\"/>"
			"<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\">%s</text>",
			LEFT, at, WIDTH - RIGHT, LEFT - 6, at + 4, text);
}

static void draw_axis(FILE *out, const struct axis *a, bool x)
{
	long nr = a->log ? lround(log10(a->high / a->low)) :
			   lround((a->high - a->low) / a->step);

	for (long i = 0; i <= nr; i++)
		draw_tick(out, a, a->log ? a->low * pow(10, (double)i) :
					   a->low + (double)i * a->step, x);
}

static void draw_frame(FILE *out, const struct lab_plot_data *p,
		       const struct axis *x, const struct axis *y)
{
	draw_axis(out, x, true);
	draw_axis(out, y, false);
	fprintf(out, "<path class=\"axis\" d=\"M%.1f %.1fV%.1fH%.1f\"/>", LEFT,
		TOP, HEIGHT - BOTTOM, WIDTH - RIGHT);
	fprintf(out, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">",
		(LEFT + WIDTH - RIGHT) / 2, HEIGHT - 12);
	xml_escape(out, p->x);
	fprintf(out,
		"</text><text transform=\"translate(14 %.1f) rotate(-90)\" "
		"text-anchor=\"middle\">",
		(TOP + HEIGHT - BOTTOM) / 2);
	xml_escape(out, p->y);
	fputs("</text>", out);
}

/* --- series -------------------------------------------------------------------- */

/* A marker of its own shape for each series: circle, square, triangle, diamond. */
static void draw_marker(FILE *out, size_t series, double x, double y)
{
	size_t colour = series % COLOURS;

	switch (series % 4) {
	case 0:
		fprintf(out, "<circle class=\"m%zu\" cx=\"%.1f\" cy=\"%.1f\" "
			"r=\"3\"/>", colour, x, y);
		break;
	case 1:
		fprintf(out, "<path class=\"m%zu\" d=\"M%.1f %.1fh6v6h-6z\"/>",
			colour, x - 3, y - 3);
		break;
	case 2:
		fprintf(out, "<path class=\"m%zu\" d=\"M%.1f %.1fl4 7h-8z\"/>",
			colour, x, y - 4);
		break;
	default:
		fprintf(out, "<path class=\"m%zu\" d=\"M%.1f %.1fl4 4l-4 "
			"4l-4-4z\"/>", colour, x, y - 4);
	}
}

static void draw_line(FILE *out, const struct lab_plot_data *p, size_t series,
		      const struct axis *x, const struct axis *y)
{
	const struct lab_series_data *s = &p->series[series];

	if (!s->nr)
		return;
	fprintf(out, "<path class=\"line s%zu\" d=\"", series % COLOURS);
	for (size_t i = 0; i < s->nr; i++) {
		if (i && p->flags & LAB_STEPS)
			fprintf(out, "H%.1f", position(x, s->x[i]));
		fprintf(out, "%c%.1f %.1f", i ? 'L' : 'M',
			position(x, s->x[i]), position(y, s->y[i]));
	}
	fputs("\"/>", out);
	/* Markers of many points hide the line. */
	for (size_t i = 0; s->nr <= SMALL && i < s->nr; i++)
		draw_marker(out, series, position(x, s->x[i]),
			    position(y, s->y[i]));
}

static void draw_bars(FILE *out, const struct lab_plot_data *p, size_t series,
		      const struct axis *x, const struct axis *y)
{
	const struct lab_series_data *s = &p->series[series];
	double one = position(x, x->low + 1) - position(x, x->low);
	double width = fmax(1, 0.8 * one / (double)p->nr);

	for (size_t i = 0; i < s->nr; i++) {
		double left = position(x, s->x[i]) - 0.4 * one +
			      (double)series * width;
		double top = position(y, s->y[i]);

		fprintf(out, "<rect class=\"m%zu\" x=\"%.1f\" y=\"%.1f\" "
			"width=\"%.1f\" height=\"%.1f\"/>", series % COLOURS,
			left, top, width, fmax(0, y->from - top));
	}
}

static void print_legend(FILE *out, const struct lab_plot_data *p)
{
	fputs("<ul class=\"legend\">", out);
	for (size_t s = 0; s < p->nr; s++) {
		fputs("<li><svg viewBox=\"0 0 44 12\" aria-hidden=\"true\">", out);
		if (p->flags & LAB_BARS) {
			fprintf(out, "<rect class=\"m%zu\" x=\"12\" y=\"0\" "
				"width=\"20\" height=\"12\"/>", s % COLOURS);
		} else {
			fprintf(out, "<path class=\"line s%zu\" d=\"M0 6H44\"/>",
				s % COLOURS);
			draw_marker(out, s, 22, 6);
		}
		fputs("</svg>", out);
		xml_escape(out, p->series[s].name);
		fputs("</li>", out);
	}
	fputs("</ul>", out);
}

void plot_print_svg(FILE *out, const struct lab_plot_data *p)
{
	struct axis x = axis_of(p, true), y = axis_of(p, false);

	fprintf(out,
		"<figure><svg class=\"plot\" viewBox=\"0 0 %.0f %.0f\" "
		"role=\"img\" aria-label=\"", WIDTH, HEIGHT);
	xml_escape(out, p->title);
	fputs("\">", out);
	draw_frame(out, p, &x, &y);
	for (size_t s = 0; s < p->nr; s++) {
		if (p->flags & LAB_BARS)
			draw_bars(out, p, s, &x, &y);
		else
			draw_line(out, p, s, &x, &y);
	}
	fputs("</svg>", out);
	print_legend(out, p);
	fputs("<figcaption>", out);
	xml_escape(out, p->title);
	fputs("</figcaption></figure>\n", out);
}
