// SPDX-License-Identifier: GPL-2.0
/*
 * VMLAB_IOC_MM, VMLAB_IOC_TASKS and debugfs <pid>/mm against /proc/PID/status,
 * stat, statm and task, for every process and kernel thread of the machine.
 *
 * RSS is compared without any slack.  Where RSS counters are per CPU
 * (6.2 and later), task_mem() and task_statm() of the kernels supported read
 * exact sums, as the module does.  Before, a task kept up to 64 pages to
 * itself until it flushed them into mm->rss_stat, but both sides read only
 * that, and a task that is stopped does not flush.  /proc/PID/stat's own rss
 * is not compared: it is a cheap reading by design.
 */
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/proc.h"
#include "lib/tap.h"
#include "inspect/samples/samples.h"

enum { TRIES = 20, MAX_DIAG = 8 };

static int fd;
static uint64_t page;
static int complaints;

static void __attribute__((format(printf, 1, 2))) complain(const char *fmt, ...)
{
	char text[400];
	va_list ap;

	if (complaints++ >= MAX_DIAG)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	diag("  %s", text);
}

static void same(const char *what, uint64_t got, uint64_t want)
{
	if (got != want)
		complain("%s: %llu, /proc %llu", what, (unsigned long long)got,
			 (unsigned long long)want);
}

static uint64_t page_down(uint64_t addr)
{
	return addr & ~(page - 1);
}

static uint64_t page_up(uint64_t addr)
{
	return page_down(addr + page - 1);
}

/* What "Name:" of status would say of @comm. */
static void escape_comm(const char *comm, char *out)
{
	for (; *comm; comm++) {
		if (*comm == '\n')
			out = stpcpy(out, "\\n");
		else if (*comm == '\\')
			out = stpcpy(out, "\\\\");
		else
			*out++ = *comm;
	}
	*out = '\0';
}

static void compare_status(const struct vmlab_mm *mm, const char *status)
{
	const __u64 *rss = mm->rss;
	uint64_t total = rss[VMLAB_RSS_FILE] + rss[VMLAB_RSS_ANON] +
			 rss[VMLAB_RSS_SHMEM];
	uint64_t exec = mm->exec_vm * page;
	uint64_t text = page_up(mm->end_code) - page_down(mm->start_code);
	const struct {
		const char *field;
		uint64_t bytes;
	} fields[] = {
		{ "VmPeak", mm->hiwater_vm * page },
		{ "VmSize", mm->total_vm * page },
		{ "VmLck", mm->locked_vm * page },
		{ "VmPin", mm->pinned_vm * page },
		{ "VmHWM", mm->hiwater_rss * page },
		{ "VmRSS", total * page },
		{ "RssAnon", rss[VMLAB_RSS_ANON] * page },
		{ "RssFile", rss[VMLAB_RSS_FILE] * page },
		{ "RssShmem", rss[VMLAB_RSS_SHMEM] * page },
		{ "VmData", mm->data_vm * page },
		{ "VmStk", mm->stack_vm * page },
		{ "VmExe", text < exec ? text : exec },
		{ "VmLib", exec - (text < exec ? text : exec) },
		{ "VmPTE", mm->pgtables_bytes },
		{ "VmSwap", rss[VMLAB_RSS_SWAP] * page },
		{ "HugetlbPages", mm->hugetlb_pages * page },
	};
	unsigned long long value;
	char comm[2 * sizeof(mm->comm)], name[sizeof(comm) + 8];

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (!proc_field(status, fields[i].field, &value)) {
			/* Only a kernel without hugetlb has no such line. */
			if (!strcmp(fields[i].field, "HugetlbPages"))
				same("hugetlb_pages", mm->hugetlb_pages, 0);
			else
				complain("no %s in status", fields[i].field);
			continue;
		}
		/* status has kB, rounded down. */
		same(fields[i].field, fields[i].bytes >> 10, value);
	}
	if (proc_field(status, "Pid", &value))
		same("pid", (uint64_t)mm->pid, value);
	if (proc_field(status, "Tgid", &value))
		same("tgid", (uint64_t)mm->tgid, value);
	escape_comm(mm->comm, comm);
	snprintf(name, sizeof(name), "Name:\t%s\n", comm);
	if (strncmp(status, name, strlen(name)))
		complain("comm \"%s\", status %.30s", mm->comm, status);
}

