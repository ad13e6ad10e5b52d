// SPDX-License-Identifier: GPL-2.0
/* Calls on descriptors: of the device, of regular files and of pipes. */
#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <unistd.h>

#include <linux/vmlab.h>

#include "fuzz/guided/world.h"

static const struct word open_flags[] = {
	WORD(O_RDWR), WORD(O_WRONLY), WORD(O_NONBLOCK), WORD(O_CLOEXEC), WORD(O_DIRECT),
	WORD(O_APPEND), WORD(O_SYNC), WORD(O_PATH), WORD(O_EXCL), WORD(O_ASYNC), WORD(O_TRUNC),
};

static const struct arg args_open[] = {
	{ .name = "slot", .type = A_SLOT },
	{ .name = "flags", .type = A_FLAGS, WORDS(open_flags), .limit = O_RDWR },
};

CALL(open)
{
	return keep(&world.fd[v[0]], open(VMLAB_DEVICE, (int)v[1]));
}

static const struct arg args_close[] = {
	{ .name = "slot", .type = A_SLOT },
};

CALL(close)
{
	int fd = world.fd[v[0]];

	world.fd[v[0]] = -1;
	return close(fd);
}

static const struct arg args_dup[] = {
	{ .name = "slot", .type = A_SLOT },
	{ .name = "from", .type = A_SLOT },
};

CALL(dup)
{
	return keep(&world.fd[v[0]], dup(world.fd[v[1]]));
}

static const struct arg args_read[] = {
	{ .name = "fd", .type = A_FD },
	{ .name = "buf", .type = A_BUF },
	{ .name = "bytes", .type = A_COUNT, .limit = 2 * PAGE },
};

CALL(read)
{
	return read((int)v[0], (void *)(uintptr_t)v[1], v[2]);
}

CALL(write)
{
	return write((int)v[0], (void *)(uintptr_t)v[1], v[2]);
}

#define args_write args_read

static const struct arg args_readv[] = {
	{ .name = "fd", .type = A_FD },
	{ .name = "buf", .type = A_BUF },
	{ .name = "addr", .type = A_ADDR },
	{ .name = "bytes", .type = A_COUNT, .limit = 2 * PAGE },
};

CALL(readv)
{
	struct iovec iov[2] = {
		{ (void *)(uintptr_t)v[1], v[3] }, { (void *)(uintptr_t)v[2], v[3] },
	};

	return readv((int)v[0], iov, 2);
}

static const struct arg args_pread[] = {
	{ .name = "fd", .type = A_FILE },
	{ .name = "addr", .type = A_ADDR },
	{ .name = "bytes", .type = A_COUNT, .limit = 4 * PAGE },
	{ .name = "offset", .type = A_OFFSET },
};

/* Between a file and memory of a space. */
CALL(pread)
{
	return pread((int)v[0], (void *)(uintptr_t)v[1], v[2], (off_t)v[3]);
}

CALL(pwrite)
{
	return pwrite((int)v[0], (void *)(uintptr_t)v[1], v[2], (off_t)(v[3] % (64 * PAGE)));
}

#define args_pwrite args_pread

static const struct arg args_lseek[] = {
	{ .name = "fd", .type = A_FD },
	{ .name = "offset", .type = A_OFFSET },
	{ .name = "whence", .type = A_COUNT, .limit = 6 },
};

CALL(lseek)
{
	return lseek((int)v[0], (off_t)v[1], (int)v[2]) < 0 ? -1 : 0;
}

static const struct word file_operations[] = {
	{ "FSYNC", 0 }, { "FDATASYNC", 1 }, { "TRUNCATE", 2 }, { "PUNCH", 3 },
	{ "ALLOCATE", 4 }, { "ADVISE", 5 }, { "READAHEAD", 6 }, { "SYNC_RANGE", 7 },
};

static const struct arg args_file[] = {
	{ .name = "fd", .type = A_FD },
	{ .name = "op", .type = A_ENUM, WORDS(file_operations) },
	{ .name = "offset", .type = A_OFFSET },
	{ .name = "length", .type = A_LENGTH },
};

CALL(file)
{
	int fd = (int)v[0];
	/* Files must stay small. */
	off_t offset = (off_t)(v[2] % (256 * PAGE)), length = (off_t)(v[3] % (64 * PAGE));

	switch (v[1] % 8) {
	case 0:
		return fsync(fd);
	case 1:
		return fdatasync(fd);
	case 2:
		return ftruncate(fd, offset);
	case 3:
		return fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, offset, length);
	case 4:
		return fallocate(fd, 0, offset, length);
	case 5:
		return posix_fadvise(fd, offset, length, POSIX_FADV_DONTNEED) ? -1 : 0;
	case 6:
		return readahead(fd, offset, (size_t)length);
	default:
		return sync_file_range(fd, offset, length, SYNC_FILE_RANGE_WRITE);
	}
}

static const struct arg args_fcntl[] = {
	{ .name = "fd", .type = A_FD },
	{ .name = "flags", .type = A_FLAGS, WORDS(open_flags) },
};

CALL(fcntl)
{
	return fcntl((int)v[0], F_SETFL, (int)v[1]);
}

static const struct arg args_poll[] = {
	{ .name = "fd", .type = A_FD },
	{ .name = "events", .type = A_COUNT, .limit = 64 },
	{ .name = "ms", .type = A_COUNT, .limit = 3 },
};

CALL(poll)
{
	struct pollfd p = { .fd = (int)v[0], .events = (short)v[1] };

	return poll(&p, 1, (int)v[2]);
}

static const struct arg args_unknown[] = {
	{ .name = "fd", .type = A_FD },
	{ .name = "number", .type = A_COUNT, .limit = 1 << 16 },
	{ .name = "buf", .type = A_BUF },
};

CALL(unknown)
{
	return ioctl((int)v[0], v[1], v[2]);
}

static const struct arg args_vmsplice[] = {
	{ .name = "addr", .type = A_ADDR },
	{ .name = "length", .type = A_LENGTH },
	{ .name = "flags", .type = A_COUNT, .limit = 16 },
	{ .name = "out", .type = A_COUNT, .limit = 2 },
};

/* Pages of a space that a pipe pins, or data of the pipe into them. */
CALL(vmsplice)
{
	struct iovec iov = { (void *)(uintptr_t)v[0], v[1] % (16 * PAGE) };

	return vmsplice(world.pipe[!v[3]], &iov, 1,
			(unsigned int)v[2] | SPLICE_F_NONBLOCK);
}

static const struct arg args_splice[] = {
	{ .name = "in", .type = A_FILE },
	{ .name = "out", .type = A_COUNT, .limit = 2 },
	{ .name = "bytes", .type = A_COUNT, .limit = 4 * PAGE },
};

CALL(splice)
{
	return v[1] ? splice(world.pipe[0], NULL, (int)v[0], NULL, v[2], SPLICE_F_NONBLOCK) :
		      splice((int)v[0], NULL, world.pipe[1], NULL, v[2], SPLICE_F_NONBLOCK);
}

const struct call_kind file_kinds[] = {
	KIND(open, 10), KIND(close, 4), KIND(dup, 2), KIND(read, 4), KIND(write, 1),
	KIND(readv, 1), KIND(pread, 2), KIND(pwrite, 2), KIND(lseek, 1), KIND(file, 4),
	KIND(fcntl, 1), KIND(poll, 1), KIND(unknown, 1), KIND(vmsplice, 3), KIND(splice, 1),
};

const size_t nr_file_kinds = ARRAY_SIZE(file_kinds);
