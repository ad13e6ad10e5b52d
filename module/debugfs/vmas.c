// SPDX-License-Identifier: GPL-2.0
/*
 * debugfs: <pid>/vmas.  Streams: a batch of records is read under mmap_lock and
 * printed after it was released, so that a long dump does not block the target.
 */
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/pid.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string_helpers.h>

#include "debugfs/debugfs.h"
#include "inspect/inspect.h"

#define VMAS_PER_BATCH	32

/**
 * struct vmas_private - one open <pid>/vmas
 * @mm: the mm when the file was opened, held by mm_count only, so that an open
 *	file does not keep an address space; NULL for a kernel thread
 * @batch: the records being printed
 * @start: cursor at which @batch was read
 * @next: cursor after @batch
 *
 * The position of the seq_file is the end address of the VMA that was printed
 * last, plus one: 0 is the header, 1 the first VMA.
 */
struct vmas_private {
	struct mm_struct *mm;
	struct vmlab_vma_batch batch;
	u64 start;
	u64 next;
};

/* Find the record after the address @cursor, in the batch or in a new one. */
static void *vmas_seek(struct vmas_private *p, u64 cursor)
{
	unsigned int i;
	int ret;

	if (p->batch.filled && cursor >= p->start && cursor < p->next)
		for (i = 0; i < p->batch.filled; i++)
			if (p->batch.vmas[i].end > cursor)
				return &p->batch.vmas[i];

	/* pread(2) at a large offset asks for any number of batches. */
	if (fatal_signal_pending(current))
		return ERR_PTR(-EINTR);
	cond_resched();
	if (!mmget_not_zero(p->mm))
		return ERR_PTR(-ESRCH);
	p->start = cursor;
	p->next = cursor;
	ret = vmlab_inspect_vmas(p->mm, &p->next, 0, &p->batch);
	mmput_async(p->mm);
	if (ret)
		return ERR_PTR(ret);
	return p->batch.filled ? p->batch.vmas : NULL;
}

static void *vmas_start(struct seq_file *m, loff_t *pos)
{
	struct vmas_private *p = m->private;

	if (!*pos) {
		/* The header alone would look like a process without VMAs. */
		if (p->mm && !atomic_read(&p->mm->mm_users))
			return ERR_PTR(-ESRCH);
		return SEQ_START_TOKEN;
	}
	return p->mm ? vmas_seek(p, *pos - 1) : NULL;
}

static void *vmas_next(struct seq_file *m, void *v, loff_t *pos)
{
	struct vmas_private *p = m->private;

	if (v == SEQ_START_TOKEN)
		*pos = 1;
	else
		*pos = ((struct vmlab_vma *)v)->end + 1;
	return p->mm ? vmas_seek(p, *pos - 1) : NULL;
}

static void vmas_stop(struct seq_file *m, void *v)
{
	struct vmas_private *p = m->private;

	/* Any time may pass until the next read(2). */
	p->batch.filled = 0;
}

static void show_flags(struct seq_file *m, u64 flags)
{
	const char *separator = " ";
	unsigned int bit;

	for (bit = 0; bit < 64; bit++) {
		const char *name = vmlab_vma_flag_name(bit)->name;

		if (!(flags & BIT_ULL(bit)))
			continue;
		seq_puts(m, separator);
		if (*name)
			seq_puts(m, name);
		else
			seq_printf(m, "bit%u", bit);
		separator = ",";
	}
	if (!flags)
		seq_puts(m, " -");
}

static void show_vma(struct seq_file *m, const struct vmas_private *p,
		     const struct vmlab_vma *r)
{
	const char *name = p->batch.strings + r->name_off;
	const char *ops = p->batch.strings + r->ops_off;

	seq_printf(m, "%llx %llx %c%c%c%c %llx %02x:%02x %llu %llu",
		   r->start, r->end,
		   r->vm_flags & VM_READ ? 'r' : '-',
		   r->vm_flags & VM_WRITE ? 'w' : '-',
		   r->vm_flags & VM_EXEC ? 'x' : '-',
		   r->vm_flags & VM_MAYSHARE ? 's' : 'p',
		   r->pgoff, r->dev_major, r->dev_minor, r->ino,
		   (r->end - r->start) >> PAGE_SHIFT);
	show_flags(m, r->vm_flags);
	seq_printf(m, " %s %s ", str_yes_no(r->flags & VMLAB_VMA_ANON_VMA),
		   *ops ? ops : "-");
	if (r->flags & VMLAB_VMA_NAME_CUT)
		seq_puts(m, "?");
	else if (*name)
		seq_escape(m, name, "\n");
	else
		seq_puts(m, "-");
	seq_putc(m, '\n');
}

static int vmas_show(struct seq_file *m, void *v)
{
	struct vmas_private *p = m->private;

	if (v != SEQ_START_TOKEN)
		show_vma(m, p, v);
	else if (p->mm)
		seq_puts(m, "start end perms pgoff dev inode pages flags anon_vma ops name\n");
	else
		seq_puts(m, "mm none\n");
	return 0;
}

static const struct seq_operations vmas_ops = {
	.start	= vmas_start,
	.next	= vmas_next,
	.stop	= vmas_stop,
	.show	= vmas_show,
};

static int vmas_open(struct inode *inode, struct file *file)
{
	struct vmas_private *p;
	int ret;

	p = __seq_open_private(file, &vmas_ops, sizeof(*p));
	if (!p)
		return -ENOMEM;

	ret = vmlab_debugfs_inode_mm(inode, &p->mm);
	if (ret)
		goto out_private;

	ret = vmlab_vma_batch_alloc(&p->batch, VMAS_PER_BATCH,
				    VMLAB_STRINGS_MIN);
	if (ret)
		goto out_mm;
	return 0;

out_mm:
	if (p->mm)
		mmdrop(p->mm);
out_private:
	seq_release_private(inode, file);
	return ret;
}

static int vmas_release(struct inode *inode, struct file *file)
{
	struct vmas_private *p = ((struct seq_file *)file->private_data)->private;

	vmlab_vma_batch_free(&p->batch);
	if (p->mm)
		mmdrop(p->mm);
	return seq_release_private(inode, file);
}

const struct file_operations vmlab_debugfs_vmas_fops = {
	.owner		= THIS_MODULE,
	.open		= vmas_open,
	.read		= seq_read,
	.llseek		= seq_lseek,
	.release	= vmas_release,
};
