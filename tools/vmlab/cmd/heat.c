// SPDX-License-Identifier: GPL-2.0
/* vmlab heat: which pages a process accesses, over time. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <string.h>

#include "cli/failure.h"
#include "cli/values.h"
#include "cmd/commands.h"
#include "heat/session.h"
#include "show/heat.h"
#include "show/terminal.h"
#include "sys/output.h"
#include "sys/xalloc.h"

enum { OPT_METHOD = 0x2000, OPT_SVG };

static const struct option_spec options[] = {
	{ "interval", 'i', "TIME", NULL,
	  "length of an interval (default 0.5; 0.02 to 3600 s)" },
	{ "count", 'n', "N", NULL,
	  "number of intervals (default 40); ^C ends the measurement" },
	{ "range", 'r', "RANGE", NULL,
	  "measure only START-END, START+SIZE or an address" },
	{ "method", OPT_METHOD, "METHOD", "auto bits damon",
	  "bits: accessed bits, by the module; damon; auto: what works" },
	{ "svg", OPT_SVG, "FILE", NULL,
	  "write the picture to FILE as SVG, '-' is standard output" },
	{ "rows", 'R', "N", NULL,
	  "lines of the picture at most (default: the terminal's)" },
	{ 0 },
};

struct request {
	struct heat heat;
	const char *method;
	uint64_t count; /* of intervals */
	uint64_t rows; /* 0: as many as the terminal has */
	struct output svg;
	const struct cli *cli;
	size_t drawn; /* lines of the picture on the terminal */
};

static void print_picture(FILE *out, const struct request *q)
{
	const struct heat *h = &q->heat;
	unsigned int rows, columns;

	fprintf(out, "process %d, %zu interval%s of %g s,\nby %s\n", h->pid,
		h->nr_samples, h->nr_samples == 1 ? "" : "s", h->interval, h->method);
	terminal_window(STDOUT_FILENO, &rows, &columns);
	if (q->rows)
		rows = (unsigned int)q->rows;
	else
		rows = rows > 10 ? rows - 6 : 20;
	heat_draw(h, out, q->cli->colour, columns, rows, q->rows);
	fprintf(out, "the measurement took %.2f%% of a CPU\n",
		heat_cost(h) * 100);
}

/* Return the bytes of the first @max lines of a text; count the lines. */
static size_t first_lines(const char *text, size_t max, size_t *nr)
{
	const char *end = text;

	for (*nr = 0; *nr < max && *end; ++*nr)
		end += strcspn(end, "\n") + 1;
	return (size_t)(end - text);
}

/*
 * Draw the picture over the one that was drawn before. While the measurement runs,
 * draw what the terminal shows at once: the cursor cannot go back further.
 */
static void redraw(struct request *q, bool last)
{
	unsigned int rows, columns;
	char *text = NULL;
	size_t len, shown;
	FILE *out = check_alloc(open_memstream(&text, &len));

	print_picture(out, q);
	fclose(out);
	if (q->drawn)
		printf("\033[%zuA\033[J", q->drawn);
	terminal_window(STDOUT_FILENO, &rows, &columns);
	shown = first_lines(check_alloc(text), last || !rows ? SIZE_MAX : rows - 1,
			    &q->drawn);
	fwrite(text, 1, shown, stdout);
	fflush(stdout);
	free(text);
}

static void on_interval(const struct heat *heat, void *request)
{
	(void)heat;
	redraw(request, false);
}

static bool draws_live(const struct request *q)
{
	const char *term = getenv("TERM");

	return !q->cli->json && !q->svg.path && isatty(STDOUT_FILENO) && term &&
	       strcmp(term, "dumb");
}

static void show(struct request *q)
{
	if (q->cli->json)
		heat_json(&q->heat, stdout);
	else if (q->drawn)
		redraw(q, true);
	else
		print_picture(stdout, q);
}

static void note_missed(const struct heat *h)
{
	fflush(stdout);
	cli_note("the process ran for %.1f s: the accesses shown are a lower bound", h->cpu);
	cli_note("a page whose translation stays in the TLB shows no access");
	if (h->emulated)
		cli_note("this processor is emulated: loops stay in its TLB for long");
}

