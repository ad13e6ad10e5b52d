// SPDX-License-Identifier: GPL-2.0
/*
 * faultcase NAME [PAGES]: provokes faults of one kind, on PAGES pages.
 * faultcase each NAME[=PAGES]...: each in a process of its own, one after the
 * other; prints a line for each: NAME PID STATUS MINOR MAJOR, as wait4(2) says,
 * after "child PID" where it has forked and 0xADDRESS where it expects a signal.
 *
 * The accesses are made by touch_read(), touch_write() and touch_down() alone,
 * so whoever counts by instruction finds those and no others there.  The exit
 * status is 77 when the kernel lacks what the case needs, and says so.
 */
#include <alloca.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/mempolicy.h>
#include <linux/userfaultfd.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define HUGE_SIZE (2ul << 20)

static size_t page, pages = 64;

/* within one page: what is found there are the accesses, and not the function */
#define TOUCH __attribute__((noinline, aligned(256)))

static TOUCH void touch_read(const volatile char *p, size_t nr, size_t step)
{
	for (size_t i = 0; i < nr; i++)
		(void)p[i * step];
}

static TOUCH void touch_write(volatile char *p, size_t nr, size_t step)
{
	for (size_t i = 0; i < nr; i++)
		p[i * step] = 1;
}

static void die(const char *what)
{
	fprintf(stderr, "faultcase: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void lacking(const char *what)
{
	fprintf(stderr, "faultcase: this kernel lacks %s\n", what);
	exit(77);
}

static char *map(size_t size, int prot, int flags, int fd)
{
	char *p = mmap(NULL, size, prot, flags, fd, 0);

	if (p == MAP_FAILED)
		die("mmap");
	return p;
}

static char *map_anon(size_t size)
{
	char *p = map(size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
		      -1);

	madvise(p, size, MADV_NOHUGEPAGE);
	return p;
}

static int wait_for(pid_t pid)
{
	int status;

	if (pid < 0)
		die("fork");
	if (waitpid(pid, &status, 0) < 0)
		die("waitpid");
	return status;
}

/* a file with contents, in the directory given by $FAULTCASE_DIR */
static int file_of_pages(const char *name)
{
	const char *dir = getenv("FAULTCASE_DIR");
	char path[4096], buf[4096];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir ? dir : ".", name);
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	if (fd < 0)
		die(path);
	memset(buf, 'x', sizeof(buf));
	for (size_t i = 0; i < pages * page / sizeof(buf); i++)
		if (write(fd, buf, sizeof(buf)) != sizeof(buf))
			die("write");
	if (fsync(fd))
		die("fsync");
	unlink(path);
	return fd;
}

static void anon(void)
{
	touch_write(map_anon(pages * page), pages, page);
}

static void zero(void)
{
	touch_read(map_anon(pages * page), pages, page);
}

/* the zero page is shared: writing to it copies it */
static void zero_cow(void)
{
	char *p = map_anon(pages * page);

	for (size_t i = 0; i < pages; i++)
		(void)((volatile char *)p)[i * page];
	touch_write(p, pages, page);
}

static void thp(void)
{
	char *p = map((pages + 1) * HUGE_SIZE, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1);

	if (access("/sys/kernel/mm/transparent_hugepage/enabled", F_OK))
		lacking("transparent huge pages");
	p = (char *)(((unsigned long)p + HUGE_SIZE - 1) & ~(HUGE_SIZE - 1));
	if (madvise(p, pages * HUGE_SIZE, MADV_HUGEPAGE))
		lacking("transparent huge pages");
	touch_write(p, pages, HUGE_SIZE);
}

/* not every file system leaves in the page cache what was written */
static int warm_file(const char *name)
{
	int fd = file_of_pages(name);
	volatile char *p = map(pages * page, PROT_READ, MAP_PRIVATE, fd);

	for (size_t i = 0; i < pages; i++)
		(void)p[i * page];
	return fd;
}

/* in the page cache: minor */
static void file_warm(void)
{
	int fd = warm_file("warm");

	touch_read(map(pages * page, PROT_READ, MAP_PRIVATE, fd), pages, page);
}

/* not in the page cache, and no reading ahead: major, each of them */
static void file_cold(void)
{
	int fd = file_of_pages("cold");
	char *p = map(pages * page, PROT_READ, MAP_PRIVATE, fd);

	if (madvise(p, pages * page, MADV_RANDOM))
		die("madvise");
	if (posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED))
		die("fadvise");
	touch_read(p, pages, page);
}

