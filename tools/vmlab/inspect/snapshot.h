/* SPDX-License-Identifier: GPL-2.0 */
/* Snapshots: taken of a process, written to a file, and read back. */
#ifndef VMLAB_INSPECT_SNAPSHOT_H
#define VMLAB_INSPECT_SNAPSHOT_H

#include <stdio.h>

#include "model/snapshot.h"

/**
 * snapshot_take - record the address space of a process
 * @with_rss: read its page tables too
 * @snap: [out] to be freed by snapshot_free(), also after an error
 *
 * The VMAs are those of one moment, unless the process changes them between
 * two requests; no VMA is missed or appears twice.
 *
 * Return: 0 or a negative errno of libvmlab; -ENXIO for a kernel thread.
 */
int snapshot_take(const struct vmlab *lab, const struct vmlab_proc *proc,
		  bool with_rss, struct snapshot *snap);

/**
 * snapshot_write - print a snapshot as JSON lines: the process, then its VMAs
 *
 * Names are kept byte by byte, see json_put_name().
 */
void snapshot_write(FILE *out, const struct snapshot *snap);

/**
 * snapshot_read - read what snapshot_write() printed
 * @snap: [out] to be freed by snapshot_free(), also after an error
 * @why: [out] the error, on one line
 *
 * Return: 0, or -EINVAL for anything but a snapshot.
 */
int snapshot_read(FILE *in, struct snapshot *snap, char why[static 160]);

/**
 * snapshot_load - read a snapshot from a file, or from standard input for "-"
 * @snap: [out] to be freed by snapshot_free(), also after an error
 *
 * Return: an exit code, with the error reported.
 */
int snapshot_load(const char *path, struct snapshot *snap);

#endif /* VMLAB_INSPECT_SNAPSHOT_H */
