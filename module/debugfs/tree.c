// SPDX-License-Identifier: GPL-2.0
/*
 * debugfs: <pid>/tree.  A line is indented by its level, which does not change
 * its fields for awk.  Streams as <pid>/vmas does.
 */
#include <linux/module.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/seq_file.h>
#include <linux/slab.h>

#include "debugfs/debugfs.h"
#include "inspect/inspect.h"

#define ITEMS_PER_BATCH	256

/**
 * struct tree_private - one open <pid>/tree
 * @mm: the mm at the time of the open, held by mm_count only, or NULL
 * @items: the items being printed
 * @dump: its nr is the number of @items, its cursor points after them
 * @base: position in the file of the first of @items
 *
 * The position of the seq_file counts lines: 0 is the header.
 */
struct tree_private {
	struct mm_struct *mm;
	struct vmlab_tree_item *items;
	struct vmlab_tree dump;
	loff_t base;
};

static void tree_rewind(struct tree_private *p)
{
	memset(&p->dump, 0, sizeof(p->dump));
	p->base = 1;
}

static int tree_next_batch(struct tree_private *p)
{
	int ret;

	/* lseek(2) can ask for any number of batches. */
	if (fatal_signal_pending(current))
		return -EINTR;
	cond_resched();
	if (!mmget_not_zero(p->mm))
		return -ESRCH;
	p->base += p->dump.nr;
	p->dump.nr = ITEMS_PER_BATCH;
	ret = vmlab_inspect_tree(p->mm, &p->dump, p->items);
	mmput_async(p->mm);
	if (ret)
		p->dump.nr = 0;
	return ret;
}

/* Go forward from batch to batch; to go back, start again. */
static void *tree_seek(struct tree_private *p, loff_t pos)
{
	int ret;

	if (pos < p->base)
		tree_rewind(p);
	while (pos >= p->base + p->dump.nr) {
		ret = tree_next_batch(p);
		if (ret)
			return ERR_PTR(ret);
		if (!p->dump.nr)
			return NULL;
	}
	return &p->items[pos - p->base];
}

static void *tree_start(struct seq_file *m, loff_t *pos)
{
	struct tree_private *p = m->private;

	if (!*pos) {
		/* A rewind must not print an old batch. */
		tree_rewind(p);
		return SEQ_START_TOKEN;
	}
	return p->mm ? tree_seek(p, *pos) : NULL;
}

static void *tree_next(struct seq_file *m, void *v, loff_t *pos)
{
	struct tree_private *p = m->private;

	++*pos;
	return p->mm ? tree_seek(p, *pos) : NULL;
}

static void tree_stop(struct seq_file *m, void *v)
{
}

static const char *kind_name(unsigned int kind)
{
	switch (kind) {
	case VMLAB_TREE_DENSE:
		return "dense";
	case VMLAB_TREE_LEAF_64:
		return "leaf_64";
	case VMLAB_TREE_RANGE_64:
		return "range_64";
	case VMLAB_TREE_ARANGE_64:
		return "arange_64";
	case VMLAB_TREE_ENTRY:
		return "vma";
	case VMLAB_TREE_GAP:
		return "gap";
	case VMLAB_TREE_RESERVED:
		return "reserved";
	default:
		return "unknown";
	}
}

static void show_flags(struct seq_file *m, unsigned int flags)
{
	if (flags & VMLAB_TREE_AGAIN)
		seq_puts(m, " again");
	else if (flags & VMLAB_TREE_IMPLIED)
		seq_puts(m, " implied");
	else
		seq_puts(m, " -");
}

static void show_item(struct seq_file *m, const struct vmlab_tree_item *r)
{
	seq_printf(m, "%*s%u %s %llx %llx %u ", r->level * 2, "", r->level,
		   kind_name(r->kind), r->first, r->last, r->slot);
	if (r->id)
		seq_printf(m, "%u %u %u %u", r->id, r->parent, r->used,
			   r->slots);
	else
		seq_printf(m, "- %u - -", r->parent);
	if (r->flags & VMLAB_TREE_HAS_GAP)
		seq_printf(m, " %llu", r->gap);
	else
		seq_puts(m, " -");
	if (r->flags & VMLAB_TREE_HAS_GAP_SLOT)
		seq_printf(m, " %u", r->gap_slot);
	else
		seq_puts(m, " -");
	show_flags(m, r->flags);
	seq_putc(m, '\n');
}

static int tree_show(struct seq_file *m, void *v)
{
	struct tree_private *p = m->private;

	if (v != SEQ_START_TOKEN)
		show_item(m, v);
	else if (p->mm)
		seq_puts(m, "level kind first last slot id parent used slots maxgap gapslot pivot\n");
	else
		seq_puts(m, "mm none\n");
	return 0;
}

static const struct seq_operations tree_ops = {
	.start	= tree_start,
	.next	= tree_next,
	.stop	= tree_stop,
	.show	= tree_show,
};

static int tree_open(struct inode *inode, struct file *file)
{
	struct tree_private *p;
	int ret;

	p = __seq_open_private(file, &tree_ops, sizeof(*p));
	if (!p)
		return -ENOMEM;
	tree_rewind(p);

	p->items = kmalloc_array(ITEMS_PER_BATCH, sizeof(*p->items),
				 GFP_KERNEL_ACCOUNT);
	ret = p->items ? vmlab_debugfs_inode_mm(inode, &p->mm) : -ENOMEM;
	if (ret) {
		kfree(p->items);
		seq_release_private(inode, file);
	}
	return ret;
}

static int tree_release(struct inode *inode, struct file *file)
{
	struct tree_private *p = ((struct seq_file *)file->private_data)->private;

	kfree(p->items);
	if (p->mm)
		mmdrop(p->mm);
	return seq_release_private(inode, file);
}

const struct file_operations vmlab_debugfs_tree_fops = {
	.owner		= THIS_MODULE,
	.open		= tree_open,
	.read		= seq_read,
	.llseek		= seq_lseek,
	.release	= tree_release,
};
