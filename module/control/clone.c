// SPDX-License-Identifier: GPL-2.0
/* VMLAB_IOC_CLONE: copy a space, and hold it until the clone is in use. */
#include <linux/cred.h>
#include <linux/err.h>
#include <linux/fcntl.h>
#include <linux/file.h>
#include <linux/fs.h>

#include <linux/vmlab.h>

#include "control/control.h"
#include "opened.h"
#include "space/clone.h"
#include "space/hold.h"
#include "uarg.h"

/*
 * Copy the space of an open file to that of a new one, which with @hold holds it from
 * now on.  Returns 0 or an errno.
 */
static int clone_opened(struct file *file, struct file *new, bool hold)
{
	struct vmlab_space *from = vmlab_opened_use(file), *to;
	int ret;

	if (IS_ERR(from))
		return PTR_ERR(from);
	to = vmlab_opened_use(new);
	if (IS_ERR(to))
		return PTR_ERR(to);
	if (hold) {
		ret = vmlab_opened_hold(new, from);
		if (ret)
			return ret;
	}
	ret = vmlab_space_clone(from, to, hold);
	if (hold)
		vmlab_hold_limit(from, to->id);
	return ret;
}

/**
 * vmlab_ioctl_clone() - VMLAB_IOC_CLONE
 * @file: the open file of the source
 * @uarg: struct vmlab_clone of the caller
 *
 * Context: process context, may sleep.
 * Return: 0 or a negative errno.
 */
long vmlab_ioctl_clone(struct file *file, void __user *uarg)
{
	struct vmlab_clone clone;
	struct file *new;
	int ret;

	ret = vmlab_uarg_get(&clone, sizeof(clone), sizeof(clone), uarg);
	if (ret)
		return ret;
	if (clone.flags & ~VMLAB_CLONE_HOLD || clone.fd || clone.reserved)
		return -EINVAL;

	clone.fd = get_unused_fd_flags(O_CLOEXEC);
	if (clone.fd < 0)
		return clone.fd;
	/* As open(2) of the device, which makes a new space. */
	new = dentry_open(&file->f_path, O_RDWR | O_LARGEFILE, current_cred());
	if (IS_ERR(new)) {
		put_unused_fd(clone.fd);
		return PTR_ERR(new);
	}
	ret = clone_opened(file, new, clone.flags & VMLAB_CLONE_HOLD);
	if (!ret)
		ret = vmlab_uarg_put(&clone, sizeof(clone), uarg);
	if (ret) {
		put_unused_fd(clone.fd);
		/* Ends the hold, too, before the caller goes on. */
		fput(new);
		return ret;
	}
	fd_install(clone.fd, new);
	return 0;
}
