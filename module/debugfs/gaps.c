// SPDX-License-Identifier: GPL-2.0
/* debugfs: <pid>/gaps.  Streams as <pid>/vmas does. */
#include <linux/module.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/seq_file.h>
#include <linux/slab.h>

#include "debugfs/debugfs.h"
#include "inspect/inspect.h"

#define GAPS_PER_BATCH	64

/**
 * struct gaps_private - one open <pid>/gaps
 * @mm: the mm at the time of the open, held by mm_count only, or NULL
 * @gaps: the ranges being printed
 * @filled: number of @gaps
 * @start: cursor at which @gaps were read
 *
 * The position of the seq_file is the end address of the gap that was printed
 * last, plus one: 0 is the header, 1 the first gap.
 */
struct gaps_private {
	struct mm_struct *mm;
	struct vmlab_gap gaps[GAPS_PER_BATCH];
	unsigned int filled;
	u64 start;
};

/* Find the range after the address @cursor, in the batch or in a new one. */
static void *gaps_seek(struct gaps_private *p, u64 cursor)
{
	struct vmlab_gaps query = {
		.cursor = max(cursor, vmlab_default_min_addr()),
		.nr = GAPS_PER_BATCH,
	};
	unsigned int i;
	int ret;

	if (cursor >= p->start)
		for (i = 0; i < p->filled; i++)
			if (p->gaps[i].end > cursor)
				return &p->gaps[i];

	/* pread(2) at a large offset asks for any number of batches. */
	if (fatal_signal_pending(current))
		return ERR_PTR(-EINTR);
	cond_resched();
	if (!mmget_not_zero(p->mm))
		return ERR_PTR(-ESRCH);
	p->filled = 0;
	p->start = cursor;
	ret = vmlab_inspect_gaps(p->mm, &query, p->gaps);
	mmput_async(p->mm);
	if (ret)
		return ERR_PTR(ret);
	p->filled = query.nr;
	return p->filled ? p->gaps : NULL;
}

static void *gaps_start(struct seq_file *m, loff_t *pos)
{
	struct gaps_private *p = m->private;

	if (!*pos) {
		/* A rewind must not print an old batch. */
		p->filled = 0;
		return SEQ_START_TOKEN;
	}
	return p->mm ? gaps_seek(p, *pos - 1) : NULL;
}

static void *gaps_next(struct seq_file *m, void *v, loff_t *pos)
{
	struct gaps_private *p = m->private;

	if (v == SEQ_START_TOKEN)
		*pos = 1;
	else
		*pos = ((struct vmlab_gap *)v)->end + 1;
	return p->mm ? gaps_seek(p, *pos - 1) : NULL;
}

static void gaps_stop(struct seq_file *m, void *v)
{
}

static int gaps_show(struct seq_file *m, void *v)
{
	struct gaps_private *p = m->private;
	const struct vmlab_gap *r = v;

	if (v != SEQ_START_TOKEN)
		seq_printf(m, "%llx %llx %llu %llu %llx %llx\n", r->start,
			   r->end, r->end - r->start, r->guard, r->prev_start,
			   r->next_end);
	else if (p->mm)
		seq_puts(m, "start end bytes guard prev_start next_end\n");
	else
		seq_puts(m, "mm none\n");
	return 0;
}

static const struct seq_operations gaps_ops = {
	.start	= gaps_start,
	.next	= gaps_next,
	.stop	= gaps_stop,
	.show	= gaps_show,
};

static int gaps_open(struct inode *inode, struct file *file)
{
	struct gaps_private *p;
	int ret;

	p = __seq_open_private(file, &gaps_ops, sizeof(*p));
	if (!p)
		return -ENOMEM;
	ret = vmlab_debugfs_inode_mm(inode, &p->mm);
	if (ret)
		seq_release_private(inode, file);
	return ret;
}

static int gaps_release(struct inode *inode, struct file *file)
{
	struct gaps_private *p = ((struct seq_file *)file->private_data)->private;

	if (p->mm)
		mmdrop(p->mm);
	return seq_release_private(inode, file);
}

const struct file_operations vmlab_debugfs_gaps_fops = {
	.owner		= THIS_MODULE,
	.open		= gaps_open,
	.read		= seq_read,
	.llseek		= seq_lseek,
	.release	= gaps_release,
};
