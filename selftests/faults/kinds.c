// SPDX-License-Identifier: GPL-2.0
/*
 * vmlab faults against faultcase, which provokes faults of known kinds, and
 * against getrusage(2).
 *
 * test-faults-kinds [NAME...]: all cases, or those named.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/tap.h"
#include "faults/outcomes.h"
#include "faults/report.h"
#include "faults/settings.h"

enum { PAGES = 64, SIGNALS = 4200 };

/* As a number of minor faults: the sum of minor and major is that of major. */
#define EITHER (-1)

struct known_case {
	const char *name;
	const char *symbol;
	const char *kind;
	long long minor;
	long long major;
	long long pages;
};

/*
 * Whether faults of @kind are expected besides those of the case.  The entry of a
 * page under migration is empty for a moment, and the migration may be complete
 * when vmlab reads the entry.
 */
static bool may_be_missed(const struct known_case *c, const char *kind)
{
	return !strcmp(c->kind, "migration") &&
	       (!strcmp(kind, "anon") || !strcmp(kind, "spurious"));
}

/* Count faults at instructions of a function; @pure: all are of the expected kind. */
static long long at_symbol(const json_t *doc, pid_t pid,
			   const struct known_case *c, const char *size,
			   bool *pure)
{
	long long sum = 0;
	json_t *row, *word;
	size_t i, j;

	*pure = true;
	json_array_foreach(json_object_get(doc, "instructions"), i, row) {
		const char *name =
			json_string_value(json_object_get(row, "symbol"));

		if (!name || strcmp(name, c->symbol))
			continue;
		if (json_integer_value(json_object_get(row, "pid")) != pid)
			continue;
		/* Leave out the fault of the function itself, as after a fork. */
		if (!json_integer_value(json_object_get(row, "distance")))
			continue;
		sum += json_integer_value(json_object_get(row, size));
		json_array_foreach(json_object_get(row, "kinds"), j, word) {
			const char *kind = json_string_value(word);

			if (strcmp(kind, c->kind) && !may_be_missed(c, kind))
				*pure = false;
		}
	}
	return sum;
}

static const json_t *process_row(const json_t *doc, pid_t pid)
{
	json_t *row;
	size_t i;

	json_array_foreach(json_object_get(doc, "processes"), i, row)
		if (json_integer_value(json_object_get(row, "pid")) == pid)
			return row;
	return NULL;
}

static void check_case(const json_t *doc, const struct known_case *c)
{
	const struct outcome *o = outcome_of(c->name);
	bool pure_minor, pure_major;
	long long minor, major;
	const json_t *row;
	pid_t pid;

	if (!o)
		return;
	is(o->status, 0, "%s: it succeeded", c->name);
	/* The report has the faults of a child under its own pid. */
	pid = strcmp(c->name, "fork-child") ? o->pid : o->child;
	minor = at_symbol(doc, pid, c, "minor", &pure_minor);
	major = at_symbol(doc, pid, c, "major", &pure_major);
	if (c->minor == EITHER) {
		is(minor + major, c->major, "%s: faults", c->name);
	} else if (!strcmp(c->kind, "migration")) {
		/* The number depends on timing: a page may migrate twice for one access. */
		ok(minor > 0, "%s: minor faults: %lld", c->name, minor);
		is(major, c->major, "%s: major faults", c->name);
	} else {
		is(minor, c->minor, "%s: minor faults", c->name);
		is(major, c->major, "%s: major faults", c->name);
	}
	ok(pure_minor && pure_major, "%s: all are %s", c->name, c->kind);
	/* wait4(2) adds the faults of the child to those of the parent. */
	if (o->child)
		return;
	row = process_row(doc, o->pid);
	if (may_be_missed(c, "anon")) {
		long long nr = number(row, "kinds", c->kind);

		ok(nr > 0 && nr <= minor,
		   "%s: %lld seen while they moved", c->name, nr);
	}
	is(json_integer_value(json_object_get(row, "minor")), o->minor,
	   "%s: minor faults as in getrusage", c->name);
	is(json_integer_value(json_object_get(row, "major")), o->major,
	   "%s: major faults as in getrusage", c->name);
}