static void file_write(void)
{
	int fd = memfd_create("shared", 0);

	if (fd < 0 || ftruncate(fd, (off_t)(pages * page)))
		die("memfd");
	touch_write(map(pages * page, PROT_READ | PROT_WRITE, MAP_SHARED, fd),
		    pages, page);
}

static void file_cow(void)
{
	int fd = warm_file("private");

	touch_write(map(pages * page, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd),
		    pages, page);
}

/* the child copies what it writes, and then the parent is alone with its own */
static void fork_cow(bool parent)
{
	char *p = map_anon(pages * page);
	pid_t pid;

	memset(p, 1, pages * page);
	pid = fork();
	if (!pid) {
		if (!parent)
			touch_write(p, pages, page);
		_exit(0);
	}
	wait_for(pid);
	printf("child %d\n", pid);
	if (parent)
		touch_write(p, pages, page);
}

static void fork_child(void)
{
	fork_cow(false);
}

static void fork_parent(void)
{
	fork_cow(true);
}

static void swap(void)
{
	char *p = map_anon(pages * page);

	memset(p, 1, pages * page);
	if (madvise(p, pages * page, MADV_PAGEOUT))
		lacking("MADV_PAGEOUT");
	touch_read(p, pages, page);
}

static time_t seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

/* a number that the kernel shows; another one in its place; -1 where it cannot be */
static int exchange(const char *path, int number)
{
	FILE *f = fopen(path, "r+e");
	int old = -1;

	if (!f)
		return -1;
	if (fscanf(f, "%d", &old) == 1) {
		rewind(f);
		fprintf(f, "%d", number);
	}
	return fclose(f) ? -1 : old;
}

/* how often NUMA balancing has been through all of this process's memory */
static int numa_scans(void)
{
	FILE *f = fopen("/proc/self/sched", "re");
	int scans = -1;
	char line[256];

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "mm->numa_scan_seq : %d", &scans) == 1)
			break;
	if (f)
		fclose(f);
	return scans;
}

#define NUMA_BALANCING "/proc/sys/kernel/numa_balancing"

static void *idle(void *unused)
{
	pause();
	return unused;
}

/*
 * After a second of running all memory of the process gets hints: with only one
 * thread it would be what is on other nodes.
 */
static void numa(void)
{
	char *p = map_anon(pages * page);
	time_t end = seconds() + 60;
	pthread_t thread;
	int scans, before;

	if (pthread_create(&thread, NULL, idle, NULL))
		die("pthread_create");
	memset(p, 1, pages * page);
	/* Linux 6.1 leaves out pages on their way to an LRU list: this waits for them */
	if (syscall(SYS_mbind, p, pages * page, MPOL_DEFAULT, NULL, 0,
		    MPOL_MF_MOVE))
		lacking("NUMA policies");
	scans = numa_scans();
	before = exchange(NUMA_BALANCING, 1);
	if (scans < 0 || before < 0)
		lacking("NUMA balancing, or you are not root");
	while (numa_scans() == scans && seconds() < end)
		;
	exchange(NUMA_BALANCING, 0);
	touch_read(p, pages, page);
	exchange(NUMA_BALANCING, before);
}

/* as many as are unmapped at once, for a long time in which none can be used */
#define MOVED 512

static volatile bool moved_enough;

