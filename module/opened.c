// SPDX-License-Identifier: GPL-2.0
/*
 * An open /dev/vmlab.  Its space is created by the first mmap(2), read(2), poll(2)
 * or request that needs it: many programs open the device only to inspect
 * processes.  What depends on the task that opened the file is set by open(2).
 */
#include <linux/fs.h>
#include <linux/mutex.h>
#include <linux/pagemap.h>
#include <linux/slab.h>

#include "debugfs/debugfs.h"
#include "fault/inject.h"
#include "opened.h"
#include "space/hold.h"
#include "space/registry.h"
#include "space/space.h"

/**
 * struct vmlab_opened - an open file
 * @space: the space; NULL until it is created, set once
 * @lock: held to create it; nests inside mmap_lock
 * @opener: the opener, until the space takes it over
 * @holds: number of the space that this one is a clone of and holds, or 0.  Without a
 *	reference: who closes the last descriptor of that space waits for these.
 */
struct vmlab_opened {
	struct vmlab_space *space;
	struct mutex lock;	/* see above */
	struct vmlab_opener opener;
	u64 holds;
};

/**
 * vmlab_opened_create() - prepare an open file
 * @file: the file; its private data and its mapping are set
 *
 * Context: process context, may sleep.
 * Return: 0, or an error of vmlab_opener_get().
 */
int vmlab_opened_create(struct file *file)
{
	struct vmlab_opened *opened;
	int ret;

	opened = kzalloc(sizeof(*opened), GFP_KERNEL_ACCOUNT);
	if (!opened)
		return -ENOMEM;
	ret = vmlab_opener_get(&opened->opener);
	if (ret) {
		kfree(opened);
		return ret;
	}
	mutex_init(&opened->lock);
	file->private_data = opened;
	/* Through it mm finds the VMAs of this space and of no other. */
	file->f_mapping = opened->opener.inode->i_mapping;
	file->f_wb_err = filemap_sample_wb_err(file->f_mapping);
	return 0;
}

/**
 * vmlab_opened_release() - undo vmlab_opened_create(), destroy the space
 * @file: the file; no VMA maps it any more
 *
 * Context: process context, may sleep.
 */
void vmlab_opened_release(struct file *file)
{
	struct vmlab_opened *opened = file->private_data;
	struct vmlab_space *space = opened->space;

	vmlab_opened_end_hold(file);
	if (space) {
		/* A task that waits has a reference. */
		vmlab_hold_end(space, 0);
		vmlab_debugfs_remove_space(space);
		vmlab_inject_destroy(space);
		vmlab_space_destroy(space);
	} else {
		vmlab_opener_put(&opened->opener);
	}
	kfree(opened);
}

/**
 * vmlab_opened_space() - return the space of an open file
 * @file: the file
 *
 * Context: any.
 * Return: the space, or NULL when the file was not used yet.
 */
struct vmlab_space *vmlab_opened_space(const struct file *file)
{
	struct vmlab_opened *opened = file->private_data;

	/* Pairs with the release in opened_create_space(). */
	return smp_load_acquire(&opened->space);
}

/*
 * Create the space, unless another task did.  With @later a worker creates the
 * directory in debugfs: only the task that creates the space may start it.
 */
static struct vmlab_space *opened_create_space(const struct file *file,
					       bool later)
{
	struct vmlab_opened *opened = file->private_data;
	struct vmlab_space *space;

	if (mutex_lock_killable(&opened->lock))
		return ERR_PTR(-EINTR);
	space = opened->space;
	if (!space) {
		space = vmlab_space_create(&opened->opener);
		if (!IS_ERR(space)) {
			if (later)
				vmlab_debugfs_add_space_later(space);
			/* Pairs with vmlab_opened_space(). */
			smp_store_release(&opened->space, space);
		}
	}
	mutex_unlock(&opened->lock);
	return space;
}

/**
 * vmlab_opened_use() - return the space of an open file, create it before
 * @file: the file
 *
 * Context: process context, may sleep; the caller does not hold mmap_lock.
 * Return: the space, whose directory in debugfs exists; or an ERR_PTR() of
 * -ENOMEM, -EINTR when the task was killed.
 */
struct vmlab_space *vmlab_opened_use(const struct file *file)
{
	struct vmlab_space *space = vmlab_opened_space(file);

	if (unlikely(!space)) {
		space = opened_create_space(file, false);
		if (IS_ERR(space))
			return space;
	}
	vmlab_debugfs_add_space(space);
	return space;
}

/**
 * vmlab_opened_map() - the same while a mapping is made
 * @file: the file
 *
 * Context: process context, may sleep; the caller holds mmap_lock.
 * Return: the space, whose directory in debugfs appears soon; or an ERR_PTR()
 * of -ENOMEM, -EINTR when the task was killed.
 */
struct vmlab_space *vmlab_opened_map(const struct file *file)
{
	return vmlab_opened_space(file) ?: opened_create_space(file, true);
}

/**
 * vmlab_opened_hold() - hold the source of a clone
 * @file: the file of the clone, which has its space
 * @source: the space that is about to be cloned
 *
 * Context: process context, may sleep; once for each file.
 * Return: 0, or -EBUSY when another clone holds it.
 */
int vmlab_opened_hold(struct file *file, struct vmlab_space *source)
{
	struct vmlab_opened *opened = file->private_data;
	int ret = vmlab_hold_begin(source, opened->space->id);

	if (ret)
		return ret;
	WRITE_ONCE(opened->holds, source->id);
	return 0;
}

/**
 * vmlab_opened_end_hold() - end the hold of a clone, if there is one
 * @file: a file of the device
 *
 * Context: process context; any number of times, and by several tasks at once.
 */
void vmlab_opened_end_hold(struct file *file)
{
	struct vmlab_opened *opened = file->private_data;
	struct vmlab_space *source;
	u64 id;

	if (likely(!READ_ONCE(opened->holds)))
		return;
	id = xchg(&opened->holds, 0);
	if (!id)
		return;
	/* If this is killed: the time is limited, too. */
	source = vmlab_registry_get(id);
	if (IS_ERR(source))
		return;
	vmlab_hold_end(source, opened->space->id);
	vmlab_space_put_later(source);
}