static const struct known_case known[] = {
	{ "anon", "touch_write", "anon", PAGES, 0, PAGES },
	{ "zero", "touch_read", "zero", PAGES, 0, PAGES },
	{ "zero-cow", "touch_write", "cow", PAGES, 0, PAGES },
	{ "thp", "touch_write", "thp", 4, 0, 4 },
	{ "file-warm", "touch_read", "file-read", PAGES, 0, PAGES },
	{ "file-cold", "touch_read", "file-read", 0, PAGES, PAGES },
	{ "file-write", "touch_write", "file-write", PAGES, 0, PAGES },
	{ "file-cow", "touch_write", "cow", PAGES, 0, PAGES },
	{ "replaced", "touch_write", "file-write", PAGES, 0, PAGES },
	{ "fork-child", "touch_write", "cow", PAGES, 0, PAGES },
	{ "fork-parent", "touch_write", "reuse", PAGES, 0, PAGES },
	{ "stack", "touch_down", "stack", PAGES, 0, PAGES },
	/* The fault is retried; before Linux 6.7 that makes it a major one. */
	{ "uffd", "touch_read", "uffd", EITHER, PAGES, PAGES },
	{ "hugetlb", "touch_write", "hugetlb", 4, 0, 4 },
	{ "vmlab", "touch_write", "vmlab", PAGES, 0, PAGES },
	{ "vmlab-clean", "touch_write", "vmlab", PAGES, 0, PAGES },
	/* A page that is still being written is in the swap cache: a minor fault. */
	{ "swap", "touch_read", "swap", EITHER, PAGES, PAGES },
	{ "numa", "touch_read", "numa", PAGES, 0, PAGES },
	{ "migration", "touch_write", "migration", PAGES, 0, PAGES },
};

static const struct known_signal {
	const char *name;
	const char *cause;
	bool stack_limit;
} known_signals[] = {
	{ "maperr", "SEGV_MAPERR", false },
	{ "accerr", "SEGV_ACCERR", false },
	{ "beyond-end", "BUS_ADRERR", false },
	{ "stack-limit", "SEGV_MAPERR", true },
};

static void check_signal(const json_t *doc, const struct known_signal *s)
{
	const struct outcome *o = outcome_of(s->name);
	const json_t *found = NULL;
	json_t *row;
	size_t i, nr = 0;

	if (!o)
		return;
	json_array_foreach(json_object_get(doc, "signals"), i, row) {
		if (json_integer_value(json_object_get(row, "pid")) != o->pid)
			continue;
		found = row;
		nr++;
	}
	if (!is(nr, 1, "%s: one signal", s->name))
		return;
	streq(json_string_value(json_object_get(found, "cause")), s->cause,
	      "%s: its cause", s->name);
	if (o->address[0]) {
		const char *text =
			json_string_value(json_object_get(found, "address"));

		is(text ? strtoull(text, NULL, 16) : 0,
		   strtoull(o->address, NULL, 16), "%s: its address", s->name);
	}
	is(json_is_true(json_object_get(found, "stack_limit")), s->stack_limit,
	   "%s: whether a stack was refused", s->name);
}

/* Test that signals that do not fit in the table are counted as lost. */
static void check_lost(const json_t *doc)
{
	const long long table = 4096;
	size_t rows = json_array_size(json_object_get(doc, "signals"));
	long long lost;

	is(rows, table, "signals: the table is full");
	lost = number(doc, "lost", "signal");
	is(sum_of_rows(doc, "signals", "count") + lost,
	   SIGNALS + NR(known_signals),
	   "signals: those that do not fit are counted");
}

static char *case_text(const struct known_case *c, char text[static 48])
{
	snprintf(text, 48, "%s=%lld", c->name, c->pages);
	return text;
}

