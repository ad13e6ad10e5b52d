// SPDX-License-Identifier: GPL-2.0
/* debugfs: the files in the directory of one process. */
#include <linux/debugfs.h>
#include <linux/err.h>
#include <linux/kernel.h>

#include "debugfs/debugfs.h"

static const struct {
	const char *name;
	const struct file_operations *fops;
} process_files[] = {
	{ "mm", &vmlab_debugfs_mm_fops },
	{ "vmas", &vmlab_debugfs_vmas_fops },
	{ "tree", &vmlab_debugfs_tree_fops },
	{ "gaps", &vmlab_debugfs_gaps_fops },
	{ "pagetable", &vmlab_debugfs_pagetable_fops },
	{ "pgtotals", &vmlab_debugfs_pgtotals_fops },
};

/**
 * vmlab_debugfs_process_files() - create the files of a process
 * @dir: its directory
 * @pid: the process, or NULL for the process that opens a file; must live as
 *	long as the directory
 *
 * An open file holds references of its own, so that it can return ESRCH after
 * the directory was removed: the proxy of debugfs would return EIO instead.
 *
 * Context: process context, may sleep.
 * Return: 0, or a negative errno when a file is missing.
 */
int vmlab_debugfs_process_files(struct dentry *dir, struct pid *pid)
{
	struct dentry *file;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(process_files); i++) {
		file = debugfs_create_file_unsafe(process_files[i].name, 0400,
						  dir, pid,
						  process_files[i].fops);
		if (IS_ERR(file))
			return PTR_ERR(file);
	}
	return 0;
}
