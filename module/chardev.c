// SPDX-License-Identifier: GPL-2.0
/* /dev/vmlab: open, mmap, ioctl, release. */
#include <linux/compat.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/pagemap.h>

#include "backing/backing.h"
#include "chardev.h"
#include "compat.h"
#include "control.h"
#include "debugfs/debugfs.h"
#include "query/query.h"
#include "space.h"
#include "uarg.h"
#include "writeback.h"

static int vmlab_open(struct inode *inode, struct file *file)
{
	struct vmlab_space *space = vmlab_space_create();

	if (IS_ERR(space))
		return PTR_ERR(space);

	vmlab_debugfs_add_space(space);
	file->private_data = space;
	/* Through this mm finds the VMAs of this space and no other. */
	file->f_mapping = space->inode->i_mapping;
	file->f_wb_err = filemap_sample_wb_err(file->f_mapping);
	return 0;
}

/* The last descriptor and the last VMA are gone. */
static int vmlab_release(struct inode *inode, struct file *file)
{
	struct vmlab_space *space = file->private_data;

	vmlab_debugfs_remove_space(space);
	vmlab_space_destroy(space);
	return 0;
}

static int vmlab_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct vmlab_space *space = file->private_data;
	bool special;

	/* The backing stays what it is while there is a VMA. */
	down_read(&space->backing_lock);
	special = space->backing->special;
	if (special && (vma->vm_flags & (VM_SHARED | VM_MAYWRITE)) ==
		       VM_MAYWRITE) {
		/* Copy on write is of pages, and mm sees none. */
		up_read(&space->backing_lock);
		return -EINVAL;
	}
	vma->vm_ops = &vmlab_vm_ops;
	vma->vm_private_data = space;
	/* mm calls ->open only for copies of this first VMA. */
	vmlab_vm_ops.open(vma);
	up_read(&space->backing_lock);
	if (special)
		vmlab_vm_flags_set(vma, VM_IO | VM_PFNMAP | VM_DONTEXPAND |
				   VM_DONTDUMP);
	else if (READ_ONCE(space->pager.around))
		/* So that a fault may set entries of other pages, too. */
		vmlab_vm_flags_set(vma, VM_MIXEDMAP);
	return 0;
}

static long vmlab_ioctl_space_get(struct vmlab_space *space, void __user *uarg)
{
	struct vmlab_space_config config;
	int ret;

	ret = vmlab_uarg_get(&config, sizeof(config), sizeof(config), uarg);
	if (ret)
		return ret;
	if (config.flags || config.reserved)
		return -EINVAL;
	vmlab_space_get_config(space, &config);
	return vmlab_uarg_put(&config, sizeof(config), uarg);
}

static long vmlab_ioctl_space_set(struct file *file, void __user *uarg)
{
	struct vmlab_space_config config;
	int ret;

	/* A smaller space discards what is in it: reading is not enough. */
	if (!(file->f_mode & FMODE_WRITE))
		return -EBADF;
	ret = vmlab_uarg_get(&config, sizeof(config), sizeof(config), uarg);
	return ret ?: vmlab_space_set_config(file->private_data, &config);
}

static long vmlab_ioctl_space_stats(struct vmlab_space *space,
				    void __user *uarg)
{
	struct vmlab_space_stats stats;
	u32 usize;
	int ret;

	ret = vmlab_uarg_get(&stats, sizeof(stats), sizeof(stats), uarg);
	if (ret)
		return ret;
	if (stats.flags)
		return -EINVAL;

	usize = stats.size;
	memset(&stats, 0, sizeof(stats));
	stats.size = usize;
	vmlab_space_stats(space, &stats);
	return vmlab_uarg_put(&stats, sizeof(stats), uarg);
}

static long vmlab_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct vmlab_space *space = file->private_data;
	void __user *uarg = (void __user *)arg;

	switch (cmd) {
	case VMLAB_IOC_PAGING_SET:
	case VMLAB_IOC_BACKING:
	case VMLAB_IOC_RANGE:
	case VMLAB_IOC_DIRTY:
	case VMLAB_IOC_INJECT_SET:
		if (!(file->f_mode & FMODE_WRITE))
			return -EBADF;
	}

	switch (cmd) {
	case VMLAB_IOC_SPACE_GET:
		return vmlab_ioctl_space_get(space, uarg);
	case VMLAB_IOC_SPACE_SET:
		return vmlab_ioctl_space_set(file, uarg);
	case VMLAB_IOC_SPACE_STATS:
		return vmlab_ioctl_space_stats(space, uarg);
	case VMLAB_IOC_PAGING_GET:
		return vmlab_ioctl_paging_get(space, uarg);
	case VMLAB_IOC_PAGING_SET:
		return vmlab_ioctl_paging_set(space, uarg);
	case VMLAB_IOC_PAGING_STATS:
		return vmlab_ioctl_paging_stats(space, uarg);
	case VMLAB_IOC_POLICIES:
		return vmlab_ioctl_policies(uarg);
	case VMLAB_IOC_POLICY_SET:
		return vmlab_ioctl_policy_set(file, uarg);
	case VMLAB_IOC_BACKING:
		return vmlab_ioctl_backing(space, uarg);
	case VMLAB_IOC_INJECT_SET:
		return vmlab_ioctl_inject_set(space, uarg);
	case VMLAB_IOC_INJECT_GET:
		return vmlab_ioctl_inject_get(space, uarg);
	case VMLAB_IOC_EVENTS:
		return vmlab_ioctl_events(space, uarg);
	case VMLAB_IOC_RANGE:
		return vmlab_ioctl_range(space, uarg);
	case VMLAB_IOC_DIRTY:
		return vmlab_ioctl_dirty(space, uarg);
	default:
		return vmlab_query(cmd, uarg);
	}
}

static ssize_t vmlab_read(struct file *file, char __user *buf, size_t size,
			  loff_t *pos)
{
	struct vmlab_space *space = file->private_data;

	return vmlab_events_read(&space->events, file, buf, size);
}

static __poll_t vmlab_poll(struct file *file, poll_table *wait)
{
	struct vmlab_space *space = file->private_data;

	return vmlab_events_poll(&space->events, file, wait);
}

static const struct file_operations vmlab_fops = {
	.owner		= THIS_MODULE,
	.open		= vmlab_open,
	.release	= vmlab_release,
	.mmap		= vmlab_mmap,
	.read		= vmlab_read,
	.poll		= vmlab_poll,
	.unlocked_ioctl	= vmlab_ioctl,
	.compat_ioctl	= compat_ptr_ioctl,
	.fsync		= vmlab_fsync,
	.llseek		= noop_llseek,
};

/*
 * Anyone may have spaces, as anyone may have memory: frames are charged to
 * the memory cgroup of who faults.  Requests check their own permissions.
 */
static struct miscdevice vmlab_device = {
	.minor	= MISC_DYNAMIC_MINOR,
	.name	= "vmlab",
	.fops	= &vmlab_fops,
	.mode	= 0666,
};

/**
 * vmlab_chardev_init() - make /dev/vmlab appear; once, at module load
 *
 * Context: process context, may sleep.
 * Return: 0 or a negative errno.
 */
int vmlab_chardev_init(void)
{
	return misc_register(&vmlab_device);
}

/**
 * vmlab_chardev_exit() - remove /dev/vmlab; once, at module unload
 *
 * Context: process context, may sleep.  No file is open any more: each holds
 * a reference to the module, as does the file of each VMA.
 */
void vmlab_chardev_exit(void)
{
	misc_deregister(&vmlab_device);
}
