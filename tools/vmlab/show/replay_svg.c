// SPDX-License-Identifier: GPL-2.0
/* Faults against frames as SVG. */
#include <inttypes.h>

#include "show/replay_curve.h"
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

static double x_of(const struct replay_runs *runs, size_t frames)
{
	double steps = runs->nr_frames > 1 ? (double)(runs->nr_frames - 1) : 1;

	return LEFT + (double)frames * (WIDTH - LEFT - RIGHT) / steps;
}

static double y_of(uint64_t most, uint64_t faults)
{
	return HEIGHT - BOTTOM -
	       (double)faults * (HEIGHT - TOP - BOTTOM) / (double)most;
}

static void draw_grid(FILE *out, const struct replay_runs *runs, uint64_t most)
{
	const uint64_t step = most < 10 ? 1 : (most + 9) / 10;
	const size_t every = (runs->nr_frames + 19) / 20;

	for (uint64_t v = 0; v <= most; v += step)
		fprintf(out,
			"<path d=\"M%d %.1fH%d\" stroke=\"#ddd\"/>"
			"<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%" PRIu64
			"</text>\n", LEFT, y_of(most, v), WIDTH - RIGHT,
			LEFT - 8, y_of(most, v) + 4, v);
	for (size_t f = 0; f < runs->nr_frames; f += every)
		fprintf(out,
			"<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%"
			PRIu64 "</text>\n", x_of(runs, f), HEIGHT - BOTTOM + 18,
			runs->run[f].frames);
	fprintf(out,
		"<path d=\"M%d %dV%dH%d\" fill=\"none\" stroke=\"#000\"/>\n"
		"<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">frames</text>\n"
		"<text x=\"%d\" y=\"%d\" text-anchor=\"middle\" "
		"transform=\"rotate(-90 %d %d)\">page faults</text>\n", LEFT,
		TOP, HEIGHT - BOTTOM, WIDTH - RIGHT,
		(LEFT + WIDTH - RIGHT) / 2, HEIGHT - 12, 20, HEIGHT / 2, 20,
		HEIGHT / 2);
}

static void draw_curve(FILE *out, const struct replay_runs *runs, size_t policy,
		       uint64_t most)
{
	const struct replay_outcome *run =
		&runs->run[policy * runs->nr_frames];
	const char *colour = colours[policy % NR(colours)];
	const char *dash = dashes[policy % NR(dashes)];
	const int y = TOP + 10 + 20 * (int)policy;

	fprintf(out, "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"2\" "
		"stroke-dasharray=\"%s\" points=\"", colour, dash);
	for (size_t f = 0; f < runs->nr_frames; f++)
		fprintf(out, "%.1f,%.1f ", x_of(runs, f),
			y_of(most, run[f].faults));
	fputs("\"/>\n", out);
	for (size_t f = 0; f < runs->nr_frames; f++)
		fprintf(out,
			"<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\">"
			"<title>%" PRIu64 " frames: %" PRIu64
			" faults</title></circle>\n", x_of(runs, f),
			y_of(most, run[f].faults), colour, run[f].frames,
			run[f].faults);
	fprintf(out,
		"<path d=\"M%d %dh30\" stroke=\"%s\" stroke-width=\"2\" "
		"stroke-dasharray=\"%s\"/><text x=\"%d\" y=\"%d\">",
		WIDTH - RIGHT + 12, y, colour, dash, WIDTH - RIGHT + 48, y + 4);
	xml_escape(out, run->name);
	fputs("</text>\n", out);
}

void replay_curves_svg(FILE *out, const struct replay_runs *runs)
{
	uint64_t most = 1;

	for (size_t i = 0; i < runs->nr_policies * runs->nr_frames; i++)
		if (runs->run[i].faults > most)
			most = runs->run[i].faults;
	fprintf(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" "
		"viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" "
		"font-family=\"sans-serif\" font-size=\"12\">\n"
		"<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n",
		WIDTH, HEIGHT, WIDTH, HEIGHT);
	draw_grid(out, runs, most);
	for (size_t p = 0; p < runs->nr_policies; p++)
		draw_curve(out, runs, p, most);
	fputs("</svg>\n", out);
}
