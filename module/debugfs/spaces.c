// SPDX-License-Identifier: GPL-2.0
/* debugfs: spaces/<id>/stats, one directory per open /dev/vmlab. */
#include <linux/debugfs.h>
#include <linux/seq_file.h>
#include <linux/slab.h>

#include "../space.h"
#include "debugfs.h"

static struct dentry *spaces_dir;

static int stats_show(struct seq_file *m, void *v)
{
	struct vmlab_space_config config = {};
	struct vmlab_space_stats s = {};
	unsigned int i;

	vmlab_space_get_config(m->private, &config);
	vmlab_space_stats(m->private, &s);

	seq_puts(m, "field value unit\n");
	seq_printf(m, "bytes %llu bytes\n", config.bytes);
#define ROW(field, unit) seq_printf(m, #field " %llu " unit "\n", s.field)
	ROW(frames, "pages");
	ROW(frames_dirty, "pages");
	ROW(vmas, "count");
	ROW(faults, "count");
	ROW(filled, "count");
	ROW(mapped, "count");
	ROW(sigbus, "count");
	ROW(oom, "count");
	ROW(interrupted, "count");
	ROW(error, "count");
	ROW(read_faults, "count");
	ROW(write_faults, "count");
	ROW(cow_faults, "count");
	ROW(mkwrite, "count");
	ROW(vma_lock_faults, "count");
	ROW(remote_access, "count");
	ROW(discarded, "pages");
	ROW(vma_open, "count");
	ROW(vma_close, "count");
	ROW(vma_mremap, "count");
	ROW(latency_ns_sum, "ns");
#undef ROW
	for (i = 0; i < VMLAB_LATENCY_BUCKETS; i++)
		if (s.latency[i])
			seq_printf(m, "latency_ns[%llu,%llu) %llu count\n",
				   i ? 1ULL << i : 0ULL, 2ULL << i,
				   s.latency[i]);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(stats);

/**
 * vmlab_debugfs_spaces_init() - make the directory of spaces
 * @root: its parent
 *
 * Context: process context, may sleep.
 * Return: 0.
 */
int vmlab_debugfs_spaces_init(struct dentry *root)
{
	spaces_dir = debugfs_create_dir("spaces", root);
	return 0;
}

/**
 * vmlab_debugfs_add_space() - make the directory of a new space
 * @space: the space
 *
 * Context: process context, may sleep.
 */
void vmlab_debugfs_add_space(struct vmlab_space *space)
{
	char name[21];

	snprintf(name, sizeof(name), "%llu", space->id);
	space->debugfs = debugfs_create_dir(name, spaces_dir);
	debugfs_create_file("stats", 0400, space->debugfs, space, &stats_fops);
}

/**
 * vmlab_debugfs_remove_space() - remove the directory of a space
 * @space: the space; no reader of its files is left afterwards
 *
 * Context: process context, may sleep: waits for readers.
 */
void vmlab_debugfs_remove_space(struct vmlab_space *space)
{
	debugfs_remove(space->debugfs);
}
