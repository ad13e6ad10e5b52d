// SPDX-License-Identifier: GPL-2.0
/* debugfs: the files in the directory of one process. */
#include <linux/debugfs.h>
#include <linux/pid.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>

#include "../subject.h"
#include "debugfs.h"

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
 */
void vmlab_debugfs_process_files(struct dentry *dir, struct pid *pid)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(process_files); i++)
		debugfs_create_file_unsafe(process_files[i].name, 0400, dir,
					   pid, process_files[i].fops);
}

/**
 * vmlab_debugfs_inode_pid() - return the process that a file describes
 * @inode: inode of the file, while it is being opened
 *
 * Context: process context.
 * Return: the pid, with a reference that the caller must drop.
 */
struct pid *vmlab_debugfs_inode_pid(struct inode *inode)
{
	return get_pid(inode->i_private ?: task_tgid(current));
}

/**
 * vmlab_debugfs_inode_mm() - get the mm that a file describes
 * @inode: inode of the file, while it is being opened
 * @mm: set to the mm, with a reference in mm_count that the caller must drop
 *	and that does not keep the address space; to NULL for a kernel thread
 *
 * Context: process context, may sleep.
 * Return: 0, or -ESRCH when the process has exited.
 */
int vmlab_debugfs_inode_mm(struct inode *inode, struct mm_struct **mm)
{
	struct pid *pid = vmlab_debugfs_inode_pid(inode);
	struct vmlab_subject subject;
	int ret;

	ret = vmlab_subject_from_pid(&subject, pid);
	put_pid(pid);
	if (ret)
		return ret;
	*mm = subject.mm;
	if (*mm)
		mmgrab(*mm);
	vmlab_subject_put(&subject);
	return 0;
}
