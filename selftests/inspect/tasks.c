// SPDX-License-Identifier: GPL-2.0
/*
 * VMLAB_IOC_TASKS and the files of a process with many threads: the cursor
 * names a thread, the time is proportional to the number of threads, and a
 * leader that exits under a tracer does not end the process.
 */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/proc.h"
#include "lib/tap.h"

enum {
	FEW = 12,
	MANY = 2048,
	FACTOR = 8,		/* MANY against MANY / FACTOR threads */
};

static int fd;

/* --- threads that wait until end_thread() ends them ---------------------- */

struct thread {
	pthread_t thread;
	volatile pid_t tid;
	int end[2];		/* a pipe; closing end[1] ends the thread */
};

static void *wait_for_end(void *arg)
{
	struct thread *t = arg;
	char c;

	t->tid = (pid_t)syscall(SYS_gettid);
	while (read(t->end[0], &c, 1) < 0)
		;
	return NULL;
}

static void start_thread(struct thread *t)
{
	if (pipe2(t->end, O_CLOEXEC) ||
	    pthread_create(&t->thread, NULL, wait_for_end, t))
		bail("a thread: %s", strerror(errno));
	while (!t->tid)
		usleep(100);
}

static bool is_gone(void *arg)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/task/%d",
		 ((struct thread *)arg)->tid);
	return access(path, F_OK) != 0;
}

static void end_thread(struct thread *t)
{
	close(t->end[1]);
	pthread_join(t->thread, NULL);
	wait_until(is_gone, t);
	close(t->end[0]);
}

static struct thread *find_thread(struct thread *t, pid_t tid)
{
	for (int i = 0; i < FEW; i++)
		if (t[i].tid == tid)
			return &t[i];
	return NULL;
}

/* A thread that was listed ends: no other may be left out or listed twice. */
static void test_cursor(void)
{
	struct thread threads[FEW] = {}, *t, *ended = NULL;
	struct vmlab_task task[4];
	struct vmlab_tasks query = {
		.size = sizeof(query),
		.tasks = (uintptr_t)task,
	};
	unsigned int seen[FEW] = {}, wrong = 0;

	for (int i = 0; i < FEW; i++)
		start_thread(&threads[i]);
	do {
		query.nr = 4;
		if (ioctl(fd, VMLAB_IOC_TASKS, &query))
			bail("TASKS: %s", strerror(errno));
		for (uint32_t i = 0; i < query.nr; i++) {
			t = find_thread(threads, task[i].tid);
			if (!t)
				continue;
			seen[t - threads]++;
			if (!ended) {
				ended = t;
				end_thread(t);
			}
		}
	} while (query.nr);
	for (int i = 0; i < FEW; i++)
		wrong += seen[i] != 1;
	is(wrong, 0, "TASKS: a thread that ends hides no other");
	for (int i = 0; i < FEW; i++)
		if (&threads[i] != ended)
			end_thread(&threads[i]);
}

/* --- the time that a list takes ------------------------------------------ */

static pthread_mutex_t hold = PTHREAD_MUTEX_INITIALIZER;

static void *wait_for_lock(void *unused)
{
	(void)unused;
	pthread_mutex_lock(&hold);
	pthread_mutex_unlock(&hold);
	return NULL;
}

static void start_waiting(pthread_t *thread, unsigned int nr)
{
	pthread_attr_t attr;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 64 << 10);
	pthread_mutex_lock(&hold);
	for (unsigned int i = 0; i < nr; i++)
		if (pthread_create(&thread[i], &attr, wait_for_lock, NULL))
			bail("thread %u: %s", i, strerror(errno));
}

/* A process with a FACTOR-th of the threads. */
static int fewer_threads(void *arg)
{
	static pthread_t thread[MANY / FACTOR];

	(void)arg;
	start_waiting(thread, MANY / FACTOR - 1);
	stop_self();
	return 0;
}

/* Nanoseconds for listing all threads of a process some times. */
static unsigned long long list_ns(pid_t pid, unsigned int expected,
				  unsigned int times)
{
	struct vmlab_task task[16];
	struct timespec start, end;

	clock_gettime(CLOCK_MONOTONIC, &start);
	while (times--) {
		struct vmlab_tasks query = {
			.size = sizeof(query),
			.target = { VMLAB_TARGET_PID, pid },
			.tasks = (uintptr_t)task,
		};
		unsigned int nr = 0;

		do {
			query.nr = 16;
			if (ioctl(fd, VMLAB_IOC_TASKS, &query))
				bail("TASKS: %s", strerror(errno));
			nr += query.nr;
		} while (query.nr);
		if (nr != expected)
			bail("%u of %u tasks", nr, expected);
	}
	clock_gettime(CLOCK_MONOTONIC, &end);
	return (unsigned long long)(end.tv_sec - start.tv_sec) * 1000000000ULL +
	       (unsigned long long)end.tv_nsec -
	       (unsigned long long)start.tv_nsec;
}