static bool move_to_node(char *memory, int node)
{
	static void *addresses[MOVED];
	static int nodes[MOVED], status[MOVED];

	for (size_t i = 0; i < MOVED; i++) {
		addresses[i] = memory + i * page;
		nodes[i] = node;
	}
	return !syscall(SYS_move_pages, 0, MOVED, addresses, nodes, status,
			MPOL_MF_MOVE);
}

static void *move(void *memory)
{
	for (int node = 0; !moved_enough; node = !node)
		move_to_node(memory, node);
	return NULL;
}

static long minor_faults(void)
{
	struct rusage usage;

	getrusage(RUSAGE_THREAD, &usage);
	return usage.ru_minflt;
}

/* writes memory that another thread moves between nodes, until @pages faults */
static void migration(void)
{
	char *p = map_anon(MOVED * page);
	time_t end = seconds() + 60;
	long faults = 0;
	pthread_t thread;
	int before;

	memset(p, 1, MOVED * page);
	if (!move_to_node(p, 1))
		lacking("a second NUMA node");
	if (sysconf(_SC_NPROCESSORS_ONLN) < 2)
		lacking("a second processor");
	before = exchange(NUMA_BALANCING, 0);
	/* the code and the stack of these two are not to be counted */
	touch_write(p, 1, page);
	minor_faults();
	if (pthread_create(&thread, NULL, move, p))
		die("pthread_create");
	for (size_t i = 0; faults < (long)pages && seconds() < end; i++) {
		long last = minor_faults();

		touch_write(p + i % MOVED * page, 1, page);
		faults += minor_faults() - last;
	}
	moved_enough = true;
	pthread_join(thread, NULL);
	if (before > 0)
		exchange(NUMA_BALANCING, before);
}

/*
 * Below what the kernel gives a stack from the start, and downwards: the lowest
 * page first would let all be grown at once, as would a call.
 */
static TOUCH void touch_down(size_t nr)
{
	volatile char *p = alloca((nr + 128) * page);

	while (nr--)
		p[nr * page] = 1;
}

static void stack(void)
{
	touch_down(pages);
}

static __attribute__((noinline)) int recurse(size_t depth)
{
	volatile char frame[4096];

	frame[0] = 1;
	return depth > 1 ? recurse(depth - 1) + frame[0] : 0;
}

static void stack_limit(void)
{
	struct rlimit limit = { 1 << 20, 1 << 20 };

	if (setrlimit(RLIMIT_STACK, &limit))
		die("setrlimit");
	recurse(1 << 20);
}

static void hugetlb(void)
{
	char *p = mmap(NULL, pages * HUGE_SIZE, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB |
			       (21 << MAP_HUGE_SHIFT),
		       -1, 0);

	if (p == MAP_FAILED)
		lacking("enough huge pages");
	touch_write(p, pages, HUGE_SIZE);
}

static char *map_vmlab(void)
{
	int fd = open("/dev/vmlab", O_RDWR);

	if (fd < 0)
		lacking("/dev/vmlab");
	return map(pages * page, PROT_READ | PROT_WRITE, MAP_SHARED, fd);
}

static void vmlab(void)
{
	touch_write(map_vmlab(), pages, page);
}

/* a page that was read is write-protected until it is written */
static void vmlab_clean(void)
{
	char *p = map_vmlab();

	for (size_t i = 0; i < pages; i++)
		(void)((volatile char *)p)[i * page];
	touch_write(p, pages, page);
}

/* a file that is called as the device is */
static void like_vmlab(void)
{
	int fd = file_of_pages("vmlab");

	touch_read(map(pages * page, PROT_READ, MAP_SHARED, fd), pages, page);
}

