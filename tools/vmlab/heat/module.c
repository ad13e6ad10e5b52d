// SPDX-License-Identifier: GPL-2.0
/* Heat by accessed bits: /proc/PID/clear_refs clears, the module reads. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "model/heat.h"
#include "cli/must.h"

struct bits {
	struct vmlab *lab;
	struct vmlab_proc *proc;
	int clear_refs;
	double begin_cost;
};

/* everything is done by system calls of ours: our CPU time is the cost */
static double cpu_time(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
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

static int bits_open(struct heat *h, bool complain, void **state)
{
	struct bits *b = must(calloc(1, sizeof(*b)));
	enum vmlab_subject about = VMLAB_ABOUT_DEVICE;
	const struct vmlab_info *info;
	char path[64];
	int err;

	b->clear_refs = -1;
	err = vmlab_open(&b->lab);
	if (err)
		goto fail;
	info = vmlab_info_get(b->lab);
	if (!(info->features & VMLAB_FEAT_PGTABLE)) {
		bits_close(b);
		return complain ? cli_error("this vmlab module does not read "
					    "page tables") :
				  EXIT_FAILED;
	}
	about = VMLAB_ABOUT_PROCESS;
	err = vmlab_proc_open(b->lab, h->pid, &b->proc);
	if (err)
		goto fail;
	snprintf(path, sizeof(path), "/proc/%d/clear_refs", h->pid);
	b->clear_refs = open(path, O_WRONLY | O_CLOEXEC);
	if (b->clear_refs < 0) {
		err = -errno;
		if (err == -ENOENT && !access("/proc/self/maps", F_OK) &&
		    access("/proc/self/clear_refs", F_OK)) {
			bits_close(b);
			return complain ?
				       cli_error("this kernel has no "
						 "/proc/PID/clear_refs: it "
						 "needs "
						 "CONFIG_PROC_PAGE_MONITOR") :
				       EXIT_FAILED;
		}
		goto fail;
	}
	*state = b;
	return EXIT_OK;
fail:
	bits_close(b);
	return complain ? cli_fail(err, about, h->pid) : EXIT_FAILED;
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

const struct heat_source heat_module = {
	.name = "bits",
	.about = "accessed bits, cleared through /proc/PID/clear_refs and read "
		 "by the module",
	.open = bits_open,
	.begin = bits_begin,
	.end = bits_end,
	.close = bits_close,
};
