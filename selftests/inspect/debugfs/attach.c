// SPDX-License-Identifier: GPL-2.0
/* Writing to attach and detach. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/debugfs.h"
#include "lib/dev.h"
#include "lib/proc.h"
#include "lib/processes.h"
#include "lib/tap.h"
#include "inspect/debugfs/process_files.h"

void test_bad_input(void)
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
	/* Bypass the write() of the C library: ASan checks its buffer. */
	fails(syscall(SYS_write, fd, 8, 1), EFAULT, "attach: a bad pointer");
	close(fd);
	fails(write_string(ATTACH, "4194305"), ESRCH,
	      "attach: above the largest pid");
	fails(write_string(DETACH, "4194305"), ESRCH,
	      "detach: above the largest pid");
}

void test_attach(void)
{
	pid_t pid = stopped_child(), dead;
	char text[32], *mm, *vmas;

	works(debugfs_attach(pid), "attach");
	ok(has_dir(pid), "attach makes the directory");
	snprintf(text, sizeof(text), "\npid %d", pid);
	ok(file_contains(pid, "mm", text), "mm describes that process");
	ok(file_contains(pid, "vmas", "[stack]"), "vmas has a stack");
	fails(debugfs_attach(pid), EEXIST, "attach twice");
	works(debugfs_detach(pid), "detach");
	ok(!has_dir(pid), "detach removes the directory");
	fails(debugfs_detach(pid), ENOENT, "detach twice");
	snprintf(text, sizeof(text), " %d \n", pid);
	works(write_string(ATTACH, text), "attach: spaces around the number");
	works(write_string(DETACH, text), "detach: spaces around the number");
	snprintf(text, sizeof(text), "%d", pid);
	works(write_string(ATTACH, text), "attach: no newline");
	kill_and_reap(pid);
	ok(dir_is_removed(pid), "exit removes the directory");
	fails(debugfs_attach(pid), ESRCH, "attach: a process that was reaped");
	fails(debugfs_detach(pid), ESRCH, "detach: a process that was reaped");

	dead = stopped_child();
	kill_without_reaping(dead);
	fails(debugfs_attach(dead), ESRCH, "attach: a zombie");
	ok(!has_dir(dead), "... makes no directory");
	reap(dead);

	mm = slurp(DEBUGFS "/self/mm");
	snprintf(text, sizeof(text), "\npid %d ", getpid());
	ok(mm && strstr(mm, text), "self/mm describes the reader");
	vmas = slurp(DEBUGFS "/self/vmas");
	ok(vmas && strstr(vmas, "/test-inspect-debugfs\n"), "self/vmas describes the reader");
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

void test_thread(void)
{
	static _Atomic pid_t tid;
	pthread_t thread;

	pthread_create(&thread, NULL, thread_stops, (void *)&tid);
	while (!tid)
		msleep(1);
	fails(debugfs_attach(tid), ESRCH,
	      "attach: a thread that is no process");
	pthread_cancel(thread);
	pthread_join(thread, NULL);
}

void test_kthread(void)
{
	pid_t pid = kernel_thread();

	if (!pid) {
		skip("pid 2 is not kthreadd: a pid namespace?",
		     "kernel threads");
		return;
	}
	works(debugfs_attach(pid), "attach: a kernel thread");
	ok(file_contains(pid, "mm", "\nmm none"), "mm: it has none");
	ok(file_contains(pid, "mm", "\nactive_mm "), "mm: the mm that it borrows");
	ok(!file_contains(pid, "mm", "\nmm_users"), "mm: no numbers");
	ok(file_contains(pid, "vmas", "mm none"), "vmas: it has no mm");
	works(debugfs_detach(pid), "detach: a kernel thread");
}

void test_cycles(void)
{
	enum { CYCLES = 200 };
	pid_t pid = stopped_child();
	int failed = 0;

	for (int i = 0; i < CYCLES; i++) {
		failed += debugfs_attach(pid) != 0;
		failed += !has_dir(pid);
		failed += debugfs_detach(pid) != 0;
		failed += has_dir(pid);
	}
	is((uint64_t)failed, 0, "%d cycles of attach and detach", CYCLES);
	kill_and_reap(pid);
}
