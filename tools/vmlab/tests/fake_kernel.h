/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A kernel for tests of libvmlab: the linker wraps open(2) and ioctl(2).
 *
 * It answers as <linux/vmlab.h> promises, and also in ways that are rare with a
 * real one: short batches, EINTR, names that do not fit, a target that exits
 * during a walk, answers that break the rules.
 */
#ifndef VMLAB_TESTS_FAKE_KERNEL_H
#define VMLAB_TESTS_FAKE_KERNEL_H

#include <stdbool.h>

#include "libvmlab.h"

#define NR_VMAS 1000
#define PAGE	UINT64_C(4096)

/**
 * struct fake_kernel - how the kernel behaves, and what it was asked
 *
 * The members from @requests on are written by the kernel.
 */
struct fake_kernel {
	int open_errno;
	uint32_t abi_version;
	uint64_t features;
	unsigned int interruptions; /* number of EINTR before each answer */
	unsigned int batch; /* records in an answer, at most */
	unsigned int exit_after; /* ESRCH after so many requests; 0: never */
	size_t name_length; /* of VMA 500 */
	bool stuck; /* reports the same record again and again */
	bool wild_offset; /* the name of a VMA is outside the strings */
	bool old; /* has no names for the flags of page tables */
	bool old_vmas; /* has no flags of VMLAB_IOC_VMAS */
	unsigned int nr_tasks;
	unsigned int nr_records; /* tree items, gaps, entries, pages, regions */
	uint32_t result; /* flags of those answers */
	int mm_errno;
	unsigned int requests;
	uint32_t vmas_flags; /* of the last VMLAB_IOC_VMAS that succeeded */
	struct vmlab_target target;
	struct vmlab_space_config config;
};

extern struct fake_kernel kernel;

/** reset - let the kernel behave as it should */
void reset(void);

/** open_lab - open the device; the test ends when that fails */
struct vmlab *open_lab(void);

/** open_self - open this process; the test ends when that fails */
struct vmlab_proc *open_self(struct vmlab *lab);

#endif /* VMLAB_TESTS_FAKE_KERNEL_H */
