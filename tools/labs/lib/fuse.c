// SPDX-License-Identifier: GPL-2.0
/* A FUSE file system with the one file "f", served by a child. */
#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "labs/fuse.h"
#include "labs/lib/system_internal.h"
#include "labs/process.h"

enum {
	FILE_ID = FUSE_ROOT_ID + 1,
	REQUEST = 256 * 1024,
	WRITE = 64 * 1024,
	SLEEPS_MAX = 100,
};

/* what the server needs */
struct server {
	int fd; /* /dev/fuse */
	size_t length;
	unsigned int microseconds;
	int priority;
	volatile uint64_t *reads, *progress;
};

static void answer(const struct server *s, const struct fuse_in_header *in,
		   int error, const void *data, size_t size)
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

	/* Fails when the process that asked was killed: nobody waits then. */
	if (writev(s->fd, iov, size ? 2 : 1) < 0)
		return;
}

static struct fuse_attr attributes(const struct server *s, uint64_t node)
{
	return (struct fuse_attr){
		.ino = node,
		.mode = node == FUSE_ROOT_ID ? S_IFDIR | 0755 : S_IFREG | 0444,
		.nlink = 1,
		.size = node == FUSE_ROOT_ID ? 0 : s->length,
		.blksize = 4096,
	};
}

static void answer_read(const struct server *s, const struct fuse_in_header *in,
			uint32_t size)
{
	const struct timespec delay = {
		.tv_sec = s->microseconds / 1000000,
		.tv_nsec = (long)(s->microseconds % 1000000) * 1000,
	};
	static const char zeros[WRITE];
	uint64_t before = *s->progress;

	for (int i = 0; i < SLEEPS_MAX; i++) {
		nanosleep(&delay, NULL);
		if (*s->progress != before)
			break;
	}
	++*s->reads;
	answer(s, in, 0, zeros, size < sizeof(zeros) ? size : sizeof(zeros));
}

static void serve(const struct server *s, const struct fuse_in_header *in)
{
	static const struct fuse_init_out init = {
		.major = FUSE_KERNEL_VERSION,
		.minor = 31,
		.max_readahead = WRITE,
		.max_background = 64,
		.congestion_threshold = 48,
		.max_write = WRITE,
		.time_gran = 1,
	};
	const struct fuse_entry_out entry = {
		.nodeid = FILE_ID,
		.entry_valid = 3600,
		.attr_valid = 3600,
		.attr = attributes(s, FILE_ID),
	};
	const struct fuse_attr_out attr = {
		.attr_valid = 3600,
		.attr = attributes(s, in->nodeid),
	};
	const struct fuse_open_out opened = { .open_flags = FOPEN_KEEP_CACHE };

	switch (in->opcode) {
	case FUSE_INIT:
		answer(s, in, 0, &init, sizeof(init));
		return;
	case FUSE_LOOKUP:
		answer(s, in, strcmp((const char *)(in + 1), "f") ? -ENOENT : 0,
		       &entry, sizeof(entry));
		return;
	case FUSE_GETATTR:
		answer(s, in, 0, &attr, sizeof(attr));
		return;
	case FUSE_OPEN:
		answer(s, in, 0, &opened, sizeof(opened));
		return;
	case FUSE_READ:
		answer_read(s, in, ((const struct fuse_read_in *)(in + 1))->size);
		return;
	case FUSE_RELEASE:
		answer(s, in, 0, NULL, 0);
		return;
	case FUSE_FORGET:
	case FUSE_BATCH_FORGET:
	case FUSE_INTERRUPT:
		return; /* no answer is expected */
	default:
		/* The kernel does not repeat it: FUSE_FLUSH, for example. */
		answer(s, in, -ENOSYS, NULL, 0);
	}
}

static int server(struct lab_run *run, void *arg)
{
	static _Alignas(8) char request[REQUEST];
	const struct server *s = arg;
	const struct sched_param param = { .sched_priority = s->priority };

	(void)run;
	if (sched_setscheduler(0, SCHED_FIFO, &param))
		return 1;
	for (;;) {
		if (read(s->fd, request, sizeof(request)) > 0)
			serve(s, (const void *)request);
		else if (errno != EINTR && errno != ENOENT && errno != EAGAIN)
			return 0;
	}
}

static void mount_at(struct lab_run *run, int fd, char directory[LAB_PATH])
{
	char options[128];

	snprintf(directory, LAB_PATH, "/tmp/vmlab-fuse-%d", getpid());
	system_undo(run, UNDO_RMDIR, directory, NULL);
	if (mkdir(directory, 0700))
		lab_fail(run, "mkdir %s: %s", directory, strerror(errno));
	snprintf(options, sizeof(options),
		 "fd=%d,rootmode=40000,user_id=0,group_id=0", fd);
	system_undo(run, UNDO_UMOUNT, directory, NULL);
	if (mount("vmlab", directory, "fuse", MS_NOATIME, options))
		lab_skip(run, "a FUSE file system cannot be mounted: %s",
			 strerror(errno));
}

struct lab_fuse lab_fuse_start(struct lab_run *run, size_t length,
			       unsigned int microseconds, int priority,
			       volatile uint64_t *progress)
{
	char directory[LAB_PATH], path[LAB_PATH + 4];
	struct lab_fuse fuse = { .reads = lab_shared(run, sizeof(uint64_t)) };
	struct server s = {
		.length = length,
		.microseconds = microseconds,
		.priority = priority,
		.reads = fuse.reads,
		.progress = progress,
	};

	if (access("/dev/fuse", F_OK))
		system_load_module("fuse");
	s.fd = open("/dev/fuse", O_RDWR | O_CLOEXEC);
	if (s.fd < 0)
		lab_skip(run, "this kernel has no FUSE (CONFIG_FUSE_FS)");
	mount_at(run, s.fd, directory);
	fuse.server = lab_spawn(run, server, &s);
	/*
	 * The server alone holds the connection: when it is killed, the kernel
	 * aborts all requests, and no process waits for an answer for ever.
	 */
	close(s.fd);
	snprintf(path, sizeof(path), "%s/f", directory);
	fuse.fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fuse.fd < 0)
		lab_fail(run, "open %s: %s", path, strerror(errno));
	return fuse;
}
