// SPDX-License-Identifier: GPL-2.0
/* debugfs: which process a file describes. */
#include <linux/fs.h>
#include <linux/pid.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>

#include "debugfs/debugfs.h"
#include "subject.h"

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