static void compare_stat(const struct vmlab_mm *mm, const char *stat)
{
	/* Fields numbered as in proc_pid_stat(5). */
	same("total_vm", mm->total_vm * page, stat_field(stat, 23));
	same("start_code", mm->start_code, stat_field(stat, 26));
	same("end_code", mm->end_code, stat_field(stat, 27));
	same("start_stack", mm->start_stack, stat_field(stat, 28));
	same("start_data", mm->start_data, stat_field(stat, 45));
	same("end_data", mm->end_data, stat_field(stat, 46));
	same("start_brk", mm->start_brk, stat_field(stat, 47));
	same("arg_start", mm->arg_start, stat_field(stat, 48));
	same("arg_end", mm->arg_end, stat_field(stat, 49));
	same("env_start", mm->env_start, stat_field(stat, 50));
	same("env_end", mm->env_end, stat_field(stat, 51));
}

static void compare_statm(const struct vmlab_mm *mm, const char *statm)
{
	unsigned long long size, resident, shared, text, lib, data;
	const __u64 *rss = mm->rss;

	if (sscanf(statm, "%llu %llu %llu %llu %llu %llu", &size, &resident,
		   &shared, &text, &lib, &data) != 6) {
		complain("cannot parse statm: %s", statm);
		return;
	}
	same("statm size", mm->total_vm, size);
	same("statm resident", rss[VMLAB_RSS_FILE] + rss[VMLAB_RSS_ANON] +
	     rss[VMLAB_RSS_SHMEM], resident);
	same("statm shared", rss[VMLAB_RSS_FILE] + rss[VMLAB_RSS_SHMEM],
	     shared);
	same("statm text", (page_up(mm->end_code) -
			    page_down(mm->start_code)) / page, text);
	same("statm data", mm->data_vm + mm->stack_vm, data);
}

/* What only maps can tell: where VMAs lie, and how many there are. */
static void compare_maps(const struct vmlab_mm *mm, char *maps)
{
	uint64_t nr = 0, brk = page_up(mm->brk), heap_end = 0, last = 0;
	bool stack = false;
	char *line;

	while ((line = next_line(&maps))) {
		unsigned long long start, end;
		int used = 0;

		if (strstr(line, "[vsyscall]") ||
		    sscanf(line, "%llx-%llx%n", &start, &end, &used) != 2)
			continue;
		nr++;
		last = end;
		if (strstr(line, " [heap]"))
			heap_end = end;
		stack |= start <= mm->start_stack && mm->start_stack < end &&
			 strstr(line, " [stack]");
	}
	same("map_count", mm->map_count, nr);
	/* The heap may have been cut short by munmap. */
	if (heap_end && heap_end > brk)
		complain("brk %#llx, [heap] ends at %#llx",
			 (unsigned long long)mm->brk,
			 (unsigned long long)heap_end);
	if (!stack)
		complain("no [stack] at %#llx",
			 (unsigned long long)mm->start_stack);
	if (last > mm->task_size)
		complain("task_size %#llx, last VMA ends at %#llx",
			 (unsigned long long)mm->task_size,
			 (unsigned long long)last);
	if (!mm->mmap_base || mm->mmap_base > mm->task_size)
		complain("mmap_base %#llx", (unsigned long long)mm->mmap_base);
	if (mm->flags || mm->active_pid || mm->active_comm[0])
		complain("flags %#x, active_pid %d", mm->flags, mm->active_pid);
}

struct row {
	const char *name;
	uint64_t value;
	const char *unit;
	bool hex;
};

