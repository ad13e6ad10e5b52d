// SPDX-License-Identifier: GPL-2.0
/*
 * Pages that the kernel holds for system calls: buffers of io_uring, pages that
 * vmsplice(2) put into a pipe.  They are not evicted while they are held, nor
 * marked clean by write-back.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/file.h"
#include "lib/page.h"
#include "lib/paging.h"
#include "lib/ring.h"
#include "lib/tap.h"

#define PAGES	8

static int source_file(void)
{
	int file = temp_file("/dev/shm", PAGES * page);
	char *p = mmap(NULL, PAGES * page, PROT_WRITE, MAP_SHARED, file, 0);

	for (size_t i = 0; i < PAGES; i++)
		memset(p + i * page, (int)('A' + i), page);
	munmap(p, PAGES * page);
	return file;
}

static size_t wrong_pages(const char *p)
{
	size_t wrong = 0;

	for (size_t i = 0; i < PAGES; i++)
		wrong += !all_bytes(p + i * page, (char)('A' + i), page);
	return wrong;
}

/* A worker of io_uring takes the faults. */
static void async_read(struct ring *ring, uint64_t budget)
{
	int file = source_file(), fd = dev_open(O_RDWR);
	char *p = map_shared(fd, PAGES);
	struct io_uring_sqe sqe = {
		.opcode = IORING_OP_READ, .flags = IOSQE_ASYNC, .fd = file,
		.addr = (uintptr_t)p, .len = (unsigned int)(PAGES * page),
	};

	if (budget)
		use_paging(fd, .budget = budget);
	is(ring_do(ring, &sqe), PAGES * page,
	   "an asynchronous read, budget %llu: bytes",
	   (unsigned long long)budget);
	is(space_stats(fd).filled, PAGES, "... pages filled");
	is(wrong_pages(p), 0, "... wrong pages");
	is(range(fd, VMLAB_RANGE_EVICT, 0, PAGES).busy, 0, "... pages busy then");
	unmap_and_close(fd, p, PAGES);
	close(file);
}

static int register_buffer(const struct ring *ring, void *p, size_t len)
{
	struct iovec iov = { p, len };

	return syscall(SYS_io_uring_register, ring->fd, IORING_REGISTER_BUFFERS,
		       &iov, 1) ? errno : 0;
}

static void unregister_buffers(const struct ring *ring)
{
	syscall(SYS_io_uring_register, ring->fd, IORING_UNREGISTER_BUFFERS,
		NULL, 0);
}

/*
 * What io_uring answers to a private mapping of a plain file.  Before 6.4 it
 * refuses mappings of all files that are not on tmpfs.
 */
static int private_file_errno(const struct ring *ring)
{
	int file = open("/proc/self/exe", O_RDONLY), err;
	char *p = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_PRIVATE, file,
		       0);

	if (p == MAP_FAILED)
		bail("mmap of /proc/self/exe: %s", strerror(errno));
	err = register_buffer(ring, p, page);
	if (!err)
		unregister_buffers(ring);
	munmap(p, page);
	close(file);
	return err;
}

/* Buffers that stay pinned until they are unregistered. */
static void fixed_buffers(struct ring *ring, int map, const char *kind)
{
	int file = source_file(), fd = dev_open(O_RDWR);
	char *p = map_pages(fd, PAGES, PROT_READ | PROT_WRITE, map, 0);
	struct io_uring_sqe sqe = {
		.opcode = IORING_OP_READ_FIXED, .fd = file,
		.addr = (uintptr_t)p, .len = (unsigned int)(PAGES * page),
	};
	int err = register_buffer(ring, p, PAGES * page);

	if (err) {
		/* As for files with page_mkwrite: FOLL_LONGTERM is refused. */
		if (map == MAP_SHARED)
			ok(err == EFAULT || err == EOPNOTSUPP,
			   "%s fixed buffers are refused: %s", kind,
			   strerror(err));
		else
			is(err, private_file_errno(ring),
			   "%s fixed buffers are refused as of other files: %s",
			   kind, strerror(err));
		unmap_and_close(fd, p, PAGES);
		close(file);
		return;
	}
	is(ring_do(ring, &sqe), PAGES * page, "%s fixed buffers: bytes",
	   kind);
	is(wrong_pages(p), 0, "%s fixed buffers: wrong pages", kind);
	range(fd, VMLAB_RANGE_EVICT, 0, PAGES);
	is(ring_do(ring, &sqe), PAGES * page,
	   "%s fixed buffers after EVICT: bytes", kind);
	is(wrong_pages(p), 0, "%s fixed buffers after EVICT: wrong pages", kind);
	unregister_buffers(ring);
	unmap_and_close(fd, p, PAGES);
	close(file);
}

