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

#include "../lib/tap.h"

enum { PAGES = 64, MAX_ARGS = 16 };

static char work[PATH_MAX];
static char report[PATH_MAX + 16];

/* run a command; its exit status, 128 + signal */
static int run(char *const *argv)
{
	int status, out;
	pid_t pid = fork();

	if (pid < 0)
		bail("fork: %s", strerror(errno));
	if (!pid) {
		out = open("/dev/null", O_RDWR);
		dup2(out, 0);
		dup2(out, 1);
		execvp(argv[0], argv);
		_exit(127);
	}
	if (waitpid(pid, &status, 0) < 0)
		bail("waitpid: %s", strerror(errno));
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) :
				     WEXITSTATUS(status);
}

/* the JSON of vmlab faults -- @command, or NULL */
static json_t *faults_of(char *const *command)
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
	ret = run(argv);
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
	json_object_foreach(json_object_get(doc, "lost"), key, lost) {
		if (json_integer_value(lost))
			diag("%s: lost %s: %lld", name, key,
			     (long long)json_integer_value(lost));
	}
	if (kind_count(doc, "unseen"))
		diag("%s: %lld unseen", name, kind_count(doc, "unseen"));
}

/* faults at instructions of a function, and whether they are of @kind alone */
static long long at_symbol(const json_t *doc, const char *symbol,
			   const char *kind, const char *size, bool *pure)
{
	long long sum = 0;
	json_t *row, *word;
	size_t i, j;

	*pure = true;
	json_array_foreach(json_object_get(doc, "instructions"), i, row)
	{
		const char *name =
			json_string_value(json_object_get(row, "symbol"));

		if (!name || strcmp(name, symbol))
			continue;
		/* the function itself was not there, as after a fork */
		if (!json_integer_value(json_object_get(row, "distance")))
			continue;
		sum += json_integer_value(json_object_get(row, size));
		json_array_foreach(json_object_get(row, "kinds"), j, word) {
			if (strcmp(json_string_value(word), kind))
				*pure = false;
		}
	}
	return sum;
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

static char **chosen;

/* all, unless some are named on the command line */
static bool wanted(const char *name)
{
	for (char **c = chosen; c && *c; c++)
		if (!strcmp(*c, name))
			return true;
	return !chosen || !*chosen;
}

static json_t *run_case(const char *name, long long pages)
{
	char text[32];
	char *const command[] = { "faultcase", (char *)name, text, NULL };

	snprintf(text, sizeof(text), "%lld", pages);
	return faults_of(command);
}

static void test_case(const struct known_case *c)
{
	bool pure_minor, pure_major;
	long long minor, major;
	json_t *doc;

	if (!wanted(c->name))
		return;
	doc = run_case(c->name, c->pages);
	if (!ok(doc, "%s: a report", c->name))
		return;
	if (json_integer_value(json_object_get(doc, "exit_status")) == 77) {
		skip("the kernel lacks it", "%s", c->name);
		json_decref(doc);
		return;
	}
	minor = at_symbol(doc, c->symbol, c->kind, "minor", &pure_minor);
	major = at_symbol(doc, c->symbol, c->kind, "major", &pure_major);
	if (c->minor == EITHER) {
		is(minor + major, c->major, "%s: faults", c->name);
	} else {
		is(minor, c->minor, "%s: minor faults", c->name);
		is(major, c->major, "%s: major faults", c->name);
	}
	ok(pure_minor && pure_major, "%s: all are %s", c->name, c->kind);
	check_sums(doc, c->name, true);
	json_decref(doc);
}

static void write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (write(fd, text, strlen(text)) < 0)
		diag("%s: %s", path, strerror(errno));
	close(fd);
}

/* faults of files one page at a time, as the cases count them */
static void no_fault_around(void)
{
	write_text("/sys/kernel/debug/fault_around_bytes", "4096");
}

static void test_known(void)
{
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
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		test_case(&known[i]);
}

static void test_hugetlb(void)
{
	static const char nr_hugepages[] =
		"/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages";
	static const struct known_case c = { "hugetlb", "touch_write",
					     "hugetlb", 4,
					     0,		4 };

	if (!wanted(c.name))
		return;
	write_text(nr_hugepages, "4");
	test_case(&c);
	write_text(nr_hugepages, "0");
}

static void test_vmlab(void)
{
	static const struct known_case c = { "vmlab", "touch_write",
					     "vmlab", PAGES,
					     0,	      PAGES };

	if (access("/dev/vmlab", F_OK))
		skip("the module is not loaded", "vmlab");
	else
		test_case(&c);
}

