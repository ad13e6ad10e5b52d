// SPDX-License-Identifier: GPL-2.0
/* Calls of io_uring(7), without a library. */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <linux/io_uring.h>

#include "fuzz/guided/world.h"

enum { ENTRIES = 4 };

static struct io_uring_params ring_params;
static char *rings;
static struct io_uring_sqe *sqes;

static const struct arg args_uring_open[] = {
	{ .name = "flags", .type = A_COUNT, .limit = 2 },
};

CALL(uring_open)
{
	size_t bytes;
	int fd;

	memset(&ring_params, 0, sizeof(ring_params));
	ring_params.flags = v[0] ? IORING_SETUP_SQPOLL : 0;
	ring_params.sq_thread_idle = 1;
	fd = (int)syscall(SYS_io_uring_setup, ENTRIES, &ring_params);
	if (fd < 0)
		return -1;
	bytes = ring_params.cq_off.cqes + ring_params.cq_entries * sizeof(struct io_uring_cqe);
	rings = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd,
		     IORING_OFF_SQ_RING);
	sqes = mmap(NULL, ring_params.sq_entries * sizeof(*sqes), PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_POPULATE, fd, (off_t)IORING_OFF_SQES);
	if ((void *)rings == MAP_FAILED || (void *)sqes == MAP_FAILED) {
		rings = NULL;
		close(fd);
		return -1;
	}
	return keep(&world.ring, fd);
}

static const struct arg args_uring_register[] = {
	{ .name = "addr", .type = A_ADDR },
	{ .name = "length", .type = A_LENGTH },
	{ .name = "undo", .type = A_COUNT, .limit = 4 },
};

/* Registered buffers are pinned for long. */
CALL(uring_register)
{
	struct iovec iov = { (void *)(uintptr_t)v[0], v[1] % (64 * PAGE) };

	if (v[2] == 1)
		return syscall(SYS_io_uring_register, world.ring, IORING_UNREGISTER_BUFFERS,
			       NULL, 0);
	return syscall(SYS_io_uring_register, world.ring, IORING_REGISTER_BUFFERS, &iov, 1);
}

static const struct word opcodes[] = {
	WORD(IORING_OP_READ), WORD(IORING_OP_WRITE), WORD(IORING_OP_READ_FIXED),
	WORD(IORING_OP_WRITE_FIXED), WORD(IORING_OP_FSYNC), WORD(IORING_OP_MADVISE),
	WORD(IORING_OP_POLL_ADD), WORD(IORING_OP_FALLOCATE), WORD(IORING_OP_NOP),
};

static const struct arg args_uring_submit[] = {
	{ .name = "op", .type = A_ENUM, WORDS(opcodes) },
	{ .name = "fd", .type = A_FD },
	{ .name = "addr", .type = A_ADDR },
	{ .name = "bytes", .type = A_COUNT, .limit = 8 * PAGE },
	{ .name = "async", .type = A_COUNT, .limit = 2 },
	{ .name = "wait", .type = A_COUNT, .limit = 2 },
};

CALL(uring_submit)
{
	struct io_uring_sqe *sqe;
	unsigned int *tail, *array;

	if (!rings || world.ring < 0) {
		errno = EBADF;
		return -1;
	}
	tail = (void *)(rings + ring_params.sq_off.tail);
	array = (void *)(rings + ring_params.sq_off.array);
	sqe = &sqes[*tail % ring_params.sq_entries];
	memset(sqe, 0, sizeof(*sqe));
	sqe->opcode = (uint8_t)v[0];
	sqe->fd = (int)v[1];
	sqe->addr = v[2];
	sqe->len = (uint32_t)v[3];
	sqe->flags = v[4] ? IOSQE_ASYNC : 0;
	array[*tail % ring_params.sq_entries] = *tail % ring_params.sq_entries;
	__atomic_store_n(tail, *tail + 1, __ATOMIC_RELEASE);
	return syscall(SYS_io_uring_enter, world.ring, 1, v[5], v[5] ? IORING_ENTER_GETEVENTS : 0,
		       NULL, 0);
}

const struct call_kind uring_kinds[] = {
	KIND(uring_open, 2), KIND(uring_register, 2), KIND(uring_submit, 3),
};

const size_t nr_uring_kinds = ARRAY_SIZE(uring_kinds);
