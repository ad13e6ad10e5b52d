// SPDX-License-Identifier: GPL-2.0
/*
 * The messages of libbpf: shown on request, and searched for the verifier's
 * verdict.
 *
 * When the verifier rejects a program, libbpf prints one message
 *
 *	libbpf: prog 'NAME': -- BEGIN PROG LOAD LOG --
 *	...
 *	REASON
 *	cur state: ...		(with some reasons, such as "infinite loop detected")
 *	old state: ...
 *	Verification failed: ...	(since Linux 7.3: a report of many lines)
 *	processed N insns ...
 *	-- END PROG LOAD LOG --
 *
 * See fixup_verifier_log() and libbpf_prog_load() of libbpf's libbpf.c, and
 * print_verification_stats() of the kernel's verifier.c.
 */
#include <bpf/libbpf.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "paging/libbpf_log.h"

#define BEGIN "-- BEGIN PROG LOAD LOG --\n"
#define END   "-- END PROG LOAD LOG --"
#define REPORT "Verification failed: "

static bool verbose;
static char verdict[512];

/* Tell whether a line of the log says more about the reason above it. */
static bool is_detail(const char *line)
{
	static const char *const details[] = { "processed ", "cur state:",
					       "old state:" };

	for (size_t i = 0; i < sizeof(details) / sizeof(details[0]); i++)
		if (!strncmp(line, details[i], strlen(details[i])))
			return true;
	return false;
}

/* Return the last line of the @len bytes at @log that is a reason. */
static const char *last_reason(const char *log, size_t len, size_t *reason_len)
{
	for (;;) {
		size_t start;

		while (len && log[len - 1] == '\n')
			len--;
		for (start = len; start && log[start - 1] != '\n'; start--)
			;
		*reason_len = len - start;
		if (!start || !is_detail(log + start))
			return log + start;
		len = start;
	}
}

/*
 * Skip the instruction that some reasons follow on its line, as in
 * "11: (55) if r0 != 0x0 goto pc-6 infinite loop detected at insn 6".
 */
static const char *skip_instruction(const char *reason, size_t *len)
{
	static const char loop[] = "infinite loop detected";
	const char *found = memmem(reason, *len, loop, sizeof(loop) - 1);

	if (!found)
		return reason;
	*len -= (size_t)(found - reason);
	return found;
}

/*
 * Find the place in the source, FILE:LINE, of the last instruction before @end.  The
 * verifier prints "; SOURCE @ FILE:LINE" before the instructions of a line.
 */
static const char *last_place(const char *log, const char *end, size_t *len)
{
	const char *place = NULL;

	for (const char *line = log; line < end;) {
		const char *next = memchr(line, '\n', (size_t)(end - line));
		const char *last = next ? next : end;

		if (!strncmp(line, "; ", 2))
			for (const char *p = line; p + 3 < last; p++)
				if (!strncmp(p, " @ ", 3)) {
					place = p + 3;
					*len = (size_t)(last - place);
				}
		line = last + 1;
	}
	return place;
}

static void find_verdict(const char *message)
{
	const char *begin = strstr(message, BEGIN), *end, *name, *reason, *place,
		   *report;
	size_t len, place_len = 0;

	if (!begin)
		return;
	name = strchr(message, '\'');
	end = strstr(begin, END);
	if (!end)
		end = begin + strlen(begin);
	begin += sizeof(BEGIN) - 1;
	if (!name || name > begin || end < begin)
		return;
	name++;
	/* the report explains the reason above it */
	report = strstr(begin, REPORT);
	if (report && report > begin && report < end)
		end = report;
	reason = last_reason(begin, (size_t)(end - begin), &len);
	place = last_place(begin, reason + len, &place_len);
	reason = skip_instruction(reason, &len);
	snprintf(verdict, sizeof(verdict), "program %.*s: %.*s%s%.*s",
		 (int)strcspn(name, "'"), name, (int)len, reason, place ? ", at " : "",
		 (int)place_len, place ? place : "");
}

__attribute__((format(printf, 2, 0))) static int
print(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	char *message;
	int len;

	if (level == LIBBPF_DEBUG)
		return 0;
	len = vasprintf(&message, fmt, ap);
	if (len < 0)
		return 0;
	if (verbose)
		fputs(message, stderr);
	find_verdict(message);
	free(message);
	return len;
}

void libbpf_log_start(bool want_verbose)
{
	verbose = want_verbose;
	verdict[0] = '\0';
	libbpf_set_print(print);
}

const char *libbpf_log_verdict(void)
{
	return *verdict ? verdict : NULL;
}
