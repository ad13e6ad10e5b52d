// SPDX-License-Identifier: GPL-2.0
/*
 * debugfs: spaces/<id>/{owner,stats,policy,frames}, one directory for each space.
 *
 * An open file holds the number of the space.  Each read(2) looks the space up,
 * prints into the buffer of the seq_file with a reference to the space, and copies
 * to the reader without one: the last close of a space must not wait for a reader
 * whose own buffer cannot be written, such as one under userfaultfd(2).  So the
 * proxy of debugfs, which removal of a file waits for, covers only ->open.
 */
#include <linux/debugfs.h>
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/pagemap.h>
#include <linux/pid.h>
#include <linux/sched/signal.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "backing/registry.h"
#include "compat.h"
#include "debugfs/debugfs.h"
#include "frame/frame.h"
#include "pager/config.h"
#include "pager/residence.h"
#include "policy/policy.h"
#include "space/config.h"
#include "space/registry.h"
#include "space/space.h"
#include "space/stats.h"

static struct dentry *spaces_dir;
static struct workqueue_struct *spaces_wq;

/* Held to create the directory of a space. */
static DEFINE_MUTEX(add_lock);

/**
 * struct space_file - one open file of a space
 * @id: number of the space
 * @space: the space, with a reference, between ->start and ->stop; else NULL
 */
struct space_file {
	u64 id;
	struct vmlab_space *space;
};

static struct vmlab_space *file_space(struct seq_file *m)
{
	const struct space_file *file = m->private;

	return file->space;
}

/* Get the space.  Returns 0, -ESRCH after its last close, or -EINTR. */
static int file_get_space(struct seq_file *m)
{
	struct space_file *file = m->private;
	struct vmlab_space *space = vmlab_registry_get(file->id);

	if (IS_ERR(space))
		return PTR_ERR(space);
	file->space = space;
	return 0;
}

/* ->stop is called after ->start failed, too. */
static void file_stop(struct seq_file *m, void *v)
{
	struct space_file *file = m->private;

	if (file->space)
		vmlab_space_put(file->space);
	file->space = NULL;
}

/* The file, and with it the space, is not removed while it is being opened. */
static int file_open(struct inode *inode, struct file *file,
		     const struct seq_operations *ops)
{
	const struct vmlab_space *space = inode->i_private;
	struct space_file *private;

	private = __seq_open_private(file, ops, sizeof(*private));
	if (!private)
		return -ENOMEM;
	private->id = space->id;
	return 0;
}

/* Files of one record. */
static void *record_start(struct seq_file *m, loff_t *pos)
{
	int ret;

	if (*pos)
		return NULL;
	ret = file_get_space(m);
	return ret ? ERR_PTR(ret) : SEQ_START_TOKEN;
}

static void *record_next(struct seq_file *m, void *v, loff_t *pos)
{
	++*pos;
	return NULL;
}

#define SPACE_FILE(name)						\
static int name##_open(struct inode *inode, struct file *file)		\
{									\
	return file_open(inode, file, &name##_sops);			\
}									\
									\
static const struct file_operations name##_fops = {			\
	.owner		= THIS_MODULE,					\
	.open		= name##_open,					\
	.read		= seq_read,					\
	.llseek		= seq_lseek,					\
	.release	= seq_release_private,				\
}

/* A file of one record, which name##_show() prints. */
#define SPACE_RECORD(name)						\
static const struct seq_operations name##_sops = {			\
	.start	= record_start,						\
	.next	= record_next,						\
	.stop	= file_stop,						\
	.show	= name##_show,						\
};									\
									\
SPACE_FILE(name)

