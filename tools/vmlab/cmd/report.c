// SPDX-License-Identifier: GPL-2.0
/* vmlab report: run labs and write one page about them. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "cmd/commands.h"
#include "cmd/lab_common.h"
#include "labs/lib/allowed.h"
#include "labs/lib/execute.h"
#include "show/json.h"
#include "show/report.h"
#include "show/terminal.h"
#include "sys/xalloc.h"

enum {
	BAR = 30, /* characters, fewer on a narrow terminal */
	BESIDE = 38, /* characters beside the bar */
};

static const struct option_spec options[] = {
	{ "output-file", 'o', "FILE", NULL,
	  "the page to write (default vmlab-report.html); '-' is standard output" },
	{ "yes", LAB_OPT_YES, NULL, NULL,
	  "allow changes to the system outside a virtual machine" },
	{ "timeout", LAB_OPT_TIMEOUT, "TIME", NULL,
	  "end a lab that takes longer (default 300 s)" },
	{ "output", 'o', "FILE", .hidden = true },
	{ 0 },
};

/**
 * struct arguments - the command line, and what follows from it
 * @results: those of the labs of @choice that ran, the others NULL
 */
struct arguments {
	const char *output;
	struct lab_choice choice;
	struct lab_result *results[LABS_MAX];
};

/* --- facts for the head of the page -------------------------------------------- */

static char *processor_name(void)
{
	FILE *file = fopen("/proc/cpuinfo", "re");
	char *line = NULL, *name = NULL;
	size_t size = 0;

	while (file && !name && getline(&line, &size, file) > 0) {
		char *value = strstr(line, ": ");

		if (value && !strncmp(line, "model name", 10)) {
			value[strcspn(value, "\n")] = '\0';
			name = strdup(value + 2);
		}
	}
	free(line);
	if (file)
		fclose(file);
	return check_alloc(name ? name : strdup("unknown processor"));
}

static char *machine(void)
{
	long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);
	char *text = NULL, *cpu = processor_name();
	struct utsname name;

	uname(&name);
	if (asprintf(&text, "Linux %s, %s, %ld processors, %ld MiB of memory",
		     name.release, cpu, sysconf(_SC_NPROCESSORS_ONLN),
		     pages / 1024 * (size / 1024)) < 0)
		text = NULL;
	free(cpu);
	return check_alloc(text);
}

static void today(char *text, size_t size)
{
	time_t now = time(NULL);
	struct tm tm;

	strftime(text, size, "%Y-%m-%d %H:%M", localtime_r(&now, &tm));
}

/* --- the run --------------------------------------------------------------------- */

/* Draw a bar on the terminal; print a line a lab elsewhere. */
static void progress(const struct arguments *a, size_t done)
{
	size_t columns = terminal_columns(STDERR_FILENO);
	size_t bar = columns < BAR + BESIDE ? columns - BESIDE : BAR;
	size_t full = a->choice.nr ? bar * done / a->choice.nr : 0;

	if (!isatty(STDERR_FILENO)) {
		if (done < a->choice.nr)
			fprintf(stderr, "lab %u, %s (%zu of %zu)\n",
				a->choice.labs[done]->number, a->choice.labs[done]->name,
				done + 1, a->choice.nr);
		return;
	}
	fprintf(stderr, "\r[%.*s%*s] %zu of %zu  %-24s", (int)full,
		"##############################", (int)(bar - full), "", done,
		a->choice.nr, done < a->choice.nr ? a->choice.labs[done]->name : "");
	if (done == a->choice.nr)
		fputc('\n', stderr);
}

/* Run all labs; return false after ^C. */
static bool run_labs(struct arguments *a)
{
	const struct lab_options run = {
		.seconds = lab_choice_seconds(&a->choice),
		.waiting = lab_report_waiting,
	};

	for (size_t i = 0; i < a->choice.nr; i++) {
		progress(a, i);
		a->results[i] = lab_result_alloc();
		if (lab_allowed(a->choice.labs[i], a->choice.yes, a->results[i]))
			lab_execute(a->choice.labs[i], &run, a->results[i]);
		if (a->results[i]->verdict == LAB_INTERRUPTED)
			return false;
	}
	progress(a, a->choice.nr);
	return true;
}

static void print_page(FILE *out, const void *report)
{
	report_print_html(out, report);
}

static int write_report(const struct arguments *a)
{
	char date[64], *about = machine();
	const struct report report = {
		.labs = a->choice.labs,
		.results = a->results,
		.nr = a->choice.nr,
		.machine = about,
		.date = date,
		.version = vmlab_version(),
	};
	int err;

	today(date, sizeof(date));
	err = cli_write_file(a->output, print_page, &report);
	free(about);
	return err;
}