static char *debugfs_text(const struct vmlab_mm *mm)
{
	const struct row rows[] = {
#define ROW(field, unit, hex) { #field, mm->field, unit, hex }
		ROW(mm_users, "count", false),
		ROW(mm_count, "count", false),
		ROW(map_count, "count", false),
		ROW(task_size, "addr", true),
		ROW(mmap_base, "addr", true),
		ROW(start_code, "addr", true),
		ROW(end_code, "addr", true),
		ROW(start_data, "addr", true),
		ROW(end_data, "addr", true),
		ROW(start_brk, "addr", true),
		ROW(brk, "addr", true),
		ROW(start_stack, "addr", true),
		ROW(arg_start, "addr", true),
		ROW(arg_end, "addr", true),
		ROW(env_start, "addr", true),
		ROW(env_end, "addr", true),
		ROW(total_vm, "pages", false),
		ROW(hiwater_vm, "pages", false),
		ROW(hiwater_rss, "pages", false),
		ROW(data_vm, "pages", false),
		ROW(exec_vm, "pages", false),
		ROW(stack_vm, "pages", false),
		ROW(locked_vm, "pages", false),
		ROW(pinned_vm, "pages", false),
		{ "rss_file", mm->rss[VMLAB_RSS_FILE], "pages", false },
		{ "rss_anon", mm->rss[VMLAB_RSS_ANON], "pages", false },
		{ "rss_swap", mm->rss[VMLAB_RSS_SWAP], "pages", false },
		{ "rss_shmem", mm->rss[VMLAB_RSS_SHMEM], "pages", false },
		ROW(pgtables_bytes, "bytes", false),
		ROW(hugetlb_pages, "pages", false),
		ROW(def_flags, "flags", true),
#undef ROW
	};
	char *text = NULL, comm[4 * sizeof(mm->comm)], *p = comm;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	/* A newline would end the record. */
	for (const char *c = mm->comm; *c; c++) {
		if (*c == '\n')
			p = stpcpy(p, "\\012");
		else
			*p++ = *c;
	}
	*p = '\0';
	fprintf(f, "field value unit\npid %d -\ntgid %d -\ncomm %s -\n",
		mm->pid, mm->tgid, comm);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		fprintf(f, rows[i].hex ? "%s %llx %s\n" : "%s %llu %s\n",
			rows[i].name, (unsigned long long)rows[i].value,
			rows[i].unit);
	fclose(f);
	return text;
}

static void write_pid(const char *file, pid_t pid)
{
	char path[64], text[16];

	snprintf(path, sizeof(path), DEBUGFS "/%s", file);
	snprintf(text, sizeof(text), "%d", pid);
	write_file(path, text, strlen(text));
}

static void compare_debugfs(const struct vmlab_mm *mm, char *text)
{
	char *want = debugfs_text(mm), *rest = want, *theirs, *ours;
	struct vmlab_task *tasks;
	ssize_t nr, n = 0;

	while ((ours = next_line(&rest))) {
		theirs = next_line(&text);
		if (!theirs || strcmp(ours, theirs))
			complain("debugfs \"%s\", ioctl \"%s\"",
				 theirs ? theirs : "(end)", ours);
	}
	free(want);
	theirs = next_line(&text);
	if (!theirs || *theirs)
		complain("debugfs: no empty line before the tasks");
	theirs = next_line(&text);
	if (!theirs || strcmp(theirs, "tgid tid comm"))
		complain("debugfs: header of tasks \"%s\"", theirs);
	nr = get_tasks(fd, VMLAB_TARGET_PID, mm->pid, &tasks);
	while ((theirs = next_line(&text))) {
		int tgid, tid;

		if (n >= nr || sscanf(theirs, "%d %d ", &tgid, &tid) != 2 ||
		    tgid != tasks[n].tgid || tid != tasks[n].tid)
			complain("debugfs: task \"%s\"", theirs);
		n++;
	}
	if (n != nr)
		complain("debugfs: %zd tasks, ioctl %zd", n, nr);
	free(tasks);
}

/* All files that are compared, read one after the other. */
struct proc_files {
	char *status, *stat, *statm, *maps;
};

static bool read_files(pid_t pid, struct proc_files *f)
{
	f->status = slurp("/proc/%d/status", pid);
	f->stat = slurp("/proc/%d/stat", pid);
	f->statm = slurp("/proc/%d/statm", pid);
	f->maps = slurp("/proc/%d/maps", pid);
	return f->status && f->stat && f->statm && f->maps;
}

static void free_files(struct proc_files *f)
{
	free(f->status);
	free(f->stat);
	free(f->statm);
	free(f->maps);
}

/* Part of status that says nothing of its mm changes all the time. */
static bool same_sizes(const char *a, const char *b)
{
	a = strstr(a, "VmPeak:");
	b = strstr(b, "VmPeak:");
	if (!a || !b)
		return a == b;
	return !strncmp(a, b, strcspn(a, "T"));
}

static bool same_files(const struct proc_files *a, const struct proc_files *b)
{
	return same_sizes(a->status, b->status) &&
	       !strcmp(a->statm, b->statm) && !strcmp(a->maps, b->maps);
}

enum outcome { EQUAL, DIFFERENT, CHANGED, GONE };

static enum outcome compare_once(pid_t pid, bool with_debugfs)
{
	struct proc_files before, after = { 0 };
	enum outcome outcome = GONE;
	struct vmlab_mm mm;
	char *text = NULL;

