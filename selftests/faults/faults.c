// SPDX-License-Identifier: GPL-2.0
/*
 * vmlab faults against getrusage(2) and against cases whose faults are known.
 *
 * test-faults programs [NAME...]: real programs
 * test-faults kinds [NAME...]: provoked faults
 * faultcase and vmlab are looked up in PATH.
 */
#include <fcntl.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/tap.h"

enum { PAGES = 64, SIGNALS = 4200, MAX_ARGS = 32 };

static char work[PATH_MAX];
static char report[PATH_MAX + 16];

/* run a command, what it prints to a file; its exit status, 128 + signal */
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

static int run(char *const *argv)
{
	return run_into(argv, "/dev/null");
}

/* the JSON of vmlab faults -- @command, or NULL; what the command prints to @printed */
static json_t *faults_of(char *const *command, const char *printed)
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
	if (ret) {
		diag("vmlab faults ended with %d", ret);
		return NULL;
	}
	doc = json_load_file(report, 0, &error);
	if (!doc)
		diag("the report is no JSON: %s", error.text);
	return doc;
}

static long long number(const json_t *doc, const char *a, const char *b)
{
	return json_integer_value(json_object_get(json_object_get(doc, a), b));
}

static long long kind_count(const json_t *doc, const char *kind)
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

static long long sum_of_rows(const json_t *doc, const char *table,
			     const char *size)
{
	long long sum = 0;
	json_t *row;
	size_t i;

	json_array_foreach(json_object_get(doc, table), i, row)
		sum += json_integer_value(json_object_get(row, size));
	return sum;
}

/* every fault that was seen has a latency, and percentiles are in order */
static void check_latency(const json_t *doc, const char *name)
{
	const json_t *total = json_object_get(doc, "total");
	long long p50 = json_integer_value(json_object_get(total, "p50_ns"));
	long long p99 = json_integer_value(json_object_get(total, "p99_ns"));
	long long max = json_integer_value(json_object_get(total, "max_ns"));

	is(sum_of_rows(doc, "latency", "faults"),
	   number(doc, "total", "minor") + number(doc, "total", "major") -
		   kind_count(doc, "unseen"),
	   "%s: latencies add up", name);
	ok(p50 > 0 && p50 <= p99 && p99 <= max,
	   "%s: half in %lld ns, 99%% in %lld, all in %lld", name, p50, p99,
	   max);
}

/* nothing lost, and every way to add up gives getrusage's totals */
static void check_sums(const json_t *doc, const char *name, bool in_usage)
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
			   "%s: %s faults are getrusage's", name, sizes[i]);
		is(sum_of(doc, "kinds", sizes[i]), total, "%s: %s kinds add up",
		   name, sizes[i]);
		is(sum_of(doc, "origins", sizes[i]), total,
		   "%s: %s origins add up", name, sizes[i]);
		is(sum_of_rows(doc, "processes", sizes[i]), total,
		   "%s: %s processes add up", name, sizes[i]);
		/* an unseen fault has no VMA and no instruction */
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

/* a case that was run, and what wait4(2) says of it */
struct outcome {
	char name[32];
	pid_t pid, child;
	int status;
	long long minor, major;
	char address[32]; /* of its signal, if it said so */
};

static struct outcome outcomes[MAX_ARGS];
static size_t nr_outcomes;

static void read_outcomes(const char *path)
{
	char line[256], address[32] = "";
	FILE *f = fopen(path, "re");
	pid_t child = 0;

	nr_outcomes = 0;
	while (f && nr_outcomes < MAX_ARGS && fgets(line, sizeof(line), f)) {
		struct outcome *o = &outcomes[nr_outcomes];

		if (sscanf(line, "0x%31s", address) == 1 ||
		    sscanf(line, "child %d", &child) == 1)
			continue;
		if (sscanf(line, "%31s %d %d %lld %lld", o->name, &o->pid,
			   &o->status, &o->minor, &o->major) != 5)
			bail("not understood: %s", line);
		memcpy(o->address, address, sizeof(o->address));
		o->child = child;
		address[0] = '\0';
		child = 0;
		nr_outcomes++;
	}
	if (f)
		fclose(f);
}

