// SPDX-License-Identifier: GPL-2.0
/* debugfs: layout. */
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/slab.h>

#include "debugfs/debugfs.h"
#include "inspect/inspect.h"

/* No kernel has more. */
#define REGIONS_MAX	64

static void show_region(struct seq_file *m, const struct vmlab_region *r)
{
	if (r->flags & VMLAB_REGION_HIDDEN)
		seq_puts(m, "- -");
	else
		seq_printf(m, "%llx %llx", r->start, r->last);
	seq_printf(m, " %s %s %s\n",
		   r->flags & VMLAB_REGION_KERNEL ? "kernel" : "user",
		   r->flags & VMLAB_REGION_HOLE ? "hole" :
		   r->flags & VMLAB_REGION_RANDOM ? "random" : "fixed",
		   r->name);
}

static int layout_show(struct seq_file *m, void *v)
{
	bool hide = m->private;
	struct vmlab_region *regions;
	int i, nr;

	regions = kcalloc(REGIONS_MAX, sizeof(*regions), GFP_KERNEL);
	if (!regions)
		return -ENOMEM;
	nr = vmlab_inspect_layout(regions, REGIONS_MAX, hide);
	if (nr >= 0)
		seq_puts(m, "start last half base name\n");
	for (i = 0; i < min(nr, REGIONS_MAX); i++)
		show_region(m, &regions[i]);
	kfree(regions);
	return min(nr, 0);
}

static int layout_open(struct inode *inode, struct file *file)
{
	/* The rights of the opener count, not those of a later reader. */
	return single_open(file, layout_show,
			   vmlab_layout_hidden() ? (void *)1 : NULL);
}

const struct file_operations vmlab_debugfs_layout_fops = {
	.owner		= THIS_MODULE,
	.open		= layout_open,
	.read		= seq_read,
	.llseek		= seq_lseek,
	.release	= single_release,
};
