/* SPDX-License-Identifier: GPL-2.0 */
/* A file whose pages a process of the lab provides: a disk of known slowness. */
#ifndef LABS_FUSE_H
#define LABS_FUSE_H

#include <sys/types.h>

#include "labs/lab.h"

/**
 * struct lab_fuse - a FUSE file system with one file
 * @fd: the file, open for reading
 * @server: the process that answers
 * @reads: read requests that it answered
 */
struct lab_fuse {
	int fd;
	pid_t server;
	volatile uint64_t *reads;
};

/**
 * lab_fuse_start - mount a file system, and open its file
 * @length: bytes of the file, zeros
 * @microseconds: how long the server sleeps before it answers a read
 * @priority: of SCHED_FIFO for the server, which has the affinity of the caller
 * @progress: shared: the server sleeps on, up to 100 times, until it changed, so
 *	that a busy host does not let the time pass before another process ran
 *
 * The mount is removed when the run ends.  Skips the lab without FUSE.
 */
struct lab_fuse lab_fuse_start(struct lab_run *run, size_t length,
			       unsigned int microseconds, int priority,
			       volatile uint64_t *progress);

#endif /* LABS_FUSE_H */
