// SPDX-License-Identifier: GPL-2.0
/* /dev/vmlab: open, mmap, ioctl, release. */
#include <linux/compat.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>

#include "backing/backing.h"
#include "chardev.h"
#include "compat.h"
#include "events.h"
#include "fault/ops.h"
#include "ioctl.h"
#include "opened.h"
#include "space/writeback.h"

static int vmlab_open(struct inode *inode, struct file *file)
{
	return vmlab_opened_create(file);
}

/* A descriptor is closed. */
static int vmlab_flush(struct file *file, fl_owner_t id)
{
	vmlab_opened_end_hold(file);
	return 0;
}

/* The last descriptor was closed and the last VMA unmapped. */
static int vmlab_release(struct inode *inode, struct file *file)
{
	vmlab_opened_release(file);
	return 0;
}

static int vmlab_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct vmlab_space *space = vmlab_opened_map(file);
	bool special;

	if (IS_ERR(space))
		return PTR_ERR(space);
	/* The backing does not change while there is a VMA. */
	if (down_read_killable(&space->backing_lock))
		return -EINTR;
	special = space->backing->special;
	if (special && (vma->vm_flags & (VM_SHARED | VM_MAYWRITE)) ==
		       VM_MAYWRITE) {
		/* Copy on write needs pages, and mm sees none here. */
		up_read(&space->backing_lock);
		return -EINVAL;
	}
	vmlab_vma_setup(vma, space);
	/* mm's walk ends at such a VMA: see vmlab_dirty_entries_clean(). */
	if ((vma->vm_flags & (VM_SHARED | VM_MAYWRITE)) !=
	    (VM_SHARED | VM_MAYWRITE))
		WRITE_ONCE(space->mapped_private, true);
	up_read(&space->backing_lock);
	/* Whoever maps a clone has called fork(2), if it does. */
	vmlab_opened_end_hold(file);
	if (special)
		vmlab_vm_flags_set(vma, VM_IO | VM_PFNMAP | VM_DONTEXPAND |
				   VM_DONTDUMP);
	else if (VMLAB_AROUND_VM_FLAGS && READ_ONCE(space->pager.around))
		/* A fault may set entries of other pages, too. */
		vmlab_vm_flags_set(vma, VMLAB_AROUND_VM_FLAGS);
	return 0;
}

static ssize_t vmlab_read(struct file *file, char __user *buf, size_t size,
			  loff_t *pos)
{
	struct vmlab_space *space = vmlab_opened_use(file);

	if (IS_ERR(space))
		return PTR_ERR(space);
	return vmlab_events_read(&space->events, file, buf, size);
}

static __poll_t vmlab_poll(struct file *file, poll_table *wait)
{
	struct vmlab_space *space = vmlab_opened_use(file);

	if (IS_ERR(space))
		return EPOLLERR;
	return vmlab_events_poll(&space->events, file, wait);
}

static int vmlab_fsync(struct file *file, loff_t start, loff_t end,
		       int datasync)
{
	struct vmlab_space *space = vmlab_opened_space(file);

	return space ? vmlab_writeback_sync(space, file, start, end, datasync) :
		       0;
}

static const struct file_operations vmlab_fops = {
	.owner		= THIS_MODULE,
	.open		= vmlab_open,
	.flush		= vmlab_flush,
	.release	= vmlab_release,
	.mmap		= vmlab_mmap,
#ifdef VMLAB_HAVE_HUGE
	/* Align long mappings for huge pages. */
	.get_unmapped_area = thp_get_unmapped_area,
#endif
	.read		= vmlab_read,
	.poll		= vmlab_poll,
	.unlocked_ioctl	= vmlab_ioctl,
	.compat_ioctl	= compat_ptr_ioctl,
	.fsync		= vmlab_fsync,
	.llseek		= noop_llseek,
};

/*
 * Any user may open spaces, as any user may map memory: frames are charged to
 * the memory cgroup of the faulting task.  Requests check their own permissions.
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
