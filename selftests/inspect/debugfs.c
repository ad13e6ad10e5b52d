// SPDX-License-Identifier: GPL-2.0
/* debugfs: attach, detach, self, and directories that follow a process. */
#include <dirent.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/proc.h"
#include "lib/tap.h"

#define ATTACH	DEBUGFS "/attach"
#define DETACH	DEBUGFS "/detach"

/* A directory is collected within this time of the exit. */
enum { COLLECT_MS = 5000 };

static int write_string(const char *path, const char *text)
{
	return write_file(path, text, strlen(text));
}

static int write_pid(const char *path, pid_t pid)
{
	char text[16];

	snprintf(text, sizeof(text), "%d\n", pid);
	return write_string(path, text);
}

static bool has_dir(pid_t pid)
{
	char path[64];

	snprintf(path, sizeof(path), DEBUGFS "/%d", pid);
	return !access(path, F_OK);
}

static bool dir_goes(pid_t pid)
{
	unsigned long long end = now_ms() + COLLECT_MS;

	while (has_dir(pid)) {
		if (now_ms() > end)
			return false;
		msleep(20);
	}
	return true;
}

static int open_file(pid_t pid, const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), DEBUGFS "/%d/%s", pid, name);
	return open(path, O_RDONLY | O_CLOEXEC);
}

static bool file_says(pid_t pid, const char *name, const char *what)
{
	char *text = slurp(DEBUGFS "/%d/%s", pid, name);
	bool found = text && strstr(text, what);

	if (!found)
		diag("  %s of %d: %.200s", name, pid,
		     text ? text : strerror(errno));
	free(text);
	return found;
}

static int just_stop(void *arg)
{
	(void)arg;
	stop_self();
	return 0;
}

static pid_t stopped_child(void)
{
	pid_t pid = spawn(just_stop, NULL);

	wait_stopped(pid, NULL);
	return pid;
}

static int exit_now(void *arg)
{
	(void)arg;
	return 0;
}

static pid_t zombie(void)
{
	pid_t pid = spawn(exit_now, NULL);
	siginfo_t info;

	waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT);
	return pid;
}

static void test_tree(void)
{
	static const struct {
		const char *path;
		mode_t mode;
	} entries[] = {
		{ DEBUGFS, S_IFDIR },
		{ ATTACH, S_IFREG | 0200 },
		{ DETACH, S_IFREG | 0200 },
		{ DEBUGFS "/features", S_IFREG | 0400 },
		{ DEBUGFS "/frames", S_IFREG | 0400 },
		{ DEBUGFS "/spaces", S_IFDIR },
		{ DEBUGFS "/self", S_IFDIR },
		{ DEBUGFS "/self/mm", S_IFREG | 0400 },
		{ DEBUGFS "/self/vmas", S_IFREG | 0400 },
	};

	for (size_t i = 0; i < sizeof(entries) / sizeof(entries[0]); i++) {
		struct stat st = { 0 };
		mode_t mask = S_IFMT;

		if (S_ISREG(entries[i].mode))
			mask |= 07777;
		if (stat(entries[i].path, &st))
			st.st_mode = 0;
		is(st.st_mode & mask, entries[i].mode, "%s: kind and mode",
		   entries[i].path);
		is(st.st_uid, 0, "%s: is root's", entries[i].path);
	}
}

static void test_features(void)
{
	struct vmlab_info info = dev_info();
	int fd = dev_open(O_RDONLY);
	const struct vmlab_flag_names *names =
		dev_flag_names(fd, VMLAB_NAMES_FEATURES);
	char *text = slurp(DEBUGFS "/features"), *rest = text, *line;
	uint64_t yes = 0;
	int rows = 0;

	streq(next_line(&rest), "feature usable", "features: header");
	while ((line = next_line(&rest))) {
		char name[32], usable[8];

		if (sscanf(line, "%31s %7s", name, usable) != 2)
			continue;
		for (int i = 0; i < 64; i++) {
			if (strcmp(names->bit[i].name, name))
				continue;
			rows++;
			if (!strcmp(usable, "yes"))
				yes |= 1ULL << i;
		}
	}
	ok(rows > 0, "features: known names");
	is(yes, info.features, "features: what INFO says");
	free(text);
	close(fd);
}

