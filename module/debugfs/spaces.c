// SPDX-License-Identifier: GPL-2.0
/*
 * debugfs: spaces/<id>/{owner,stats,policy,frames}, one directory for each open
 * /dev/vmlab.
 */
#include <linux/debugfs.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/pid.h>
#include <linux/sched/signal.h>
#include <linux/seq_file.h>
#include <linux/slab.h>

#include "backing/registry.h"
#include "compat.h"
#include "debugfs/debugfs.h"
#include "frame/frame.h"
#include "pager/config.h"
#include "pager/residence.h"
#include "policy/policy.h"
#include "space/config.h"
#include "space/stats.h"

static struct dentry *spaces_dir;

static int owner_show(struct seq_file *m, void *v)
{
	struct vmlab_space *space = m->private;
	bool alive;

	rcu_read_lock();
	alive = pid_task(space->opener, PIDTYPE_TGID);
	rcu_read_unlock();

	seq_puts(m, "field value\n");
	if (alive)
		seq_printf(m, "pid %d\n", pid_nr(space->opener));
	else
		seq_puts(m, "pid -\n");
	seq_puts(m, "comm ");
	seq_escape(m, space->opener_comm, "\n");
	seq_putc(m, '\n');
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(owner);

#define ROW(field, unit, of) \
	seq_printf(m, #field " %llu " unit "\n", (of).field)
#define SPACE_ROW(field, unit) ROW(field, unit, s);
#define PAGING_ROW(field, unit) ROW(field, unit, p);

static int stats_show(struct seq_file *m, void *v)
{
	struct vmlab_space_config config = {};
	struct vmlab_paging_stats p = {};
	struct vmlab_space_stats s = {};
	unsigned int i;
	int ret;

	ret = vmlab_space_get_config(m->private, &config);
	if (ret)
		return ret;
	vmlab_space_stats(m->private, &s);
	vmlab_space_paging_stats(m->private, &p);

	seq_puts(m, "field value unit\n");
	seq_printf(m, "bytes %llu bytes\n", config.bytes);
	ROW(frames, "pages", s);
	ROW(frames_dirty, "pages", s);
	ROW(vmas, "count", s);
	ROW(faults, "count", s);
	VMLAB_SPACE_COUNTERS(SPACE_ROW)
	ROW(vma_close, "count", s);
	ROW(charged, "pages", p);
	VMLAB_PAGING_COUNTERS(PAGING_ROW)
	for (i = 0; i < VMLAB_LATENCY_BUCKETS; i++)
		if (s.latency[i])
			seq_printf(m, "latency_ns[%llu,%llu) %llu count\n",
				   i ? 1ULL << i : 0ULL, 2ULL << i,
				   s.latency[i]);
	for (i = 0; i < VMLAB_DISTANCE_BUCKETS; i++)
		if (p.refault_distance[i])
			seq_printf(m, "refault_distance[%llu,%llu) %llu count\n",
				   i ? 1ULL << (i - 1) : 0ULL, 1ULL << i,
				   p.refault_distance[i]);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(stats);

static int policy_show(struct seq_file *m, void *v)
{
	static const char *const prefetch[] = {
		[VMLAB_PREFETCH_NONE]	= "none",
		[VMLAB_PREFETCH_NEXT]	= "next",
		[VMLAB_PREFETCH_STRIDE]	= "stride",
		[VMLAB_PREFETCH_WHOLE]	= "whole",
	};
	struct vmlab_space *space = m->private;
	struct vmlab_space_config config = {};
	struct vmlab_paging paging = {};
	char name[VMLAB_POLICY_NAME_MAX];
	int ret;

	ret = vmlab_space_get_config(space, &config);
	if (!ret)
		ret = vmlab_pager_get(space, &paging);
	if (ret)
		return ret;
	vmlab_pager_name(space, name);

	seq_puts(m, "field value\n");
	seq_printf(m, "policy %s\n", name);
	seq_printf(m, "policy_id %u\n", paging.policy_id);
	seq_printf(m, "budget %llu\n", paging.budget);
	seq_printf(m, "seed %llu\n", paging.seed);
	seq_printf(m, "prefetch %s\n", prefetch[paging.prefetch]);
	seq_printf(m, "prefetch_pages %u\n", paging.prefetch_pages);
	seq_printf(m, "stepping %d\n",
		   !!(paging.flags & VMLAB_PAGING_STEPPING));
	seq_printf(m, "around %d\n", !!(paging.flags & VMLAB_PAGING_AROUND));
	seq_printf(m, "backing %s\n",
		   vmlab_backing_find(config.backing)->name);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(policy);

/*
 * Position 0 is the header, position n the first frame from offset n - 1 on.
 * The frame may be gone when show() looks it up again.
 */
static void *frames_find(struct vmlab_space *space, loff_t *pos)
{
	unsigned long pgoff = *pos - 1;
	void *entry;

	entry = xa_find(&space->frames.xa, &pgoff, ULONG_MAX, XA_PRESENT);
	while (xa_is_value(entry)) {
		/* Any number of pages may be evicted. */
		if (fatal_signal_pending(current))
			return ERR_PTR(-EINTR);
		cond_resched();
		entry = xa_find_after(&space->frames.xa, &pgoff, ULONG_MAX,
				      XA_PRESENT);
	}
	if (!entry || pgoff >= LLONG_MAX)
		return NULL;
	*pos = pgoff + 1;
	return pos;
}

static void *frames_start(struct seq_file *m, loff_t *pos)
{
	return *pos ? frames_find(m->private, pos) : SEQ_START_TOKEN;
}

static void *frames_next(struct seq_file *m, void *v, loff_t *pos)
{
	++*pos;
	return frames_find(m->private, pos);
}

static void frames_stop(struct seq_file *m, void *v)
{
}

static int frames_show(struct seq_file *m, void *v)
{
	struct vmlab_space *space = m->private;
	const struct vmlab_frame *frame;
	struct folio *folio;
	pgoff_t pgoff;
	char early;

	if (v == SEQ_START_TOKEN) {
		seq_puts(m, "pgoff pfn mapcount refs state\n");
		return 0;
	}

	pgoff = *(loff_t *)v - 1;
	folio = vmlab_frame_get(space, pgoff);
	if (!folio)
		return SEQ_SKIP;
	if (folio_lock_killable(folio)) {
		folio_put(folio);
		return -EINTR;
	}
	if (!folio->mapping) {
		vmlab_frame_release(folio);
		return SEQ_SKIP;
	}
	frame = folio->private;
	early = frame && frame->prefetched ? 'e' : '-';
	seq_printf(m, "%lu %lu %d %d %c%c%c%c%c\n", pgoff, folio_pfn(folio),
		   vmlab_frame_mapcount(folio), folio_ref_count(folio) - 1,
		   xa_get_mark(&space->frames.xa, pgoff, VMLAB_FRAME_DIRTY) ?
		   'd' : '-',
		   xa_get_mark(&space->frames.xa, pgoff, VMLAB_FRAME_TRACKED) ?
		   't' : '-',
		   xa_get_mark(&space->frames.xa, pgoff, VMLAB_FRAME_STORED) ?
		   's' : '-',
		   vmlab_pager_is_locked(folio) ? 'l' : '-', early);
	vmlab_frame_release(folio);
	return 0;
}

static const struct seq_operations frames_sops = {
	.start	= frames_start,
	.next	= frames_next,
	.stop	= frames_stop,
	.show	= frames_show,
};
DEFINE_SEQ_ATTRIBUTE(frames);

/**
 * vmlab_debugfs_spaces_init() - create the directory of spaces
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
 * vmlab_debugfs_add_space() - create the directory of a new space
 * @space: the space, opened by the current process
 *
 * Context: process context, may sleep.
 */
void vmlab_debugfs_add_space(struct vmlab_space *space)
{
	char name[21];

	space->opener = get_pid(task_tgid(current));
	get_task_comm(space->opener_comm, current);
	snprintf(name, sizeof(name), "%llu", space->id);
	space->debugfs = debugfs_create_dir(name, spaces_dir);
	debugfs_create_file("owner", 0400, space->debugfs, space, &owner_fops);
	debugfs_create_file("stats", 0400, space->debugfs, space, &stats_fops);
	debugfs_create_file("policy", 0400, space->debugfs, space,
			    &policy_fops);
	debugfs_create_file("frames", 0400, space->debugfs, space,
			    &frames_fops);
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
	put_pid(space->opener);
}