	if (!read_files(pid, &before))
		goto out;
	if (get_mm(fd, VMLAB_TARGET_PID, pid, &mm)) {
		if (errno != ESRCH) {
			complain("MM: %s", strerror(errno));
			outcome = DIFFERENT;
		}
		goto out;
	}
	if (with_debugfs) {
		text = slurp(DEBUGFS "/%d/mm", pid);
		if (!text)
			goto out;
	}
	if (!read_files(pid, &after))
		goto out;
	if (!same_files(&before, &after)) {
		outcome = CHANGED;
		goto out;
	}
	complaints = 0;
	if (with_debugfs) {
		compare_debugfs(&mm, text);
	} else {
		compare_status(&mm, before.status);
		compare_stat(&mm, before.stat);
		compare_statm(&mm, before.statm);
		compare_maps(&mm, before.maps);
	}
	outcome = complaints ? DIFFERENT : EQUAL;
out:
	free(text);
	free_files(&before);
	free_files(&after);
	return outcome;
}

static void compare_process(pid_t pid, const char *comm)
{
	for (int with_debugfs = 0; with_debugfs < 2; with_debugfs++) {
		const char *where = with_debugfs ? "debugfs" : "/proc";
		enum outcome outcome = CHANGED;

		for (int try = 0; try < TRIES && outcome == CHANGED; try++) {
			if (try)
				msleep(5);
			outcome = compare_once(pid, with_debugfs);
		}
		if (outcome == GONE)
			return;
		if (outcome == CHANGED)
			skip("it changes all the time", "%d %s: %s", pid, comm,
			     where);
		else
			ok(outcome == EQUAL, "%d %s: mm as in %s", pid, comm,
			   where);
	}
}

/* All but the first members must be zero. */
static bool is_empty(const struct vmlab_mm *mm)
{
	const char *p = (const char *)&mm->mm_users;

	while (p < (const char *)(mm + 1))
		if (*p++)
			return false;
	return true;
}

static int compare_kthread(pid_t pid, const char *comm)
{
	struct vmlab_task *tasks;
	struct vmlab_mm mm;
	char *text;
	bool good;

	if (get_mm(fd, VMLAB_TARGET_PID, pid, &mm)) {
		diag("%d %s: MM: %s", pid, comm, strerror(errno));
		return 1;
	}
	good = (mm.flags & VMLAB_MM_KTHREAD) && is_empty(&mm) &&
	       !(mm.flags & ~7U) && mm.pid == pid && mm.tgid == pid;
	/* Who borrows names whom, or the kernel's own mm as nobody's. */
	good &= !(mm.active_pid && !(mm.flags & VMLAB_MM_BORROWS));
	good &= !!mm.active_pid == !!mm.active_comm[0];
	if (get_tasks(fd, VMLAB_TARGET_PID, pid, &tasks) != -1 ||
	    errno != ENXIO) {
		free(tasks);
		good = false;
	}
	text = slurp(DEBUGFS "/%d/mm", pid);
	/* It may adopt an mm for a while. */
	good &= text && (strstr(text, "\nmm none") ||
			 strstr(text, "\nmm adopted")) &&
		strstr(text, "\nactive_mm ") && !strstr(text, "total_vm");
	free(text);
	if (!good)
		diag("%d %s: flags %#x, active_pid %d \"%s\"", pid, comm,
		     mm.flags, mm.active_pid, mm.active_comm);
	return !good;
}

static void test_all(void)
{
	int *pids, processes = 0, kthreads = 0, wrong = 0;
	ssize_t nr = numbers_in("/proc", &pids);

	for (ssize_t i = 0; i < nr; i++) {
		char *comm = slurp("/proc/%d/comm", pids[i]);
		char *status = slurp("/proc/%d/status", pids[i]);
		unsigned long long value;

		if (comm && status && pids[i] != getpid()) {
			for (char *c = comm; *c; c++)
				if (*c == '\n')
					*c = c[1] ? ' ' : '\0';
			write_pid("attach", pids[i]);
			if (proc_field(status, "VmSize", &value)) {
				compare_process(pids[i], comm);
				processes++;
			} else if (proc_state(pids[i]) != 'Z') {
				wrong += compare_kthread(pids[i], comm);
				kthreads++;
			}
			write_pid("detach", pids[i]);
		}
		free(comm);
		free(status);
	}
	free(pids);
	ok(processes > 2, "%d processes compared", processes);
	is((uint64_t)wrong, 0, "%d kernel threads have no mm", kthreads);
}

static bool has_task(const struct vmlab_task *tasks, ssize_t nr, pid_t tid)
{
	for (ssize_t i = 0; i < nr; i++)
		if (tasks[i].tid == tid)
			return true;
	return false;
}