/*
 * As many records, of one process and of another with fewer threads, take as long.
 * On a busy machine any measurement can be slow: one pair that shows it suffices.
 * Were the time quadratic in the threads, each pair would differ by FACTOR.
 */
static bool is_linear(pid_t fewer)
{
	for (int i = 0; i < 20; i++) {
		unsigned long long few, many;

		few = list_ns(fewer, MANY / FACTOR, FACTOR);
		many = list_ns(getpid(), MANY, 1);
		diag("%u threads %u times: %llu us, %u threads: %llu us",
		     MANY / FACTOR, FACTOR, few / 1000, MANY, many / 1000);
		if (many < few * FACTOR / 3)
			return true;
	}
	return false;
}

static void test_linear(void)
{
	static pthread_t thread[MANY];
	pid_t fewer = spawn(fewer_threads, NULL);
	char *mm, *line, *rest;
	unsigned int lines = 0;

	wait_stopped(fewer, NULL);
	start_waiting(thread, MANY - 1);
	ok(is_linear(fewer), "TASKS takes time in proportion to the threads");
	kill_and_reap(fewer);

	mm = slurp(DEBUGFS "/self/mm");
	rest = mm ? strstr(mm, "\n\n") : NULL;
	while (rest && (line = next_line(&rest)))
		lines += !!strchr(line, ' ');
	/* With the header of the list. */
	is(lines, MANY + 1, "self/mm lists each thread once");
	free(mm);
	pthread_mutex_unlock(&hold);
	for (unsigned int i = 0; i < MANY - 1; i++)
		pthread_join(thread[i], NULL);
}

/* --- a leader that exits while it is traced ------------------------------ */

static void *outlive(void *unused)
{
	(void)unused;
	for (;;)
		pause();
	return NULL;
}

static int leader(void *arg)
{
	pthread_t thread;

	(void)arg;
	pthread_create(&thread, NULL, outlive, NULL);
	stop_self();
	syscall(SYS_exit, 0);	/* this thread only */
	return 0;
}

static bool is_zombie(void *arg)
{
	return proc_state(*(pid_t *)arg) == 'Z';
}

static bool has_no_dir(void *arg)
{
	char path[64];

	snprintf(path, sizeof(path), DEBUGFS "/%d", *(pid_t *)arg);
	return access(path, F_OK) != 0;
}

static void test_traced_leader(void)
{
	struct vmlab_mm mm;
	char text[16], *vmas;
	pid_t pid = spawn(leader, NULL);
	int len = snprintf(text, sizeof(text), "%d", pid);

	wait_stopped(pid, NULL);
	if (ptrace(PTRACE_SEIZE, pid, NULL, NULL))
		bail("PTRACE_SEIZE: %s", strerror(errno));
	works(write_file(DEBUGFS "/attach", text, (size_t)len), "attach");
	kill(pid, SIGCONT);
	/* It reports its stop to the tracer first. */
	while (!is_zombie(&pid)) {
		int status;

		if (waitpid(pid, &status, WNOHANG) == pid &&
		    WIFSTOPPED(status))
			ptrace(PTRACE_CONT, pid, NULL, NULL);
		msleep(5);
	}
	msleep(300);
	ok(!has_no_dir(&pid),
	   "a traced process whose leader exited keeps its directory");
	vmas = slurp(DEBUGFS "/%d/vmas", pid);
	ok(vmas && strchr(vmas, '\n') && strchr(vmas, '\n')[1],
	   "... which has the VMAs of its threads");
	free(vmas);
	works(get_mm(fd, VMLAB_TARGET_PID, pid, &mm), "... as VMLAB_IOC_MM");
	kill(pid, SIGKILL);
	reap(pid);
	wait_until(has_no_dir, &pid);
	ok(has_no_dir(&pid), "... until the last thread ends");
}

int main(void)
{
	fd = dev_open(O_RDONLY);
	test_cursor();
	test_linear();
	test_traced_leader();
	return tap_done();
}
