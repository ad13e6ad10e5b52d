// SPDX-License-Identifier: GPL-2.0
/* Programs that give up privileges, descriptors and system calls. */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/page.h"
#include "run/cases/cases.h"
#include "run/managed.h"

#define ALLOW_CALL(nr)							\
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (nr), 0, 1),		\
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)

/* Memory and fork, and no call that only the library makes. */
static struct sock_filter filter[] = {
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	ALLOW_CALL(SYS_mmap),
	ALLOW_CALL(SYS_munmap),
	ALLOW_CALL(SYS_mremap),
	ALLOW_CALL(SYS_madvise),
	ALLOW_CALL(SYS_mprotect),
	ALLOW_CALL(SYS_write),
	ALLOW_CALL(SYS_close),
	ALLOW_CALL(SYS_clone),
	ALLOW_CALL(SYS_wait4),
	ALLOW_CALL(SYS_rt_sigprocmask),
	ALLOW_CALL(SYS_set_robust_list),
	ALLOW_CALL(SYS_exit_group),
	/* libc's fork */
	ALLOW_CALL(SYS_gettid),
	ALLOW_CALL(SYS_rseq),
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
};

static void use_memory(char *p)
{
	char *q = mmap(NULL, 8 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		       0);
	pid_t pid;

	must(q != MAP_FAILED && !q[0]);
	must(p[0] == 1 && p[16 * page - 1] == 1);
	must(!madvise(p, page, MADV_DONTNEED) && !p[0]);
	must(!mprotect(p, page, PROT_READ) && !munmap(p, page));
	pid = fork();
	if (!pid) {
		p[page] = 2;
		q[0] = 2;
		_exit(0);
	}
	must_exit(pid, 0);
	must(p[page] == 1 && !q[0]);
	q = mremap(q, 8 * page, 64 * page, MREMAP_MAYMOVE);
	must(q != MAP_FAILED && !q[63 * page]);
}

static void with_filter(bool by_number)
{
	struct sock_fprog program = { sizeof(filter) / sizeof(filter[0]), filter };
	char *p = must_map(16);

	memset(p, 1, 16 * page);
	must(!prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	/* To ask whether there are filters changes nothing. */
	must(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, 0, 0, 0) == -1);
	must(address_is_managed(p) == is_managed());
	if (by_number)
		must(!syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program));
	else
		must(!prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0));
	use_memory(p);
	_exit(0);
}

static void strict(void)
{
	char *p = must_map(16);

	memset(p, 1, 16 * page);
	must(!prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT, 0, 0, 0));
	if (p[0] != 1 || p[16 * page - 1] != 1)
		syscall(SYS_exit, 1);
	syscall(SYS_exit, 7);
}

void case_seccomp(void)
{
	pid_t pid;

	must_map(1);
	for (int i = 0; i < 3; i++) {
		pid = fork();
		if (!pid && i < 2)
			with_filter(i);
		if (!pid)
			strict();
		must_exit(pid, i < 2 ? 0 : 7);
	}
}

/* Threads wait for a second at most: a slow machine, which needs longer, tells nothing. */
enum { WRITTEN = 200, SANDBOXES = 8, SOON_MS = 500 };

static atomic_bool stop, lost;
static char *written;

/* Nobody else writes here. */
static void *write_all(void *arg)
{
	for (uint64_t v = 1; !atomic_load(&stop); v++) {
		for (size_t i = 0; i < WRITTEN; i++) {
			volatile uint64_t *word = (uint64_t *)(written + i * page) +
						  (uintptr_t)arg;

			if (*word != v - 1)
				atomic_store(&lost, true);
			*word = v;
		}
	}
	return NULL;
}

static void sandbox_with_threads(void)
{
	struct sock_filter all = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	struct sock_fprog program = { 1, &all };
	pthread_t threads[2];
	unsigned long long begin, ms;

	for (uintptr_t i = 0; i < 2; i++)
		must(!pthread_create(&threads[i], NULL, write_all, (void *)i));
	usleep(20000);
	must(!prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	begin = now_ms();
	must(!prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0));
	ms = now_ms() - begin;
	must(!address_is_managed(written));
	usleep(20000);
	atomic_store(&stop, true);
	for (int i = 0; i < 2; i++)
		must(!pthread_join(threads[i], NULL));
	must(!atomic_load(&lost) || ms > SOON_MS);
	_exit(0);
}

/* Other threads write while the memory is given back: nothing is lost. */
void case_seccomp_threads(void)
{
	written = must_map(WRITTEN);
	for (int i = 0; i < SANDBOXES; i++) {
		const pid_t pid = fork();

		if (!pid)
			sandbox_with_threads();
		must_exit(pid, 0);
	}
}

/* Memory goes on to work, and to be private, after @fn in a child. */
static void after(bool (*fn)(void))
{
	char *p = must_map(16);
	pid_t pid;

	memset(p, 1, 16 * page);
	pid = fork();
	if (!pid) {
		if (!fn())
			_exit(0);
		use_memory(p);
		_exit(0);
	}
	must_exit(pid, 0);
	must(p[0] == 1 && p[16 * page - 1] == 1);
}

static bool no_privileges(void)
{
	must(!setgid(65534) && !setuid(65534));
	must(!prctl(PR_SET_DUMPABLE, 0, 0, 0, 0));
	return true;
}

static bool in_root(void)
{
	must(!chroot("/proc/self/fdinfo") || !chroot("/sys"));
	must(!chdir("/"));
	return true;
}

static bool in_namespaces(void)
{
	/* A kernel may lack one of them. */
	unshare(CLONE_NEWUSER);
	unshare(CLONE_NEWNS);
	unshare(CLONE_NEWNET);
	unshare(CLONE_NEWPID);
	unshare(CLONE_FILES);
	return true;
}

static bool few_descriptors(void)
{
	struct rlimit limit = { 3, 3 };

	must(!setrlimit(RLIMIT_NOFILE, &limit));
	return true;
}

static bool no_descriptors(void)
{
	struct rlimit limit = { 0, 0 };

	must(!setrlimit(RLIMIT_NOFILE, &limit));
	return true;
}

void case_privileges(void)
{
	after(no_privileges);
	after(in_root);
	after(in_namespaces);
	after(few_descriptors);
	after(no_descriptors);
}
