// SPDX-License-Identifier: GPL-2.0
/* Options, usage and errors, the same for every subcommand. */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/parse.h"

#define MAX_OPTIONS 32

/* ids above any character: options without a short form */
enum { OPT_COLOUR = 0x1000 };

const struct option_spec common_options[] = {
	{ "json", 'j', NULL, NULL, "print JSON instead of tables" },
	{ "color", OPT_COLOUR, "WHEN", "auto always never",
	  "auto (on a terminal, without NO_COLOR), always, never" },
	{ "help", 'h', NULL, NULL, "print this text and exit" },
	{ 0 },
};

const struct option_spec top_options[] = {
	{ "version", 'V', NULL, NULL, "print the version and exit" },
	{ 0 },
};

static const char exit_codes[] =
	"Exit codes:\n"
	"  0  done\n"
	"  1  the request failed\n"
	"  2  wrong arguments\n"
	"  3  the module is not loaded: there is no " VMLAB_DEVICE "\n"
	"  4  there is no such process\n"
	"  5  no permission\n";

static void vcomplain(const char *fmt, va_list ap)
{
	fflush(stdout);
	fputs("vmlab: ", stderr);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
}

int cli_error(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vcomplain(fmt, ap);
	va_end(ap);
	return EXIT_FAILED;
}

int cli_usage(const struct cli *cli, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vcomplain(fmt, ap);
	va_end(ap);
	if (cli->command)
		fprintf(stderr, "See 'vmlab %s --help'.\n", cli->command->name);
	else
		fputs("See 'vmlab --help'.\n", stderr);
	return EXIT_USAGE;
}

static int exit_code_of(int err, enum vmlab_subject about)
{
	switch (err) {
	case -ENOENT:
	case -ENODEV:
	case -ENXIO:
		return about == VMLAB_ABOUT_DEVICE ? EXIT_NO_DEVICE :
						     EXIT_FAILED;
	case -ESRCH:
		return EXIT_NO_PROCESS;
	case -EPERM:
	case -EACCES:
		return EXIT_NO_PERMISSION;
	default:
		return EXIT_FAILED;
	}
}

int cli_fail(int err, enum vmlab_subject about, pid_t pid)
{
	char text[VMLAB_EXPLAIN_MAX];

	cli_error("%s", vmlab_explain(err, about, pid, text, sizeof(text)));
	return exit_code_of(err, about);
}

int cli_open(struct vmlab **lab)
{
	int err = vmlab_open(lab);

	return err ? cli_fail(err, VMLAB_ABOUT_DEVICE, 0) : EXIT_OK;
}

int cli_open_proc(const struct cli *cli, const char *operand,
		  struct vmlab **lab, struct vmlab_proc **proc, pid_t *pid)
{
	int err;

	if (parse_pid(operand, pid))
		return cli_usage(cli, "'%s' is not a process: give a pid (see "
				 "ps(1)) or 'self'", operand);
	err = cli_open(lab);
	if (err)
		return err;
	err = vmlab_proc_open(*lab, *pid, proc);
	if (err) {
		vmlab_close(*lab);
		return cli_fail(err, VMLAB_ABOUT_PROCESS, *pid);
	}
	return EXIT_OK;
}

int cli_need_pgtable(const struct vmlab *lab)
{
	if (vmlab_has_feature(lab, VMLAB_FEAT_PGTABLE))
		return EXIT_OK;
	return cli_error("the module cannot read page tables on this kernel: "
			 "'vmlab info' shows what it can do");
}

static void print_options(const char *title, const struct option_spec *spec)
{
	if (!spec || !spec->name)
		return;
	printf("\n%s:\n", title);
	for (; spec->name; spec++) {
		char left[48];

		snprintf(left, sizeof(left), "%c%c%s --%s%s%s",
			 spec->id < 128 ? '-' : ' ',
			 spec->id < 128 ? spec->id : ' ',
			 spec->id < 128 ? "," : " ", spec->name,
			 spec->arg ? "=" : "", spec->arg ? spec->arg : "");
		printf("  %-23s %s\n", left, spec->help);
	}
}

void cli_print_help(const struct command *command)
{
	if (command) {
		printf("Usage: vmlab %s [options]%s%s\n\n%c%s.\n",
		       command->name, command->operands ? " " : "",
		       command->operands ? command->operands : "",
		       toupper((unsigned char)command->summary[0]),
		       command->summary + 1);
		print_options("Options", command->options);
		print_options("Common options", common_options);
		printf("\n%s\n%s", command->help, exit_codes);
		return;
	}

	puts("Usage: vmlab [options] COMMAND ...\n\n"
	     "See a live process's address space as the kernel holds it.\n\n"
	     "Commands:");
	for (const struct command *const *c = commands; *c; c++)
		printf("  %-12s %s\n", (*c)->name, (*c)->summary);
	print_options("Options", top_options);
	print_options("Common options, before or after the command",
		      common_options);
	printf("\n%s\n'vmlab COMMAND --help' says what a command shows, with an example.\n",
	       exit_codes);
}

