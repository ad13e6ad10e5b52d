// SPDX-License-Identifier: GPL-2.0
/*
 * vmlab faults against getrusage(2), for real programs.
 *
 * test-faults-programs [NAME...]: all programs, or those named.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/tap.h"
#include "faults/report.h"

/* Files of the programs, made by make_files(). */
static char c_file[PATH_MAX + 16], o_file[PATH_MAX + 16], db[PATH_MAX + 16],
	tar[PATH_MAX + 16], repo[PATH_MAX + 256];

static const struct program {
	const char *name;
	const char *needs;	/* the command that has to be installed */
	char *argv[MAX_ARGS];
} programs[] = {
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

static void make_files(void)
{
	static const char source[] =
		"#include <stdio.h>\n"
		"int main(void) { for (int i = 0; i < 3; i++) printf(\"%d\\n\", i); return 0; }\n";
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
}

static bool is_installed(const char *command)
{
	char test[64], *which[] = { "sh", "-c", test, NULL };

	snprintf(test, sizeof(test), "command -v %s", command);
	return !run(which);
}

static void check_huge_pages(const json_t *doc)
{
	if (access("/sys/kernel/mm/transparent_hugepage", F_OK))
		skip("this kernel has none", "huge pages: seen");
	else
		ok(kind_count(doc, "thp") >= 15, "huge pages: %lld seen",
		   kind_count(doc, "thp"));
}

static void test_program(const struct program *p)
{
	json_t *doc = faults_of(p->argv, "/dev/null");

	if (!ok(doc, "%s: a report", p->name))
		return;
	is(json_integer_value(json_object_get(doc, "exit_status")), 0,
	   "%s: it succeeded", p->name);
	diag("%s: %lld minor, %lld major", p->name,
	     number(doc, "total", "minor"), number(doc, "total", "major"));
	check_sums(doc, p->name, true);
	if (!strcmp(p->name, "huge pages"))
		check_huge_pages(doc);
	json_decref(doc);
}

int main(int argc, char **argv)
{
	(void)argc;
	if (!faults_begin(argv + 1)) {
		skip("this kernel has no BTF", "faults");
		return tap_done();
	}
	make_files();
	for (size_t i = 0; i < NR(programs); i++) {
		const struct program *p = &programs[i];

		if (!wanted(p->name))
			continue;
		/* The first is three programs in one session. */
		if (i && !full() && !some_chosen())
			skip("only with VMLAB_FULL=1", "%s", p->name);
		else if (!is_installed(p->needs))
			skip("not installed", "%s", p->name);
		else
			test_program(p);
	}
	return faults_end();
}