static void test_bad_input(void)
{
	static const struct {
		const char *text;
		size_t len;
		const char *what;
	} bad[] = {
		{ "", 0, "an empty write" },
		{ "\n", 1, "a newline" },
		{ "   ", 3, "spaces" },
		{ "0", 1, "0" },
		{ "-1", 2, "a negative number" },
		{ "garbage", 7, "garbage" },
		{ "1x", 2, "trailing junk" },
		{ "1 1", 3, "two numbers" },
		{ "1.0", 3, "a fraction" },
		{ "0x1", 3, "hexadecimal" },
		{ "1\0" "2", 3, "a NUL inside" },
		{ "2147483648", 10, "2^31" },
		{ "4294967297", 10, "2^32 + 1" },
		{ "18446744073709551617", 20, "2^64 + 1" },
		{ "11111111111111111111111111111111111111111", 41,
		  "41 digits" },
	};
	static char page[4096];
	int fd;

	memset(page, '1', sizeof(page));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		fails(write_file(ATTACH, bad[i].text, bad[i].len), EINVAL,
		      "attach: %s", bad[i].what);
		fails(write_file(DETACH, bad[i].text, bad[i].len), EINVAL,
		      "detach: %s", bad[i].what);
	}
	fails(write_file(ATTACH, page, sizeof(page)), EINVAL,
	      "attach: a page of digits");
	fd = open(ATTACH, O_WRONLY | O_CLOEXEC);
	/* Not by write(2): ASan would look at the buffer. */
	fails(syscall(SYS_write, fd, 8, 1), EFAULT, "attach: a bad pointer");
	close(fd);
	fails(write_string(ATTACH, "4194305"), ESRCH,
	      "attach: above the largest pid");
	fails(write_string(DETACH, "4194305"), ESRCH,
	      "detach: above the largest pid");
}

static void test_attach(void)
{
	pid_t pid = stopped_child(), dead;
	char text[32], *mm, *vmas;

	works(write_pid(ATTACH, pid), "attach");
	ok(has_dir(pid), "attach makes the directory");
	snprintf(text, sizeof(text), "\npid %d", pid);
	ok(file_says(pid, "mm", text), "mm is that process's");
	ok(file_says(pid, "vmas", "[stack]"), "vmas has a stack");
	fails(write_pid(ATTACH, pid), EEXIST, "attach twice");
	works(write_pid(DETACH, pid), "detach");
	ok(!has_dir(pid), "detach removes the directory");
	fails(write_pid(DETACH, pid), ENOENT, "detach twice");
	snprintf(text, sizeof(text), " %d \n", pid);
	works(write_string(ATTACH, text), "attach: spaces around the number");
	works(write_string(DETACH, text), "detach: spaces around the number");
	snprintf(text, sizeof(text), "%d", pid);
	works(write_string(ATTACH, text), "attach: no newline");
	kill_and_reap(pid);
	ok(dir_goes(pid), "exit removes the directory");
	fails(write_pid(ATTACH, pid), ESRCH, "attach: reaped");
	fails(write_pid(DETACH, pid), ESRCH, "detach: reaped");

	dead = zombie();
	fails(write_pid(ATTACH, dead), ESRCH, "attach: a zombie");
	ok(!has_dir(dead), "... makes no directory");
	reap(dead);

	mm = slurp(DEBUGFS "/self/mm");
	snprintf(text, sizeof(text), "\npid %d ", getpid());
	ok(mm && strstr(mm, text), "self/mm is the reader's");
	vmas = slurp(DEBUGFS "/self/vmas");
	ok(vmas && strstr(vmas, "/test-debugfs\n"), "self/vmas is the reader's");
	free(mm);
	free(vmas);
}

static void *thread_stops(void *arg)
{
	*(_Atomic pid_t *)arg = (pid_t)syscall(SYS_gettid);
	for (;;)
		pause();
	return NULL;
}