/* the outcome of a case; NULL, and said so, when the kernel lacks it */
static const struct outcome *outcome_of(const char *name)
{
	for (size_t i = 0; i < nr_outcomes; i++) {
		const struct outcome *o = &outcomes[i];

		if (strcmp(o->name, name))
			continue;
		if (WIFEXITED(o->status) && WEXITSTATUS(o->status) == 77) {
			skip("the kernel lacks it", "%s", name);
			return NULL;
		}
		return o;
	}
	ok(false, "%s: it ran", name);
	return NULL;
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

/* as a number of minor faults: minor and major together are as many as major says */
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
 * A page that is moved has an empty entry for a moment before, and may have
 * arrived when the entry is looked at.
 */
static bool may_be_missed(const struct known_case *c, const char *kind)
{
	return !strcmp(c->kind, "migration") &&
	       (!strcmp(kind, "anon") || !strcmp(kind, "spurious"));
}

/* faults at instructions of a function, and whether they are of the case's kind */
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
		/* the function itself was not there, as after a fork */
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

static char **chosen;

/* all, unless some are named on the command line */
static bool wanted(const char *name)
{
	for (char **c = chosen; c && *c; c++)
		if (!strcmp(*c, name))
			return true;
	return !chosen || !*chosen;
}

/* the whole of it, or what there is time for on a slow kernel */
static bool full(void)
{
	const char *value = getenv("VMLAB_FULL");

	return value && *value && strcmp(value, "0");
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
	is(o->status, 0, "%s: it worked", c->name);
	/* what a child does is under its own number */
	pid = strcmp(c->name, "fork-child") ? o->pid : o->child;
	minor = at_symbol(doc, pid, c, "minor", &pure_minor);
	major = at_symbol(doc, pid, c, "major", &pure_major);
	if (c->minor == EITHER) {
		is(minor + major, c->major, "%s: faults", c->name);
	} else if (!strcmp(c->kind, "migration")) {
		/* A page may move twice for a touch; few do on slow machines. */
		ok(minor > 0, "%s: minor faults: %lld", c->name, minor);
		is(major, c->major, "%s: major faults", c->name);
	} else {
		is(minor, c->minor, "%s: minor faults", c->name);
		is(major, c->major, "%s: major faults", c->name);
	}
	ok(pure_minor && pure_major, "%s: all are %s", c->name, c->kind);
	/* those of the child are in the parent's */
	if (o->child)
		return;
	row = process_row(doc, o->pid);
	if (may_be_missed(c, "anon")) {
		long long nr = number(row, "kinds", c->kind);

		ok(nr > 0 && nr <= minor,
		   "%s: %lld seen while they moved", c->name, nr);
	}
	is(json_integer_value(json_object_get(row, "minor")), o->minor,
	   "%s: minor faults are getrusage's", c->name);
	is(json_integer_value(json_object_get(row, "major")), o->major,
	   "%s: major faults are getrusage's", c->name);
}

static bool write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool done;

	if (fd < 0)
		return false;
	done = write(fd, text, strlen(text)) >= 0;
	if (!done)
		diag("%s: %s", path, strerror(errno));
	close(fd);
	return done;
}

/* faultcase each @cases under vmlab faults */
static json_t *run_cases(char *const *cases)
{
	char *command[MAX_ARGS + 4] = { "faultcase", "each" };
	char printed[PATH_MAX + 16];
	json_t *doc;

	for (size_t i = 0; i < MAX_ARGS && cases[i]; i++)
		command[i + 2] = cases[i];
	snprintf(printed, sizeof(printed), "%s/printed", work);
	doc = faults_of(command, printed);
	read_outcomes(printed);
	return doc;
}

#define NR_HUGEPAGES "/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages"
/* 64 KiB is what a kernel starts with */
#define FAULT_AROUND "/sys/kernel/debug/fault_around_bytes"

static const struct known_case known[] = {
	{ "anon", "touch_write", "anon", PAGES, 0, PAGES },
	{ "zero", "touch_read", "zero", PAGES, 0, PAGES },
	{ "zero-cow", "touch_write", "cow", PAGES, 0, PAGES },
	{ "thp", "touch_write", "thp", 4, 0, 4 },
	{ "file-warm", "touch_read", "file-read", PAGES, 0, PAGES },
	{ "file-cold", "touch_read", "file-read", 0, PAGES, PAGES },
	{ "file-write", "touch_write", "file-write", PAGES, 0, PAGES },
	{ "file-cow", "touch_write", "cow", PAGES, 0, PAGES },
	{ "fork-child", "touch_write", "cow", PAGES, 0, PAGES },
	{ "fork-parent", "touch_write", "reuse", PAGES, 0, PAGES },
	{ "stack", "touch_down", "stack", PAGES, 0, PAGES },
	/* made again: major where that shows, before Linux 6.7 */
	{ "uffd", "touch_read", "uffd", EITHER, PAGES, PAGES },
	{ "hugetlb", "touch_write", "hugetlb", 4, 0, 4 },
	{ "vmlab", "touch_write", "vmlab", PAGES, 0, PAGES },
	{ "vmlab-clean", "touch_write", "vmlab", PAGES, 0, PAGES },
	{ "swap", "touch_read", "swap", 0, PAGES, PAGES },
	{ "numa", "touch_read", "numa", PAGES, 0, PAGES },
	{ "migration", "touch_write", "migration", PAGES, 0, PAGES },
};

