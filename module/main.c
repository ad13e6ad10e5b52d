// SPDX-License-Identifier: GPL-2.0
/* vmlab: virtual memory made visible and programmable: init and exit. */
#include <linux/module.h>
#include <linux/rcupdate.h>

#include "chardev.h"
#include "debugfs/debugfs.h"
#include "policy/bpf/struct_ops.h"
#include "space/shrink.h"
#include "space/space.h"
#include "user.h"

static int __init vmlab_init(void)
{
	int ret;

	ret = vmlab_user_init();
	if (ret)
		return ret;
	ret = vmlab_bpf_init();
	if (ret)
		return ret;
	ret = vmlab_space_init();
	if (ret)
		return ret;
	ret = vmlab_shrink_init();
	if (ret)
		goto out_space;
	ret = vmlab_debugfs_init();
	if (ret)
		goto out_shrink;
	ret = vmlab_chardev_init();
	if (ret)
		goto out_debugfs;
	return 0;

out_debugfs:
	vmlab_debugfs_exit();
out_shrink:
	vmlab_shrink_exit();
out_space:
	vmlab_space_exit();
	return ret;
}

static void __exit vmlab_exit(void)
{
	vmlab_chardev_exit();
	vmlab_debugfs_exit();
	vmlab_shrink_exit();
	vmlab_space_exit();
	/* A fault that put its reference to a space may not have returned from it yet. */
	synchronize_rcu_tasks();
}

module_init(vmlab_init);
module_exit(vmlab_exit);

MODULE_DESCRIPTION("Virtual memory made visible and programmable");
MODULE_AUTHOR("vmlab");
MODULE_VERSION(VMLAB_VERSION);
MODULE_LICENSE("GPL");