/* The threads of @pid, which share the mm with @others tasks. */
static void compare_tasks(const char *kind, uint64_t others)
{
	pid_t pid = sample_find(kind);
	struct vmlab_task *tasks;
	struct vmlab_mm mm;
	size_t missing = 0, wrong = 0;
	char path[32];
	ssize_t nr, threads;
	int *tids;

	if (!pid) {
		skip("no such process", "%s: tasks", kind);
		return;
	}
	nr = get_tasks(fd, VMLAB_TARGET_PID, pid, &tasks);
	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	threads = numbers_in(path, &tids);
	for (ssize_t i = 0; i < threads; i++)
		missing += !has_task(tasks, nr, tids[i]);
	for (ssize_t i = 0; i < nr; i++) {
		char *comm = slurp("/proc/%d/task/%d/comm", tasks[i].tgid,
				   tasks[i].tid);

		/* comm of /proc ends in a newline. */
		wrong += !comm || strncmp(comm, tasks[i].comm,
					  strlen(tasks[i].comm)) ||
			 strlen(comm) != strlen(tasks[i].comm) + 1;
		free(comm);
	}
	is(missing, 0, "%s: every thread of /proc/PID/task", kind);
	is(wrong, 0, "%s: tgid, tid and comm of each", kind);
	is((uint64_t)nr, (uint64_t)threads + others, "%s: tasks", kind);
	if (get_mm(fd, VMLAB_TARGET_PID, pid, &mm))
		bail("MM: %s", strerror(errno));
	is(mm.mm_users, (uint64_t)nr, "%s: mm_users counts them", kind);
	ok(mm.mm_count >= 1, "%s: mm_count", kind);
	free(tasks);
	free(tids);
}

static pid_t find_comm(const char *name)
{
	int *pids;
	ssize_t nr = numbers_in("/proc", &pids);
	pid_t found = 0;

	for (ssize_t i = 0; i < nr && !found; i++) {
		char *comm = slurp("/proc/%d/comm", pids[i]);

		if (comm && !strncmp(comm, name, strlen(name)))
			found = pids[i];
		free(comm);
	}
	free(pids);
	return found;
}

static void test_shared(void)
{
	struct vmlab_task *tasks;
	struct vmlab_mm a, b;
	pid_t sharer, waiter;
	ssize_t nr;

	compare_tasks("plain", 0);
	compare_tasks("threads", 0);
	compare_tasks("clone_vm", 1);
	compare_tasks("vforked", 0);

	/* The same mm by each of its processes. */
	sharer = find_comm("shares_mm");
	if (get_mm(fd, VMLAB_TARGET_PID, sample_find("clone_vm"), &a) ||
	    get_mm(fd, VMLAB_TARGET_PID, sharer, &b))
		bail("MM: %s", strerror(errno));
	is(a.arg_start, b.arg_start, "clone_vm: one mm, seen by both");
	ok(a.pid != b.pid && a.tgid != b.tgid, "clone_vm: two processes");
	is(a.map_count, b.map_count, "clone_vm: the same VMAs");

	waiter = find_comm("waits_in_vfork");
	nr = get_tasks(fd, VMLAB_TARGET_PID, waiter, &tasks);
	is((uint64_t)nr, 2, "a vfork child shares its parent's mm");
	ok(has_task(tasks, nr, waiter), "... with the parent, who waits");
	free(tasks);
}

/* By thread id: the same mm, but that thread's numbers. */
static void test_by_tid(void)
{
	pid_t pid = sample_find("threads");
	struct vmlab_task *tasks;
	struct vmlab_mm mm;
	ssize_t nr = get_tasks(fd, VMLAB_TARGET_PID, pid, &tasks);

	for (ssize_t i = 0; i < nr; i++) {
		if (tasks[i].tid == pid)
			continue;
		works(get_mm(fd, VMLAB_TARGET_PID, tasks[i].tid, &mm),
		      "a thread id is a target");
		is((uint64_t)mm.pid, (uint64_t)tasks[i].tid, "... its pid");
		is((uint64_t)mm.tgid, (uint64_t)pid, "... its tgid");
		is(mm.mm_users, (uint64_t)nr, "... its mm");
		break;
	}
	free(tasks);
}

int main(void)
{
	page = page_size();
	fd = dev_open(O_RDWR);
	samples_start();
	test_all();
	test_shared();
	test_by_tid();
	samples_end();
	return tap_done();
}