static int owner_show(struct seq_file *m, void *v)
{
	struct vmlab_space *space = file_space(m);
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

SPACE_RECORD(owner);

#define ROW(field, unit, of) \
	seq_printf(m, #field " %llu " unit "\n", (of).field)
#define SPACE_ROW(field, unit) ROW(field, unit, s);
#define PAGING_ROW(field, unit) ROW(field, unit, p);

static int stats_show(struct seq_file *m, void *v)
{
	struct vmlab_space *space = file_space(m);
	struct vmlab_space_config config = {};
	struct vmlab_paging_stats p = {};
	struct vmlab_space_stats s = {};
	unsigned int i;
	int ret;

	ret = vmlab_space_get_config(space, &config);
	if (ret)
		return ret;
	vmlab_space_stats(space, &s);
	vmlab_space_paging_stats(space, &p);

	seq_puts(m, "field value unit\n");
	seq_printf(m, "bytes %llu bytes\n", config.bytes);
	ROW(frames, "pages", s);
	ROW(frames_peak, "pages", s);
	ROW(frames_dirty, "pages", s);
	ROW(frames_shared, "pages", s);
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

SPACE_RECORD(stats);

static int policy_show(struct seq_file *m, void *v)
{
	static const char *const prefetch[] = {
		[VMLAB_PREFETCH_NONE]	= "none",
		[VMLAB_PREFETCH_NEXT]	= "next",
		[VMLAB_PREFETCH_STRIDE]	= "stride",
		[VMLAB_PREFETCH_WHOLE]	= "whole",
	};
	struct vmlab_space *space = file_space(m);
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
	seq_printf(m, "sample %u\n", paging.sample);
	seq_printf(m, "sample_keep %u\n", paging.sample_keep);
	seq_printf(m, "backing %s\n",
		   vmlab_backing_find(config.backing)->name);
	return 0;
}

SPACE_RECORD(policy);

/*
 * Position 0 is the header, position n the first frame from offset n - 1 on.
 * The frame may be gone when show() looks it up again.
 */
static void *frames_find(struct vmlab_space *space, loff_t *pos)
{
	unsigned long pgoff = *pos - 1;
	void *entry;

	entry = xa_find(&space->frames.xa, &pgoff, ULONG_MAX, XA_PRESENT);
	while (true) {
		/*
		 * Any number of pages may be evicted.  And pread(2) at a large
		 * offset has all frames printed that come before it.
		 */
		if (fatal_signal_pending(current))
			return ERR_PTR(-EINTR);
		cond_resched();
		if (!xa_is_value(entry))
			break;
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
	int ret = file_get_space(m);

	if (ret)
		return ERR_PTR(ret);
	return *pos ? frames_find(file_space(m), pos) : SEQ_START_TOKEN;
}

static void *frames_next(struct seq_file *m, void *v, loff_t *pos)
{
	++*pos;
	return frames_find(file_space(m), pos);
}

static int frames_show(struct seq_file *m, void *v)
{
	struct vmlab_space *space = file_space(m);
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
	if (!vmlab_frame_in(space, folio)) {
		vmlab_frame_release(folio);
		return SEQ_SKIP;
	}
	frame = vmlab_frame_private(space, folio);
	early = frame && frame->prefetched ? 'e' : '-';
	seq_printf(m, "%lu %lu %d %d %c%c%c%c%c\n", pgoff, folio_pfn(folio),
		   vmlab_frame_mapcount(folio), folio_ref_count(folio) - 1,
		   vmlab_frame_marked(space, pgoff, VMLAB_FRAME_DIRTY) ? 'd' : '-',
		   vmlab_frame_marked(space, pgoff, VMLAB_FRAME_TRACKED) ? 't' : '-',
		   vmlab_frame_marked(space, pgoff, VMLAB_FRAME_STORED) ? 's' : '-',
		   vmlab_pager_is_locked(space, folio) ? 'l' : '-', early);
	vmlab_frame_release(folio);
	return 0;
}

static const struct seq_operations frames_sops = {
	.start	= frames_start,
	.next	= frames_next,
	.stop	= file_stop,
	.show	= frames_show,
};

SPACE_FILE(frames);

/**
 * vmlab_debugfs_spaces_init() - create the directory of spaces
 * @root: its parent
 *
 * Context: process context, may sleep.
 * Return: 0, or -ENOMEM.
 */
int vmlab_debugfs_spaces_init(struct dentry *root)
{
	spaces_wq = alloc_workqueue("vmlab-spaces", WQ_UNBOUND, 0);
	if (!spaces_wq)
		return -ENOMEM;
	spaces_dir = debugfs_create_dir("spaces", root);
	return 0;
}

/**
 * vmlab_debugfs_spaces_exit() - undo vmlab_debugfs_spaces_init(), except for the
 *	directory itself
 *
 * Context: process context, may sleep; no space exists any more.
 */
void vmlab_debugfs_spaces_exit(void)
{
	destroy_workqueue(spaces_wq);
}

static struct dentry *create_files(struct vmlab_space *space)
{
	struct dentry *dir;
	char name[21];

	snprintf(name, sizeof(name), "%llu", space->id);
	dir = debugfs_create_dir(name, spaces_dir);
	debugfs_create_file_unsafe("owner", 0400, dir, space, &owner_fops);
	debugfs_create_file_unsafe("stats", 0400, dir, space, &stats_fops);
	debugfs_create_file_unsafe("policy", 0400, dir, space, &policy_fops);
	debugfs_create_file_unsafe("frames", 0400, dir, space, &frames_fops);
	return dir;
}

/**
 * vmlab_debugfs_add_space() - create the directory of a space, unless it exists
 * @space: the space
 *
 * Context: process context, may sleep; the caller does not hold mmap_lock:
 * getdents(2) holds the lock of the directory while it faults.
 */
void vmlab_debugfs_add_space(struct vmlab_space *space)
{
	if (likely(READ_ONCE(space->debugfs)))
		return;
	mutex_lock(&add_lock);
	if (!space->debugfs)
		WRITE_ONCE(space->debugfs, create_files(space));
	mutex_unlock(&add_lock);
}

static void add_work(struct work_struct *work)
{
	vmlab_debugfs_add_space(container_of(work, struct vmlab_space,
					     debugfs_work));
}

/**
 * vmlab_debugfs_add_space_later() - let a worker create the directory of a space
 * @space: a new space, which no other task knows yet
 *
 * Context: process context.
 */
void vmlab_debugfs_add_space_later(struct vmlab_space *space)
{
	INIT_WORK(&space->debugfs_work, add_work);
	queue_work(spaces_wq, &space->debugfs_work);
}

/**
 * vmlab_debugfs_remove_space() - remove the directory of a space
 * @space: the space; its files that are open return ESRCH once it is destroyed
 *
 * Context: process context, may sleep: waits while a file is being opened, not
 * for readers.
 */
void vmlab_debugfs_remove_space(struct vmlab_space *space)
{
	if (space->debugfs_work.func)
		cancel_work_sync(&space->debugfs_work);
	debugfs_remove(space->debugfs);
}
