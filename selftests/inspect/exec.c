// SPDX-License-Identifier: GPL-2.0
/*
 * A process that execs a privileged program is not inspected with the rights of before.
 * A user's children share the user's mm, so that the user may inspect them, and exec a
 * program that is set-user-ID root.  Other threads inspect the children all the time: an
 * answer is about the mm of the user, never about that of the program.
 *
 * usage: test-inspect-exec [SECONDS]
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/page.h"
#include "lib/tap.h"

enum { NOBODY = 65534, ASKERS = 2, STACK = 1 << 16 };

#define DIRECTORY	"/tmp/vmlab-exec"
#define PROGRAM		DIRECTORY "/program"
#define PRIVILEGED	"privileged"

static struct counts {
	atomic_bool stop;
	atomic_int child;
	atomic_ulong execs, privileged;
	atomic_ulong answered, refused, gone, wrong;
} *counts;

static int fd;
static char *marker;		/* a mapping of the user's mm alone */

/* The program: it says so when it is privileged, and lives until it is killed. */
static int be_privileged(void)
{
	int result = open("/proc/self/mem", O_RDONLY) >= 0 && !geteuid();

	if (write(STDOUT_FILENO, &result, sizeof(result)) != (ssize_t)sizeof(result))
		return 1;
	pause();
	return 0;
}

/* What the answer about a child says: whose mm it is. */
enum { ANSWER_OURS, ANSWER_OTHER, ANSWER_NONE };

static int ask_vmas(pid_t pid)
{
	static _Thread_local struct vmlab_vma vma;
	struct vmlab_vmas req = {
		.size = sizeof(req),
		.target = { VMLAB_TARGET_PID, pid },
		.vmas = (uintptr_t)&vma,
		.nr = 1,
		.cursor = (uintptr_t)marker,
	};

	if (ioctl(fd, VMLAB_IOC_VMAS, &req))
		return ANSWER_NONE;
	return req.nr == 1 && vma.start == (uintptr_t)marker ? ANSWER_OURS : ANSWER_OTHER;
}

static int ask_mm(pid_t pid)
{
	struct vmlab_mm mm, own;

	if (get_mm(fd, VMLAB_TARGET_PID, pid, &mm))
		return ANSWER_NONE;
	if (get_mm(fd, VMLAB_TARGET_SELF, 0, &own))
		return ANSWER_OTHER;
	return mm.start_stack == own.start_stack && mm.arg_start == own.arg_start ?
	       ANSWER_OURS : ANSWER_OTHER;
}

static void *ask(void *arg)
{
	int (*const request)(pid_t pid) = arg ? ask_vmas : ask_mm;
	pid_t pid;

	while (!atomic_load(&counts->stop)) {
		pid = atomic_load(&counts->child);
		if (!pid)
			continue;
		switch (request(pid)) {
		case ANSWER_OURS:
			atomic_fetch_add(&counts->answered, 1);
			break;
		case ANSWER_OTHER:
			atomic_fetch_add(&counts->wrong, 1);
			break;
		default:
			atomic_fetch_add(errno == EPERM ? &counts->refused : &counts->gone, 1);
		}
	}
	return NULL;
}

static int child(void *arg)
{
	int *pipes = arg;

	/* Long enough that the others ask about it. */
	for (int i = 0; i < 20; i++)
		sched_yield();
	dup2(pipes[1], STDOUT_FILENO);
	execl(PROGRAM, "program", PRIVILEGED, NULL);
	_exit(1);
}

/* Start a child in our mm that execs the program, and end it. */
static void exec_once(char *stack)
{
	int pipes[2], result = 0, status;
	pid_t pid;

	if (pipe2(pipes, O_CLOEXEC))
		_exit(2);
	pid = clone(child, stack + STACK, CLONE_VM | SIGCHLD, pipes);
	if (pid < 0)
		_exit(2);
	close(pipes[1]);
	atomic_store(&counts->child, pid);
	if (read(pipes[0], &result, sizeof(result)) == (ssize_t)sizeof(result))
		atomic_fetch_add(&counts->execs, 1);
	if (result)
		atomic_fetch_add(&counts->privileged, 1);
	/* Ask about the program too. */
	msleep(2);
	atomic_store(&counts->child, 0);
	close(pipes[0]);
	/* Its real user ID is still ours. */
	kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
}

static int be_user(void *arg)
{
	unsigned long long until = now_ms() + *(unsigned int *)arg * 1000ULL;
	pthread_t threads[ASKERS];
	char *stack;

	if (setgroups(0, NULL) || setresgid(NOBODY, NOBODY, NOBODY) ||
	    setresuid(NOBODY, NOBODY, NOBODY))
		return 2;
	fd = dev_open(O_RDONLY);
	marker = mmap(NULL, page, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	stack = mmap(NULL, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (marker == MAP_FAILED || stack == MAP_FAILED)
		return 2;
	for (uintptr_t i = 0; i < ASKERS; i++)
		if (pthread_create(&threads[i], NULL, ask, (void *)i))
			return 2;
	while (now_ms() < until)
		exec_once(stack);
	atomic_store(&counts->stop, true);
	for (int i = 0; i < ASKERS; i++)
		pthread_join(threads[i], NULL);
	return 0;
}

/* Copy this program to a file system that honours the bit.  Returns success. */
static bool make_program(void)
{
	int from = open("/proc/self/exe", O_RDONLY), to;
	struct stat st;
	bool good;

	mkdir(DIRECTORY, 0755);
	if (mount("vmlab-test", DIRECTORY, "tmpfs", 0, "mode=755"))
		return false;
	to = open(PROGRAM, O_WRONLY | O_CREAT | O_EXCL, 0700);
	good = from >= 0 && to >= 0 && !fstat(from, &st);
	while (good && st.st_size > 0) {
		ssize_t nr = sendfile(to, from, NULL, (size_t)st.st_size);

		good = nr > 0;
		st.st_size -= nr;
	}
	good = good && !fchmod(to, 04755);
	close(from);
	close(to);
	return good;
}

int main(int argc, char **argv)
{
	unsigned int seconds = argc > 1 && strcmp(argv[1], PRIVILEGED) ?
			       (unsigned int)atoi(argv[1]) : 5;

	if (argc > 1 && !strcmp(argv[1], PRIVILEGED))
		return be_privileged();
	counts = mmap(NULL, sizeof(*counts), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		      -1, 0);
	if (counts == MAP_FAILED || !make_program())
		bail("%s: %s", PROGRAM, strerror(errno));
	is((unsigned int)reap(spawn(be_user, &seconds)), 0, "the user ends");
	umount2(DIRECTORY, MNT_DETACH);
	rmdir(DIRECTORY);
	ok(counts->execs && counts->privileged == counts->execs,
	   "%lu programs ran, %lu with the rights of root", counts->execs, counts->privileged);
	ok(counts->answered, "%lu answers about a child before its exec", counts->answered);
	ok(counts->refused, "%lu requests refused after it", counts->refused);
	diag("%lu requests failed because there was no child", counts->gone);
	is(counts->wrong, 0, "answers about the privileged program");
	return tap_done();
}
