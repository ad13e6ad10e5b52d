// SPDX-License-Identifier: GPL-2.0
/*
 * Access to mappings of another process by ptrace(2), /proc/PID/mem and
 * process_vm_readv(2) works as for a mapping of a regular file.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/tap.h"

enum { PAGES = 8 };

static const int rw = PROT_READ | PROT_WRITE;
static size_t page;

/* Mapped before fork: the child has the same addresses. */
static int fd;
static char *shared, *shared_ro, *private, *private_ro, *none, *mine;
static char *of_readonly;	/* of a file opened O_RDONLY */

static int target(void *arg)
{
	(void)arg;
	shared[0] = 1;
	private[0] = 2;
	stop_self();
	return private[0] == 3 && private_ro[0] == 4 ? 0 : 1;
}

static pid_t pid;
static int mem;

/* Read or write one byte: 0, or errno. */
static int by_ptrace(char *p, char *byte, bool write)
{
	const size_t off = (uintptr_t)p % sizeof(long);
	long word;

	errno = 0;
	word = ptrace(PTRACE_PEEKDATA, pid, p - off, NULL);
	if (errno)
		return errno;
	if (!write) {
		memcpy(byte, (char *)&word + off, 1);
		return 0;
	}
	memcpy((char *)&word + off, byte, 1);
	return ptrace(PTRACE_POKEDATA, pid, p - off, word) ? errno : 0;
}

static int by_mem(char *p, char *byte, bool write)
{
	ssize_t ret = write ? pwrite(mem, byte, 1, (off_t)(uintptr_t)p) :
			      pread(mem, byte, 1, (off_t)(uintptr_t)p);

	return ret == 1 ? 0 : ret ? errno : EIO;
}

static int by_process_vm(char *p, char *byte, bool write)
{
	struct iovec local = { .iov_base = byte, .iov_len = 1 };
	struct iovec remote = { .iov_base = p, .iov_len = 1 };
	ssize_t ret = write ? process_vm_writev(pid, &local, 1, &remote, 1, 0) :
			      process_vm_readv(pid, &local, 1, &remote, 1, 0);

	return ret == 1 ? 0 : errno;
}

static const struct way {
	const char *name;
	int (*access)(char *p, char *byte, bool write);
	bool forces;	/* may do what the protection forbids: FOLL_FORCE */
} ways[] = {
	{ "ptrace", by_ptrace, true },
	{ "/proc/PID/mem", by_mem, true },
	{ "process_vm", by_process_vm, false },
};

static void can_read(const struct way *way, char *p, char want,
		     const char *what)
{
	char byte = 99;
	int err = way->access(p, &byte, false);

	ok(!err && byte == want, "%s reads %s", way->name, what);
	if (err || byte != want)
		diag("  errno %d, byte %d instead of %d", err, byte, want);
}

static void can_write(const struct way *way, char *p, char value,
		      const char *what)
{
	int err = way->access(p, &value, true);

	is((uint64_t)err, 0, "%s writes %s", way->name, what);
	can_read(way, p, value, what);
}

static void cannot(const struct way *way, char *p, bool write,
		   const char *what)
{
	char byte = 77;
	int err = way->access(p, &byte, write);

	is((uint64_t)err, way->forces ? EIO : EFAULT, "%s may not %s %s",
	   way->name, write ? "write" : "read", what);
}

static void test_way(const struct way *way, int nr)
{
	struct vmlab_space_stats before, after;
	uint64_t denied;

	before = space_stats(fd);
	can_read(way, shared, 1, "a shared mapping");
	can_read(way, private, 2, "a private copy");
	can_read(way, shared + (nr + 1) * page, 0, "a page never touched");
	after = space_stats(fd);
	is(after.filled - before.filled, 1, "%s fills the page", way->name);

	can_write(way, shared + 8, (char)(10 + nr), "a shared mapping");
	is(mine[8], (uint64_t)(10 + nr), "... in every process");
	can_write(way, private + 8, (char)(20 + nr), "a private mapping");
	can_write(way, private + 7 * page + nr, 1,
		  "a private mapping never touched");
	is(mine[8], (uint64_t)(10 + nr), "... for the process only");
	is(mine[7 * page + nr], 0, "... and the frame stays");

	can_read(way, shared_ro, 1, "a read-only shared mapping");
	denied = space_stats(fd).remote_access;
	cannot(way, shared_ro + 16 + nr, true, "a read-only shared mapping");
	is(mine[16 + nr], 0, "... and nothing changed");
	cannot(way, of_readonly, true, "a shared mapping of O_RDONLY");
	can_read(way, of_readonly, 0, "a shared mapping of O_RDONLY");
	if (way->forces) {
		ok(space_stats(fd).remote_access > denied,
		   "%s calls ->access of the VMA first", way->name);
		can_write(way, private_ro + page + nr, 5,
			  "a read-only private mapping");
		is(mine[page + nr], 0, "... for the process only");
		can_read(way, none, 1, "a mapping with PROT_NONE");
	} else {
		cannot(way, private_ro + page, true,
		       "a read-only private mapping");
		cannot(way, none, false, "a mapping with PROT_NONE");
	}
	cannot(way, shared + PAGES * page, false, "beyond the space");
	cannot(way, shared + PAGES * page, true, "beyond the space");
	cannot(way, private + PAGES * page, true, "beyond the space, private");
}

