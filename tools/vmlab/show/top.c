// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "show/faults_words.h"
#include "show/format.h"
#include "show/json.h"
#include "show/screen.h"
#include "show/terminal.h"
#include "show/table.h"
#include "show/top.h"
#include "sys/xalloc.h"

#define NR(array) (sizeof(array) / sizeof((array)[0]))

static const struct column process_columns[] = {
	{ "PID", true },  { "MINOR/s", true }, { "MAJOR/s", true },
	{ "TIME", true }, { "MOSTLY" },	       { .title = "COMMAND", .wrap = true },
};

const struct column_list top_tables[] = { COLUMN_LIST(process_columns), { 0 } };

/* Write events a second; with one decimal when there are few. */
static void rate_text(const struct interval *in, __u64 count, char text[static 24])
{
	double rate = interval_rate(in, count);

	snprintf(text, 24, rate >= 10 || rate == 0 ? "%.0f" : "%.1f", rate);
}

/* Write the kinds, most frequent first, as many as fit; @width 0 is no limit. */
static void kinds_line(const struct interval *in, char *line, size_t size,
		       size_t width)
{
	bool shown[NR_FAULT_KINDS] = { false };
	size_t len = 0;

	line[0] = '\0';
	for (;;) {
		__u64 most = 0;
		unsigned int best = 0;
		char rate[24], word[64];
		int n;

		for (unsigned int k = 0; k < NR_FAULT_KINDS; k++) {
			__u64 both = in->kinds[k][FAULT_MINOR] +
				     in->kinds[k][FAULT_MAJOR];

			if (!shown[k] && both > most) {
				most = both;
				best = k;
			}
		}
		if (!most)
			return;
		shown[best] = true;
		rate_text(in, most, rate);
		n = snprintf(word, sizeof(word), "%s%s %s", len ? "  " : "",
			     fault_kind_name(best), rate);
		if (len + (size_t)n >= size ||
		    (width && len + (size_t)n > width))
			return;
		memcpy(line + len, word, (size_t)n + 1);
		len += (size_t)n;
	}
}

/* where to print a table */
struct canvas {
	struct screen *terminal;
	size_t columns; /* 0: no limit */
	bool colour;
};

/* Print one line, cut at the width of the terminal. */
__attribute__((format(printf, 3, 4))) static void
put_line(const struct canvas *c, enum style style, const char *fmt, ...)
{
	char line[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	if (c->columns && strlen(line) > c->columns) {
		size_t end = c->columns;

		/* not inside a character of UTF-8 */
		while (end && ((unsigned char)line[end] & 0xc0) == 0x80)
			end--;
		line[end] = '\0';
	}
	/* before the text: after a full line it would clear the last character */
	if (c->terminal)
		screen_clear_line(c->terminal);
	printf("%s%s%s\n", style_on(c->colour, style), line,
	       style_off(c->colour, style));
}

static void put_head(const struct interval *in, const struct canvas *c)
{
	char minor[24], major[24], line[512];

	rate_text(in, in->sum[FAULT_MINOR], minor);
	rate_text(in, in->sum[FAULT_MAJOR], major);
	put_line(c, STYLE_HEAD,
		 "vmlab top: %s minor, %s major a second; %zu processes%s",
		 minor, major, in->nr, c->terminal ? "; q quits" : "");
	kinds_line(in, line, sizeof(line), c->columns);
	put_line(c, STYLE_PLAIN, "%s", line);
	if (in->lost)
		put_line(c, STYLE_WARN,
			 "Lost: %" PRIu64 " records; see 'vmlab faults --help'",
			 (uint64_t)in->lost);
}

static void rate_cell(struct table *t, enum style style,
		      const struct interval *in, __u64 count)
{
	char rate[24];

	rate_text(in, count, rate);
	table_keyed(t, style, count, rate);
}

static void put_process(struct table *t, const struct interval *in,
			const struct activity *a)
{
	char *comm = check_alloc(format_safe(a->comm));

	table_cell(t, STYLE_PLAIN, "%u", a->key.tgid);
	rate_cell(t, STYLE_PLAIN, in, a->sum[FAULT_MINOR]);
	rate_cell(t, a->sum[FAULT_MAJOR] ? STYLE_WARN : STYLE_PLAIN, in,
		  a->sum[FAULT_MAJOR]);
	table_time(t, STYLE_PLAIN, a->ns);
	table_cell(t, STYLE_PLAIN, "%s", fault_kind_name(a->kind));
	table_cell(t, STYLE_NAME, "%s%s", *comm ? comm : "-",
		   a->exited ? " (ended)" : "");
	free(comm);
}

/* Print the processes; on a terminal the first @rows lines of the table. */
static void put_table(const struct interval *in, const struct canvas *c,
		      size_t rows)
{
	char *text = NULL, *line, *rest;
	size_t len;
	FILE *out = c->terminal ? check_alloc(open_memstream(&text, &len)) :
				  stdout;
	struct table *t = table_open(out, process_columns, NR(process_columns),
				     c->colour && !c->terminal);

	for (size_t i = 0; i < in->nr; i++)
		put_process(t, in, &in->active[i]);
	table_close(t);
	if (!c->terminal)
		return;
	fclose(out);
	rest = check_alloc(text);
	while (rows-- && (line = strsep(&rest, "\n")) && *line)
		put_line(c, STYLE_PLAIN, "%s", line);
	free(text);
}

void top_show(const struct interval *in, struct screen *terminal, bool colour)
{
	struct canvas c = { .terminal = terminal, .colour = colour };
	size_t rows = 0;

	if (terminal) {
		unsigned int height, columns;

		terminal_window(STDOUT_FILENO, &height, &columns);
		c.columns = columns;
		rows = height > 5 ? height - 4 : 2;
		screen_home(terminal);
	}
	if (!table_plain())
		put_head(in, &c);
	put_table(in, &c, rows);
	if (terminal)
		screen_clear_below(terminal);
	else if (!table_plain())
		putchar('\n');
	fflush(stdout);
}

void top_print_json(const struct interval *in)
{
	json_t *picture = check_alloc(json_object()), *kinds = check_alloc(json_object());
	json_t *processes = check_alloc(json_array());

	json_put(picture, "seconds", json_real(in->seconds));
	json_put(picture, "minor", json_count(in->sum[FAULT_MINOR]));
	json_put(picture, "major", json_count(in->sum[FAULT_MAJOR]));
	json_put(picture, "lost", json_count(in->lost));
	for (unsigned int k = 0; k < NR_FAULT_KINDS; k++) {
		__u64 both =
			in->kinds[k][FAULT_MINOR] + in->kinds[k][FAULT_MAJOR];

		if (both)
			json_put(kinds, fault_kind_name(k), json_count(both));
	}
	json_put(picture, "kinds", kinds);
	for (size_t i = 0; i < in->nr; i++) {
		const struct activity *a = &in->active[i];
		json_t *row = check_alloc(json_object());

		json_put(row, "pid", json_integer(a->key.tgid));
		json_put_name(row, "comm", a->comm);
		json_put(row, "minor", json_count(a->sum[FAULT_MINOR]));
		json_put(row, "major", json_count(a->sum[FAULT_MAJOR]));
		json_put(row, "ns", json_count(a->ns));
		json_put(row, "exited", json_boolean(a->exited));
		json_array_append_new(processes, row);
	}
	json_put(picture, "processes", processes);
	json_print_line(stdout, picture);
	fflush(stdout);
}
