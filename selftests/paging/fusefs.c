// SPDX-License-Identifier: GPL-2.0
#include "paging/fusefs.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/tap.h"

#define FIRST_FILE	2	/* number of the inode of f0 */
#define REQUEST_MAX	(256u << 10)
#define WRITE_MAX	(64u << 10)

static void answer(int fd, const struct fuse_in_header *in, int error,
		   const void *data, size_t size)
{
	struct fuse_out_header out = {
		.len = (uint32_t)(sizeof(out) + size),
		.error = error,
		.unique = in->unique,
	};
	struct iovec iov[] = {
		{ &out, sizeof(out) },
		{ (void *)(uintptr_t)data, size },
	};

	/* The task that asked may be gone. */
	if (writev(fd, iov, size ? 2 : 1) < 0)
		return;
}

static struct fuse_attr attributes(uint64_t node)
{
	struct fuse_attr attr = {
		.ino = node,
		.mode = node == FUSE_ROOT_ID ? S_IFDIR | 0755 : S_IFREG | 0666,
		.nlink = 1,
		.size = node == FUSE_ROOT_ID ? 0 : FUSEFS_PAGES * page_size(),
		.blksize = (uint32_t)page_size(),
	};

	return attr;
}

static void lookup(int fd, const struct fuse_in_header *in, const char *name)
{
	struct fuse_entry_out entry = {
		.entry_valid = 3600,
		.attr_valid = 3600,
	};

	if (name[0] != 'f' || name[1] < '0' || name[1] > '9' || name[2]) {
		answer(fd, in, -ENOENT, NULL, 0);
		return;
	}
	entry.nodeid = FIRST_FILE + (uint64_t)(name[1] - '0');
	entry.attr = attributes(entry.nodeid);
	answer(fd, in, 0, &entry, sizeof(entry));
}

/* Where f9 keeps @bytes from @offset, or NULL. */
static char *kept_at(const struct fusefs *fs, const struct fusefs_file *file, uint64_t offset,
		     size_t bytes)
{
	const size_t all = FUSEFS_PAGES * page_size();

	return file == &fs->file[FUSEFS_KEEPS] && offset <= all && bytes <= all - offset ?
	       fs->kept + offset : NULL;
}

/* @file: NULL when no file has this number */
static void serve_read(struct fusefs *fs, const struct fuse_in_header *in,
		       struct fusefs_file *file)
{
	const struct fuse_read_in *read_in = (const void *)(in + 1);
	static char data[REQUEST_MAX];
	const char *kept = kept_at(fs, file, read_in->offset, read_in->size);
	int fd = fs->fd;

	if (!file) {
		answer(fd, in, -EBADF, NULL, 0);
		return;
	}
	file->reads++;
	if (file->hang_read)
		return;
	if (file->read_error) {
		answer(fd, in, -file->read_error, NULL, 0);
		return;
	}
	memset(data, 'f', sizeof(data));
	answer(fd, in, 0, kept ? kept : data, read_in->size);
}

static void serve_write(struct fusefs *fs, const struct fuse_in_header *in,
			struct fusefs_file *file)
{
	const struct fuse_write_in *write_in = (const void *)(in + 1);
	struct fuse_write_out written = { .size = write_in->size };
	char *kept = kept_at(fs, file, write_in->offset, write_in->size);
	int fd = fs->fd;

	if (!file) {
		answer(fd, in, -EBADF, NULL, 0);
		return;
	}
	file->uid = in->uid;
	file->writes++;
	if (file->hang_write)
		return;
	if (file->write_error && !(file->writes % file->write_error_every)) {
		file->write_errors++;
		answer(fd, in, -file->write_error, NULL, 0);
		return;
	}
	if (kept)
		memcpy(kept, write_in + 1, write_in->size);
	answer(fd, in, 0, &written, sizeof(written));
}

