// SPDX-License-Identifier: GPL-2.0
/*
 * vmlab faults counts the faults of threads that the kernel makes for a process:
 * io_uring's workers and its SQPOLL thread read a file into fresh memory.
 *
 * test-faults-io-uring: the test; vmlab is looked up in PATH.
 * test-faults-io-uring async|sqpoll: the process to be counted.
 */
#include <fcntl.h>
#include <jansson.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../lib/ring.h"
#include "../lib/tap.h"

enum { PAGES = 1024, PAGE = 4096, NO_IO_URING = 77 };

static void fail(const char *what)
{
	perror(what);
	_exit(errno == ENOSYS || errno == EPERM ? NO_IO_URING : 1);
}

/* read a file into fresh memory; a thread of the kernel does the copying */
static int read_by_kernel_thread(bool sqpoll)
{
	int file = memfd_create("data", MFD_CLOEXEC), got;
	struct io_uring_sqe sqe = {
		.opcode = IORING_OP_READ, .fd = file, .len = PAGES * PAGE,
		.flags = sqpoll ? 0 : IOSQE_ASYNC,
	};
	struct ring ring;
	char *memory;

	if (file < 0 || ftruncate(file, PAGES * PAGE))
		fail("memfd");
	if (ring_open(&ring, sqpoll ? IORING_SETUP_SQPOLL : 0))
		fail("io_uring_setup");
	memory = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		      0);
	if (memory == MAP_FAILED)
		fail("mmap");
	madvise(memory, PAGES * PAGE, MADV_NOHUGEPAGE);
	sqe.addr = (unsigned long)memory;
	got = ring_do(&ring, &sqe);
	if (got != PAGES * PAGE) {
		if (got != -1)
			errno = got < 0 ? -got : EIO;
		fail("read");
	}
	return 0;
}

static long long number(const json_t *doc, const char *a, const char *b)
{
	return json_integer_value(json_object_get(json_object_get(doc, a), b));
}

static void check(const char *self, const char *thread)
{
	char report[] = "/tmp/vmlab-io-uring-XXXXXX";
	int status, fd = mkstemp(report);
	json_t *doc, *origins, *kinds;
	pid_t pid;

	if (fd < 0)
		bail("mkstemp: %s", strerror(errno));
	close(fd);
	pid = fork();
	if (pid < 0)
		bail("fork: %s", strerror(errno));
	if (!pid) {
		execlp("vmlab", "vmlab", "faults", "--json", "--output", report,
		       "--", self, thread, NULL);
		_exit(127);
	}
	if (waitpid(pid, &status, 0) < 0)
		bail("waitpid: %s", strerror(errno));
	is(status, 0, "%s: vmlab faults succeeds", thread);
	doc = json_load_file(report, 0, NULL);
	unlink(report);
	if (json_integer_value(json_object_get(doc, "exit_status")) ==
	    NO_IO_URING) {
		skip("this kernel has no io_uring", "%s", thread);
		json_decref(doc);
		return;
	}
	is(json_integer_value(json_object_get(doc, "exit_status")), 0,
	   "%s: the file is read", thread);
	is(number(doc, "total", "minor"), number(doc, "getrusage", "minor"),
	   "%s: as many minor faults as getrusage(2) counts", thread);
	is(number(doc, "total", "major"), number(doc, "getrusage", "major"),
	   "%s: as many major faults", thread);
	origins = json_object_get(doc, "origins");
	kinds = json_object_get(doc, "kinds");
	ok(number(origins, "kernel", "minor") + number(origins, "gup", "minor") >=
		   PAGES,
	   "%s: the kernel made a fault for each of the %d pages", thread,
	   PAGES);
	ok(number(kinds, "anon", "minor") >= PAGES,
	   "%s: each is a first write to anonymous memory", thread);
	ok(number(kinds, "unseen", "minor") < PAGES / 8,
	   "%s: nearly all of them were seen when they happened", thread);
	json_decref(doc);
}

int main(int argc, char **argv)
{
	char self[PATH_MAX] = "";

	if (argc > 1)
		return read_by_kernel_thread(!strcmp(argv[1], "sqpoll"));
	if (access("/sys/kernel/btf/vmlinux", R_OK)) {
		skip("this kernel has no BTF", "faults of io_uring's threads");
		return tap_done();
	}
	if (readlink("/proc/self/exe", self, sizeof(self) - 1) < 0)
		bail("/proc/self/exe: %s", strerror(errno));
	check(self, "async");
	check(self, "sqpoll");
	return tap_done();
}
