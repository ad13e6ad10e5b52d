// SPDX-License-Identifier: GPL-2.0
/*
 * What happens to pages between a write through an entry that was cleaned and the
 * next request: each such write is reported, once, and its contents are there.
 */
#include "dirty_entries.h"

#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/file.h"
#include "lib/page.h"
#include "lib/paging.h"
#include "lib/tap.h"
#include "lib/uffd.h"

#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL	102
#define MADV_GUARD_REMOVE	103
#endif

#define BIT(n)	((uint64_t)1 << (n))

/* Pages written after the entries were cleaned: before and in the operation. */
enum { A = 3, B = 5, C = 9 };

struct state {
	int fd;
	char *p;
	char *private;		/* a private mapping of page 0, or NULL */
};

static void write_page(char *p, size_t n, char value)
{
	memset(p + n * page, value, page);
}

static void evict(struct state *s)
{
	range(s->fd, VMLAB_RANGE_EVICT, 0, NR);
}

static void evict_and_read(struct state *s)
{
	evict(s);
	for (size_t i = 0; i < NR; i++)
		(void)*(volatile char *)(s->p + i * page);
}

static void evict_and_write(struct state *s)
{
	evict(s);
	write_page(s->p, C, 2);
}

static void write_and_evict_twice(struct state *s)
{
	write_page(s->p, C, 1);
	evict_and_read(s);
	write_page(s->p, C, 2);
	evict(s);
}

static void drop_entries(struct state *s)
{
	madvise(s->p, NR * page, MADV_DONTNEED);
	write_page(s->p, C, 2);
}

static void unmap(struct state *s)
{
	write_page(s->p, C, 2);
	munmap(s->p, NR * page);
	s->p = NULL;
}

static void move(struct state *s)
{
	char *to = mmap(NULL, NR * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS,
			-1, 0);

	write_page(s->p, C, 1);
	s->p = mremap(s->p, NR * page, NR * page, MREMAP_MAYMOVE | MREMAP_FIXED,
		      to);
	write_page(s->p, C, 2);
}

static void protect(struct state *s)
{
	write_page(s->p, C, 1);
	mprotect(s->p, NR * page, PROT_READ);
	mprotect(s->p, NR * page, PROT_READ | PROT_WRITE);
	write_page(s->p, C, 2);
}

static void advise(struct state *s)
{
	write_page(s->p, C, 2);
	madvise(s->p, NR * page, MADV_COLD);
	madvise(s->p, NR * page, MADV_PAGEOUT);
}

static int child_writes(void *arg)
{
	write_page(arg, C, 2);
	return 0;
}

static void fork_and_exit(struct state *s)
{
	reap(spawn(child_writes, s->p));
}

static int child_stops(void *arg)
{
	write_page(arg, C, 2);
	stop_self();
	return 0;
}

static void fork_and_kill(struct state *s)
{
	pid_t pid = spawn(child_stops, s->p);
	int status;

	if (!wait_stopped(pid, &status))
		bail("a child ended");
	kill_and_reap(pid);
}

static void write_remote(struct state *s)
{
	static char buf[65536];
	struct iovec local = { buf, page }, remote = { s->p + C * page, page };

	memset(buf, 2, page);
	if (process_vm_writev(getpid(), &local, 1, &remote, 1, 0) !=
	    (ssize_t)page)
		bail("process_vm_writev: %s", strerror(errno));
}

/* Write a setting of zram0; false when there is no such device, or it is in use. */
static bool set_zram(const char *name, const char *value)
{
	char path[64];
	bool written;
	int fd;

	snprintf(path, sizeof(path), "/sys/block/zram0/%s", name);
	fd = open(path, O_WRONLY);
	written = fd >= 0 && write(fd, value, strlen(value)) > 0;
	if (fd >= 0)
		close(fd);
	return written;
}

/* By a read for which a block device's driver pins the page. */
static void read_direct(struct state *s)
{
	int fd = open("/dev/zram0", O_RDWR | O_DIRECT);
	char *buf = map_pages(-1, 1, PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS, 0);

	memset(buf, 2, page);
	if (fd < 0 || pwrite(fd, buf, page, 0) != (ssize_t)page ||
	    pread(fd, s->p + C * page, page, 0) != (ssize_t)page)
		bail("/dev/zram0: %s", strerror(errno));
	munmap(buf, page);
	close(fd);
}

static void other_mapping(struct state *s)
{
	char *q = map_shared(s->fd, NR);

	write_page(q, C, 2);
	munmap(q, NR * page);
}

