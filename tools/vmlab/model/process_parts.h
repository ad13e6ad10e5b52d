/* SPDX-License-Identifier: GPL-2.0 */
/* The parts of a process's address space that its mm knows: code, heap and so on. */
#ifndef VMLAB_MODEL_PROCESS_PARTS_H
#define VMLAB_MODEL_PROCESS_PARTS_H

#include <stddef.h>
#include <stdint.h>

#include <linux/vmlab.h>

/** struct process_part - one part: the range [@start, @end) */
struct process_part {
	const char *name;
	uint64_t start;
	uint64_t end;
};

#define PROCESS_PARTS_MAX 6

/**
 * process_parts - list the parts of a process that are not empty
 * @part: [out] in the order code, data, heap, mmap, arguments, environment
 *
 * Return: how many.
 */
size_t process_parts(const struct vmlab_mm *mm,
		     struct process_part part[static PROCESS_PARTS_MAX]);

#endif /* VMLAB_MODEL_PROCESS_PARTS_H */