static size_t add_options(struct option *to, size_t nr,
			  const struct option_spec *spec)
{
	for (; spec && spec->name && nr < MAX_OPTIONS - 1; spec++) {
		to[nr].name = spec->name;
		to[nr].has_arg = spec->arg ? required_argument : no_argument;
		to[nr].flag = NULL;
		to[nr].val = spec->id;
		nr++;
	}
	return nr;
}

static void short_options(char *to, const struct option *opts, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		if (opts[i].val >= 128)
			continue;
		*to++ = (char)opts[i].val;
		if (opts[i].has_arg)
			*to++ = ':';
	}
	*to = '\0';
}

static int stop(struct cli *cli, int exit_code)
{
	cli->exit_code = exit_code;
	return CLI_STOP;
}

static int set_colour(struct cli *cli, const char *when)
{
	if (!strcmp(when, "auto"))
		cli->colour_mode = COLOUR_AUTO;
	else if (!strcmp(when, "always"))
		cli->colour_mode = COLOUR_ALWAYS;
	else if (!strcmp(when, "never"))
		cli->colour_mode = COLOUR_NEVER;
	else
		return cli_usage(cli, "--color=%s: the choices are auto, "
				 "always and never", when);
	return EXIT_OK;
}

static bool want_colour(enum colour_mode mode)
{
	const char *no_color = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	if (mode != COLOUR_AUTO)
		return mode == COLOUR_ALWAYS;
	return isatty(STDOUT_FILENO) && !(no_color && *no_color) &&
	       !(term && !strcmp(term, "dumb"));
}

static int check_operands(struct cli *cli, int argc, char **argv)
{
	const struct command *c = cli->command;
	int nr = argc - optind;

	if (!c)
		return CLI_END;
	if (nr < c->nr_operands)
		return stop(cli, cli_usage(cli, "%s: missing operand: %s",
					   c->name, c->operands));
	if (c->more_operands == OPERANDS_ANY)
		return CLI_END;
	if (nr > c->nr_operands + c->more_operands)
		return stop(cli,
			    cli_usage(cli, "%s: unexpected operand '%s'",
				      c->name,
				      argv[optind + c->nr_operands +
					   c->more_operands]));
	return CLI_END;
}

static int bad_option(struct cli *cli, int c, char **argv)
{
	const char *problem = c == ':' ? "needs a value" : "is not an option";
	const char *word = argv[optind - 1];

	/* a short option may be one of a cluster: name it alone */
	if (optopt > 0 && optopt < 128 && isprint(optopt) &&
	    strncmp(word, "--", 2))
		return stop(cli, cli_usage(cli, "'-%c' %s", optopt, problem));
	if (c == '?' && optopt)
		problem = "takes no value";
	return stop(cli, cli_usage(cli, "'%s' %s", word, problem));
}

int cli_option(struct cli *cli, const struct option_spec *spec, int argc,
	       char **argv)
{
	struct option opts[MAX_OPTIONS] = { 0 };
	char shorts[2 * MAX_OPTIONS + 3];
	bool stop_early;
	size_t nr = 0;
	int c;

	nr = add_options(opts, nr, spec);
	nr = add_options(opts, nr, common_options);
	/*
	 * '+': stop at the command, ours or another's; ':': tell a missing
	 * value from the rest
	 */
	stop_early = !cli->command ||
		     cli->command->operand == OPERAND_COMMAND;
	shorts[0] = stop_early ? '+' : ':';
	shorts[1] = ':';
	short_options(shorts + (stop_early ? 2 : 1), opts, nr);

	opterr = 0;
	for (;;) {
		c = getopt_long(argc, argv, shorts, opts, NULL);
		switch (c) {
		case -1:
			cli->colour = want_colour(cli->colour_mode);
			return check_operands(cli, argc, argv);
		case 'j':
			cli->json = true;
			break;
		case OPT_COLOUR:
			if (set_colour(cli, optarg))
				return stop(cli, EXIT_USAGE);
			break;
		case 'h':
			cli_print_help(cli->command);
			return stop(cli, EXIT_OK);
		case '?':
		case ':':
			return bad_option(cli, c, argv);
		default:
			return c;
		}
	}
}