static void set_length(struct state *s)
{
	write_page(s->p, C, 2);
	write_page(s->p, NR - 1, 2);
	if (set_space(s->fd, 0, (C + 1) * page, VMLAB_BACKING_ZERO) ||
	    set_space(s->fd, 0, 0, VMLAB_BACKING_ZERO))
		bail("SPACE_SET: %s", strerror(errno));
}

static void drop(struct state *s)
{
	write_page(s->p, C, 2);
	write_page(s->p, NR - 1, 2);
	range(s->fd, VMLAB_RANGE_DROP, NR - 1, 1);
}

static void budget(struct state *s)
{
	use_paging(s->fd, .budget = 2, .policy = VMLAB_POLICY_FIFO);
	write_page(s->p, C, 2);
	for (size_t i = NR / 2; i < NR; i++)
		(void)*(volatile char *)(s->p + i * page);
}

struct operation {
	const char *name;
	void (*apply)(struct state *s);
	bool wrote;		/* page C */
};

static const struct operation operations[] = {
	{ "evicted", evict, false },
	{ "evicted and read", evict_and_read, false },
	{ "evicted and written", evict_and_write, true },
	{ "evicted twice", write_and_evict_twice, true },
	{ "evicted by a budget", budget, true },
	{ "dropped from the page table", drop_entries, true },
	{ "unmapped", unmap, true },
	{ "moved by mremap", move, true },
	{ "protected and written", protect, true },
	{ "MADV_COLD, MADV_PAGEOUT", advise, true },
	{ "written by a child", fork_and_exit, true },
	{ "written by a child that was killed", fork_and_kill, true },
	{ "written by process_vm_writev", write_remote, true },
	{ "written in another mapping", other_mapping, true },
	{ "beyond the end of a shorter space", set_length, true },
	{ "dropped", drop, true },
};

/*
 * A space, mapped, all pages written, reported and clean.  A private mapping is
 * where mm's walk of all mappings ends.
 */
static struct state start(bool private_mapping)
{
	struct state s = { .fd = dev_open(O_RDWR) };

	if (private_mapping)
		s.private = map_pages(s.fd, 1, PROT_READ, MAP_PRIVATE, 0);
	s.p = map_shared(s.fd, NR);
	for (size_t i = 0; i < NR; i++)
		write_page(s.p, i, 1);
	if (get_dirty(s.fd, TAKE, 0, NR, NULL) != NR ||
	    get_dirty(s.fd, TAKE, 0, NR, NULL))
		bail("pages are not dirty, or not clean");
	return s;
}

static void check_contents(int fd, const char *what, bool wrote)
{
	char *q = map_shared(fd, NR);

	ok(all_bytes(q + A * page, 2, page) && all_bytes(q + B * page, 2, page) &&
	   all_bytes(q + C * page, wrote ? 2 : 1, page),
	   "%s: contents", what);
	munmap(q, NR * page);
}

static void run(const struct operation *op, uint32_t flags, bool private_mapping)
{
	const uint64_t want = BIT(A) | BIT(B) | (op->wrote ? BIT(C) : 0);
	struct state s = start(private_mapping);
	uint64_t bitmap;

	write_page(s.p, A, 2);
	write_page(s.p, B, 2);
	op->apply(&s);
	get_dirty(s.fd, 0, 0, NR, &bitmap);
	is(bitmap, want, "%s: reported", op->name);
	get_dirty(s.fd, flags, 0, NR, &bitmap);
	is(bitmap, want, "%s: reported and cleared", op->name);
	is(get_dirty(s.fd, TAKE, 0, NR, NULL), 0, "%s: clean", op->name);
	check_contents(s.fd, op->name, op->wrote);
	if (s.private)
		munmap(s.private, page);
	unmap_and_close(s.fd, s.p ?: map_shared(s.fd, NR), NR);
}

/* Writes after the first cause no fault, unless pages are write-protected. */
static void faults(void)
{
	struct state s = start(false);
	struct vmlab_space_stats before, after;

	before = space_stats(s.fd);
	for (int round = 0; round < 3; round++) {
		for (size_t i = 0; i < NR; i++)
			write_page(s.p, i, (char)round);
		is(get_dirty(s.fd, TAKE, 0, NR, NULL), NR, "pages written again");
	}
	after = space_stats(s.fd);
	is(after.faults, before.faults, "faults meanwhile");
	is(after.mkwrite, before.mkwrite, "entries made writable meanwhile");
	is(after.frames_dirty, NR, "frames that are not saved");

	write_page(s.p, A, 2);
	is(get_dirty(s.fd, VMLAB_DIRTY_CLEAR, 0, NR, NULL), 1,
	   "pages, write-protected this time");
	write_page(s.p, A, 3);
	write_page(s.p, B, 3);
	after = space_stats(s.fd);
	is(after.mkwrite, before.mkwrite + 1, "entries made writable after that");
	is(get_dirty(s.fd, TAKE, 0, NR, NULL), 2, "pages written after that");
	unmap_and_close(s.fd, s.p, NR);
}

