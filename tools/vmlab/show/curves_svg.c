// SPDX-License-Identifier: GPL-2.0
/* Counts against budgets as SVG. */
#include <inttypes.h>

#include "show/curves.h"
#include "show/xml.h"

enum {
	WIDTH = 640, HEIGHT = 420,
	LEFT = 70, RIGHT = 140, TOP = 30, BOTTOM = 50,
};

/* colours of Okabe and Ito: people with any colour vision tell them apart */
static const char *const colours[] = {
	"#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9",
	"#000000",
};

static const char *const dashes[] = { "", "6 3", "2 3", "8 3 2 3" };

#define NR(array) (sizeof(array) / sizeof((array)[0]))

static double x_of(const struct curves *curves, size_t x)
{
	double steps = curves->nr_x > 1 ? (double)(curves->nr_x - 1) : 1;

	return LEFT + (double)x * (WIDTH - LEFT - RIGHT) / steps;
}

static double y_of(uint64_t most, uint64_t y)
{
	return HEIGHT - BOTTOM - (double)y * (HEIGHT - TOP - BOTTOM) / (double)most;
}

static void draw_title(FILE *out, int x, int y, const char *turn, const char *title)
{
	fprintf(out, "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\"%s>", x, y, turn);
	xml_escape(out, title);
	fputs("</text>\n", out);
}

static void draw_grid(FILE *out, const struct curves *curves, uint64_t most)
{
	const uint64_t step = most < 10 ? 1 : (most + 9) / 10;
	const size_t every = (curves->nr_x + 19) / 20;
	char turn[64];

	for (uint64_t v = 0; v <= most; v += step)
		fprintf(out,
			"<path d=\"M%d %.1fH%d\" stroke=\"#ddd\"/>"
			"<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%" PRIu64
			"</text>\n", LEFT, y_of(most, v), WIDTH - RIGHT,
			LEFT - 8, y_of(most, v) + 4, v);
	for (size_t x = 0; x < curves->nr_x; x += every)
		draw_title(out, (int)x_of(curves, x), HEIGHT - BOTTOM + 18, "",
			   curves->labels[x]);
	fprintf(out, "<path d=\"M%d %dV%dH%d\" fill=\"none\" stroke=\"#000\"/>\n", LEFT, TOP,
		HEIGHT - BOTTOM, WIDTH - RIGHT);
	draw_title(out, (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 12, "", curves->x_title);
	snprintf(turn, sizeof(turn), " transform=\"rotate(-90 %d %d)\"", 20, HEIGHT / 2);
	draw_title(out, 20, HEIGHT / 2, turn, curves->y_title);
}

static void draw_point(FILE *out, const struct curves *curves, size_t curve, size_t x,
		       uint64_t most, const char *colour)
{
	const uint64_t y = curves->y[curve * curves->nr_x + x];

	fprintf(out, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\"><title>",
		x_of(curves, x), y_of(most, y), colour);
	xml_escape(out, curves->labels[x]);
	fprintf(out, "%s: %" PRIu64 " %s</title></circle>\n", curves->x_unit, y,
		curves->y_short);
}

static void draw_curve(FILE *out, const struct curves *curves, size_t curve, uint64_t most)
{
	const uint64_t *y = &curves->y[curve * curves->nr_x];
	const char *colour = colours[curve % NR(colours)];
	const char *dash = dashes[curve % NR(dashes)];
	const int line = TOP + 10 + 20 * (int)curve;

	fprintf(out, "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"2\" "
		"stroke-dasharray=\"%s\" points=\"", colour, dash);
	for (size_t x = 0; x < curves->nr_x; x++)
		fprintf(out, "%.1f,%.1f ", x_of(curves, x), y_of(most, y[x]));
	fputs("\"/>\n", out);
	for (size_t x = 0; x < curves->nr_x; x++)
		draw_point(out, curves, curve, x, most, colour);
	fprintf(out,
		"<path d=\"M%d %dh30\" stroke=\"%s\" stroke-width=\"2\" "
		"stroke-dasharray=\"%s\"/><text x=\"%d\" y=\"%d\">",
		WIDTH - RIGHT + 12, line, colour, dash, WIDTH - RIGHT + 48, line + 4);
	xml_escape(out, curves->names[curve]);
	fputs("</text>\n", out);
}

void curves_svg(FILE *out, const struct curves *curves)
{
	uint64_t most = 1;

	for (size_t i = 0; i < curves->nr_curves * curves->nr_x; i++)
		if (curves->y[i] > most)
			most = curves->y[i];
	fprintf(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" "
		"viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" "
		"font-family=\"sans-serif\" font-size=\"12\">\n"
		"<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n",
		WIDTH, HEIGHT, WIDTH, HEIGHT);
	draw_grid(out, curves, most);
	for (size_t c = 0; c < curves->nr_curves; c++)
		draw_curve(out, curves, c, most);
	fputs("</svg>\n", out);
}
