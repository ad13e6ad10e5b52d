// SPDX-License-Identifier: GPL-2.0
/* /sys/kernel/debug/vmlab: the top of the tree. */
#include <linux/debugfs.h>
#include <linux/seq_file.h>
#include <linux/string_helpers.h>

#include "coverage/coverage.h"
#include "debugfs/debugfs.h"
#include "frame/frame.h"
#include "inspect/inspect.h"

static struct dentry *vmlab_root;

static int features_show(struct seq_file *m, void *v)
{
	u64 features = vmlab_features();
	unsigned int bit;

	seq_puts(m, "feature usable\n");
	for (bit = 0; bit < 64; bit++) {
		const char *name = vmlab_feature_name(bit)->name;

		if (*name)
			seq_printf(m, "%s %s\n", name,
				   str_yes_no(features & BIT_ULL(bit)));
	}
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(features);

static int frames_show(struct seq_file *m, void *v)
{
	seq_printf(m, "%lld\n", vmlab_frames_total());
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(frames);

/**
 * vmlab_debugfs_init() - create the tree; once, at module load
 *
 * Context: process context, may sleep.
 * Return: 0 or a negative errno.  A kernel without debugfs is no error: there
 * the module works without text files.
 */
int vmlab_debugfs_init(void)
{
	int ret;

	vmlab_root = debugfs_create_dir("vmlab", NULL);
	debugfs_create_file("features", 0400, vmlab_root, NULL,
			    &features_fops);
	debugfs_create_file("layout", 0400, vmlab_root, NULL,
			    &vmlab_debugfs_layout_fops);
	debugfs_create_file("frames", 0400, vmlab_root, NULL, &frames_fops);
	vmlab_coverage_files(vmlab_root);
	ret = vmlab_debugfs_spaces_init(vmlab_root);
	if (!ret) {
		ret = vmlab_debugfs_attach_init(vmlab_root);
		if (ret)
			vmlab_debugfs_spaces_exit();
	}
	if (ret)
		debugfs_remove(vmlab_root);
	return ret;
}

/**
 * vmlab_debugfs_exit() - remove the tree; once, at module unload
 *
 * Context: process context, may sleep.
 */
void vmlab_debugfs_exit(void)
{
	vmlab_debugfs_attach_exit();
	vmlab_debugfs_spaces_exit();
	debugfs_remove(vmlab_root);
}
