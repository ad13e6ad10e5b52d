// SPDX-License-Identifier: GPL-2.0
/* Errors: messages on standard error, and the exit code for each. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/cli.h"

/*
 * A message may repeat an argument: print control characters as \ooo, so that it
 * stays one line and does not control the terminal.
 */
static void print_escaped(const char *s)
{
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if (c < 0x20 || c == 0x7f)
			fprintf(stderr, "\\%03o", (unsigned int)c);
		else
			fputc(c, stderr);
	}
}

static void print_error(const char *prefix, const char *fmt, va_list ap)
{
	char *text;

	fflush(stdout);
	fprintf(stderr, "vmlab: %s", prefix);
	if (vasprintf(&text, fmt, ap) >= 0) {
		print_escaped(text);
		free(text);
	} else {
		fputs("out of memory", stderr);
	}
}

int cli_error(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	print_error("", fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	return EXIT_FAILED;
}

void cli_note(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	print_error("note: ", fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
}

int cli_usage(const struct cli *cli, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	print_error("", fmt, ap);
	va_end(ap);
	fprintf(stderr, "; see 'vmlab %s%s--help'\n",
		cli->command ? cli->command->name : "",
		cli->command ? " " : "");
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