/* A pipe holds the page itself, not a copy. */
static void spliced(unsigned int flags, const char *kind)
{
	int fd = dev_open(O_RDWR), pipes[2];
	char *p = map_shared(fd, PAGES), *copy = malloc(page);
	struct iovec iov = { p, page };
	struct vmlab_range r;

	if (!copy || pipe(pipes))
		bail("pipe: %s", strerror(errno));
	memset(p, 's', page);
	is(vmsplice(pipes[1], &iov, 1, flags), page, "%s: bytes", kind);
	r = range(fd, VMLAB_RANGE_EVICT, 0, 1);
	is(r.busy, 1, "%s: EVICT: the page is busy", kind);
	memset(p, 't', page);
	is(read(pipes[0], copy, page), page, "%s: bytes read", kind);
	ok(all_bytes(copy, 't', page), "%s: the pipe has the page itself", kind);
	is(range(fd, VMLAB_RANGE_EVICT, 0, 1).done, 1,
	   "%s: evicted once the pipe is read", kind);
	ok(all_bytes(p, 't', page), "%s: the page then", kind);

	/* The frame is freed while the pipe holds its page. */
	vmsplice(pipes[1], &iov, 1, flags);
	is(range(fd, VMLAB_RANGE_DROP, 0, 1).done, 1, "%s: DROP", kind);
	ok(all_bytes(p, 0, page), "%s: the page after DROP", kind);
	is(read(pipes[0], copy, page), page, "%s: bytes read", kind);
	ok(all_bytes(copy, 't', page), "%s: the pipe kept the contents", kind);
	free(copy);
	close(pipes[0]);
	close(pipes[1]);
	unmap_and_close(fd, p, PAGES);
}

/*
 * A page that a system call may still write to stays dirty: direct I/O marks it
 * only some time after it is done.  A pipe stands for the system call.
 */
static void held_dirty(void)
{
	int file, fd = open_file_space("/dev/shm", page, &file), pipes[2];
	char *p = map_shared(fd, 1), *copy = malloc(page);
	struct iovec iov = { p, page };

	if (!copy || pipe(pipes))
		bail("pipe: %s", strerror(errno));
	memset(p, 'h', page);
	is(vmsplice(pipes[1], &iov, 1, 0), page, "file backing, held: bytes");
	works(msync(p, page, MS_SYNC), "... msync");
	ok(file_has(file, 0, 'h', page), "... is written back");
	is(space_stats(fd).frames_dirty, 1, "... stays dirty");
	is(read(pipes[0], copy, page), page, "... is released: bytes");
	works(msync(p, page, MS_SYNC), "... msync then");
	is(space_stats(fd).frames_dirty, 0, "... is clean");
	free(copy);
	close(pipes[0]);
	close(pipes[1]);
	close(file);
	unmap_and_close(fd, p, 1);
}

int main(void)
{
	unsigned long long frames = module_frames();
	struct ring ring;

	if (!ring_open(&ring, 0)) {
		async_read(&ring, 0);
		async_read(&ring, 2);
		fixed_buffers(&ring, MAP_SHARED, "shared");
		fixed_buffers(&ring, MAP_PRIVATE, "private");
		ring_close(&ring);
	} else {
		skip("no io_uring", "io_uring");
	}
	spliced(0, "vmsplice");
	spliced(SPLICE_F_GIFT, "vmsplice: GIFT");
	held_dirty();
	is(module_frames(), frames, "frames of the module, as at the start");
	return tap_done();
}