static int summarize(const struct cli *cli, const struct arguments *a)
{
	struct lab_verdicts verdicts = { 0 };
	char totals[LAB_TEXT];
	struct json_doc doc;

	for (size_t i = 0; i < a->choice.nr; i++)
		verdicts.nr[a->results[i]->verdict]++;
	if (cli->json) {
		json_begin(&doc, stdout);
		json_member(&doc, "file", json_text(a->output));
		for (int v = LAB_AGREES; v <= LAB_FAILED; v++)
			json_member(&doc, lab_verdict_name((enum lab_verdict)v),
				    json_count(verdicts.nr[v]));
		json_end(&doc);
	} else if (strcmp(a->output, "-")) {
		lab_verdicts_text(&verdicts, totals);
		printf("%s: %s\n", a->output, totals);
	}
	return lab_verdicts_exit(&verdicts);
}

/* Find out before the labs run whether the page can be written. */
static int check_output(const char *path)
{
	FILE *out;

	if (!strcmp(path, "-"))
		return EXIT_OK;
	out = fopen(path, "ae");
	if (!out)
		return cli_error("cannot write %s: %s", path, strerror(errno));
	fclose(out);
	return EXIT_OK;
}

/* Remove the file that check_output() made, when no page was written to it. */
static void remove_empty(const char *path)
{
	struct stat st;

	if (!stat(path, &st) && S_ISREG(st.st_mode) && !st.st_size)
		unlink(path);
}

/* Return the code of a shell for SIGINT when the labs were interrupted. */
static int do_report(const struct cli *cli, struct arguments *a)
{
	const struct lab_verdicts interrupted = { .nr[LAB_INTERRUPTED] = 1 };
	int err = check_output(a->output);

	if (err)
		return err;
	if (!run_labs(a)) {
		remove_empty(a->output);
		return lab_verdicts_exit(&interrupted);
	}
	err = write_report(a);
	return err ? err : summarize(cli, a);
}

/* --- the command line --------------------------------------------------------- */

static int parse_options(struct cli *cli, struct arguments *a, int argc,
			 char **argv)
{
	int c, err;

	while ((c = cli_option(cli, options, argc, argv)) != CLI_END) {
		switch (c) {
		case 'o':
			a->output = optarg;
			break;
		case LAB_OPT_YES:
		case LAB_OPT_TIMEOUT:
			err = lab_choice_option(cli, &a->choice, c);
			if (err)
				return err;
			break;
		default:
			return CLI_STOP;
		}
	}
	if (cli->json && !strcmp(a->output, "-"))
		return cli_usage(cli, "--json excludes --output-file=-: give a "
				 "FILE, standard output takes one of them");
	return EXIT_OK;
}

static int choose_labs(const struct cli *cli, struct lab_choice *choice,
		       char **names)
{
	int err = EXIT_OK;

	if (!*names)
		lab_choice_all(choice);
	for (; !err && *names; names++)
		err = lab_choice_add(cli, choice, *names);
	return err;
}

static int run(struct cli *cli, int argc, char **argv)
{
	struct arguments a = {
		.output = "vmlab-report.html",
		.choice.timeout = LAB_TIMEOUT,
	};
	int err = parse_options(cli, &a, argc, argv);

	if (err)
		return err == CLI_STOP ? cli->exit_code : err;
	err = choose_labs(cli, &a.choice, argv + optind);
	if (!err)
		err = do_report(cli, &a);
	for (size_t i = 0; i < a.choice.nr; i++)
		if (a.results[i])
			lab_result_free(a.results[i]);
	return err;
}

static const char help[] =
	"Runs labs, all by default, and writes one HTML page that refers to no other\n"
	"file: a table of verdicts, then for each lab its question, its prediction beside\n"
	"the measurement, its plots and its steps.\n"
	"\n"
	"Progress goes to standard error.\n"
	"\n"
	"Exit status: that of 'vmlab lab run'.\n"
	"\n"
	"Example: a page about all labs\n"
	"  vmlab report -o report.html\n"
	"Example: a page about two labs\n"
	"  vmlab report demand-paging 16\n";

const struct command cmd_report = {
	.name = "report",
	.group = GROUP_LEARN,
	.operands = "[LAB...]",
	.more_operands = OPERANDS_ANY,
	.summary = "run labs and write a page with their results and plots",
	.help = help,
	.options = options,
	.run = run,
};
