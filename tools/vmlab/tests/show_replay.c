// SPDX-License-Identifier: GPL-2.0
/* The drawings of vmlab replay. */
#include <string.h>

#include "model/reference.h"
#include "printed.h"
#include "show/replay_curve.h"
#include "show/replay_steps.h"
#include "tap.h"

/* A,Bw,A,C,B with 2 frames under FIFO: C evicts A. */
static const struct replay_change changes[] = {
	{ 0, false }, { 1, false }, { 0, true }, { 2, false },
};

static const size_t ends[] = { 1, 2, 2, 4, 4 };
static uint64_t pages[] = { 0, 1, 0, 2, 1 };
static bool writes[] = { false, true, false, false, false };

static unsigned int columns;
static size_t loaded;

static void print_steps(FILE *out)
{
	const struct reference ref = {
		.page = pages, .write = writes, .nr = 5, .nr_loaded = loaded,
		.pages = 3, .labels = REFERENCE_LETTERS,
	};
	struct replay_outcome run[2] = {
		{ .name = "fifo", .frames = 2 }, { .name = "lru", .frames = 3 },
	};
	const struct replay_runs runs = {
		.run = run, .nr_policies = 2, .nr_frames = 1,
	};

	for (size_t i = 0; i < 2; i++)
		run[i].log = (struct replay_log){
			.change = (struct replay_change *)changes, .nr = 4,
			.end = (size_t *)ends, .nr_steps = 5,
		};
	replay_draw_steps(out, false, columns, &ref, &runs);
}

static void test_steps(void)
{
	char *text;

	columns = 80;
	text = printed(print_steps);
	streq(text,
	      "STEP  PAGE   fifo, 2 frames   lru, 3 frames\n"
	      "   1    A    A .  fault       A . .  fault\n"
	      "   2    Bw   A B  fault       A B .  fault\n"
	      "   3    A    A B  hit         A B .  hit\n"
	      "   4    C    C B  fault -A    C B .  fault -A\n"
	      "   5    B    C B  hit         C B .  hit\n\n",
	      "two runs side by side");
	free(text);
	columns = 30;
	loaded = 3;
	text = printed(print_steps);
	streq(text,
	      "STEP  PAGE   fifo, 2 frames\n"
	      "   1    C    C B  fault -A\n"
	      "   2    B    C B  hit\n\n"
	      "STEP  PAGE   lru, 3 frames\n"
	      "   1    C    C B .  fault -A\n"
	      "   2    B    C B .  hit\n\n",
	      "one below the other, after the accesses that load frames");
	free(text);
}

static struct replay_outcome curve[] = {
	{ .name = "fifo", .frames = 3, .faults = 9 },
	{ .name = "fifo", .frames = 4, .faults = 10 },
	{ .name = "fifo", .frames = 5, .faults = 5 },
	{ .name = "lru", .frames = 3, .faults = 10 },
	{ .name = "lru", .frames = 4, .faults = 8 },
	{ .name = "lru", .frames = 5, .faults = 5 },
};

static const struct replay_runs curves = {
	.run = curve, .nr_policies = 2, .nr_frames = 3,
};

static void print_curves(FILE *out)
{
	replay_draw_curves(out, false, 80, &curves);
}

static void print_svg(FILE *out)
{
	replay_curves_svg(out, &curves);
}

static void test_curves(void)
{
	char *text = printed(print_curves);

	streq(text,
	      "  faults\n"
	      "      10 |    b   a\n"
	      "       9 |   a\n"
	      "       8 |         b\n"
	      "       7 |\n"
	      "       6 |\n"
	      "       5 |             ab\n"
	      "         +---------------\n"
	      "  frames      3    4    5\n\n"
	      "  a fifo  b lru\n"
	      "fifo: 10 faults with 4 frames, 9 with 3: Belady's anomaly\n",
	      "a letter for each policy");
	free(text);
	text = printed(print_svg);
	ok(strstr(text, "<svg ") == text && strstr(text, "</svg>\n"), "SVG");
	ok(strstr(text, ">fifo</text>") && strstr(text, ">lru</text>"),
	   "its legend");
	ok(strstr(text, "<title>4 frames: 10 faults</title>"), "a point");
	free(text);
}

int main(void)
{
	test_steps();
	test_curves();
	return tap_done();
}
