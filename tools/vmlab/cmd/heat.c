// SPDX-License-Identifier: GPL-2.0
/* vmlab heat: which pages of a process are touched when. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "cli/cli.h"
#include "model/heat.h"
#include "cli/must.h"
#include "cli/parse.h"

enum { OPT_METHOD = 0x2000, OPT_SVG };

static const struct option_spec options[] = {
	{ "interval", 'i', "SECONDS", NULL,
	  "length of an interval (default 0.5)" },
	{ "count", 'n', "N", NULL, "intervals (default 40); ^C ends early" },
	{ "range", 'r', "RANGE", NULL,
	  "only START-END, START+SIZE or an address" },
	{ "method", OPT_METHOD, "METHOD", "auto bits damon",
	  "bits: accessed bits, by the module; damon; auto: what there is" },
	{ "svg", OPT_SVG, "FILE", NULL, "write the picture to FILE as SVG" },
	{ "rows", 'R', "N", NULL,
	  "lines of the picture (default: the terminal's)" },
	{ 0 },
};

static volatile sig_atomic_t ended;

static void on_signal(int sig)
{
	(void)sig;
	ended = 1;
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void sleep_until(double when)
{
	while (!ended) {
		double left = when - now();
		struct timespec ts;

		if (left <= 0)
			return;
		ts.tv_sec = (time_t)left;
		ts.tv_nsec = (long)((left - (double)ts.tv_sec) * 1e9);
		nanosleep(&ts, NULL);
	}
}

static int open_source(struct heat *h, const char *method,
		       const struct heat_source **source, void **state)
{
	int err;

	if (!strcmp(method, "damon")) {
		*source = &heat_damon;
		return heat_damon.open(h, true, state);
	}
	*source = &heat_module;
	if (!strcmp(method, "bits"))
		return heat_module.open(h, true, state);
	if (!heat_module.open(h, false, state))
		return EXIT_OK;
	*source = &heat_damon;
	if (!heat_damon.open(h, false, state))
		return EXIT_OK;
	/* neither: say why of the first */
	err = heat_module.open(h, true, state);
	return err ? err : EXIT_OK;
}

/* one interval; 1 when the process is gone */
static int sample(struct heat *h, const struct heat_source *source, void *state,
		  double start)
{
	struct heat_sample *s;
	double began = now();
	int err;

	err = source->begin(h, state);
	if (err)
		return err;
	sleep_until(began + h->interval);
	if (ended && h->nr_samples)
		return 0;
	h->samples = must(realloc(h->samples,
				  (h->nr_samples + 1) * sizeof(*h->samples)));
	s = &h->samples[h->nr_samples];
	memset(s, 0, sizeof(*s));
	err = source->end(h, state, s);
	if (err) {
		free(s->runs);
		return err;
	}
	s->time = now() - start;
	h->nr_samples++;
	return heat_read_areas(h);
}

static int collect(struct heat *h, const struct heat_source *source,
		   void *state, uint64_t count)
{
	double start = now();
	int err = heat_read_areas(h);

	for (uint64_t i = 0; !err && !ended && i < count; i++)
		err = sample(h, source, state, start);
	/* what was seen of a process that has ended is shown */
	if (err == -ESRCH && h->nr_samples)
		err = 0;
	heat_mark_areas(h);
	return err ? cli_fail(err, VMLAB_ABOUT_PROCESS, h->pid) : EXIT_OK;
}

static int write_svg(const struct heat *h, const char *path)
{
	FILE *out = fopen(path, "we");
	bool failed;

	if (!out)
		return cli_error("cannot write %s: %s", path, strerror(errno));
	heat_svg(h, out);
	failed = ferror(out);
	if (fclose(out) || failed)
		return cli_error("cannot write %s: %s", path, strerror(errno));
	return EXIT_OK;
}

static void show(const struct cli *cli, const struct heat *h,
		 const struct heat_source *source, unsigned int rows)
{
	struct winsize size = { .ws_row = 24, .ws_col = 80 };

	if (cli->json) {
		heat_json(h, stdout);
		return;
	}
	ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
	if (!size.ws_col)
		size.ws_col = 80;
	if (!rows)
		rows = size.ws_row > 8 ? size.ws_row - 4U : 20;
	printf("process %d, %zu intervals of %g s, by %s\n", h->pid,
	       h->nr_samples, h->interval, source->about);
	heat_draw(h, stdout, cli->colour, size.ws_col, rows);
	printf("looking took %.2f%% of a CPU\n", heat_cost(h) * 100);
}

