// SPDX-License-Identifier: GPL-2.0
/*
 * zoo: processes with unusual address spaces, of each kind one.  Each stops
 * itself when it is ready to be looked at; what the machine lacks it says.
 *
 * Prints a line for each, "NAME PID", "NAME - WHY" when this machine cannot
 * have it, or "NAME ! STATUS" when it failed; then "end".  All of them end with
 * SIGTERM.
 */
#include "inspect/page_kinds.h"

#include <alloca.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/userfaultfd.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/proc.h"
#include "inspect/swap.h"

#ifndef PR_SET_VMA
#define PR_SET_VMA		0x53564d41
#define PR_SET_VMA_ANON_NAME	0
#endif
#ifndef SYS_mseal
#define SYS_mseal		462
#endif
#ifndef MAP_DROPPABLE
#define MAP_DROPPABLE		0x08
#endif
#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL	102
#endif
#ifndef MADV_PAGEOUT
#define MADV_PAGEOUT		21
#endif

static const int rw = PROT_READ | PROT_WRITE;
static size_t page;
static char dir[64];

static void __attribute__((noreturn, format(printf, 1, 2)))
cannot(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	exit(ZOO_SKIP);
}

static void must(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "# zoo: %s: %s\n", what, strerror(errno));
	exit(1);
}

static char *map(size_t pages, int prot, int flags, int fd, off_t off)
{
	void *p = mmap(NULL, pages * page, prot, flags, fd, off);

	must(p != MAP_FAILED, "mmap");
	return p;
}