static void serve(struct fusefs *fs, const struct fuse_in_header *in)
{
	static const struct fuse_init_out init = {
		.major = FUSE_KERNEL_VERSION,
		.minor = 31,
		.max_readahead = WRITE_MAX,
		.flags = FUSE_ASYNC_READ,
		.max_background = 64,
		.congestion_threshold = 48,
		.max_write = WRITE_MAX,
		.time_gran = 1,
	};
	const void *arg = in + 1;
	struct fuse_attr_out attr = { .attr_valid = 3600 };
	struct fuse_open_out open_out = { .open_flags = FOPEN_KEEP_CACHE };
	struct fusefs_file *file = NULL;

	if (in->nodeid >= FIRST_FILE && in->nodeid < FIRST_FILE + FUSEFS_FILES)
		file = &fs->file[in->nodeid - FIRST_FILE];
	switch (in->opcode) {
	case FUSE_INIT:
		answer(fs->fd, in, 0, &init, sizeof(init));
		return;
	case FUSE_LOOKUP:
		lookup(fs->fd, in, arg);
		return;
	case FUSE_GETATTR:
	case FUSE_SETATTR:
		attr.attr = attributes(in->nodeid);
		answer(fs->fd, in, 0, &attr, sizeof(attr));
		return;
	case FUSE_OPEN:
		answer(fs->fd, in, 0, &open_out, sizeof(open_out));
		return;
	case FUSE_READ:
		serve_read(fs, in, file);
		return;
	case FUSE_WRITE:
		serve_write(fs, in, file);
		return;
	case FUSE_FLUSH:
	case FUSE_RELEASE:
	case FUSE_FSYNC:
		answer(fs->fd, in, 0, NULL, 0);
		return;
	case FUSE_FORGET:
	case FUSE_BATCH_FORGET:
	case FUSE_INTERRUPT:
		return;
	default:
		answer(fs->fd, in, -ENOSYS, NULL, 0);
	}
}

static int server(void *arg)
{
	static _Alignas(8) char request[REQUEST_MAX];
	struct fusefs *fs = arg;

	for (;;) {
		if (read(fs->fd, request, sizeof(request)) > 0)
			serve(fs, (const void *)request);
		else if (errno != EINTR && errno != ENOENT && errno != EAGAIN)
			return 0;
	}
}

struct fusefs *fusefs_start(void)
{
	struct fusefs *fs = mmap(NULL, sizeof(*fs), PROT_READ | PROT_WRITE,
				 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	char options[128];

	if (fs == MAP_FAILED)
		bail("mmap: %s", strerror(errno));
	fs->kept = mmap(NULL, FUSEFS_PAGES * page_size(), PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (fs->kept == MAP_FAILED)
		bail("mmap: %s", strerror(errno));
	if (system("modprobe -q fuse"))
		diag("no modprobe, or fuse is built in");
	snprintf(fs->dir, sizeof(fs->dir), "/tmp/vmlab-fuse-XXXXXX");
	fs->fd = open("/dev/fuse", O_RDWR);
	if (fs->fd < 0 || !mkdtemp(fs->dir) || chmod(fs->dir, 0755))
		return NULL;
	snprintf(options, sizeof(options),
		 "fd=%d,rootmode=40000,user_id=0,group_id=0,allow_other",
		 fs->fd);
	if (mount("vmlab-test", fs->dir, "fuse", 0, options)) {
		rmdir(fs->dir);
		return NULL;
	}
	fs->server = spawn(server, fs);
	return fs;
}

int fusefs_open(const struct fusefs *fs, unsigned int nr)
{
	char name[64];
	int fd;

	snprintf(name, sizeof(name), "%s/f%u", fs->dir, nr);
	fd = open(name, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		bail("%s: %s", name, strerror(errno));
	return fd;
}

void fusefs_abort(struct fusefs *fs)
{
	umount2(fs->dir, MNT_FORCE);
	umount2(fs->dir, MNT_DETACH);
	kill_and_reap(fs->server);
	close(fs->fd);
	rmdir(fs->dir);
}