#define NR(array) (sizeof(array) / sizeof((array)[0]))

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

/* more signals than their table holds: the rest is counted */
static void check_lost(const json_t *doc)
{
	const long long table = 4096;
	size_t rows = json_array_size(json_object_get(doc, "signals"));
	long long lost;

	is(rows, table, "signals: their table is full");
	lost = number(doc, "lost", "signal");
	is(sum_of_rows(doc, "signals", "count") + lost,
	   SIGNALS + NR(known_signals),
	   "signals: those that it does not hold are counted");
}

static char *case_text(const struct known_case *c, char text[static 48])
{
	snprintf(text, 48, "%s=%lld", c->name, c->pages);
	return text;
}

/* a swap device in memory; pages are read one at a time */
static bool swap_on(void)
{
	char *const modprobe[] = { "modprobe", "-q", "zram", NULL };
	char *const mkswap[] = { "mkswap", "/dev/zram0", NULL };

	if (access("/sys/block/zram0", F_OK))
		run(modprobe);
	if (!write_text("/sys/block/zram0/disksize", "64M") || run(mkswap) ||
	    swapon("/dev/zram0", 0)) {
		skip("no zram device to swap to", "swap");
		return false;
	}
	write_text("/proc/sys/vm/page-cluster", "0");
	return true;
}

static void swap_off(void)
{
	write_text("/proc/sys/vm/page-cluster", "3");
	if (swapoff("/dev/zram0"))
		diag("swapoff: %s", strerror(errno));
	write_text("/sys/block/zram0/reset", "1");
}

static void test_known(void)
{
	char text[NR(known)][48], signals[32],
		*cases[NR(known) + NR(known_signals) + 3];
	bool swap = wanted("swap") && swap_on();
	json_t *doc = NULL;
	size_t nr = 0;

	/* faults of files one page at a time, as the cases count */
	write_text(FAULT_AROUND, "4096");
	write_text(NR_HUGEPAGES, "4");
	for (size_t i = 0; i < NR(known); i++)
		if (wanted(known[i].name) &&
		    (swap || strcmp(known[i].name, "swap")))
			cases[nr++] = case_text(&known[i], text[i]);
	for (size_t i = 0; i < NR(known_signals); i++)
		if (wanted(known_signals[i].name))
			cases[nr++] = (char *)known_signals[i].name;
	/* threads that race for pages; and last, what leaves no room */
	snprintf(signals, sizeof(signals), "signals=%d", SIGNALS);
	if (full() && !*chosen) {
		cases[nr++] = "threads=1024";
		cases[nr++] = signals;
	}
	cases[nr] = NULL;
	if (nr)
		doc = run_cases(cases);
	write_text(NR_HUGEPAGES, "0");
	write_text(FAULT_AROUND, "65536");
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
	if (full() && !*chosen)
		check_lost(doc);
	check_sums(doc, "kinds", true);
	json_decref(doc);
}

/*
 * The kernel's accesses have no instruction of the program: by origin, with what
 * the start of a program varies by left open.
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

/* what getrusage leaves out is still counted, and the report says so */
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
	   "orphan: said to differ");
	check_sums(doc, "orphan", false);
	json_decref(doc);
}

struct program {
	const char *name;
	const char *needs;
	char *argv[MAX_ARGS];
};

