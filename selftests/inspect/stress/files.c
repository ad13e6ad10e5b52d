// SPDX-License-Identifier: GPL-2.0
/* Read all files of one target after the other in debugfs. */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/proc.h"
#include "inspect/stress/dump.h"
#include "inspect/stress/target.h"

static struct report *report;

/* Number of words in a line; only the last column may have spaces. */
static unsigned int words(const char *line)
{
	unsigned int nr = 0;

	for (; *line; nr++) {
		line += strspn(line, " ");
		if (!*line)
			break;
		line += strcspn(line, " ");
	}
	return nr;
}

/**
 * struct position - how far a file was checked
 * @at: lines below belong above this address
 * @end: nothing belongs above
 * @again: the tree: the next slot is the first of a tree that changed
 */
struct position {
	unsigned long long at;
	bool end;
	bool again;
};

/* Check a line that begins with a range: lines are in order of address. */
static const char *ranges(const char *line, struct position *p)
{
	unsigned long long start, end;

	if (sscanf(line, "%llx %llx", &start, &end) != 2 || start >= end)
		return "no range";
	if (start < p->at)
		return "not in order";
	p->at = end;
	return NULL;
}

/* A VMA that grew over the ranges above it is reported again. */
static const char *vmas(const char *line, struct position *p)
{
	unsigned long long start, end;

	if (sscanf(line, "%llx %llx", &start, &end) != 2 || start >= end)
		return "no range";
	if (end <= p->at)
		return "not in order";
	p->at = end;
	return NULL;
}

/*
 * Slots of leaves cover all addresses.  The first one after a change may begin
 * below those before it.
 */
static const char *items(const char *line, struct position *p)
{
	unsigned long long first, last;
	unsigned int level;
	char kind[16];

	if (sscanf(line, "%u %15s %llx %llx", &level, kind, &first, &last) !=
	    4 ||
	    first > last)
		return "no node or slot";
	if (strcmp(kind, "vma") && strcmp(kind, "gap")) {
		/* Ancestors may be repeated, and begin below. */
		p->again |= !strcmp(strrchr(line, ' '), " again");
		return NULL;
	}
	if (p->end || last < p->at)
		return "not in order";
	if (first > p->at)
		return "addresses are missing below";
	if (first < p->at && !p->again)
		return "overlaps the slot before, without a change";
	p->again = false;
	p->at = last + 1;
	p->end = !p->at;
	return NULL;
}

static const struct file {
	const char *name;
	const char *(*check)(const char *line, struct position *p);
} files[] = {
	{ "mm", NULL },
	{ "vmas", vmas },
	{ "tree", items },
	{ "gaps", ranges },
	{ "pagetable", ranges },
	{ "pgtotals", NULL },
};

enum { NR = sizeof(files) / sizeof(files[0]), LAYOUT = NR };

/* The layout of the machine does not change. */
static const struct file layout = { "layout", ranges };

static void check_text(unsigned int kind, char *text)
{
	const struct file *f = kind == LAYOUT ? &layout : &files[kind];
	struct position position = {};
	unsigned int columns;
	char *line = next_line(&text);

	if (!line) {
		report_wrong(report, kind, "%s: empty", f->name);
		return;
	}
	columns = words(line);
	while ((line = next_line(&text))) {
		const char *wrong = NULL;

		report->kind[kind].records++;
		if (f->check && words(line) < columns)
			wrong = "columns are missing";
		else if (f->check)
			wrong = f->check(line, &position);
		if (wrong) {
			report_wrong(report, kind, "%s: %s: at %llx: %.80s",
				     f->name, wrong, position.at, line);
			return;
		}
	}
	if (f->check == items && !position.end)
		report_wrong(report, kind, "%s: the last slot is missing",
			     f->name);
	report->kind[kind].dumps++;
}

static void read_file(unsigned int kind, pid_t pid)
{
	char *text = kind == LAYOUT ?
		     slurp(DEBUGFS "/%s", layout.name) :
		     slurp(DEBUGFS "/%d/%s", pid, files[kind].name);

	if (text) {
		check_text(kind, text);
		free(text);
	} else if (errno == ESRCH || errno == ENOENT) {
		report->kind[kind].gone++;
	} else {
		report_wrong(report, kind, "%s: %s", report->kind[kind].name,
			     strerror(errno));
	}
}

int dump_files(struct report *to, unsigned long long until)
{
	report = to;
	for (unsigned int kind = 0; kind < NR; kind++)
		report->kind[kind].name = files[kind].name;
	report->kind[LAYOUT].name = layout.name;
	report->nr = NR + 1;
	while (now_ms() < until) {
		read_file(LAYOUT, 0);
		for (size_t i = 0; i < nr_targets && now_ms() < until; i++) {
			pid_t pid = targets[i].pid;
			char number[16];

			if (targets[i].reason[0] || !pid)
				continue;
			snprintf(number, sizeof(number), "%d", pid);
			write_file(DEBUGFS "/attach", number, strlen(number));
			for (unsigned int kind = 0; kind < NR; kind++)
				read_file(kind, pid);
			write_file(DEBUGFS "/detach", number, strlen(number));
		}
	}
	return 0;
}
