// SPDX-License-Identifier: GPL-2.0
/* The configuration of a space: length, backing, huge frames, latencies. */
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/mm.h>

#include "backing/registry.h"
#include "compat.h"
#include "frame/store.h"
#include "space/config.h"
#include "space/dirty_entries.h"
#include "space/truncate.h"
#include "space/writeback.h"

/* Under the lock: to extend a VMA, mm removes it for a moment. */
static bool space_is_mapped(struct vmlab_space *space)
{
	struct address_space *mapping = space->inode->i_mapping;
	bool mapped;

	i_mmap_lock_read(mapping);
	mapped = mapping_mapped(mapping);
	i_mmap_unlock_read(mapping);
	return mapped;
}

/**
 * vmlab_space_set_backing() - set the backing of a space
 * @space: the space
 * @backing: the backing
 * @file: the file of a backing that needs one, else NULL; the space takes a
 *	reference
 * @offset: offset of the space in the file, bytes
 *
 * Context: process context, may sleep; takes backing_lock.
 * Return: 0, -EBUSY when the space has frames, or is mapped, or when its entries
 * are cleaned and the backing does not allow that, -ENOMEM, or -EINTR when the
 * task was killed.
 */
int vmlab_space_set_backing(struct vmlab_space *space,
			    const struct vmlab_backing *backing,
			    struct file *file, loff_t offset)
{
	struct file *old = NULL;
	int ret = backing->write ? vmlab_writeback_start(space) : 0;

	if (ret)
		return ret;
	if (down_write_killable(&space->backing_lock))
		return -EINTR;
	WRITE_ONCE(space->backing_changes, true);
	/*
	 * mm may link a VMA after it was looked for here, and fault in it at
	 * once.  Pairs with the barrier in bring_settled(): either the frame of
	 * that fault is seen here, or the fault waits for this change.
	 */
	smp_mb();
	if (space_is_mapped(space) || !xa_empty(&space->frames.xa) ||
	    (space->no_protect && !vmlab_dirty_entries_fit(backing))) {
		ret = -EBUSY;
	} else {
		old = space->file;
		space->file = file ? get_file(file) : NULL;
		space->file_offset = offset;
		WRITE_ONCE(space->backing, backing);
	}
	/* Pairs with the acquire in bring_settled(). */
	smp_store_release(&space->backing_changes, false);
	up_write(&space->backing_lock);
	if (old)
		fput(old);
	return ret;
}

/**
 * vmlab_space_set_config() - change the configuration of a space
 * @space: the space
 * @config: the new configuration, as user space gave it; the space can be
 *	mapped
 *
 * Context: process context, may sleep; takes config_lock and folio locks.
 * Return: 0, or the errors of VMLAB_IOC_SPACE_SET in the uapi header.
 */
int vmlab_space_set_config(struct vmlab_space *space,
			   const struct vmlab_space_config *config)
{
	const struct vmlab_backing *backing;
	bool huge = config->flags & VMLAB_SPACE_HUGE;
	int ret;

	if (config->flags & ~(VMLAB_SPACE_HUGE | VMLAB_SPACE_LATENCY) ||
	    config->space_id || config->reserved)
		return -EINVAL;
	if (huge && !vmlab_huge_possible())
		return -EOPNOTSUPP;
	if (config->bytes & ~PAGE_MASK)
		return -EINVAL;
	if (config->bytes > LLONG_MAX)
		return -EFBIG;
	backing = vmlab_backing_find(config->backing);
	if (!backing)
		return -EINVAL;
	if (backing != READ_ONCE(space->backing)) {
		ret = backing->needs_file ? -EINVAL :
		      vmlab_space_set_backing(space, backing, NULL, 0);
		if (ret)
			return ret;
	}

	if (mutex_lock_killable(&space->config_lock))
		return -EINTR;
	if (huge && space->no_protect) {
		mutex_unlock(&space->config_lock);
		return -EBUSY;
	}
	/* A huge frame is evicted as a whole when a part of it is dropped. */
	ret = huge ? vmlab_store_create(space) : 0;
	if (!ret)
		ret = vmlab_space_truncate(space, config->bytes ?
					   config->bytes >> PAGE_SHIFT :
					   VMLAB_NR_PAGES_MAX);
	if (!ret) {
		space->huge_used |= huge;
		WRITE_ONCE(space->huge, huge);
		WRITE_ONCE(space->latency,
			   config->flags & VMLAB_SPACE_LATENCY);
	}
	mutex_unlock(&space->config_lock);
	return ret;
}
VMLAB_EXPORT_FOR_KUNIT(vmlab_space_set_config);

/**
 * vmlab_space_get_config() - return the configuration of a space
 * @space: the space
 * @config: filled in, but for its size
 *
 * Context: process context, may sleep; takes config_lock.
 * Return: 0, or -EINTR when the task was killed.
 */
int vmlab_space_get_config(struct vmlab_space *space,
			   struct vmlab_space_config *config)
{
	if (mutex_lock_killable(&space->config_lock))
		return -EINTR;
	config->space_id = space->id;
	config->bytes = space->nr_pages == VMLAB_NR_PAGES_MAX ?
			0 : (u64)space->nr_pages << PAGE_SHIFT;
	/* It changes under backing_lock. */
	config->backing = READ_ONCE(space->backing)->id;
	config->flags = (space->huge ? VMLAB_SPACE_HUGE : 0) |
			(space->latency ? VMLAB_SPACE_LATENCY : 0);
	mutex_unlock(&space->config_lock);
	return 0;
}
VMLAB_EXPORT_FOR_KUNIT(vmlab_space_get_config);
