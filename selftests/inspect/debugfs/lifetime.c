// SPDX-License-Identifier: GPL-2.0
/* A directory follows its process through exec and exit, and no other process. */
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/debugfs.h"
#include "lib/dev.h"
#include "lib/proc.h"
#include "lib/processes.h"
#include "lib/tap.h"
#include "inspect/debugfs/process_files.h"

void test_open_across_exit(void)
{
	static const char *const names[] = { "mm", "vmas" };
	pid_t pid = stopped_child();
	char buf[64];
	int fd[2], half[2];
	ssize_t got;

	works(debugfs_attach(pid), "attach");
	for (int i = 0; i < 2; i++) {
		fd[i] = open_file(pid, names[i]);
		half[i] = open_file(pid, names[i]);
		ok(read(half[i], buf, 10) == 10, "%s: read a part", names[i]);
	}
	kill_without_reaping(pid);
	for (int i = 0; i < 2; i++)
		fails(read(fd[i], buf, sizeof(buf)), ESRCH,
		      "%s: open before, read of a zombie", names[i]);
	fails(debugfs_attach(pid), ESRCH, "attach: now a zombie");
	reap(pid);
	for (int i = 0; i < 2; i++) {
		fails(pread(fd[i], buf, sizeof(buf), 0), ESRCH,
		      "%s: open before, read after it was reaped", names[i]);
		close(fd[i]);
		/* The rest of the file may be missing, but is no other process's. */
		do {
			got = read(half[i], buf, sizeof(buf));
		} while (got > 0);
		ok(!got || errno == ESRCH,
		   "%s: reading on after the exit ends", names[i]);
		close(half[i]);
	}
	ok(dir_is_removed(pid), "the directory is removed");

	/* An open file does not keep the directory; detach does not close it. */
	pid = stopped_child();
	debugfs_attach(pid);
	fd[0] = open_file(pid, "mm");
	works(debugfs_detach(pid), "detach while a file is open");
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
		char *maps = slurp("/proc/%d/maps", pid);
		/* execve(2) sets the name before it maps the program. */
		bool same = now && !strncmp(now, comm, strlen(comm)) && maps &&
			    strstr(maps, comm);

		free(now);
		free(maps);
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
	debugfs_attach(pid);
	ok(file_contains(pid, "vmas", "test-inspect-debugfs"), "%s: the old program", what);
	old = open_file(pid, "vmas");
	kill(pid, SIGCONT);
	ok(becomes(pid, "sleep"), "%s: the program is executed", what);
	/* Leave time for a removal, which would be wrong. */
	msleep(200);
	ok(has_dir(pid), "%s keeps the directory", what);
	ok(file_contains(pid, "vmas", "/sleep\n"), "%s: the new program", what);
	ok(file_contains(pid, "mm", "comm sleep"), "%s: the new comm", what);
	/* The file was opened for the mm before exec. */
	fails(read(old, buf, sizeof(buf)), ESRCH, "%s: a file open before",
	      what);
	close(old);
	kill_and_reap(pid);
	ok(dir_is_removed(pid), "%s: the directory is removed at exit", what);
}

void test_exec(void)
{
	check_exec(exec_sleep, "exec");
	check_exec(exec_sleep_threaded, "exec of a second thread");
}

static void *outlives_leader(void *arg)
{
	(void)arg;
	prctl(PR_SET_NAME, "survivor");
	for (;;)
		pause();
	return NULL;
}

static int leader_exits(void *arg)
{
	pthread_t thread;

	(void)arg;
	stop_self();
	pthread_create(&thread, NULL, outlives_leader, NULL);
	syscall(SYS_exit, 0);	/* this thread only */
	return 0;
}

void test_leader_exits(void)
{
	unsigned long long end = now_ms() + 10000;
	pid_t pid = spawn(leader_exits, NULL);

	wait_stopped(pid, NULL);
	debugfs_attach(pid);
	kill(pid, SIGCONT);
	while (proc_state(pid) != 'Z' && now_ms() < end)
		msleep(10);
	msleep(200);
	ok(has_dir(pid),
	   "a process whose first thread exited keeps its directory");
	kill_and_reap(pid);
	ok(dir_is_removed(pid), "... until the last thread exits");
}

/* Fork a child with a given pid: the pid, or -1 and errno. */
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

void test_pid_reuse(void)
{
	pid_t pid = stopped_child(), again;
	char buf[64];
	int fd;

	debugfs_attach(pid);
	fd = open_file(pid, "mm");
	kill_and_reap(pid);
	again = fork_as(pid);
	if (again < 0) {
		skip(strerror(errno), "pid reuse by clone3(2)");
		close(fd);
		return;
	}
	wait_stopped(again, NULL);
	is((uint64_t)again, (uint64_t)pid, "a new process has the pid");
	fails(read(fd, buf, sizeof(buf)), ESRCH,
	      "a file of the former process with this pid");
	close(fd);
	ok(dir_is_removed(pid), "the former directory is removed");
	works(debugfs_attach(pid), "attach: the new process with this pid");
	ok(file_contains(pid, "mm", "mm_users"), "... has an mm");
	kill_and_reap(pid);
	ok(dir_is_removed(pid), "... whose directory is removed at exit");
}