static void *serve(void *arg)
{
	int fd = *(int *)arg;
	char *contents = aligned_alloc(page, page);
	struct uffd_msg msg;

	memset(contents, 1, page);
	while (read(fd, &msg, sizeof(msg)) == sizeof(msg)) {
		struct uffdio_copy copy = {
			.dst = msg.arg.pagefault.address & ~(page - 1),
			.src = (unsigned long)contents,
			.len = page,
		};

		if (ioctl(fd, UFFDIO_COPY, &copy))
			die("UFFDIO_COPY");
	}
	return NULL;
}

static void uffd(void)
{
	static int fd;
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register reg = { .mode = UFFDIO_REGISTER_MODE_MISSING };
	char *p = map_anon(pages * page);
	pthread_t thread;

	fd = (int)syscall(SYS_userfaultfd, O_CLOEXEC);
	if (fd < 0 || ioctl(fd, UFFDIO_API, &api))
		lacking("userfaultfd");
	reg.range.start = (unsigned long)p;
	reg.range.len = pages * page;
	if (ioctl(fd, UFFDIO_REGISTER, &reg))
		die("UFFDIO_REGISTER");
	if (pthread_create(&thread, NULL, serve, &fd))
		die("pthread_create");
	touch_read(p, pages, page);
}

/* the kernel's own access: a read(2) into memory not yet touched */
static void kernel(void)
{
	int fd = open("/dev/zero", O_RDONLY);

	if (read(fd, map_anon(pages * page), pages * page) !=
	    (ssize_t)(pages * page))
		die("read");
}

/* the kernel populates */
static void gup(void)
{
	if (mlock(map_anon(pages * page), pages * page))
		die("mlock");
}

/* where a signal is to be expected */
static void print_address(const void *p)
{
	printf("%p\n", p);
	fflush(stdout);
}

static void maperr(void)
{
	char *p = map_anon(page);

	munmap(p, page);
	print_address(p);
	touch_read(p, 1, page);
}

static void accerr(void)
{
	char *p = map_anon(page);

	mprotect(p, page, PROT_READ);
	print_address(p);
	touch_write(p, 1, page);
}

static void beyond_end(void)
{
	int fd = memfd_create("short", 0);
	char *p = map(page, PROT_READ, MAP_SHARED, fd);

	print_address(p);
	touch_read(p, 1, page);
}

static sigjmp_buf back;

static void jump_back(int sig)
{
	(void)sig;
	siglongjmp(back, 1);
}

