/* SPDX-License-Identifier: GPL-2.0 */
/* Open the file that a process has mapped, and no other one of the same name. */
#ifndef VMLAB_MAPPED_FILE_H
#define VMLAB_MAPPED_FILE_H

#include <sys/types.h>

#include "../bpf/faults.h"

/** struct mapped_file - a file as the BPF programs recorded it */
struct mapped_file {
	struct file_key key;
	__s64 size;
	__s64 mtime; /* s */
	const char *path; /* in the mount namespace of the process */
	pid_t pid; /* a process that has mapped it; it may have ended */
};

/**
 * mapped_file_open - open a file for reading
 *
 * Looks below /proc/PID/root, in the mount namespace of the caller, and in
 * /proc/PID/map_files, which has files that were deleted or replaced.  Accepts
 * only a regular file with the recorded device, inode, size and time of
 * modification.
 *
 * Return: a file descriptor, or -1 when the file cannot be found.
 */
int mapped_file_open(const struct mapped_file *file);

/** mapped_file_dev - convert the kernel's encoding of a device to that of stat(2) */
dev_t mapped_file_dev(__u32 kernel_dev);

#endif /* VMLAB_MAPPED_FILE_H */
