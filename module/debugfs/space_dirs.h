/* SPDX-License-Identifier: GPL-2.0 */
/* The directory of a space, spaces/<id>, and its files. */
#ifndef VMLAB_DEBUGFS_SPACE_DIRS_H
#define VMLAB_DEBUGFS_SPACE_DIRS_H

#include <linux/completion.h>
#include <linux/refcount.h>
#include <linux/types.h>
#include <linux/workqueue.h>

struct dentry;
struct mem_cgroup;

/**
 * struct vmlab_space_dir - the directory of a space
 * @id: number of the space
 * @dentry: the directory, once @create has run
 * @memcg: charged for it: the memory cgroup of the task that opened the space
 * @ref: the task that removes it, and the worker
 * @create: creates it
 * @remove: removes it
 * @created: completed by @create
 * @removed: completed by @remove
 */
struct vmlab_space_dir {
	u64 id;
	struct dentry *dentry;
	struct mem_cgroup *memcg;
	refcount_t ref;
	struct work_struct create;
	struct work_struct remove;
	struct completion created;
	struct completion removed;
};

/* spaces.c */
void vmlab_debugfs_space_files(struct dentry *parent,
			       struct vmlab_space_dir *dir);

#endif /* VMLAB_DEBUGFS_SPACE_DIRS_H */
