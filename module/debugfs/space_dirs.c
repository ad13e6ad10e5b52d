// SPDX-License-Identifier: GPL-2.0
/*
 * debugfs: the directories spaces/<id>, one for each open /dev/vmlab.
 *
 * A worker creates and removes them.  Both take the lock of spaces/, which
 * getdents(2) holds while it copies names to the buffer of its caller: the copy
 * takes for ever when that buffer is under userfaultfd(2).  open(2) waits for the
 * directory and the last close for its removal, but neither waits longer than
 * PATIENCE, nor at all while the worker is held up.
 */
#include <linux/completion.h>
#include <linux/debugfs.h>
#include <linux/jiffies.h>
#include <linux/memcontrol.h>
#include <linux/pid.h>
#include <linux/refcount.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "debugfs/debugfs.h"
#include "debugfs/space_dirs.h"
#include "types.h"

/* A busy machine creates a directory within this time. */
#define PATIENCE	(10 * HZ)
/* Nothing ends the wait of a task that exits. */
#define EXIT_PATIENCE	HZ

static struct dentry *spaces_dir;

/* Runs one work item at a time, in order. */
static struct workqueue_struct *spaces_wq;

/* A task stopped waiting, and the worker has finished nothing since. */
static bool held_up;
static DEFINE_SPINLOCK(held_up_lock);	/* held_up, and complete() with it */

static void put_dir(struct vmlab_space_dir *dir)
{
	if (!refcount_dec_and_test(&dir->ref))
		return;
	mem_cgroup_put(dir->memcg);
	kfree(dir);
}

/* The worker finished a request. */
static void finish(struct completion *done)
{
	spin_lock(&held_up_lock);
	held_up = false;
	complete(done);
	spin_unlock(&held_up_lock);
}

/* Wait for the worker, unless it is held up. */
static void wait_for_worker(struct completion *done)
{
	/* A worker that closes files for others must not be held up. */
	if (current->flags & PF_WQ_WORKER || READ_ONCE(held_up))
		return;
	/* Not 0: it is done, or the task was killed. */
	if (current->flags & PF_EXITING ?
	    wait_for_completion_timeout(done, EXIT_PATIENCE) :
	    wait_for_completion_killable_timeout(done, PATIENCE))
		return;
	spin_lock(&held_up_lock);
	if (!completion_done(done))
		held_up = true;
	spin_unlock(&held_up_lock);
}

static void create_work(struct work_struct *work)
{
	struct vmlab_space_dir *dir = container_of(work, struct vmlab_space_dir,
						   create);
	struct mem_cgroup *memcg = set_active_memcg(dir->memcg);
	char name[21];

	snprintf(name, sizeof(name), "%llu", dir->id);
	dir->dentry = debugfs_create_dir(name, spaces_dir);
	vmlab_debugfs_space_files(dir->dentry, dir);
	set_active_memcg(memcg);
	finish(&dir->created);
}

static void remove_work(struct work_struct *work)
{
	struct vmlab_space_dir *dir = container_of(work, struct vmlab_space_dir,
						   remove);

	debugfs_remove(dir->dentry);
	finish(&dir->removed);
	put_dir(dir);
}

/**
 * vmlab_debugfs_spaces_init() - create the directory of spaces
 * @root: its parent
 *
 * Context: process context, may sleep.
 * Return: 0 or -ENOMEM.
 */
int vmlab_debugfs_spaces_init(struct dentry *root)
{
	spaces_wq = alloc_ordered_workqueue("vmlab-debugfs", 0);
	if (!spaces_wq)
		return -ENOMEM;
	spaces_dir = debugfs_create_dir("spaces", root);
	return 0;
}

/**
 * vmlab_debugfs_spaces_exit() - wait until the directories of spaces are removed
 *
 * Context: process context, may sleep; no space is open any more.
 */
void vmlab_debugfs_spaces_exit(void)
{
	destroy_workqueue(spaces_wq);
}

/**
 * vmlab_debugfs_add_space() - create the directory of a new space
 * @space: the space, opened by the current process
 *
 * Without memory the space has no directory.
 *
 * Context: process context, may sleep: see above.
 */
void vmlab_debugfs_add_space(struct vmlab_space *space)
{
	struct vmlab_space_dir *dir = kzalloc(sizeof(*dir), GFP_KERNEL_ACCOUNT);

	if (!dir)
		return;
	space->opener = get_pid(task_tgid(current));
	get_task_comm(space->opener_comm, current);
	dir->id = space->id;
	dir->memcg = get_mem_cgroup_from_mm(current->mm);
	/* Of the task that removes it and of the worker. */
	refcount_set(&dir->ref, 2);
	init_completion(&dir->created);
	init_completion(&dir->removed);
	INIT_WORK(&dir->create, create_work);
	INIT_WORK(&dir->remove, remove_work);
	space->debugfs = dir;
	queue_work(spaces_wq, &dir->create);
	wait_for_worker(&dir->created);
}

/**
 * vmlab_debugfs_remove_space() - remove the directory of a space
 * @space: the space; its files that are open return ESRCH once it is destroyed
 *
 * Context: process context, may sleep: see above; does not wait for readers.
 */
void vmlab_debugfs_remove_space(struct vmlab_space *space)
{
	struct vmlab_space_dir *dir = space->debugfs;

	if (!dir)
		return;
	space->debugfs = NULL;
	queue_work(spaces_wq, &dir->remove);
	wait_for_worker(&dir->removed);
	put_dir(dir);
}
