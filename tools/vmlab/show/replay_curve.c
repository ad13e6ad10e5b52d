// SPDX-License-Identifier: GPL-2.0
/* Faults against frames, for each policy: as a table, a drawing and JSON. */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sys/xalloc.h"
#include "show/curves.h"
#include "show/json.h"
#include "show/replay_curve.h"

const struct column replay_curve_columns[] = {
	{ "FRAMES", true }, { "FIFO", true }, { "CLOCK", true },
	{ "SECOND-CHANCE", true }, { "LRU", true }, { "MRU", true },
	{ "LFU", true }, { "RANDOM", true }, { "OPT", true },
};

static const struct replay_outcome *run_at(const struct replay_runs *runs,
					   size_t policy, size_t frames)
{
	return &runs->run[policy * runs->nr_frames + frames];
}

/* Does the policy have more faults here than with one frame less? */
static bool is_anomaly(const struct replay_runs *runs, size_t policy, size_t f)
{
	return f && replay_is_anomaly(run_at(runs, policy, f),
				      run_at(runs, policy, f - 1));
}

static char *upper(const char *name)
{
	char *copy = check_alloc(strdup(name));

	for (char *c = copy; *c; c++)
		*c = (char)toupper((unsigned char)*c);
	return copy;
}

void replay_print_curves(bool colour, const struct replay_runs *runs)
{
	const size_t nr = runs->nr_policies + 1;
	struct column *columns = check_alloc(calloc(nr, sizeof(*columns)));
	struct table *t;

	columns[0] = replay_curve_columns[0];
	for (size_t p = 0; p < runs->nr_policies; p++)
		columns[p + 1] = (struct column){
			upper(run_at(runs, p, 0)->name), true,
		};
	t = table_open(stdout, columns, nr, colour);
	for (size_t f = 0; f < runs->nr_frames; f++) {
		table_cell(t, STYLE_PLAIN, "%" PRIu64,
			   run_at(runs, 0, f)->frames);
		for (size_t p = 0; p < runs->nr_policies; p++)
			table_cell(t,
				   is_anomaly(runs, p, f) ? STYLE_WARN :
							    STYLE_PLAIN,
				   "%" PRIu64, run_at(runs, p, f)->faults);
	}
	table_close(t);
	for (size_t p = 0; p < runs->nr_policies; p++)
		free((char *)columns[p + 1].title);
	free(columns);
}

/* Make the arrays of a drawing; free_curves() frees them. */
static struct curves make_curves(const struct replay_runs *runs)
{
	const size_t nr = runs->nr_policies * runs->nr_frames;
	char **labels = check_alloc(calloc(runs->nr_frames, sizeof(*labels)));
	const char **names = check_alloc(calloc(runs->nr_policies, sizeof(*names)));
	uint64_t *y = check_alloc(calloc(nr, sizeof(*y)));

	for (size_t f = 0; f < runs->nr_frames; f++)
		if (asprintf(&labels[f], "%" PRIu64, run_at(runs, 0, f)->frames) < 0)
			check_alloc(NULL);
	for (size_t p = 0; p < runs->nr_policies; p++)
		names[p] = run_at(runs, p, 0)->name;
	for (size_t i = 0; i < nr; i++)
		y[i] = runs->run[i].faults;
	return (struct curves){
		.x_title = "frames",
		.y_title = "page faults",
		.y_short = "faults",
		.x_unit = " frames",
		.nr_x = runs->nr_frames,
		.labels = (const char *const *)labels,
		.nr_curves = runs->nr_policies,
		.names = names,
		.y = y,
	};
}

static void free_curves(struct curves *curves)
{
	for (size_t x = 0; x < curves->nr_x; x++)
		free((char *)curves->labels[x]);
	free((void *)curves->labels);
	free((void *)curves->names);
	free((void *)curves->y);
}

static void print_anomalies(FILE *out, bool colour,
			    const struct replay_runs *runs)
{
	for (size_t p = 0; p < runs->nr_policies; p++) {
		for (size_t f = 0; f < runs->nr_frames; f++) {
			const struct replay_outcome *run = run_at(runs, p, f);

			if (!is_anomaly(runs, p, f))
				continue;
			fprintf(out,
				"%s%s: %" PRIu64 " faults with %" PRIu64
				" frames, %" PRIu64 " with %" PRIu64
				": Belady's anomaly%s\n",
				style_on(colour, STYLE_WARN), run->name,
				run->faults, run->frames, run[-1].faults,
				run[-1].frames, style_off(colour, STYLE_WARN));
		}
	}
}

void replay_draw_curves(FILE *out, bool colour, unsigned int columns,
			const struct replay_runs *runs)
{
	struct curves curves = make_curves(runs);

	curves_draw(out, colour, columns, &curves);
	free_curves(&curves);
	print_anomalies(out, colour, runs);
}

void replay_curves_svg(FILE *out, const struct replay_runs *runs)
{
	struct curves curves = make_curves(runs);

	curves_svg(out, &curves);
	free_curves(&curves);
}

json_t *replay_curve_json(const struct replay_runs *runs, size_t policy)
{
	json_t *o = json_object(), *frames = json_array();
	json_t *faults = json_array(), *anomalies = json_array();

	for (size_t f = 0; f < runs->nr_frames; f++) {
		const struct replay_outcome *run = run_at(runs, policy, f);

		json_append(frames, json_count(run->frames));
		json_append(faults, json_count(run->faults));
		if (is_anomaly(runs, policy, f))
			json_append(anomalies, json_count(run->frames));
	}
	json_put(o, "policy", json_text(run_at(runs, policy, 0)->name));
	json_put(o, "frames", frames);
	json_put(o, "faults", faults);
	json_put(o, "anomalies", anomalies);
	return o;
}