static void release(struct heat *h)
{
	for (size_t i = 0; i < h->nr_samples; i++)
		free(h->samples[i].runs);
	for (size_t i = 0; i < h->nr_areas; i++)
		free(h->areas[i].name);
	free(h->samples);
	free(h->areas);
}

static int run(struct cli *cli, int argc, char **argv)
{
	struct sigaction action = { .sa_handler = on_signal };
	struct heat h = { .interval = 0.5 };
	const struct heat_source *source;
	const char *method = "auto", *svg = NULL;
	uint64_t count = 40, rows = 0;
	void *state;
	char *end;
	int c, err;

	while ((c = cli_option(cli, options, argc, argv)) != CLI_END) {
		switch (c) {
		case 'i':
			h.interval = strtod(optarg, &end);
			if (end == optarg || *end || !(h.interval >= 0.02) ||
			    h.interval > 3600)
				return cli_usage(cli,
						 "--interval=%s: give "
						 "seconds, from 0.02 to 3600",
						 optarg);
			break;
		case 'n':
			if (parse_u64(optarg, &count) || !count)
				return cli_usage(cli,
						 "--count=%s: give a number",
						 optarg);
			break;
		case 'r':
			if (parse_range(optarg, &h.start, &h.end))
				return cli_usage(cli,
						 "--range=%s: give START-END, "
						 "START+SIZE or an address, in "
						 "hexadecimal",
						 optarg);
			h.start &= ~UINT64_C(4095);
			h.end = (h.end + 4095) & ~UINT64_C(4095);
			break;
		case OPT_METHOD:
			method = optarg;
			if (strcmp(method, "auto") && strcmp(method, "bits") &&
			    strcmp(method, "damon"))
				return cli_usage(cli,
						 "--method=%s: the choices "
						 "are auto, bits and damon",
						 method);
			break;
		case OPT_SVG:
			svg = optarg;
			break;
		case 'R':
			if (parse_u64(optarg, &rows) || !rows || rows > 4096)
				return cli_usage(cli,
						 "--rows=%s: give a number "
						 "up to 4096",
						 optarg);
			break;
		default:
			return cli->exit_code;
		}
	}
	if (parse_pid(argv[optind], &h.pid) || !h.pid)
		return cli_usage(cli,
				 "'%s' is not a process: give a pid, see ps(1)",
				 argv[optind]);
	if (kill(h.pid, 0) && errno == ESRCH)
		return cli_fail(-ESRCH, VMLAB_ABOUT_PROCESS, h.pid);
	err = open_source(&h, method, &source, &state);
	if (err)
		return err;
	h.method = source->about;
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	err = collect(&h, source, state, count);
	source->close(state);
	if (!err && svg)
		err = write_svg(&h, svg);
	if (!err)
		show(cli, &h, source, (unsigned int)rows);
	release(&h);
	return err;
}

static const char help[] =
	"A line is a part of the address space, with its start at the left; a column is\n"
	"a time; the darker a cell, or in colour the lighter, the more of it was touched.\n"
	"Mappings that were not touched are left out.\n"
	"\n"
	"bits   Before an interval the accessed bits of all pages are cleared through\n"
	"       /proc/PID/clear_refs, after it the module reads them: every page, exactly,\n"
	"       but for pages whose translation stayed in the TLB, which the kernel does\n"
	"       not flush.  The target's mmap_lock is held for reading meanwhile, its\n"
	"       processor sets the bits again, and reclaim thinks its pages colder.\n"
	"damon  The kernel's sampler looks at one page of each region 20 times an\n"
	"       interval and splits and merges regions by what it finds: coarse, and cheap\n"
	"       with large memory.  Needs CONFIG_DAMON_VADDR and CONFIG_DAMON_SYSFS, and\n"
	"       nobody else who uses it.\n"
	"\n"
	"The last line says what looking cost: CPU time of vmlab or of DAMON's thread.\n"
	"Needs root.\n"
	"\n"
	"Example: twenty seconds, as a picture for a browser\n"
	"  vmlab heat 4242 --svg heat.svg\n";

const struct command cmd_heat = {
	.name = "heat",
	.operands = "PID",
	.operand = OPERAND_PID,
	.nr_operands = 1,
	.summary = "show which pages of a process are touched when",
	.help = help,
	.options = options,
	.run = run,
};