/* Private mappings that exist: what they write is no page of the space. */
static void private_copies(void)
{
	struct state s = start(false);
	char *q = map_pages(s.fd, NR, PROT_READ | PROT_WRITE, MAP_PRIVATE, 0);
	char *late = map_shared(s.fd, NR);
	uint64_t bitmap;

	(void)*(volatile char *)(q + A * page);
	write_page(q, B, 7);
	write_page(s.p, A, 2);
	write_page(late, C, 2);
	get_dirty(s.fd, TAKE, 0, NR, &bitmap);
	is(bitmap, BIT(A) | BIT(C), "beside a private mapping: reported");
	ok(all_bytes(q + B * page, 7, page), "a private copy stays");
	ok(all_bytes(q + A * page, 2, page) && all_bytes(s.p + B * page, 1, page),
	   "contents beside a private mapping");
	write_page(late, C, 3);
	get_dirty(s.fd, TAKE, 0, NR, &bitmap);
	is(bitmap, BIT(C), "beside a private mapping: reported again");
	munmap(q, NR * page);
	munmap(late, NR * page);
	unmap_and_close(s.fd, s.p, NR);
}

/* Guard regions are entries without a page: they hold. */
static void guards(void)
{
	struct state s = start(false);
	uint64_t bitmap;

	if (madvise(s.p + C * page, page, MADV_GUARD_INSTALL)) {
		skip("no guard regions in files", "guard regions");
		unmap_and_close(s.fd, s.p, NR);
		return;
	}
	write_page(s.p, A, 2);
	get_dirty(s.fd, TAKE, 0, NR, &bitmap);
	is(bitmap & ~BIT(C), BIT(A), "beside a guard region: reported");
	is(touch(s.p + C * page, TOUCH_WRITE, 1, NULL), SIGSEGV,
	   "a guard region holds");
	write_page(s.p, B, 2);
	fork_and_exit(&(struct state){ .p = s.p - (C - A) * page });
	get_dirty(s.fd, TAKE, 0, NR, &bitmap);
	is(bitmap, BIT(A) | BIT(B), "written in a child with a guard region");
	is(touch(s.p + C * page, TOUCH_READ, 0, NULL), SIGSEGV,
	   "a guard region still holds");
	madvise(s.p + C * page, page, MADV_GUARD_REMOVE);
	write_page(s.p, C, 2);
	get_dirty(s.fd, TAKE, 0, NR, &bitmap);
	is(bitmap, BIT(C), "written where a guard region was");
	check_contents(s.fd, "guard regions", true);
	unmap_and_close(s.fd, s.p, NR);
}

/* Markers of userfaultfd, where pages were write-protected and then evicted. */
static void markers(void)
{
	struct state s = start(false);
	int uffd = uffd_watch(s.p, NR * page);
	uint64_t bitmap;

	if (uffd < 0 || uffd_protect(uffd, s.p, NR * page)) {
		skip("no asynchronous write protection", "markers");
		goto out;
	}
	write_page(s.p, A, 2);
	evict(&s);
	/* Other markers can count, but once. */
	get_dirty(s.fd, TAKE, 0, NR, &bitmap);
	ok(bitmap & BIT(A), "between markers: reported");
	is(get_dirty(s.fd, TAKE, 0, NR, NULL), 0, "between markers: clean");
	write_page(s.p, B, 2);
	write_page(s.p, C, 2);
	get_dirty(s.fd, TAKE, 0, NR, &bitmap);
	is(bitmap, BIT(B) | BIT(C), "written at markers: reported");
	check_contents(s.fd, "markers", true);
out:
	if (uffd >= 0)
		close(uffd);
	unmap_and_close(s.fd, s.p, NR);
}

static void run_all_ways(const struct operation *op)
{
	run(op, TAKE, false);
	run(op, VMLAB_DIRTY_CLEAR, false);
	run(op, TAKE, true);
}

static void direct(void)
{
	static const struct operation op = {
		"written by a read with O_DIRECT", read_direct, true,
	};

	if (!set_zram("disksize", "1M")) {
		skip("no zram device", "%s", op.name);
		return;
	}
	run_all_ways(&op);
	set_zram("reset", "1");
}

void test_operations(void)
{
	const size_t nr = sizeof(operations) / sizeof(operations[0]);

	faults();
	for (size_t i = 0; i < nr; i++)
		run_all_ways(&operations[i]);
	direct();
	private_copies();
	guards();
	markers();
}
