// SPDX-License-Identifier: GPL-2.0
/*
 * debugfs: <pid>/pagetable and <pid>/pgtotals.
 *
 * pagetable has one line for each run of entries that follow each other in
 * address and place and have equal bits, in order of address:
 *	start end	addresses that the run covers, hexadecimal
 *	level		pte, pmd, pud
 *	entries		how many
 *	index		index of the first one in its table
 *	phys		physical address of the first frame, hexadecimal; for a
 *			page in swap "swap:<area>:<slot>"; else "-"
 *	raw		the first entry, hexadecimal
 *	pkey		protection key
 *	flags		names of VMLAB_PTE_* bits
 * It streams: a batch of records is read under mmap_lock and printed after it
 * was released.
 *
 * pgtotals has one line for each level, the highest first:
 *	level tables bytes none table leaf other	see struct
 *	entry_bytes		vmlab_pgtable_level; entry_bytes is what one
 *				entry covers
 * and after an empty line "field value unit" for the totals of all levels.
 */
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/pid.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/seq_file.h>
#include <linux/slab.h>

#include "debugfs/debugfs.h"
#include "inspect/pagetable.h"
#include "subject.h"

#define PTES_PER_BATCH	64

/**
 * struct pagetable_private - one open <pid>/pagetable
 * @mm: the mm when the file was opened, held by mm_count only, so that an open
 *	file does not keep an address space; NULL for a kernel thread
 * @batch: the records being printed
 * @first: position in the file of the first of them
 * @cursor: cursor for the batch after @batch
 *
 * The position of the seq_file counts lines: 0 is the header.
 */
struct pagetable_private {
	struct mm_struct *mm;
	struct vmlab_pte_batch batch;
	loff_t first;
	u64 cursor;
};

static int pagetable_next_batch(struct pagetable_private *p)
{
	int ret;

	/* lseek(2) can ask for any number of batches. */
	if (fatal_signal_pending(current))
		return -EINTR;
	cond_resched();
	if (!mmget_not_zero(p->mm))
		return -ESRCH;
	p->first += p->batch.filled;
	ret = vmlab_inspect_ptes(&p->batch, p->mm, 0, 0, &p->cursor);
	mmput_async(p->mm);
	/* The cursor stays: the next batch begins with the same records. */
	if (ret)
		p->batch.filled = 0;
	return ret;
}

static void pagetable_rewind(struct pagetable_private *p)
{
	p->first = 1;
	p->cursor = 0;
	p->batch.filled = 0;
}

static void *pagetable_seek(struct pagetable_private *p, loff_t pos)
{
	int ret;

	if (pos < p->first)
		pagetable_rewind(p);
	while (pos >= p->first + p->batch.filled) {
		ret = pagetable_next_batch(p);
		if (ret)
			return ERR_PTR(ret);
		if (!p->batch.filled)
			return NULL;
	}
	return &p->batch.records[pos - p->first];
}

static void *pagetable_start(struct seq_file *m, loff_t *pos)
{
	struct pagetable_private *p = m->private;

	if (!*pos) {
		/* A rewind must not print an old batch. */
		pagetable_rewind(p);
		return SEQ_START_TOKEN;
	}
	return p->mm ? pagetable_seek(p, *pos) : NULL;
}

static void *pagetable_next(struct seq_file *m, void *v, loff_t *pos)
{
	struct pagetable_private *p = m->private;

	++*pos;
	return p->mm ? pagetable_seek(p, *pos) : NULL;
}

static void pagetable_stop(struct seq_file *m, void *v)
{
}

static void show_flags(struct seq_file *m, u64 flags)
{
	const char *separator = " ";
	unsigned int bit;

	for (bit = 0; bit < 64; bit++) {
		if (!(flags & BIT_ULL(bit)))
			continue;
		seq_puts(m, separator);
		seq_puts(m, vmlab_pte_flag_name(bit)->name);
		separator = ",";
	}
	seq_puts(m, flags ? "\n" : " -\n");
}