static void test_known(void)
{
	char text[NR(known)][48], signals[32],
		*cases[NR(known) + NR(known_signals) + 3];
	bool swap = wanted("swap") && swap_on();
	json_t *doc = NULL;
	size_t nr = 0;

	/* The cases expect one fault for each page of a file. */
	write_setting(FAULT_AROUND, "4096");
	write_setting(NR_HUGEPAGES, "4");
	for (size_t i = 0; i < NR(known); i++)
		if (wanted(known[i].name) &&
		    (swap || strcmp(known[i].name, "swap")))
			cases[nr++] = case_text(&known[i], text[i]);
	for (size_t i = 0; i < NR(known_signals); i++)
		if (wanted(known_signals[i].name))
			cases[nr++] = (char *)known_signals[i].name;
	/* Threads that race for pages; last, signals that fill the table. */
	snprintf(signals, sizeof(signals), "signals=%d", SIGNALS);
	if (full() && !some_chosen()) {
		cases[nr++] = "threads=1024";
		cases[nr++] = signals;
	}
	cases[nr] = NULL;
	if (nr)
		doc = run_cases(cases);
	write_setting(NR_HUGEPAGES, "0");
	write_setting(FAULT_AROUND, "65536");
	if (swap)
		swap_off();
	if (!nr || !ok(doc, "kinds: a report"))
		return;
	for (size_t i = 0; i < NR(known); i++)
		if (wanted(known[i].name) &&
		    (swap || strcmp(known[i].name, "swap")))
			check_case(doc, &known[i]);
	for (size_t i = 0; i < NR(known_signals); i++)
		if (wanted(known_signals[i].name))
			check_signal(doc, &known_signals[i]);
	if (full() && !some_chosen())
		check_lost(doc);
	check_sums(doc, "kinds", true);
	json_decref(doc);
}

/*
 * Test faults by the kernel, which have no instruction of the program: compare the
 * totals by origin, with a tolerance for faults at the start of a program.
 */
static void test_origins(void)
{
	char *const nothing[] = { "nothing", "nothing", NULL };
	char *const cases[] = { "kernel=64", "gup=64", NULL };
	const char *const origins[] = { "kernel", "gup" };
	json_t *base, *doc;

	if (!wanted("origins"))
		return;
	base = run_cases(nothing);
	doc = run_cases(cases);
	if (!ok(base && doc, "origins: reports"))
		return;
	for (size_t i = 0; i < NR(origins); i++) {
		long long more =
			number(json_object_get(doc, "origins"), origins[i],
			       "minor") -
			number(json_object_get(base, "origins"), origins[i],
			       "minor");

		ok(more >= PAGES - 8 && more <= PAGES + 8,
		   "origins: %lld more faults by %s", more, origins[i]);
	}
	check_sums(doc, "origins", true);
	json_decref(base);
	json_decref(doc);
}

/* Test that a process that getrusage(2) leaves out is counted and reported. */
static void test_orphan(void)
{
	char *const cases[] = { "orphan=64", NULL };
	const json_t *usage;
	json_t *doc;

	if (!wanted("orphan"))
		return;
	doc = run_cases(cases);
	if (!ok(doc, "orphan: a report"))
		return;
	ok(number(doc, "total", "minor") >=
	   number(doc, "getrusage", "minor") + PAGES,
	   "orphan: counted, though not in getrusage");
	usage = json_object_get(doc, "getrusage");
	ok(json_is_false(json_object_get(usage, "equal")),
	   "orphan: the report shows the difference");
	check_sums(doc, "orphan", false);
	json_decref(doc);
}

/*
 * Test that no fault is lost when the kernel skips the programs, which happens while
 * a task is preempted in one.  How often that happens depends on the kernel.
 */
static void test_preempted(void)
{
	char *const cases[] = { "preempted=64", NULL };
	json_t *doc;

	if (!wanted("preempted"))
		return;
	doc = run_cases(cases);
	if (!ok(doc, "preempted: a report"))
		return;
	is(outcome_of("preempted")->status, 0, "preempted: it succeeded");
	diag("preempted: %lld faults, %lld unseen, %lld without latency",
	     number(doc, "total", "minor"), kind_count(doc, "unseen"),
	     json_integer_value(json_object_get(doc, "untimed")));
	check_sums(doc, "preempted", true);
	json_decref(doc);
}

int main(int argc, char **argv)
{
	(void)argc;
	if (!faults_begin(argv + 1)) {
		skip("this kernel has no BTF", "faults");
		return tap_done();
	}
	test_known();
	if (full()) {
		test_origins();
		test_orphan();
		test_preempted();
	} else {
		skip("only with VMLAB_FULL=1",
		     "threads, signals, origins, orphan, preempted");
	}
	return faults_end();
}