static void test_programs(void)
{
	static const char source[] =
		"#include <stdio.h>\n"
		"int main(void) { for (int i = 0; i < 3; i++) printf(\"%d\\n\", i); return 0; }\n";
	char c_file[PATH_MAX + 16], o_file[PATH_MAX + 16], db[PATH_MAX + 16],
		tar[PATH_MAX + 16], repo[PATH_MAX + 256];
	const struct program programs[] = {
		{ "sort, awk, forking shell script",
		  "bash",
		  { "bash", "-c",
		    "seq 500 | sort -R | awk '{ s += $1 } END { print s }'; "
		    "for i in 1 2; do (x=$(echo $i | cat); : $x); done" } },
		{ "compiler",
		  "gcc",
		  { "gcc", "-O2", "-c", "-o", o_file, c_file } },
		{ "git", "git", { "sh", "-c", repo } },
		{ "python",
		  "python3",
		  { "python3", "-c",
		    "import json; print(len(json.dumps(list(range(20000)))))" } },
		{ "sqlite",
		  "sqlite3",
		  { "sqlite3", db,
		    "create table t(a, b); with recursive n(i) as (select 1 union all select i+1 "
		    "from n where i < 5000) insert into t select i, hex(randomblob(20)) from n; "
		    "create index x on t(b); select count(*) from t;" } },
		{ "perl",
		  "perl",
		  { "perl", "-e",
		    "my %h; $h{$_ % 977} .= chr(65 + $_ % 26) for 1..40000; "
		    "print scalar keys %h" } },
		{ "forking shell script",
		  "bash",
		  { "bash", "-c",
		    "for i in {1..12}; do (x=$(echo $i | cat); : $x); done; wait" } },
		{ "sort",
		  "sort",
		  { "sh", "-c", "seq 20000 | sort -R | sort -n | tail -1" } },
		{ "tar and gzip",
		  "tar",
		  { "tar", "-czf", tar, "-C", "/etc", "." } },
		{ "awk",
		  "awk",
		  { "awk",
		    "BEGIN { for (i = 0; i < 50000; i++) a[i % 5003] += i; print length(a) }" } },
		{ "find",
		  "find",
		  { "find", "/etc", "/usr/lib/x86_64-linux-gnu", "-maxdepth",
		    "2", "-name", "*.so*" } },
		{ "huge pages",
		  "python3",
		  { "python3", "-c",
		    "import mmap; m = mmap.mmap(-1, 32 << 20, "
		    "flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS); "
		    "m.madvise(mmap.MADV_HUGEPAGE); m.write(bytes(32 << 20))" } },
		{ "dd in a pipe",
		  "dd",
		  { "sh", "-c",
		    "dd if=/dev/zero bs=1M count=16 2>/dev/null | md5sum" } },
	};
	FILE *f;

	snprintf(c_file, sizeof(c_file), "%s/x.c", work);
	snprintf(o_file, sizeof(o_file), "%s/x.o", work);
	snprintf(db, sizeof(db), "%s/x.db", work);
	snprintf(tar, sizeof(tar), "%s/x.tgz", work);
	snprintf(repo, sizeof(repo),
		 "cd %s && git init -q r && cd r && seq 3000 > a && git add a && "
		 "git -c user.name=x -c user.email=x@x commit -qm x && git log --stat",
		 work);
	f = fopen(c_file, "w");
	if (!f || fputs(source, f) < 0 || fclose(f))
		bail("%s: %s", c_file, strerror(errno));

	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
		const struct program *p = &programs[i];
		char test[64], *which[] = { "sh", "-c", test, NULL };
		json_t *doc;

		if (!wanted(p->name))
			continue;
		/* the first has three in one session */
		if (i && !full() && !*chosen) {
			skip("only with VMLAB_FULL=1", "%s", p->name);
			continue;
		}
		snprintf(test, sizeof(test), "command -v %s", p->needs);
		if (run(which)) {
			skip("not installed", "%s", p->name);
			continue;
		}
		doc = faults_of(p->argv, "/dev/null");
		if (!ok(doc, "%s: a report", p->name))
			continue;
		is(json_integer_value(json_object_get(doc, "exit_status")), 0,
		   "%s: it worked", p->name);
		diag("%s: %lld minor, %lld major", p->name,
		     number(doc, "total", "minor"),
		     number(doc, "total", "major"));
		check_sums(doc, p->name, true);
		if (!strcmp(p->name, "huge pages")) {
			if (access("/sys/kernel/mm/transparent_hugepage", F_OK))
				skip("this kernel has none", "huge pages: seen");
			else
				ok(kind_count(doc, "thp") >= 15,
				   "huge pages: %lld seen",
				   kind_count(doc, "thp"));
		}
		json_decref(doc);
	}
}

static void test_kinds(void)
{
	test_known();
	if (full()) {
		test_origins();
		test_orphan();
	} else {
		skip("only with VMLAB_FULL=1",
		     "threads, signals, origins, orphan");
	}
}

int main(int argc, char **argv)
{
	const char *part = argc > 1 ? argv[1] : "";
	const char *tmp = getenv("TMPDIR"), *out = getenv("VMLAB_OUT");
	char *const clean[] = { "rm", "-rf", work, NULL };

	if (strcmp(part, "programs") && strcmp(part, "kinds")) {
		fputs("usage: test-faults programs|kinds [NAME...]\n", stderr);
		return 2;
	}
	if (access("/sys/kernel/btf/vmlinux", R_OK)) {
		skip("this kernel has no BTF", "faults");
		return tap_done();
	}
	chosen = argv + 2;
	snprintf(work, sizeof(work), "%s/faults-XXXXXX", tmp ? tmp : "/tmp");
	if (!mkdtemp(work))
		bail("%s: %s", work, strerror(errno));
	snprintf(report, sizeof(report), "%s/report", work);
	/* /tmp is memory in a guest: nothing there is ever cold */
	setenv("FAULTCASE_DIR", out ? out : work, 0);
	if (!strcmp(part, "programs"))
		test_programs();
	else
		test_kinds();
	run(clean);
	return tap_done();
}
