// SPDX-License-Identifier: GPL-2.0
/*
 * Life of a space: created when an open file is first used, destroyed when the
 * last reference is put.
 *
 * References are those of the open file and of tasks that found the space in the
 * list of all spaces.  Destroying a space writes its pages back to the file of
 * the backing, which can take for ever: a space with such a backing is destroyed
 * on its own workqueue.  The task that closes the file waits for that as long as
 * it can, so that after close(2) the file has the contents.  It then frees the
 * space; if it stopped waiting, a worker frees it.
 */
#include <linux/completion.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/memcontrol.h>
#include <linux/module.h>
#include <linux/mount.h>
#include <linux/pagemap.h>
#include <linux/pid.h>
#include <linux/pseudo_fs.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "backing/backing.h"
#include "compat.h"
#include "events.h"
#include "frame/frame.h"
#include "frame/store.h"
#include "pager/config.h"
#include "pager/residence.h"
#include "space/registry.h"
#include "space/space.h"
#include "space/truncate.h"
#include "space/writeback.h"
#include "user.h"

#define VMLAB_FS_MAGIC	0x766d6c62	/* "vmlb" */

/*
 * A pseudo file system gives each space an inode, and so an address_space.  It
 * is mounted while spaces exist: a permanent mount would pin the module.
 */
static struct vfsmount *vmlab_mnt;
static int vmlab_mnt_count;
static atomic64_t vmlab_last_id;

/* Frees spaces that no task waits for.  Module exit flushes it. */
static struct workqueue_struct *vmlab_wq;

/* Protects the members done and abandoned of all spaces. */
static DEFINE_SPINLOCK(vmlab_done_lock);

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
	int ret;

	/* No rescuer: reclaim waits for no work on it. */
	vmlab_wq = alloc_workqueue("vmlab", WQ_UNBOUND, 0);
	if (!vmlab_wq)
		return -ENOMEM;
	ret = vmlab_pager_init();
	if (ret)
		destroy_workqueue(vmlab_wq);
	return ret;
}

/**
 * vmlab_space_exit() - undo vmlab_space_init(); once, at module unload
 *
 * Context: process context, may sleep; no space exists any more, but the worker
 * that freed the last one may still run.
 */