static void test_thread(void)
{
	static _Atomic pid_t tid;
	pthread_t thread;

	pthread_create(&thread, NULL, thread_stops, (void *)&tid);
	while (!tid)
		msleep(1);
	fails(write_pid(ATTACH, tid), ESRCH,
	      "attach: a thread that is no process");
	pthread_cancel(thread);
	pthread_join(thread, NULL);
}

static void test_open_across_exit(void)
{
	static const char *const names[] = { "mm", "vmas" };
	pid_t pid = stopped_child();
	char buf[64];
	int fd[2], half[2];
	siginfo_t info;

	works(write_pid(ATTACH, pid), "attach");
	for (int i = 0; i < 2; i++) {
		fd[i] = open_file(pid, names[i]);
		half[i] = open_file(pid, names[i]);
		ok(read(half[i], buf, 10) == 10, "%s: read a part", names[i]);
	}
	kill(pid, SIGKILL);
	waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT);
	for (int i = 0; i < 2; i++)
		fails(read(fd[i], buf, sizeof(buf)), ESRCH,
		      "%s: open before, read of a zombie", names[i]);
	fails(write_pid(ATTACH, pid), ESRCH, "attach: now a zombie");
	reap(pid);
	for (int i = 0; i < 2; i++) {
		fails(pread(fd[i], buf, sizeof(buf), 0), ESRCH,
		      "%s: open before, read after it was reaped", names[i]);
		close(fd[i]);
		/* What was read before may end, but not with another's data. */
		while (read(half[i], buf, sizeof(buf)) > 0)
			;
		ok(true, "%s: read on after the exit ends", names[i]);
		close(half[i]);
	}
	ok(dir_goes(pid), "the directory goes");

	/* Open files do not keep the directory, detach does not break them. */
	pid = stopped_child();
	write_pid(ATTACH, pid);
	fd[0] = open_file(pid, "mm");
	works(write_pid(DETACH, pid), "detach while a file is open");
	ok(!has_dir(pid), "... removes the directory");
	ok(read(fd[0], buf, sizeof(buf)) > 0, "... and leaves the file alone");
	close(fd[0]);
	kill_and_reap(pid);
}

static int exec_sleep(void *arg)
{
	(void)arg;
	stop_self();
	execlp("sleep", "sleep", "1000", NULL);
	return 1;
}

static void *exec_from_thread(void *arg)
{
	(void)arg;
	execlp("sleep", "sleep", "1000", NULL);
	_exit(1);
}

static int exec_sleep_threaded(void *arg)
{
	pthread_t thread;

	(void)arg;
	stop_self();
	pthread_create(&thread, NULL, exec_from_thread, NULL);
	pthread_join(thread, NULL);
	return 1;
}

static bool becomes(pid_t pid, const char *comm)
{
	unsigned long long end = now_ms() + 10000;

	do {
		char *now = slurp("/proc/%d/comm", pid);
		bool same = now && !strncmp(now, comm, strlen(comm));

		free(now);
		if (same)
			return true;
		msleep(10);
	} while (now_ms() < end);
	return false;
}

static void check_exec(int (*fn)(void *), const char *what)
{
	pid_t pid = spawn(fn, NULL);
	char buf[64];
	int old;

	wait_stopped(pid, NULL);
	write_pid(ATTACH, pid);
	ok(file_says(pid, "vmas", "test-debugfs"), "%s: the old program", what);
	old = open_file(pid, "vmas");
	kill(pid, SIGCONT);
	ok(becomes(pid, "sleep"), "%s happens", what);
	/* Time for a collection that should not be. */
	msleep(200);
	ok(has_dir(pid), "%s keeps the directory", what);
	ok(file_says(pid, "vmas", "/sleep\n"), "%s: the new program", what);
	ok(file_says(pid, "mm", "comm sleep"), "%s: the new comm", what);
	/* That mm is gone; the file was opened for it. */
	fails(read(old, buf, sizeof(buf)), ESRCH, "%s: a file open before",
	      what);
	close(old);
	kill_and_reap(pid);
	ok(dir_goes(pid), "%s: the directory goes at exit", what);
}

