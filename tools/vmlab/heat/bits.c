// SPDX-License-Identifier: GPL-2.0
/* Measure by accessed bits: /proc/PID/clear_refs clears them, the module reads them. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "heat/source.h"
#include "libvmlab.h"
#include "sys/clock.h"
#include "sys/xalloc.h"

struct bits {
	struct vmlab *lab;
	struct vmlab_proc *proc;
	int clear_refs;
	double begin_cost;
};

/* All work is done in system calls of this process: its CPU time is the cost. */
static double cpu_time(void)
{
	return clock_seconds(CLOCK_PROCESS_CPUTIME_ID);
}

static void bits_close(void *state)
{
	struct bits *b = state;

	if (b->clear_refs >= 0)
		close(b->clear_refs);
	if (b->proc)
		vmlab_proc_close(b->proc);
	if (b->lab)
		vmlab_close(b->lab);
	free(b);
}

static int explain(int err, enum vmlab_subject about, pid_t pid,
		   struct failure *failure)
{
	char text[VMLAB_EXPLAIN_MAX];

	vmlab_explain(err, about, pid, text, sizeof(text));
	/* the device is missing, not a file of the process */
	if (about == VMLAB_ABOUT_DEVICE && (err == -ENOENT || err == -ENXIO))
		err = -ENODEV;
	return failure_set(failure, err, "%s", text);
}

static int open_device(struct bits *b, pid_t pid, struct failure *failure)
{
	int err = vmlab_open(&b->lab);

	if (err)
		return explain(err, VMLAB_ABOUT_DEVICE, pid, failure);
	if (!vmlab_has_feature(b->lab, VMLAB_FEAT_PGTABLE))
		return failure_set(failure, -EOPNOTSUPP,
				   "the module cannot read page tables on this "
				   "kernel");
	err = vmlab_proc_open(b->lab, pid, &b->proc);
	return err ? explain(err, VMLAB_ABOUT_PROCESS, pid, failure) : 0;
}

static int open_clear_refs(struct bits *b, pid_t pid, struct failure *failure)
{
	char path[64];
	int err;

	snprintf(path, sizeof(path), "/proc/%d/clear_refs", pid);
	b->clear_refs = open(path, O_WRONLY | O_CLOEXEC);
	if (b->clear_refs >= 0)
		return 0;
	err = -errno;
	if (err == -ENOENT && !access("/proc/self/maps", F_OK) &&
	    access("/proc/self/clear_refs", F_OK))
		return failure_set(failure, -EOPNOTSUPP,
				   "this kernel has no /proc/PID/clear_refs: "
				   "it needs CONFIG_PROC_PAGE_MONITOR");
	return explain(err == -ENOENT ? -ESRCH : err, VMLAB_ABOUT_PROCESS, pid,
		       failure);
}

static int bits_open(struct heat *h, void **state, struct failure *failure)
{
	struct bits *b = check_alloc(calloc(1, sizeof(*b)));
	int err;

	b->clear_refs = -1;
	err = open_device(b, h->pid, failure);
	if (!err)
		err = open_clear_refs(b, h->pid, failure);
	if (err)
		bits_close(b);
	else
		*state = b;
	return err;
}

static int bits_begin(struct heat *h, void *state)
{
	struct bits *b = state;
	double start = cpu_time();

	(void)h;
	/* 1: the accessed bits of all pages */
	if (pwrite(b->clear_refs, "1", 1, 0) != 1)
		return -errno;
	b->begin_cost = cpu_time() - start;
	return 0;
}

static int bits_end(struct heat *h, void *state, struct heat_sample *sample)
{
	struct bits *b = state;
	struct vmlab_pt_query query = {
		.start = h->start,
		.end = h->end,
		.flags = VMLAB_PTES_FOLD_FLAGS,
		.category_mask = VMLAB_PTE_PRESENT | VMLAB_PTE_ACCESSED,
		.return_mask = VMLAB_PTE_ACCESSED,
	};
	double start = cpu_time();
	struct vmlab_ptes_iter *it;
	const struct vmlab_pte *pte;
	int ret;

	ret = vmlab_ptes_open(b->proc, &query, &it);
	if (ret)
		return ret;
	while ((ret = vmlab_ptes_next(it, &pte)) > 0)
		heat_add(h, sample, pte->start, pte->end, 1);
	vmlab_ptes_close(it);
	sample->cost = b->begin_cost + cpu_time() - start;
	return ret;
}

const struct heat_source heat_bits = {
	.name = "bits",
	.about = "accessed bits, cleared through /proc/PID/clear_refs and read "
		 "by the module",
	.can_interrupt = true,
	.open = bits_open,
	.begin = bits_begin,
	.end = bits_end,
	.close = bits_close,
};