static void test_ranges(void)
{
	char buf[4096 * 2], *edge = shared + (PAGES - 1) * page;
	struct iovec local = { .iov_base = buf, .iov_len = sizeof(buf) };
	struct iovec remote = { .iov_base = edge, .iov_len = sizeof(buf) };

	is((uint64_t)pread(mem, buf, sizeof(buf), (off_t)(uintptr_t)edge), page,
	   "/proc/PID/mem reads up to the end of the space");
	is((uint64_t)process_vm_readv(pid, &local, 1, &remote, 1, 0), page,
	   "process_vm_readv reads up to the end of the space");
	memset(buf, 0x5a, sizeof(buf));
	is((uint64_t)pwrite(mem, buf, 64,
			    (off_t)(uintptr_t)(shared + 4 * page - 32)), 64,
	   "/proc/PID/mem writes across a page boundary");
	ok(mine[4 * page - 33] == 0 && mine[4 * page - 32] == 0x5a &&
	   mine[4 * page + 31] == 0x5a && mine[4 * page + 32] == 0,
	   "... exactly these bytes");
}

int main(void)
{
	char path[64], byte;
	int readonly, status;

	page = page_size();
	is(module_frames(), 0, "no frames before the first space");
	fd = dev_open(O_RDWR);
	readonly = dev_open(O_RDONLY);
	space_set_bytes(fd, PAGES * page);
	shared = map_shared(fd, PAGES + 1);
	shared_ro = map_pages(fd, PAGES, PROT_READ, MAP_SHARED, 0);
	private = map_pages(fd, PAGES + 1, rw, MAP_PRIVATE, 0);
	private_ro = map_pages(fd, PAGES, PROT_READ, MAP_PRIVATE, 0);
	none = map_pages(fd, PAGES, PROT_NONE, MAP_SHARED, 0);
	mine = map_shared(fd, PAGES);
	of_readonly = map_pages(readonly, PAGES, PROT_READ, MAP_SHARED, 0);

	pid = spawn(target, NULL);
	wait_stopped(pid, NULL);
	if (ptrace(PTRACE_ATTACH, pid, NULL, NULL) ||
	    waitpid(pid, &status, WUNTRACED) != pid)
		bail("ptrace: %s", strerror(errno));
	snprintf(path, sizeof(path), "/proc/%d/mem", pid);
	mem = open(path, O_RDWR | O_CLOEXEC);
	if (mem < 0)
		bail("%s: %s", path, strerror(errno));

	for (int i = 0; i < 3; i++)
		test_way(&ways[i], i);
	test_ranges();
	byte = 3;
	by_ptrace(private, &byte, true);
	byte = 4;
	by_ptrace(private_ro, &byte, true);
	close(mem);
	ptrace(PTRACE_DETACH, pid, NULL, NULL);
	kill(pid, SIGCONT);
	is((uint64_t)reap(pid), 0, "the process finds what was written");
	is(shared[0], 1, "... and no other process does");

	munmap(shared, (PAGES + 1) * page);
	munmap(shared_ro, PAGES * page);
	munmap(private, (PAGES + 1) * page);
	munmap(private_ro, PAGES * page);
	munmap(none, PAGES * page);
	munmap(mine, PAGES * page);
	unmap_and_close(fd, of_readonly, PAGES);
	close(readonly);
	is(module_frames(), 0, "remote access: every frame is freed");
	return tap_done();
}
