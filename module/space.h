/* SPDX-License-Identifier: GPL-2.0 */
/* A space: what one open /dev/vmlab maps. */
#ifndef VMLAB_SPACE_H
#define VMLAB_SPACE_H

#include <linux/atomic.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/xarray.h>

#include <linux/vmlab.h>

/* The xarray mark of frames that were written since they were filled. */
#define VMLAB_FRAME_DIRTY	XA_MARK_1

/**
 * struct vmlab_counters - one CPU's share of a space's statistics
 *
 * The members mean what those of the same names in &struct vmlab_space_stats
 * mean.  They only grow.
 */
struct vmlab_counters {
	/* private: described in the uapi header */
	u64 filled;
	u64 mapped;
	u64 sigbus;
	u64 oom;
	u64 interrupted;
	u64 error;
	u64 read_faults;
	u64 write_faults;
	u64 cow_faults;
	u64 mkwrite;
	u64 vma_lock_faults;
	u64 remote_access;
	u64 discarded;
	u64 vma_open;
	u64 vma_close;
	u64 vma_mremap;
	u64 latency_ns_sum;
	u64 latency[VMLAB_LATENCY_BUCKETS];
};

struct vmlab_backing;

/**
 * struct vmlab_space - frames by offset, their configuration and statistics
 * @frames: resident frames: struct folio by pgoff.  Looked up under RCU; a
 *	frame enters by xa_cmpxchg() and leaves only while its folio is locked.
 * @inode: owns the address_space through which mm finds our mappings
 * @id: unique while the module is loaded
 * @nr_pages: length in pages; a frame at or beyond it must not be mapped.
 *	Read without a lock, see vmlab_space_frame() for the ordering.
 * @backing: where the contents of a new frame come from
 * @resize_lock: serialises changes of the configuration; never taken by the
 *	fault path
 * @nr_frames: entries in @frames
 * @nr_dirty: entries that carry VMLAB_FRAME_DIRTY
 * @nr_vmas: VMAs that map the space
 * @counters: statistics of each CPU
 * @debugfs: the directory of this space
 */
struct vmlab_space {
	struct xarray frames;
	struct inode *inode;
	u64 id;
	unsigned long nr_pages;
	const struct vmlab_backing *backing;
	struct mutex resize_lock;
	atomic_long_t nr_frames;
	atomic_long_t nr_dirty;
	atomic_long_t nr_vmas;
	struct vmlab_counters __percpu *counters;
	struct dentry *debugfs;
};

#define vmlab_count(space, counter) this_cpu_inc((space)->counters->counter)

int vmlab_space_init(void);
void vmlab_space_exit(void);

struct vmlab_space *vmlab_space_create(void);
void vmlab_space_destroy(struct vmlab_space *space);

struct folio *vmlab_space_frame(struct vmlab_space *space, pgoff_t pgoff,
				bool *filled);
struct folio *vmlab_space_peek(struct vmlab_space *space, pgoff_t pgoff);
void vmlab_space_mark_dirty(struct vmlab_space *space, struct folio *folio);

int vmlab_space_set_config(struct vmlab_space *space,
			   const struct vmlab_space_config *config);
void vmlab_space_get_config(struct vmlab_space *space,
			    struct vmlab_space_config *config);
void vmlab_space_stats(struct vmlab_space *space,
		       struct vmlab_space_stats *stats);
unsigned int vmlab_latency_bucket(u64 ns);
s64 vmlab_frames_total(void);

extern const struct vm_operations_struct vmlab_vm_ops;

#endif /* VMLAB_SPACE_H */