static int pagetable_show(struct seq_file *m, void *v)
{
	struct pagetable_private *p = m->private;
	const struct vmlab_pte *r = v;

	if (v == SEQ_START_TOKEN) {
		seq_puts(m, p->mm ? "start end level entries index phys raw pkey flags\n" :
				    "mm none\n");
		return 0;
	}
	seq_printf(m, "%llx %llx %s %llu %u ", r->start, r->end,
		   vmlab_pt_level_name(r->level), r->nr, r->index);
	if (r->flags & VMLAB_PTE_SWAP)
		seq_printf(m, "swap:%u:%llu", r->swap_type, r->swap_offset);
	else if (r->phys)
		seq_printf(m, "%llx", r->phys);
	else
		seq_puts(m, "-");
	seq_printf(m, " %llx %u", r->raw, r->pkey);
	show_flags(m, r->flags);
	return 0;
}

static const struct seq_operations pagetable_ops = {
	.start	= pagetable_start,
	.next	= pagetable_next,
	.stop	= pagetable_stop,
	.show	= pagetable_show,
};

static int pagetable_open(struct inode *inode, struct file *file)
{
	struct pagetable_private *p;
	int ret;

	p = __seq_open_private(file, &pagetable_ops, sizeof(*p));
	if (!p)
		return -ENOMEM;

	ret = vmlab_debugfs_inode_mm(inode, &p->mm);
	if (ret)
		goto out_private;

	pagetable_rewind(p);
	p->batch.filter.show = VMLAB_PTE_ALL;
	/* Only root can open the file. */
	p->batch.privileged = true;
	p->batch.nr = PTES_PER_BATCH;
	p->batch.records = kcalloc(PTES_PER_BATCH, sizeof(*p->batch.records),
				   GFP_KERNEL_ACCOUNT);
	if (p->batch.records)
		return 0;

	ret = -ENOMEM;
	if (p->mm)
		mmdrop(p->mm);
out_private:
	seq_release_private(inode, file);
	return ret;
}

static int pagetable_release(struct inode *inode, struct file *file)
{
	struct pagetable_private *p =
		((struct seq_file *)file->private_data)->private;

	kfree(p->batch.records);
	if (p->mm)
		mmdrop(p->mm);
	return seq_release_private(inode, file);
}

const struct file_operations vmlab_debugfs_pagetable_fops = {
	.owner		= THIS_MODULE,
	.open		= pagetable_open,
	.read		= seq_read,
	.llseek		= seq_lseek,
	.release	= pagetable_release,
};

static void show_totals(struct seq_file *m,
			const struct vmlab_pgtable_totals *r)
{
	unsigned int level;

	seq_puts(m, "level tables bytes none table leaf other entry_bytes\n");
	for (level = r->levels; level >= 1; level--) {
		const struct vmlab_pgtable_level *l = &r->level[level - 1];

		seq_printf(m, "%s %llu %llu %llu %llu %llu %llu %llu\n",
			   vmlab_pt_level_name(level), l->tables, l->bytes,
			   l->none, l->table, l->leaf, l->other,
			   BIT_ULL(l->shift));
	}
	seq_puts(m, "\nfield value unit\n");
	seq_printf(m, "deposited %llu tables\n", r->deposited);
	seq_printf(m, "bytes %llu bytes\n", r->bytes);
	seq_printf(m, "kernel_bytes %llu bytes\n", r->kernel_bytes);
	seq_printf(m, "tables_read %llu count\n", r->tables_read);
}

static int pgtotals_show(struct seq_file *m, void *v)
{
	struct vmlab_pgtable_totals totals = {};
	struct vmlab_subject subject;
	int ret;

	ret = vmlab_subject_from_pid(&subject, m->private);
	if (ret)
		return ret;
	if (!subject.mm) {
		seq_puts(m, "mm none\n");
	} else {
		ret = vmlab_inspect_pgtotals(subject.mm, &totals);
		if (!ret)
			show_totals(m, &totals);
	}
	vmlab_subject_put(&subject);
	return ret;
}

static int pgtotals_open(struct inode *inode, struct file *file)
{
	struct pid *pid = vmlab_debugfs_inode_pid(inode);
	int ret = single_open(file, pgtotals_show, pid);

	if (ret)
		put_pid(pid);
	return ret;
}

static int pgtotals_release(struct inode *inode, struct file *file)
{
	struct seq_file *m = file->private_data;

	put_pid(m->private);
	return single_release(inode, file);
}

const struct file_operations vmlab_debugfs_pgtotals_fops = {
	.owner		= THIS_MODULE,
	.open		= pgtotals_open,
	.read		= seq_read,
	.llseek		= seq_lseek,
	.release	= pgtotals_release,
};
