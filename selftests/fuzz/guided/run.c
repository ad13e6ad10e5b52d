// SPDX-License-Identifier: GPL-2.0
/* Run a program in a process of its own, and end all that it started. */
#include "fuzz/guided/run.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	END_US = 60 * 1000000,	/* a killed process must have ended by then */
	POLL_US = 1000,
	FILE_PAGES = 128,
};

/* see tools/vm/guest/inside/fuzz */
#define DISK	"/tmp/disk"
#define FULL	"/tmp/full"

static struct outcome *shared;

/* @bytes of memory with a page without access behind. */
static char *guarded(size_t bytes)
{
	char *p = mmap(NULL, bytes + PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED || mprotect(p, bytes, PROT_READ | PROT_WRITE)) {
		perror("vmlab-fuzz: mmap");
		exit(2);
	}
	return p;
}

static void open_files(void)
{
	static const struct {
		int flags;
		const char *dir;
	} files[NR_FILES] = {
		{ O_RDWR, "/tmp" }, { O_RDONLY, "/tmp" }, { O_RDWR | O_APPEND, "/tmp" },
		{ O_RDWR, DISK }, { O_RDWR, FULL },
	};

	for (int i = 0; i < NR_FILES; i++) {
		char path[40];

		/* See tools/vm/guest/inside/fuzz for those that are not tmpfs. */
		snprintf(path, sizeof(path), "%s/vmlab-fuzz-%d",
			 access(files[i].dir, W_OK) ? "/tmp" : files[i].dir, i);
		world.file[i] = open(path, O_CREAT | O_CLOEXEC | files[i].flags, 0666);
		if (files[i].flags == O_RDONLY)
			continue;
		/* Where there is no room for more, a file of holes. */
		for (int page = 0; page < (i == 4 ? 2 : FILE_PAGES); page += 2)
			if (pwrite(world.file[i], path, sizeof(path), page * PAGE) < 0)
				perror("vmlab-fuzz: pwrite");
		if (ftruncate(world.file[i], FILE_PAGES * PAGE - i * 100))
			perror("vmlab-fuzz: ftruncate");
	}
}

void run_open(void)
{
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	for (int i = 0; i < NR_WORKERS; i++) {
		world.worker[i].request = guarded(REQUEST_BYTES);
		world.worker[i].side = guarded(SIDE_BYTES);
		world.worker[i].buffer = guarded(BUFFER_BYTES);
	}
	open_files();
	observe_open();
	/* What a program forks is reaped here. */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
}

/* The OOM killer should choose the program, not the fuzzer. */
static void adjust_oom(void)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (write(fd, "1000", 4) < 0)
		_exit(97);
	close(fd);
}

/* Kill the group of @pid and reap all children; false: one does not end. */
static bool end_all(pid_t pid)
{
	for (long us = 0; us < END_US; us += POLL_US) {
		pid_t ended;

		kill(-pid, SIGKILL);
		while ((ended = waitpid(-1, NULL, WNOHANG | __WALL)) > 0)
			;
		if (ended < 0 && errno == ECHILD)
			return true;
		usleep(POLL_US);
	}
	return false;
}

enum run_end run_program(const struct program *p, struct outcome *o, int limit_ms)
{
	enum run_end end = RUN_ENDED;
	struct pollfd wait = { .events = POLLIN };
	pid_t pid;

	for (int i = 0; i < MAX_CALLS; i++)
		shared->call[i] = (struct result){ .error = NOT_RUN };
	pid = fork();
	if (!pid) {
		setpgid(0, 0);
		adjust_oom();
		execute(p, shared);
	}
	if (pid < 0) {
		usleep(100 * POLL_US);
		return RUN_ENDED;
	}
	setpgid(pid, pid);
	wait.fd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (poll(&wait, 1, limit_ms) == 0)
		end = RUN_KILLED;
	close(wait.fd);
	if (!end_all(pid))
		end = RUN_STUCK;
	*o = *shared;
	return end;
}