static int measure(const struct cli *cli, struct request *q)
{
	struct heat_watcher watcher = { .arg = q };
	struct failure failure, ignored;
	int err = output_open(&q->svg, &failure);

	q->cli = cli;
	if (draws_live(q))
		watcher.interval = on_interval;
	else if (!err && isatty(STDERR_FILENO))
		cli_note("measuring %llu interval%s of %g s; ^C ends the measurement",
			 (unsigned long long)q->count, q->count == 1 ? "" : "s",
			 q->heat.interval);
	if (!err)
		err = heat_measure(&q->heat, q->method, q->count, &watcher,
				   &failure);
	if (!err && q->svg.file) {
		heat_svg(&q->heat, q->svg.file);
		err = output_close(&q->svg, &failure);
	}
	/* with '-' standard output has the SVG, and nothing else */
	if (!err && !output_is_stdout(&q->svg))
		show(q);
	if (!err && heat_misses_accesses(&q->heat))
		note_missed(&q->heat);
	output_close(&q->svg, &ignored);
	heat_release(&q->heat);
	return err ? cli_failure(&failure) : EXIT_OK;
}

static int run(struct cli *cli, int argc, char **argv)
{
	struct request q = {
		.heat.interval = 0.5,
		.method = "auto",
		.count = 40,
	};
	struct heat *h = &q.heat;
	size_t word;
	int c;

	while ((c = cli_option(cli, options, argc, argv)) != CLI_END) {
		switch (c) {
		case 'i':
			if (cli_duration(cli, 0.02, 3600, &h->interval))
				return EXIT_USAGE;
			break;
		case 'n':
			if (cli_number(cli, "intervals", 1, UINT64_MAX,
				       &q.count))
				return EXIT_USAGE;
			break;
		case 'r':
			if (cli_range(cli, &h->start, &h->end))
				return EXIT_USAGE;
			h->start &= ~UINT64_C(4095);
			/* round up, but not to 0: no VMA is in the last page */
			if (h->end <= UINT64_MAX - 4095)
				h->end += 4095;
			h->end &= ~UINT64_C(4095);
			break;
		case OPT_METHOD:
			if (cli_choice(cli, &word))
				return EXIT_USAGE;
			q.method = optarg;
			break;
		case OPT_SVG:
			q.svg.path = optarg;
			break;
		case 'R':
			if (cli_number(cli, "lines", 1, 4096, &q.rows))
				return EXIT_USAGE;
			break;
		default:
			return cli->exit_code;
		}
	}
	if (cli->json && output_is_stdout(&q.svg))
		return cli_usage(cli, "--svg -: --json excludes it: give a FILE");
	if (q.rows && (cli->json || output_is_stdout(&q.svg)))
		return cli_usage(cli, "--rows is for the picture on the terminal: it "
				 "excludes --json and --svg -");
	if (cli_process(cli, argv[optind], &h->pid))
		return EXIT_USAGE;
	if (!h->pid)
		h->pid = getpid();
	if (kill(h->pid, 0) && errno == ESRCH)
		return cli_fail(-ESRCH, VMLAB_ABOUT_PROCESS, h->pid);
	return measure(cli, &q);
}

static const char help[] =
	"A line is a part of the address space, with its start at the left; a column is a\n"
	"time; the darker a cell, or in colour the lighter, the more of it was accessed.\n"
	"The scale is logarithmic: one page of a thousand shows.  Mappings that were not\n"
	"accessed are left out, and long parts that were not take one line, '~'.\n"
	"\n"
	"bits   Before an interval the accessed bits of all pages are cleared through\n"
	"       /proc/PID/clear_refs; after it the module reads them: every page,\n"
	"       but for pages whose translation stayed in the TLB, which the kernel does\n"
	"       not flush: a loop over few pages may not show at all, least of all on an\n"
	"       emulated processor; a note says so.  This takes the mmap_lock of the\n"
	"       process for reading, makes its processor set the bits again, and makes\n"
	"       reclaim see its pages as colder.\n"
	"damon  DAMON checks one page of each region 20 times an interval, and splits and\n"
	"       merges regions by the result: coarse, and cheap with large memory.  Needs\n"
	"       CONFIG_DAMON_VADDR and CONFIG_DAMON_SYSFS, and no other user of DAMON.\n"
	"\n"
	"On a terminal the picture is drawn again after each interval.\n"
	"\n"
	"The last line shows the cost: CPU time of vmlab or of the thread of DAMON.  With\n"
	"'--svg -' standard output has the SVG only.  SIGHUP, SIGINT, SIGQUIT and SIGTERM\n"
	"end the measurement, and switch DAMON off.  Needs root.\n"
	"\n"
	"Example: twenty seconds, as a picture for a browser\n"
	"  vmlab heat 4242 --svg heat.svg\n";

const struct command cmd_heat = {
	.name = "heat",
	.group = GROUP_PROCESS,
	.operands = "PID",
	.operand = OPERAND_PID,
	.nr_operands = 1,
	.summary = "show which pages a process accesses, over time",
	.help = help,
	.options = options,
	.run = run,
};