static void *outlives_leader(void *arg)
{
	(void)arg;
	prctl(PR_SET_NAME, "survivor");
	for (;;)
		pause();
	return NULL;
}

static int leader_leaves(void *arg)
{
	pthread_t thread;

	(void)arg;
	stop_self();
	pthread_create(&thread, NULL, outlives_leader, NULL);
	syscall(SYS_exit, 0);	/* this thread only */
	return 0;
}

static void test_leader_leaves(void)
{
	unsigned long long end = now_ms() + 10000;
	pid_t pid = spawn(leader_leaves, NULL);

	wait_stopped(pid, NULL);
	write_pid(ATTACH, pid);
	kill(pid, SIGCONT);
	while (proc_state(pid) != 'Z' && now_ms() < end)
		msleep(10);
	msleep(200);
	ok(has_dir(pid),
	   "a process whose first thread left keeps its directory");
	kill_and_reap(pid);
	ok(dir_goes(pid), "... until the last thread leaves");
}

/* Fork a child with a given number: it, or -1 and errno. */
static pid_t fork_as(pid_t pid)
{
	struct clone_args args = {
		.exit_signal = SIGCHLD,
		.set_tid = (uintptr_t)&pid,
		.set_tid_size = 1,
	};
	long ret = syscall(SYS_clone3, &args, sizeof(args));

	if (!ret) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		stop_self();
		_exit(0);
	}
	return (pid_t)ret;
}

static void test_pid_reuse(void)
{
	pid_t pid = stopped_child(), again;
	char buf[64];
	int fd;

	write_pid(ATTACH, pid);
	fd = open_file(pid, "mm");
	kill_and_reap(pid);
	again = fork_as(pid);
	if (again < 0) {
		skip(strerror(errno), "pid reuse by clone3(2)");
		close(fd);
		return;
	}
	wait_stopped(again, NULL);
	is((uint64_t)again, (uint64_t)pid, "a new process has the number");
	fails(read(fd, buf, sizeof(buf)), ESRCH,
	      "a file of the number's former process");
	close(fd);
	ok(dir_goes(pid), "the former directory goes");
	works(write_pid(ATTACH, pid), "attach: the number's new process");
	ok(file_says(pid, "mm", "mm_users"), "... has an mm");
	kill_and_reap(pid);
	ok(dir_goes(pid), "... and goes at exit");
}

static pid_t some_kthread(void)
{
	/* kthreadd is pid 2, if this is the first pid namespace. */
	char *comm = slurp("/proc/2/comm");
	bool found = comm && !strcmp(comm, "kthreadd\n");

	free(comm);
	return found ? 2 : 0;
}

static void test_kthread(void)
{
	pid_t pid = some_kthread();

	if (!pid) {
		skip("pid 2 is not kthreadd: a pid namespace?",
		     "kernel threads");
		return;
	}
	works(write_pid(ATTACH, pid), "attach: a kernel thread");
	ok(file_says(pid, "mm", "\nmm none"), "mm: it has none");
	ok(file_says(pid, "mm", "\nactive_mm "), "mm: whose it borrows");
	ok(!file_says(pid, "mm", "\nmm_users"), "mm: no numbers");
	ok(file_says(pid, "vmas", "mm none"), "vmas: it has no mm");
	works(write_pid(DETACH, pid), "detach: a kernel thread");
}

static int as_nobody(void *arg)
{
	pid_t pid = *(pid_t *)arg;

	if (setgid(65534) || setuid(65534))
		return 1;
	if (slurp(DEBUGFS "/%d/mm", pid) || errno != EACCES)
		return 2;
	if (slurp(DEBUGFS "/self/vmas") || errno != EACCES)
		return 3;
	if (!write_string(ATTACH, "1") || errno != EACCES)
		return 4;
	if (open(DEBUGFS "/attach", O_WRONLY) >= 0)
		return 5;
	return 0;
}