/* a swap device in memory; pages are read one at a time */
static void test_swap(void)
{
	static const struct known_case c = { "swap", "touch_read", "swap",
					     0,	     PAGES,	   PAGES };
	char *const mkswap[] = { "mkswap", "/dev/zram0", NULL };

	if (!wanted(c.name))
		return;
	write_text("/sys/block/zram0/disksize", "64M");
	if (run(mkswap) || swapon("/dev/zram0", 0)) {
		skip("no zram device to swap to", "swap");
		return;
	}
	write_text("/proc/sys/vm/page-cluster", "0");
	test_case(&c);
	write_text("/proc/sys/vm/page-cluster", "3");
	if (swapoff("/dev/zram0"))
		diag("swapoff: %s", strerror(errno));
	write_text("/sys/block/zram0/reset", "1");
}

/* the kernel's accesses have no instruction of the program: by origin */
static void test_origin(const char *name, const char *origin)
{
	long long before, after;
	json_t *base, *doc;

	if (!wanted(name))
		return;
	base = run_case("nothing", PAGES);
	doc = run_case(name, PAGES);
	if (!ok(base && doc, "%s: reports", name))
		return;
	before = number(json_object_get(base, "origins"), origin, "minor");
	after = number(json_object_get(doc, "origins"), origin, "minor");
	ok(after >= before + PAGES && after <= before + PAGES + 8,
	   "%s: %lld more faults by %s", name, after - before, origin);
	check_sums(doc, name, true);
	json_decref(base);
	json_decref(doc);
}

static void test_signal(const char *name, const char *cause, bool stack_limit)
{
	json_t *doc, *row;

	if (!wanted(name))
		return;
	doc = run_case(name, 1);
	if (!ok(doc, "%s: a report", name))
		return;
	is(json_array_size(json_object_get(doc, "signals")), 1,
	   "%s: one signal", name);
	row = json_array_get(json_object_get(doc, "signals"), 0);
	streq(json_string_value(json_object_get(row, "cause")), cause,
	      "%s: its cause", name);
	is(json_is_true(json_object_get(row, "stack_limit")), stack_limit,
	   "%s: whether a stack was refused", name);
	check_sums(doc, name, true);
	json_decref(doc);
}

static void test_threads(void)
{
	json_t *doc;

	if (!wanted("threads"))
		return;
	doc = run_case("threads", 4096);
	if (!ok(doc, "threads: a report"))
		return;
	check_sums(doc, "threads", true);
	json_decref(doc);
}

/* what getrusage leaves out is still counted, and the report says so */
static void test_orphan(void)
{
	const json_t *usage;
	json_t *doc;

	if (!wanted("orphan"))
		return;
	doc = run_case("orphan", PAGES);
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
		snprintf(test, sizeof(test), "command -v %s", p->needs);
		if (run(which)) {
			skip("not installed", "%s", p->name);
			continue;
		}
		doc = faults_of(p->argv);
		if (!ok(doc, "%s: a report", p->name))
			continue;
		is(json_integer_value(json_object_get(doc, "exit_status")), 0,
		   "%s: it worked", p->name);
		diag("%s: %lld minor, %lld major", p->name,
		     number(doc, "total", "minor"),
		     number(doc, "total", "major"));
		check_sums(doc, p->name, true);
		json_decref(doc);
	}
}

static void test_mistakes(void)
{
	char *const no_process[] = { "vmlab", "faults", "--pid=999999999", NULL };
	char *const both[] = { "vmlab", "faults", "--pid=1", "--", "true", NULL };
	char *const neither[] = { "vmlab", "faults", NULL };
	char *const no_program[] = { "vmlab", "faults", "--", "/nonexistent", NULL };
	char *const no_file[] = { "vmlab", "faults", "--output=/nonexistent/x",
				  "--", "true", NULL };

	is(run(no_process), 4, "no such process");
	is(run(both), 2, "a process and a command");
	is(run(neither), 2, "neither");
	is(run(no_program), 1, "no such program");
	is(run(no_file), 1, "no such directory");
}

static void test_kinds(void)
{
	if (wanted("mistakes"))
		test_mistakes();
	no_fault_around();
	test_known();
	test_hugetlb();
	test_vmlab();
	test_swap();
	test_origin("kernel", "kernel");
	test_origin("gup", "gup");
	test_signal("maperr", "SEGV_MAPERR", false);
	test_signal("accerr", "SEGV_ACCERR", false);
	test_signal("beyond-end", "BUS_ADRERR", false);
	test_signal("stack-limit", "SEGV_MAPERR", true);
	test_threads();
	test_orphan();
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
