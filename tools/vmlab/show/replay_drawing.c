// SPDX-License-Identifier: GPL-2.0
/* The frames after each access of a reference string, side by side for all runs. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sys/xalloc.h"
#include "show/replay_steps.h"

#define BETWEEN 3 /* blanks between two runs */

/*
 * struct drawing - what is drawn, and how wide its parts are
 * @label_width: of the longest name of a page
 * @page_width: of the column of accesses: a name and its w, and the title
 * @step_width: of the number of the last access, and the title
 */
struct drawing {
	FILE *out;
	bool colour;
	const struct reference *ref;
	unsigned int label_width;
	unsigned int page_width;
	unsigned int step_width;
};

static unsigned int max_width(unsigned int a, int b)
{
	return b > (int)a ? (unsigned int)b : a;
}

/* Width of one run: its title, or its frames and "fault -PAGE". */
static unsigned int run_width(const struct drawing *d,
			      const struct replay_outcome *run)
{
	unsigned int frames = (unsigned int)run->frames * (d->label_width + 1);
	int title = snprintf(NULL, 0, "%s, %" PRIu64 " frames", run->name,
			     run->frames);

	return max_width(frames + 8 + d->label_width, title);
}

static int print_styled(const struct drawing *d, enum style style,
			const char *text, unsigned int width)
{
	fprintf(d->out, "%s%*s%s", style_on(d->colour, style), (int)width, text,
		style_off(d->colour, style));
	return (int)max_width(width, (int)strlen(text));
}

/* Draw the frames of one run and its mark; return the columns used. */
static int draw_run(const struct drawing *d, const struct residency *r,
		    uint64_t page)
{
	char label[REFERENCE_LABEL_MAX];
	int used = 0;

	for (size_t i = 0; i < r->nr_frames; i++) {
		if (r->frame[i] == REPLAY_FREE)
			used += print_styled(d, STYLE_DIM, ".", d->label_width);
		else
			used += print_styled(d,
					     r->frame[i] == page ? STYLE_NAME :
								   STYLE_PLAIN,
					     reference_label(d->ref,
							     r->frame[i],
							     label),
					     d->label_width);
		fputc(' ', d->out);
		used++;
	}
	fputc(' ', d->out);
	used++;
	if (!r->fault)
		return used + print_styled(d, STYLE_GOOD, "hit", 0);
	used += print_styled(d, STYLE_WARN, "fault", 0);
	for (size_t i = 0; i < r->nr_evicted; i++)
		used += fprintf(d->out, " -%s",
				reference_label(d->ref, r->evicted[i], label));
	return used;
}

/* Fill the columns of a run up to the next one. */
static void pad(const struct drawing *d, const struct replay_outcome *run,
		int used)
{
	int rest = (int)run_width(d, run) - used;

	fprintf(d->out, "%*s", rest > 0 ? rest : 0, "");
}

static void draw_titles(const struct drawing *d,
			const struct replay_outcome *run, size_t nr)
{
	fprintf(d->out, "%s%*s  %*s", style_on(d->colour, STYLE_HEAD),
		(int)d->step_width, "STEP", (int)d->page_width, "PAGE");
	for (size_t i = 0; i < nr; i++) {
		int used = fprintf(d->out, "%*s%s, %" PRIu64 " frame%s", BETWEEN,
				   "", run[i].name, run[i].frames,
				   run[i].frames == 1 ? "" : "s");

		if (i + 1 < nr)
			pad(d, &run[i], used - BETWEEN);
	}
	fprintf(d->out, "%s\n", style_off(d->colour, STYLE_HEAD));
}

/* Draw all accesses of the runs that stand side by side. */
static void draw_block(const struct drawing *d,
		       const struct replay_outcome *run, size_t nr)
{
	struct residency *r = check_alloc(calloc(nr, sizeof(*r)));
	const struct reference *ref = d->ref;
	char label[REFERENCE_LABEL_MAX];

	draw_titles(d, run, nr);
	for (size_t n = 0; n < nr; n++)
		residency_init(&r[n], run[n].frames);
	for (size_t i = 0; i < ref->nr; i++) {
		for (size_t n = 0; n < nr; n++)
			residency_step(&r[n], &run[n].log, i);
		if (i < ref->nr_loaded)
			continue;
		fprintf(d->out, "%*zu  %*s%c", (int)d->step_width,
			i - ref->nr_loaded + 1, (int)d->page_width - 1,
			reference_label(ref, ref->page[i], label),
			ref->write[i] ? 'w' : ' ');
		for (size_t n = 0; n < nr; n++) {
			int used;

			fprintf(d->out, "%*s", BETWEEN, "");
			used = draw_run(d, &r[n], ref->page[i]);
			if (n + 1 < nr)
				pad(d, &run[n], used);
		}
		fputc('\n', d->out);
	}
	for (size_t n = 0; n < nr; n++)
		residency_free(&r[n]);
	free(r);
}

void replay_draw_steps(FILE *out, bool colour, unsigned int columns,
		       const struct reference *ref,
		       const struct replay_runs *runs)
{
	const size_t nr = runs->nr_policies * runs->nr_frames;
	struct drawing d = {
		.out = out, .colour = colour, .ref = ref, .label_width = 1,
	};
	char label[REFERENCE_LABEL_MAX];
	size_t side_by_side;

	for (size_t i = 0; i < ref->nr; i++) {
		reference_label(ref, ref->page[i], label);
		d.label_width = max_width(d.label_width, (int)strlen(label));
	}
	d.step_width = max_width(4, snprintf(NULL, 0, "%zu", ref->nr));
	d.page_width = max_width(4, (int)d.label_width + 1);
	for (size_t n = 0; n < nr; n += side_by_side) {
		unsigned int width = d.step_width + 2 + d.page_width;

		side_by_side = 0;
		do {
			width += BETWEEN + run_width(&d, &runs->run[n + side_by_side]);
			if (side_by_side && width > columns)
				break;
			side_by_side++;
		} while (n + side_by_side < nr);
		draw_block(&d, &runs->run[n], side_by_side);
		fputc('\n', out);
	}
}