static void test_permission(void)
{
	pid_t pid = stopped_child();

	write_pid(ATTACH, pid);
	is((uint64_t)reap(spawn(as_nobody, &pid)), 0,
	   "nobody can neither read nor attach");
	kill_and_reap(pid);
	dir_goes(pid);
}

static void test_cycles(void)
{
	enum { CYCLES = 200 };
	pid_t pid = stopped_child();
	int failed = 0;

	for (int i = 0; i < CYCLES; i++) {
		failed += write_pid(ATTACH, pid) != 0;
		failed += !has_dir(pid);
		failed += write_pid(DETACH, pid) != 0;
		failed += has_dir(pid);
	}
	is((uint64_t)failed, 0, "%d cycles of attach and detach", CYCLES);
	kill_and_reap(pid);
}

struct reader {
	pthread_t thread;
	pid_t pid;
	const char *name;
	unsigned long reads, wrong;
};

static atomic_bool stop;

static void *reader(void *arg)
{
	struct reader *r = arg;

	while (!atomic_load(&stop)) {
		char *text = slurp(DEBUGFS "/%d/%s", r->pid, r->name);

		if (text)
			r->reads++;
		else if (errno != ESRCH && errno != ENOENT)
			r->wrong++;
		free(text);
	}
	return NULL;
}

/* Two threads attach, detach and read while the targets come and go. */
static void test_races(void)
{
	enum { ROUNDS = 25 };
	unsigned long reads = 0, wrong = 0, attached = 0;
	bool gone = true;

	for (int i = 0; i < ROUNDS; i++) {
		struct reader readers[2];
		pid_t pid = stopped_child();

		attached += !write_pid(ATTACH, pid);
		atomic_store(&stop, false);
		for (int n = 0; n < 2; n++) {
			readers[n] = (struct reader){
				.pid = pid,
				.name = n ? "vmas" : "mm",
			};
			pthread_create(&readers[n].thread, NULL, reader,
				       &readers[n]);
		}
		msleep((unsigned int)i % 5 * 4);
		kill(pid, SIGKILL);
		/* Both at once: collection and detach. */
		if (i % 2 && write_pid(DETACH, pid) && errno != ENOENT &&
		    errno != ESRCH)
			wrong++;
		reap(pid);
		gone &= dir_goes(pid);
		atomic_store(&stop, true);
		for (int n = 0; n < 2; n++) {
			pthread_join(readers[n].thread, NULL);
			reads += readers[n].reads;
			wrong += readers[n].wrong;
		}
	}
	diag("%lu complete reads", reads);
	is(attached, ROUNDS, "races: every process could be attached");
	is(wrong, 0, "races: readers see a whole file, ESRCH or ENOENT");
	ok(gone, "races: every directory goes");
}

static void test_comm(void)
{
	char *mm, *line, *rest;
	int lines = 0, whole = 0;

	/* A name that would break the format, unless it is escaped. */
	prctl(PR_SET_NAME, "a\nb c");
	mm = slurp(DEBUGFS "/self/mm");
	rest = mm;
	prctl(PR_SET_NAME, "test-debugfs");
	while (rest && (line = next_line(&rest))) {
		if (!strcmp(line, "comm a\\012b c -"))
			whole++;
		if (!strncmp(line, "b c", 3))
			lines++;
	}
	ok(whole == 1 && !lines, "a newline in a comm is escaped");
	free(mm);
}

static void test_empty(void)
{
	int *ids;
	ssize_t nr = numbers_in(DEBUGFS, &ids);

	is((uint64_t)nr, 0, "no process is attached in the end");
	free(ids);
	nr = numbers_in(DEBUGFS "/spaces", &ids);
	is((uint64_t)nr, 0, "no space is left in the end");
	free(ids);
}

int main(void)
{
	test_tree();
	test_features();
	test_bad_input();
	test_attach();
	test_thread();
	test_open_across_exit();
	check_exec(exec_sleep, "exec");
	check_exec(exec_sleep_threaded, "exec of a second thread");
	test_leader_leaves();
	test_pid_reuse();
	test_kthread();
	test_permission();
	test_cycles();
	test_races();
	test_comm();
	test_empty();
	return tap_done();
}
