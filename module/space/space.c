// SPDX-License-Identifier: GPL-2.0
/* Life of a space: created by open(2), destroyed by the last release. */
#include <linux/fs.h>
#include <linux/mount.h>
#include <linux/pagemap.h>
#include <linux/pseudo_fs.h>
#include <linux/slab.h>

#include "backing/backing.h"
#include "compat.h"
#include "events.h"
#include "frame/frame.h"
#include "frame/store.h"
#include "pager/config.h"
#include "pager/residence.h"
#include "space/registry.h"
#include "space/shrink.h"
#include "space/space.h"
#include "space/truncate.h"
#include "space/writeback.h"

#define VMLAB_FS_MAGIC	0x766d6c62	/* "vmlb" */

/*
 * A pseudo file system gives each space an inode, and so an address_space.  It
 * is mounted while spaces exist: a permanent mount would pin the module.
 */
static struct vfsmount *vmlab_mnt;
static int vmlab_mnt_count;
static atomic64_t vmlab_last_id;

/*
 * Called when mm zaps the last dirty PTE of a frame, or when a GUP user dirties
 * a pinned page.
 */
static bool vmlab_dirty_folio(struct address_space *mapping,
			      struct folio *folio)
{
	vmlab_frame_mark_dirty(mapping->host->i_private, folio);
	return false;
}

static const struct address_space_operations vmlab_aops = {
	.dirty_folio	= vmlab_dirty_folio,
};

static int vmlab_fs_init_context(struct fs_context *fc)
{
	return init_pseudo(fc, VMLAB_FS_MAGIC) ? 0 : -ENOMEM;
}

static struct file_system_type vmlab_fs_type = {
	.owner		 = THIS_MODULE,
	.name		 = "vmlab",
	.init_fs_context = vmlab_fs_init_context,
	.kill_sb	 = kill_anon_super,
};

/**
 * vmlab_space_init() - prepare for spaces; once, at module load
 *
 * Context: process context, may sleep.
 * Return: 0, or -ENOMEM.
 */
int vmlab_space_init(void)
{
	int ret = vmlab_frame_init();

	if (ret)
		return ret;
	ret = vmlab_pager_init();
	if (ret)
		goto out_frame;
	ret = vmlab_shrink_init();
	if (ret)
		goto out_pager;
	return 0;

out_pager:
	vmlab_pager_exit();
out_frame:
	vmlab_frame_exit();
	return ret;
}

/**
 * vmlab_space_exit() - undo vmlab_space_init(); once, at module unload
 *
 * Context: process context, may sleep; no space exists any more.
 */
void vmlab_space_exit(void)
{
	vmlab_shrink_exit();
	vmlab_pager_exit();
	vmlab_frame_exit();
}

static struct inode *vmlab_inode_create(void)
{
	struct inode *inode;
	int ret;

	ret = simple_pin_fs(&vmlab_fs_type, &vmlab_mnt, &vmlab_mnt_count);
	if (ret)
		return ERR_PTR(ret);
	inode = alloc_anon_inode(vmlab_mnt->mnt_sb);
	if (IS_ERR(inode))
		simple_release_fs(&vmlab_mnt, &vmlab_mnt_count);
	return inode;
}

static void vmlab_inode_destroy(struct inode *inode)
{
	iput(inode);
	simple_release_fs(&vmlab_mnt, &vmlab_mnt_count);
}

/**
 * vmlab_space_create() - create an empty space without a length limit
 *
 * Context: process context, may sleep.
 * Return: the space, to be freed with vmlab_space_destroy(), or an ERR_PTR()
 * of -ENOMEM or of an error of mounting the pseudo file system.
 */
struct vmlab_space *vmlab_space_create(void)
{
	struct vmlab_space *space;
	struct inode *inode;

	space = kzalloc(sizeof(*space), GFP_KERNEL_ACCOUNT);
	if (!space)
		return ERR_PTR(-ENOMEM);

	space->counters = alloc_percpu_gfp(struct vmlab_counters,
					   GFP_KERNEL_ACCOUNT);
	if (!space->counters) {
		kfree(space);
		return ERR_PTR(-ENOMEM);
	}

	inode = vmlab_inode_create();
	if (IS_ERR(inode)) {
		free_percpu(space->counters);
		kfree(space);
		return ERR_CAST(inode);
	}

	inode->i_private = space;
	inode->i_mapping->a_ops = &vmlab_aops;
	space->inode = inode;
	space->id = atomic64_inc_return(&vmlab_last_id);
	space->nr_pages = ULONG_MAX;
	space->backing = &vmlab_backing_zero;
	xa_init_flags(&space->frames.xa, XA_FLAGS_ACCOUNT);
	init_rwsem(&space->backing_lock);
	vmlab_writeback_init(space);
	vmlab_events_init(&space->events);
	vmlab_pager_setup(&space->pager, vmlab_writeback_soon);
	mutex_init(&space->config_lock);
	vmlab_registry_add(space);
	return space;
}
VMLAB_EXPORT_FOR_KUNIT(vmlab_space_create);

/**
 * vmlab_space_destroy() - free a space and all its frames
 * @space: the space, without injection rules; no VMA maps it any more
 *
 * Context: process context, may sleep.
 */
void vmlab_space_destroy(struct vmlab_space *space)
{
	vmlab_writeback_stop(space);
	vmlab_registry_remove(space);
	vmlab_space_discard(space, 0);
	if (space->file)
		fput(space->file);
	vmlab_pager_destroy(&space->pager);
	vmlab_events_destroy(&space->events);
	vmlab_store_destroy(space);
	xa_destroy(&space->frames.xa);
	vmlab_inode_destroy(space->inode);
	free_percpu(space->counters);
	kfree(space);
}
VMLAB_EXPORT_FOR_KUNIT(vmlab_space_destroy);