/* as many signals as there are pages, each with an address of its own */
static void signals(void)
{
	char *p = map(pages * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	static volatile size_t i;

	signal(SIGSEGV, jump_back);
	for (i = 0; i < pages; i++)
		if (!sigsetjmp(back, 1))
			touch_read(p + i * page, 1, page);
}

/* threads that fault the same pages at the same time */
static void *race(void *arg)
{
	touch_write(arg, pages, page);
	return NULL;
}

static void threads(void)
{
	char *p = map_anon(pages * page);
	pthread_t thread[4];

	for (size_t i = 0; i < 4; i++)
		if (pthread_create(&thread[i], NULL, race, p))
			die("pthread_create");
	for (size_t i = 0; i < 4; i++)
		pthread_join(thread[i], NULL);
}

/* a process that nobody waits for is not in getrusage(2) */
static void orphan(void)
{
	signal(SIGCHLD, SIG_IGN);
	if (!fork()) {
		anon();
		_exit(0);
	}
	wait(NULL);
}

/*
 * Until it is killed: the first half of the pages all the time, the second half
 * not after the first touch.  Who looks at accessed bits does not see a page
 * whose translation stays in the TLB: so much is unmapped in every round that
 * the kernel flushes all of it.
 */
static void heat(void)
{
	char *p = map_anon(pages * page), *scratch = map_anon(64 * page);
	struct timespec nap = { .tv_nsec = 20 * 1000 * 1000 };

	print_address(p);
	touch_write(p, pages, page);
	for (;;) {
		touch_write(p, pages / 2, page);
		touch_write(scratch, 64, page);
		madvise(scratch, 64 * page, MADV_DONTNEED);
		nanosleep(&nap, NULL);
	}
}

/* a hundred times a second, until it is killed */
static void loop(void)
{
	char *p = map_anon(pages * page);
	struct timespec nap = { .tv_nsec = 10 * 1000 * 1000 };

	for (;;) {
		touch_write(p, pages, page);
		madvise(p, pages * page, MADV_DONTNEED);
		nanosleep(&nap, NULL);
	}
}

/* how long a fault takes, as the program sees it: the best of ten rounds */
static void timing(void)
{
	char *p = map_anon(pages * page);
	double best = 0;

	for (int i = 0; i < 10; i++) {
		struct timespec begin, end;
		double ns;

		madvise(p, pages * page, MADV_DONTNEED);
		clock_gettime(CLOCK_MONOTONIC, &begin);
		touch_write(p, pages, page);
		clock_gettime(CLOCK_MONOTONIC, &end);
		ns = (double)(end.tv_sec - begin.tv_sec) * 1e9 +
		     (double)(end.tv_nsec - begin.tv_nsec);
		if (!i || ns < best)
			best = ns;
	}
	printf("%.0f ns a fault\n", best / (double)pages);
}

static const struct {
	const char *name;
	void (*run)(void);
} cases[] = {
	{ "nothing", NULL },
	{ "anon", anon },
	{ "zero", zero },
	{ "zero-cow", zero_cow },
	{ "thp", thp },
	{ "file-warm", file_warm },
	{ "file-cold", file_cold },
	{ "file-write", file_write },
	{ "file-cow", file_cow },
	{ "fork-child", fork_child },
	{ "fork-parent", fork_parent },
	{ "swap", swap },
	{ "numa", numa },
	{ "migration", migration },
	{ "stack", stack },
	{ "stack-limit", stack_limit },
	{ "hugetlb", hugetlb },
	{ "vmlab", vmlab },
	{ "vmlab-clean", vmlab_clean },
	{ "like-vmlab", like_vmlab },
	{ "uffd", uffd },
	{ "kernel", kernel },
	{ "gup", gup },
	{ "maperr", maperr },
	{ "accerr", accerr },
	{ "beyond-end", beyond_end },
	{ "signals", signals },
	{ "threads", threads },
	{ "orphan", orphan },
	{ "heat", heat },
	{ "loop", loop },
	{ "timing", timing },
};

static bool run_case(const char *name)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (strcmp(cases[i].name, name))
			continue;
		/* so who counts by command leaves out how the program started */
		prctl(PR_SET_NAME, name);
		if (cases[i].run)
			cases[i].run();
		return true;
	}
	return false;
}

/* not exec(2), which on an emulated debug kernel takes longer than all else */
static int each(char **names)
{
	for (; *names; names++) {
		char *number = strchr(*names, '=');
		struct rusage usage;
		int status;
		pid_t pid;

		if (number)
			*number = '\0';
		pid = fork();
		if (pid < 0)
			die("fork");
		if (!pid) {
			if (number)
				pages = strtoul(number + 1, NULL, 0);
			exit(run_case(*names) ? 0 : 2);
		}
		if (wait4(pid, &status, 0, &usage) < 0)
			die("wait4");
		printf("%s %d %d %ld %ld\n", *names, pid, status,
		       usage.ru_minflt, usage.ru_majflt);
		fflush(stdout);
	}
	return 0;
}

int main(int argc, char **argv)
{
	page = (size_t)sysconf(_SC_PAGESIZE);
	if (argc > 2 && !strcmp(argv[1], "each"))
		return each(argv + 2);
	if (argc > 2)
		pages = strtoul(argv[2], NULL, 0);
	if (argc > 1 && run_case(argv[1]))
		return 0;
	fputs("usage: faultcase CASE [PAGES]; the cases are\n", stderr);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		fprintf(stderr, "  %s\n", cases[i].name);
	return 2;
}