void vmlab_space_exit(void)
{
	destroy_workqueue(vmlab_wq);
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

/* Free a destroyed space. */
static void space_free(struct vmlab_space *space)
{
	vmlab_writeback_destroy(space);
	if (space->file)
		fput(space->file);
	vmlab_pager_destroy(&space->pager);
	vmlab_events_destroy(&space->events);
	vmlab_store_destroy(space);
	xa_destroy(&space->frames.private);
	xa_destroy(&space->frames.xa);
	vmlab_inode_destroy(space->inode);
	mem_cgroup_put(space->memcg);
	vmlab_user_uncharge(space->user, VMLAB_USER_SPACES, 1);
	if (space->abandoned)
		atomic_dec(&space->owner->overdue);
	vmlab_user_put(space->owner);
	put_pid(space->opener);
	free_percpu(space->counters);
	kfree(space);
	/* The caller's code stays: see vmlab_space_exit(), or a file of ours. */
	module_put(THIS_MODULE);
}

static void space_free_work(struct work_struct *work)
{
	space_free(container_of(work, struct vmlab_space, free_work));
}

/* There is no reference to the space any more. */
static void space_destroy(struct vmlab_space *space)
{
	bool abandoned;

	vmlab_registry_remove(space);
	vmlab_writeback_stop(space);
	vmlab_space_discard(space, 0, false);

	spin_lock(&vmlab_done_lock);
	space->done = true;
	abandoned = space->abandoned;
	/* Under the lock: afterwards the waiting task frees the space. */
	if (!abandoned)
		complete(&space->destroyed);
	spin_unlock(&vmlab_done_lock);
	/* A worker cannot destroy the queue that it works for. */
	if (abandoned)
		queue_work(vmlab_wq, &space->free_work);
}

static void space_destroy_work(struct work_struct *work)
{
	space_destroy(container_of(work, struct vmlab_space, destroy_work));
}

static void space_release(struct kref *ref)
{
	struct vmlab_space *space = container_of(ref, struct vmlab_space, ref);

	if (space->writeback.wq)
		queue_work(space->writeback.wq, &space->destroy_work);
	else
		space_destroy(space);
}

static void space_release_later(struct kref *ref)
{
	struct vmlab_space *space = container_of(ref, struct vmlab_space, ref);

	queue_work(space->writeback.wq ?: vmlab_wq, &space->destroy_work);
}

/**
 * vmlab_space_put() - put a reference to a space
 * @space: the space; the last reference destroys it
 *
 * Context: process context, may sleep.
 */
void vmlab_space_put(struct vmlab_space *space)
{
	kref_put(&space->ref, space_release);
}
VMLAB_EXPORT_FOR_KUNIT(vmlab_space_put);

/**
 * vmlab_space_put_later() - put a reference, and destroy the space elsewhere
 * @space: the space
 *
 * Context: reclaim: waits for nothing.
 */
void vmlab_space_put_later(struct vmlab_space *space)
{
	kref_put(&space->ref, space_release_later);
}

/**
 * vmlab_opener_get() - prepare for a space of the current task
 * @opener: filled in, to be freed with vmlab_opener_put()
 *
 * Context: process context, may sleep.
 * Return: 0, -ENOMEM, -EMFILE when the user has as many spaces as the limit
 * allows, -EINTR when the task was killed, or an error of mounting the pseudo
 * file system.
 */
int vmlab_opener_get(struct vmlab_opener *opener)
{
	struct vmlab_user *owner = vmlab_user_get();
	struct inode *inode;

	if (IS_ERR(owner))
		return PTR_ERR(owner);
	opener->user = NULL;
	if (!vmlab_user_exempt()) {
		if (vmlab_user_charge(owner, VMLAB_USER_SPACES, 1)) {
			vmlab_user_put(owner);
			return -EMFILE;
		}
		opener->user = owner;
	}
	inode = vmlab_inode_create();
	if (IS_ERR(inode)) {
		vmlab_user_uncharge(opener->user, VMLAB_USER_SPACES, 1);
		vmlab_user_put(owner);
		return PTR_ERR(inode);
	}
	inode->i_mapping->a_ops = &vmlab_aops;
	opener->inode = inode;
	opener->owner = owner;
	opener->memcg = get_mem_cgroup_from_mm(current->mm);
	opener->pid = get_pid(task_tgid(current));
	get_task_comm(opener->comm, current);
	return 0;
}
VMLAB_EXPORT_FOR_KUNIT(vmlab_opener_get);

/**
 * vmlab_opener_put() - undo vmlab_opener_get()
 * @opener: filled in; no space took it over
 *
 * Context: process context, may sleep.
 */
void vmlab_opener_put(struct vmlab_opener *opener)
{
	vmlab_inode_destroy(opener->inode);
	mem_cgroup_put(opener->memcg);
	vmlab_user_uncharge(opener->user, VMLAB_USER_SPACES, 1);
	vmlab_user_put(opener->owner);
	put_pid(opener->pid);
}
VMLAB_EXPORT_FOR_KUNIT(vmlab_opener_put);

/* The space takes over the references of the opener. */
static void space_take(struct vmlab_space *space,
		       const struct vmlab_opener *opener)
{
	space->inode = opener->inode;
	space->owner = opener->owner;
	space->user = opener->user;
	space->events.user = opener->user;
	space->memcg = opener->memcg;
	space->opener = opener->pid;
	memcpy(space->opener_comm, opener->comm, sizeof(space->opener_comm));
	space->inode->i_private = space;
}

/**
 * vmlab_space_create() - create an empty space without a length limit
 * @opener: the task that opened it; the space takes over its references
 *
 * Context: process context, may sleep.
 * Return: the space, to be freed with vmlab_space_destroy(), or an ERR_PTR()
 * of -ENOMEM; then the caller keeps @opener.
 */
struct vmlab_space *vmlab_space_create(struct vmlab_opener *opener)
{
	struct vmlab_space *space;

	space = kzalloc(sizeof(*space), GFP_KERNEL_ACCOUNT);
	if (!space)
		return ERR_PTR(-ENOMEM);
	space->counters = alloc_percpu_gfp(struct vmlab_counters,
					   GFP_KERNEL_ACCOUNT);
	if (!space->counters) {
		kfree(space);
		return ERR_PTR(-ENOMEM);
	}

	/* From here on space_free() undoes everything. */
	__module_get(THIS_MODULE);
	kref_init(&space->ref);
	INIT_WORK(&space->destroy_work, space_destroy_work);
	INIT_WORK(&space->free_work, space_free_work);
	init_completion(&space->destroyed);
	space->nr_pages = VMLAB_NR_PAGES_MAX;
	space->huge_end = VMLAB_NR_PAGES_MAX;
	space->backing = &vmlab_backing_zero;
	xa_init_flags(&space->frames.xa, XA_FLAGS_ACCOUNT);
	xa_init_flags(&space->frames.private, XA_FLAGS_ACCOUNT);
	spin_lock_init(&space->frames.store_lock);
	init_rwsem(&space->backing_lock);
	mutex_init(&space->config_lock);
	mutex_init(&space->dirty_lock);
	init_waitqueue_head(&space->hold.wait);
	vmlab_writeback_init(space);
	vmlab_pager_setup(&space->pager, vmlab_writeback_soon);
	vmlab_events_init(&space->events);
	space_take(space, opener);
	space->id = atomic64_inc_return(&vmlab_last_id);
	vmlab_registry_add(space);
	return space;
}
VMLAB_EXPORT_FOR_KUNIT(vmlab_space_create);

/* Wait until a space is destroyed, for as long as the caller can wait. */
static void space_wait(struct vmlab_space *space)
{
	/* A worker closes files for others: it must not be held up. */
	if (current->flags & PF_WQ_WORKER)
		return;
	if (!(current->flags & PF_EXITING))
		wait_for_completion_killable(&space->destroyed);
	else if (!atomic_read(&space->owner->overdue))
		/* Nothing ends this wait: one second for all of its files. */
		wait_for_completion_timeout(&space->destroyed, HZ);
}

/**
 * vmlab_space_destroy() - put the reference of the open file
 * @space: the space, without injection rules; no VMA maps it any more
 *
 * Waits until the space is destroyed, so that its pages are written back; but
 * not beyond SIGKILL, nor beyond a second when the task exits.  The destruction
 * then goes on in the background.
 *
 * Context: process context, may sleep.
 */
void vmlab_space_destroy(struct vmlab_space *space)
{
	bool done;

	vmlab_space_put(space);
	space_wait(space);

	spin_lock(&vmlab_done_lock);
	done = space->done;
	if (!done) {
		space->abandoned = true;
		atomic_inc(&space->owner->overdue);
	}
	spin_unlock(&vmlab_done_lock);
	if (done)
		space_free(space);
}
VMLAB_EXPORT_FOR_KUNIT(vmlab_space_destroy);
