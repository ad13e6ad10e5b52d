// SPDX-License-Identifier: GPL-2.0
/* Values of options and operands. */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/values.h"
#include "model/parse.h"
#include "sys/process_name.h"
#include "sys/xalloc.h"

#define NS_PER_S 1e9

/* Reject the value of the option: say what is wrong with it, and the accepted form. */
static int reject(const struct cli *cli, const char *what, const char *form)
{
	return cli_usage(cli, "--%s: '%s' %s: %s", cli->option->name, optarg, what,
			 form);
}

int cli_bad_value(const struct cli *cli, const char *form, ...)
{
	char *text;
	va_list ap;

	va_start(ap, form);
	text = xvasprintf(form, ap);
	va_end(ap);
	reject(cli, "is not a value of this option", text);
	free(text);
	return EXIT_USAGE;
}

/* Write "auto, bits or damon". */
static void list_words(const char *words, char *text, size_t size)
{
	size_t used = 0;

	text[0] = '\0';
	while (*words && used < size) {
		size_t len = strcspn(words, " ");
		const char *next = words + len + !!words[len];
		const char *before = !used ? "" : *next ? ", " : " or ";

		used += (size_t)snprintf(text + used, size - used, "%s%.*s",
					 before, (int)len, words);
		words = next;
	}
}

int cli_bad_choice(const struct cli *cli)
{
	char text[256];

	list_words(cli->option->words, text, sizeof(text));
	return cli_bad_value(cli, "give %s", text);
}

int cli_number(const struct cli *cli, const char *what, uint64_t min,
	       uint64_t max, uint64_t *value)
{
	const char *of = what ? " of " : "";
	uint64_t v;

	what = what ? what : "";
	if (!parse_u64(optarg, &v) && v >= min && v <= max) {
		*value = v;
		return EXIT_OK;
	}
	if (max != UINT64_MAX)
		return cli_bad_value(cli, "give a number%s%s from %" PRIu64
				     " to %" PRIu64, of, what, min, max);
	if (min)
		return cli_bad_value(cli, "give a number%s%s, %" PRIu64
				     " or more", of, what, min);
	return cli_bad_value(cli, "give a number%s%s", of, what);
}

/* Write a size in the largest unit of which it is a multiple. */
static void size_text(uint64_t bytes, char text[32])
{
	static const char *const units[] = { "",  "K", "M", "G",
					     "T", "P", "E" };
	size_t unit = 0;

	while (bytes && !(bytes % 1024) && unit < 6) {
		bytes /= 1024;
		unit++;
	}
	snprintf(text, 32, "%" PRIu64 "%s", bytes, units[unit]);
}

int cli_size(const struct cli *cli, uint64_t min, uint64_t max,
	     uint64_t *bytes)
{
	char least[32], most[32];
	uint64_t v;
	int err = parse_size(optarg, &v);

	if (!err && v >= min && v <= max) {
		*bytes = v;
		return EXIT_OK;
	}
	if (err == -ERANGE && max == UINT64_MAX)
		return reject(cli, "is too large", "give less than 16E");
	size_text(min, least);
	size_text(max, most);
	return cli_bad_value(cli, "give bytes, or a number with K, M, G, T, P "
			     "or E, or p for pages, such as 64K%s%s%s%s", min ? ", at least " : "",
			     min ? least : "",
			     max != UINT64_MAX ? ", at most " : "",
			     max != UINT64_MAX ? most : "");
}

int cli_duration(const struct cli *cli, double min, double max,
		 double *seconds)
{
	uint64_t ns;

	if (!parse_duration(optarg, &ns) && (double)ns >= min * NS_PER_S &&
	    (double)ns <= max * NS_PER_S) {
		*seconds = (double)ns / NS_PER_S;
		return EXIT_OK;
	}
	return cli_bad_value(cli, "give seconds from %.10g to %.10g, or a time "
			     "with a unit, such as 500ms or 2m", min, max);
}

int cli_choice(const struct cli *cli, size_t *index)
{
	const char *words = cli->option->words;

	for (size_t i = 0; *words; i++) {
		size_t len = strcspn(words, " ");

		if (strlen(optarg) == len && !strncmp(words, optarg, len)) {
			*index = i;
			return EXIT_OK;
		}
		words += len + !!words[len];
	}
	return cli_bad_choice(cli);
}

/* how many candidates a message lists */
enum { MAX_CANDIDATES = 10 };

/* Print the first of @nr pids, with commas between. */
static void list_pids(FILE *out, const pid_t *pids, size_t nr)
{
	for (size_t i = 0; i < nr && i < MAX_CANDIDATES; i++)
		fprintf(out, "%s %d", i ? "," : "", (int)pids[i]);
	if (nr > MAX_CANDIDATES)
		fputs(", ...", out);
}

/*
 * Find the process that a pid, a name or "self" gives.
 *
 * Return: NULL, or what is wrong with @text, and the accepted form; to be freed.
 */
static char *find_process(const char *text, pid_t *pid)
{
	const bool is_number = strspn(text, "0123456789") == strlen(text);
	pid_t found[MAX_CANDIDATES];
	char *form = NULL;
	size_t nr, len;
	FILE *out;

	if (!parse_pid(text, pid))
		return NULL;
	nr = is_number ? 0 : process_named(text, false, found, MAX_CANDIDATES);
	if (nr == 1) {
		*pid = found[0];
		return NULL;
	}
	out = check_alloc(open_memstream(&form, &len));
	if (nr) {
		fprintf(out, "is the name of %zu processes: give a pid, one of", nr);
	} else {
		fputs("is not a process: give a pid (see ps(1)), the name of one "
		      "process, or 'self'", out);
		/* Do not guess: a process that starts later may have the same part. */
		nr = is_number ? 0 :
				 process_named(text, true, found, MAX_CANDIDATES);
		if (nr)
			fprintf(out, "; '%s' is a part of the name of", text);
	}
	list_pids(out, found, nr);
	fclose(out);
	return check_alloc(form);
}

int cli_pid(const struct cli *cli, pid_t *pid)
{
	char *wrong = find_process(optarg, pid);

	if (wrong) {
		cli_usage(cli, "--%s: '%s' %s", cli->option->name, optarg, wrong);
		free(wrong);
		return EXIT_USAGE;
	}
	if (!*pid)
		*pid = getpid();
	return EXIT_OK;
}

const char *range_problem(int err)
{
	return err == -EDOM ? "has an END that is not above START" :
			      "is not a value of this option";
}

int cli_range(const struct cli *cli, uint64_t *start, uint64_t *end)
{
	int err = parse_range(optarg, start, end);

	if (!err)
		return EXIT_OK;
	return reject(cli, range_problem(err), RANGE_FORM);
}

int cli_process(const struct cli *cli, const char *text, pid_t *pid)
{
	char *wrong = find_process(text, pid);

	if (!wrong)
		return EXIT_OK;
	cli_usage(cli, "'%s' %s", text, wrong);
	free(wrong);
	return EXIT_USAGE;
}