static char *anon(size_t pages)
{
	return map(pages, rw, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static void touch_pages(char *p, size_t pages)
{
	for (size_t i = 0; i < pages; i++)
		p[i * page] = 1;
}

/* A directory of its own, which nobody needs once files are mapped. */
static void enter_dir(void)
{
	const char *tmp = getenv("TMPDIR");

	snprintf(dir, sizeof(dir), "%.32s/vmlab-zoo-XXXXXX", tmp ? tmp : "/tmp");
	must(mkdtemp(dir) && !chdir(dir), dir);
}

static int make_file(const char *name, size_t pages)
{
	int fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	must(fd >= 0 && !ftruncate(fd, (off_t)(pages * page)), name);
	return fd;
}

static void plain(void)
{
}

static void *sleeper(void *arg)
{
	touch_pages(arg, 4);
	for (;;)
		pause();
	return NULL;
}

static void threads(void)
{
	pthread_t thread;

	for (int i = 0; i < 5; i++)
		must(!pthread_create(&thread, NULL, sleeper, anon(4)),
		     "pthread_create");
}

/*
 * About as many VMAs as a process may have, with a gap after each 31.  Where the
 * kernel is slow, those that it makes in a quarter of a minute.
 */
static void max_vmas(void)
{
	enum { PAGES = 67200, RUN = 32, BUDGET_MS = 15000 };
	unsigned long long until = now_ms() + BUDGET_MS;
	char *p = map(PAGES, rw, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
		      -1, 0);

	/* A huge page would only have to be split again. */
	madvise(p, PAGES * page, MADV_NOHUGEPAGE);
	for (size_t i = 0; i < PAGES && now_ms() < until; i++) {
		if (i % RUN == RUN - 1)
			must(!munmap(p + i * page, page), "munmap");
		else if (i % 2)
			must(!mprotect(p + i * page, page, PROT_READ),
			     "mprotect");
		else if (i % 60 == 0)
			p[i * page] = 1;
	}
}

static void many_vmas(void)
{
	const size_t pages = 2200;
	char *p = anon(pages);

	/* Neighbours with different protections do not merge. */
	for (size_t i = 0; i < pages; i += 2)
		must(!mprotect(p + i * page, page, PROT_READ), "mprotect");
	for (size_t i = 1; i < pages; i += 100)
		p[i * page] = 1;
}

static void odd_names(void)
{
	static const char *const names[] = {
		"space in name", "new\nline", "\n", "back\\slash \\012",
		" leading", "trailing ", "tab\there", "[heap]", "[anon:x]",
		"\xff\xfe", "name (deleted)", "caf\xc3\xa9",
	};
	int fd;

	enter_dir();
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		fd = make_file(names[i], 4);
		*map(2, rw, MAP_SHARED, fd, (off_t)page) = 1;
		map(1, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
		unlink(names[i]);
		close(fd);
	}
	/* One that is not deleted, and one that has another name by now. */
	fd = make_file("new\nname", 1);
	map(1, PROT_READ, MAP_SHARED, fd, 0);
	fd = make_file("before", 1);
	map(1, PROT_READ, MAP_PRIVATE, fd, 0);
	rename("before", "after");
}

/* A path of this length is no argument of open(2), but maps shows it. */
static void long_path(void)
{
	char name[201];
	int fd;

	enter_dir();
	memset(name, 'd', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	for (int i = 0; i < 60; i++) {
		must(!mkdir(name, 0700) && !chdir(name), "mkdir");
		if (i == 15 || i == 30) {
			fd = make_file("file", 1);
			map(1, PROT_READ, MAP_SHARED, fd, 0);
			close(fd);
		}
	}
	fd = make_file("file", 1);
	map(1, rw, MAP_PRIVATE, fd, 0);
	map(1, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static void deleted_exe(void)
{
	const char *deleted = getenv("ZOO_DELETED");
	char copy[96], command[256];

	if (deleted) {
		unlink(deleted);
		return;
	}
	enter_dir();
	snprintf(copy, sizeof(copy), "%s/program", dir);
	snprintf(command, sizeof(command), "cp /proc/%d/exe %s", getpid(),
		 copy);
	must(!system(command), "cp");
	setenv("ZOO_DELETED", copy, 1);
	execl(copy, "page-kinds", "deleted_exe", NULL);
	must(false, "exec");
}

static void overlay(void)
{
	char options[256];
	int fd;

	enter_dir();
	if (unshare(CLONE_NEWNS) ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
		cannot("no mount namespace: %s", strerror(errno));
	must(!mkdir("lower", 0700) && !mkdir("upper", 0700) &&
	     !mkdir("work", 0700) && !mkdir("merged", 0700), "mkdir");
	close(make_file("lower/below", 4));
	snprintf(options, sizeof(options),
		 "lowerdir=%s/lower,upperdir=%s/upper,workdir=%s/work", dir,
		 dir, dir);
	if (mount("overlay", "merged", "overlay", 0, options))
		cannot("no overlayfs: %s", strerror(errno));
	fd = open("merged/below", O_RDONLY | O_CLOEXEC);
	must(fd >= 0, "merged/below");
	map(1, PROT_READ, MAP_SHARED, fd, 0);
	*map(2, rw, MAP_PRIVATE, fd, (off_t)page) = 1;
	close(fd);
	fd = make_file("merged/above", 4);
	*map(4, rw, MAP_SHARED, fd, 0) = 1;
	close(fd);
}

static void shared(void)
{
	int fd, id;
	char *p;

	touch_pages(map(8, rw, MAP_SHARED | MAP_ANONYMOUS, -1, 0), 3);
	id = shmget(IPC_PRIVATE, 4 * page, IPC_CREAT | 0600);
	if (id >= 0) {
		p = shmat(id, NULL, 0);
		must(p != (void *)-1, "shmat");
		*p = 1;
		must(shmat(id, NULL, SHM_RDONLY) != (void *)-1, "shmat");
		shmctl(id, IPC_RMID, NULL);
	}
	fd = memfd_create("with space", MFD_CLOEXEC);
	must(fd >= 0 && !ftruncate(fd, (off_t)(8 * page)), "memfd");
	*map(8, rw, MAP_SHARED, fd, 0) = 1;
	*map(4, rw, MAP_PRIVATE, fd, (off_t)(4 * page)) = 1;
	fd = open("/dev/zero", O_RDWR | O_CLOEXEC);
	must(fd >= 0, "/dev/zero");
	*map(2, rw, MAP_SHARED, fd, 0) = 1;
	*map(2, rw, MAP_PRIVATE, fd, 0) = 1;
}

static void hugetlb(void)
{
	static const char nr[] =
		"/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages";
	int fd = open(nr, O_WRONLY | O_CLOEXEC);
	char *p;

	if (fd < 0)
		cannot("no 2 MiB pages: %s", strerror(errno));
	if (write(fd, "4\n", 2) != 2)
		cannot("%s: %s", nr, strerror(errno));
	close(fd);
	p = mmap(NULL, 4 << 20, rw,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0);
	if (p == MAP_FAILED)
		cannot("no 2 MiB pages free: %s", strerror(errno));
	p[0] = 1;
	fd = memfd_create("huge", MFD_CLOEXEC | MFD_HUGETLB);
	if (fd >= 0 && !ftruncate(fd, 2 << 20)) {
		p = mmap(NULL, 2 << 20, rw, MAP_SHARED, fd, 0);
		if (p != MAP_FAILED)
			p[0] = 1;
	}
}

static void stack_grown(void)
{
	volatile char *p = alloca(1 << 20);

	for (size_t i = 0; i < 1 << 20; i += page)
		p[i] = 1;
}

static void growsdown(void)
{
	char *p = map(64, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	volatile char *low;

	munmap(p, 64 * page);
	p = mmap(p + 60 * page, 2 * page, rw,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN | MAP_FIXED, -1,
		 0);
	must(p != MAP_FAILED, "mmap");
	touch_pages(p, 2);
	low = p - 3 * page;
	*low = 1;
}

static void anon_names(void)
{
	char *p = anon(8), *q;

	if (prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME, p, 2 * page, "a name"))
		cannot("no PR_SET_VMA_ANON_NAME: %s", strerror(errno));
	prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME, p + 4 * page, page, "x");
	/* Shared memory can have a name since 6.2; a mapped file never. */
	q = map(4, rw, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME, q, 2 * page, "shared name");
	touch_pages(q, 4);
	q = sbrk(0);
	must(sbrk(16 * (intptr_t)page) != (void *)-1, "sbrk");
	q = (char *)(((uintptr_t)q + page - 1) & ~(page - 1));
	prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME, q, 4 * page, "in the heap");
}

static void heap(void)
{
	char *p = sbrk(0);

	must(sbrk(1 << 20) == p, "sbrk");
	memset(p, 1, 100000);
	/* The heap in pieces: each is [heap]. */
	p = (char *)(((uintptr_t)p + 8 * page) & ~(page - 1));
	must(!mprotect(p, 2 * page, PROT_READ), "mprotect");
	must(!munmap(p + 10 * page, 2 * page), "munmap");
}

static void locked(void)
{
	must(!mlock(anon(8), 5 * page), "mlock");
	must(!mlock2(anon(8), 8 * page, MLOCK_ONFAULT), "mlock2");
	touch_pages(map(4, rw, MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED, -1, 0),
		    1);
}

static void lock_all(void)
{
	must(!mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT), "mlockall");
	anon(4);
}

static void advice(void)
{
	static const int advices[] = {
		MADV_SEQUENTIAL, MADV_RANDOM, MADV_DONTFORK, MADV_DONTDUMP,
		MADV_WIPEONFORK, MADV_MERGEABLE, MADV_HUGEPAGE,
		MADV_NOHUGEPAGE, MADV_GUARD_INSTALL, MADV_FREE, MADV_COLD,
	};
	enum { NR = sizeof(advices) / sizeof(advices[0]) };
	char *p = anon(4 * NR);

	touch_pages(p, 4 * NR);
	/* What this kernel does not know it refuses, and that is all right. */
	for (size_t i = 0; i < NR; i++)
		madvise(p + 4 * i * page, 2 * page, advices[i]);
	map(1, rw, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	(void)mmap(NULL, page, rw, MAP_DROPPABLE | MAP_ANONYMOUS, -1, 0);
	map(1, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	map(1, PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	map(1, PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static void thp(void)
{
	const size_t huge = 2 << 20;
	char *p = map(3 * huge / page, rw, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	p = (char *)(((uintptr_t)p + huge - 1) & ~(huge - 1));
	if (madvise(p, huge, MADV_HUGEPAGE))
		cannot("no transparent huge pages: %s", strerror(errno));
	p[0] = 1;
}

static void uffd(void)
{
	static const __u64 modes[] = {
		UFFDIO_REGISTER_MODE_MISSING,
		UFFDIO_REGISTER_MODE_WP,
		UFFDIO_REGISTER_MODE_MISSING | UFFDIO_REGISTER_MODE_WP,
		UFFDIO_REGISTER_MODE_MINOR,
	};
	struct uffdio_api api = { .api = UFFD_API };
	int fd = (int)syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		cannot("no userfaultfd: %s", strerror(errno));
	must(!ioctl(fd, UFFDIO_API, &api), "UFFDIO_API");
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		/* Minor faults are of shared memory. */
		int flags = modes[i] == UFFDIO_REGISTER_MODE_MINOR ?
			    MAP_SHARED : MAP_PRIVATE;
		char *p = map(4, rw, flags | MAP_ANONYMOUS, -1, 0);
		struct uffdio_register reg = {
			.range = { (uintptr_t)p, 2 * page },
			.mode = modes[i],
		};

		/* Not every kernel knows every mode. */
		ioctl(fd, UFFDIO_REGISTER, &reg);
	}
}

static void pkey(void)
{
	int key = pkey_alloc(0, 0);

	if (key < 0)
		cannot("no protection keys: %s", strerror(errno));
	must(!pkey_mprotect(anon(4), 2 * page, rw, key), "pkey_mprotect");
}

static void sealed(void)
{
	if (syscall(SYS_mseal, anon(4), 2 * page, 0))
		cannot("no mseal(2): %s", strerror(errno));
}

static void secret(void)
{
	int fd = (int)syscall(SYS_memfd_secret, O_CLOEXEC);

	if (fd < 0)
		cannot("no memfd_secret(2): %s", strerror(errno));
	must(!ftruncate(fd, (off_t)(2 * page)), "ftruncate");
	*map(2, rw, MAP_SHARED, fd, 0) = 1;
}

static void vmlab(void)
{
	int fd = open(VMLAB_DEVICE, O_RDWR | O_CLOEXEC);
	int ro = open(VMLAB_DEVICE, O_RDONLY | O_CLOEXEC);
	char *p;

	must(fd >= 0 && ro >= 0, VMLAB_DEVICE);
	touch_pages(map(8, rw, MAP_SHARED, fd, 0), 5);
	touch_pages(map(8, rw, MAP_PRIVATE, fd, (off_t)(2 * page)), 2);
	map(3, PROT_READ | PROT_EXEC, MAP_SHARED, ro, (off_t)page);
	p = map(9, rw, MAP_SHARED, fd, 1LL << 45);
	munmap(p + 3 * page, page);
	mprotect(p + 5 * page, page, PROT_NONE);
	close(fd);
	close(ro);
}

static int shares_mm(void *arg)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, "shares_mm");
	__atomic_store_n((int *)arg, 1, __ATOMIC_SEQ_CST);
	for (;;)
		pause();
	return 0;
}

static void clone_vm(void)
{
	int ready = 0;

	must(clone(shares_mm, anon(16) + 16 * page, CLONE_VM | SIGCHLD,
		   &ready) > 0, "clone");
	while (!__atomic_load_n(&ready, __ATOMIC_SEQ_CST))
		sched_yield();
}

/* A child waits in vfork(2) for a grandchild that uses its mm. */
static void vforked(void)
{
	int ready[2];
	pid_t pid;
	char byte;

	must(!pipe(ready), "pipe");
	pid = fork();
	must(pid >= 0, "fork");
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		prctl(PR_SET_NAME, "waits_in_vfork");
		/* clone() and not vfork(): that is not to be used like this */
		if (syscall(SYS_clone, CLONE_VM | CLONE_VFORK | SIGCHLD, 0, 0,
			    0, 0) == 0) {
			syscall(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
			syscall(SYS_write, ready[1], "", 1);
			for (;;)
				syscall(SYS_pause);
		}
		_exit(0);
	}
	must(read(ready[0], &byte, 1) == 1, "read");
}

static void swapped(void)
{
	char *p = anon(256);

	if (!swap_is_on())
		cannot("no swap is on");
	touch_pages(p, 256);
	/* Pages that the CPU still has in a list of its own stay. */
	for (int i = 0; i < 3; i++)
		if (madvise(p, 200 * page, MADV_PAGEOUT))
			cannot("no MADV_PAGEOUT: %s", strerror(errno));
}

/* A program of 32 bits, which stops itself when it is given an argument. */
static void compat32(void)
{
	char path[PATH_MAX];

	if (!sibling_program("compat32", path))
		cannot("the compiler cannot make programs of 32 bits");
	execl(path, "compat32", "stop", NULL);
	cannot("no programs of 32 bits: %s", strerror(errno));
}

static void odd_comm(void)
{
	prctl(PR_SET_NAME, ") R\n0 (x");
}

static struct {
	const char *name;
	void (*become)(void);
	pid_t pid;
	int out;	/* where it says what it lacks */
} zoo[] = {
#define ANIMAL(name) { #name, name, 0, -1 },
	ZOO(ANIMAL)
#undef ANIMAL
};

enum { NR = sizeof(zoo) / sizeof(zoo[0]) };

static sigset_t sigterm;

static void __attribute__((noreturn)) become(size_t i)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, zoo[i].name);
	sigprocmask(SIG_UNBLOCK, &sigterm, NULL);
	zoo[i].become();
	fflush(stdout);
	raise(SIGSTOP);
	_exit(0);
}

static void start(size_t i)
{
	int out[2];

	must(!pipe2(out, O_CLOEXEC), "pipe");
	zoo[i].out = out[0];
	zoo[i].pid = fork();
	must(zoo[i].pid >= 0, "fork");
	if (!zoo[i].pid) {
		dup2(out[1], STDOUT_FILENO);
		become(i);
	}
	close(out[1]);
}

static void tell(size_t i)
{
	char why[128];
	int status = 0;
	ssize_t len;

	must(waitpid(zoo[i].pid, &status, WUNTRACED) == zoo[i].pid, "waitpid");
	if (WIFSTOPPED(status)) {
		printf("%s %d\n", zoo[i].name, zoo[i].pid);
		return;
	}
	zoo[i].pid = 0;
	len = read(zoo[i].out, why, sizeof(why) - 1);
	why[len > 0 ? len : 0] = '\0';
	if (WIFEXITED(status) && WEXITSTATUS(status) == ZOO_SKIP)
		printf("%s - %s\n", zoo[i].name, why);
	else
		printf("%s ! %#x\n", zoo[i].name, (unsigned int)status);
}

int main(int argc, char **argv)
{
	int sig;

	if (getenv("ZOO_DELETED")) {
		deleted_exe();
		raise(SIGSTOP);
		return 0;
	}
	(void)argv;
	if (argc != 1) {
		fprintf(stderr, "usage: zoo\n");
		return 2;
	}
	page = page_size();
	sigemptyset(&sigterm);
	sigaddset(&sigterm, SIGTERM);
	sigprocmask(SIG_BLOCK, &sigterm, NULL);
	/* Whoever read what we print may be gone at the end. */
	signal(SIGPIPE, SIG_IGN);
	swap_start();
	for (size_t i = 0; i < NR; i++)
		start(i);
	for (size_t i = 0; i < NR; i++)
		tell(i);
	printf("end\n");
	fflush(stdout);

	sigwait(&sigterm, &sig);
	for (size_t i = 0; i < NR; i++)
		if (zoo[i].pid)
			kill(zoo[i].pid, SIGKILL);
	while (waitpid(-1, NULL, 0) > 0)
		;
	swap_end();
	return 0;
}
