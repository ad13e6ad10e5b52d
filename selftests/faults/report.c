// SPDX-License-Identifier: GPL-2.0
#include "faults/report.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/tap.h"
#include "faults/report.h"

static char report[PATH_MAX + 16];
char work[PATH_MAX];

/* Run a command with its output in a file: the exit status, or 128 + the signal. */
static int run_into(char *const *argv, const char *file)
{
	int status, out;
	pid_t pid = fork();

	if (pid < 0)
		bail("fork: %s", strerror(errno));
	if (!pid) {
		out = open(file, O_RDWR | O_CREAT | O_TRUNC, 0600);
		dup2(open("/dev/null", O_RDONLY), 0);
		dup2(out, 1);
		execvp(argv[0], argv);
		_exit(127);
	}
	if (waitpid(pid, &status, 0) < 0)
		bail("waitpid: %s", strerror(errno));
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) :
				     WEXITSTATUS(status);
}

int run(char *const *argv)
{
	return run_into(argv, "/dev/null");
}

/* Return the exit code that a report says the command had, as a shell has it. */
static int command_code(const json_t *doc)
{
	const json_t *signal = json_object_get(doc, "signal");

	if (json_is_integer(signal))
		return 128 + (int)json_integer_value(signal);
	return (int)json_integer_value(json_object_get(doc, "exit_status"));
}

json_t *faults_of(char *const *command, const char *printed)
{
	char *argv[MAX_ARGS + 8] = { "vmlab",	 "faults", "--json",
				     "--output", report,   "--" };
	size_t nr = 6;
	json_error_t error;
	json_t *doc;
	int ret;

	while (*command && nr < MAX_ARGS + 7)
		argv[nr++] = *command++;
	unlink(report);
	ret = run_into(argv, printed);
	doc = json_load_file(report, 0, &error);
	if (!doc) {
		diag("vmlab faults ended with %d, and the report is not JSON: %s", ret,
		     error.text);
		return NULL;
	}
	if (ret == command_code(doc))
		return doc;
	diag("vmlab faults ended with %d, its command with %d", ret,
	     command_code(doc));
	json_decref(doc);
	return NULL;
}

long long number(const json_t *doc, const char *a, const char *b)
{
	return json_integer_value(json_object_get(json_object_get(doc, a), b));
}

long long kind_count(const json_t *doc, const char *kind)
{
	const json_t *counts =
		json_object_get(json_object_get(doc, "kinds"), kind);

	return json_integer_value(json_object_get(counts, "minor")) +
	       json_integer_value(json_object_get(counts, "major"));
}

static long long sum_of(const json_t *doc, const char *table, const char *size)
{
	long long sum = 0;
	const char *key;
	json_t *row;

	json_object_foreach(json_object_get(doc, table), key, row)
		sum += json_integer_value(json_object_get(row, size));
	return sum;
}

long long sum_of_rows(const json_t *doc, const char *table,
		      const char *size)
{
	long long sum = 0;
	json_t *row;
	size_t i;

	json_array_foreach(json_object_get(doc, table), i, row)
		sum += json_integer_value(json_object_get(row, size));
	return sum;
}

/*
 * Test that every fault has a latency, but those that vmlab reports without one,
 * and that percentiles ascend.
 */
static void check_latency(const json_t *doc, const char *name)
{
	const json_t *total = json_object_get(doc, "total");
	long long p50 = json_integer_value(json_object_get(total, "p50_ns"));
	long long p99 = json_integer_value(json_object_get(total, "p99_ns"));
	long long max = json_integer_value(json_object_get(total, "max_ns"));

	is(sum_of_rows(doc, "latency", "faults"),
	   number(doc, "total", "minor") + number(doc, "total", "major") -
	   kind_count(doc, "unseen") -
	   json_integer_value(json_object_get(doc, "untimed")),
	   "%s: latencies add up", name);
	ok(p50 > 0 && p50 <= p99 && p99 <= max,
	   "%s: half in %lld ns, 99%% in %lld, all in %lld", name, p50, p99,
	   max);
}

void check_sums(const json_t *doc, const char *name, bool in_usage)
{
	static const char *const sizes[] = { "minor", "major" };
	const char *key;
	json_t *lost;

	for (size_t i = 0; i < 2; i++) {
		long long total = number(doc, "total", sizes[i]);
		const json_t *unseen =
			json_object_get(json_object_get(doc, "kinds"), "unseen");

		if (in_usage)
			is(total, number(doc, "getrusage", sizes[i]),
			   "%s: %s faults as in getrusage", name, sizes[i]);
		is(sum_of(doc, "kinds", sizes[i]), total, "%s: %s kinds add up",
		   name, sizes[i]);
		is(sum_of(doc, "origins", sizes[i]), total,
		   "%s: %s origins add up", name, sizes[i]);
		is(sum_of_rows(doc, "processes", sizes[i]), total,
		   "%s: %s processes add up", name, sizes[i]);
		/* An unseen fault has no VMA and no instruction. */
		total -= json_integer_value(json_object_get(unseen, sizes[i]));
		is(sum_of_rows(doc, "vmas", sizes[i]), total,
		   "%s: %s VMAs add up", name, sizes[i]);
		is(sum_of_rows(doc, "instructions", sizes[i]), total,
		   "%s: %s instructions add up", name, sizes[i]);
	}
	check_latency(doc, name);
	json_object_foreach(json_object_get(doc, "lost"), key, lost) {
		if (json_integer_value(lost))
			diag("%s: lost %s: %lld", name, key,
			     (long long)json_integer_value(lost));
	}
	if (kind_count(doc, "unseen"))
		diag("%s: %lld unseen", name, kind_count(doc, "unseen"));
}

static char **chosen;

bool some_chosen(void)
{
	return chosen && *chosen;
}

bool wanted(const char *name)
{
	for (char **c = chosen; c && *c; c++)
		if (!strcmp(*c, name))
			return true;
	return !some_chosen();
}

bool full(void)
{
	const char *value = getenv("VMLAB_FULL");

	return value && *value && strcmp(value, "0");
}

bool faults_begin(char **names)
{
	const char *tmp = getenv("TMPDIR"), *out = getenv("VMLAB_OUT");

	if (access("/sys/kernel/btf/vmlinux", R_OK))
		return false;
	chosen = names;
	snprintf(work, sizeof(work), "%s/faults-XXXXXX", tmp ? tmp : "/tmp");
	if (!mkdtemp(work))
		bail("%s: %s", work, strerror(errno));
	snprintf(report, sizeof(report), "%s/report", work);
	/* In a guest /tmp is in memory, where no file page is ever cold. */
	setenv("FAULTCASE_DIR", out ? out : work, 0);
	return true;
}

int faults_end(void)
{
	char *const clean[] = { "rm", "-rf", work, NULL };

	run(clean);
	return tap_done();
}
