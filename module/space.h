/* SPDX-License-Identifier: GPL-2.0 */
/* A space: what one open /dev/vmlab maps. */
#ifndef VMLAB_SPACE_H
#define VMLAB_SPACE_H

#include <linux/atomic.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/rwsem.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

#include <linux/vmlab.h>

#include "events.h"
#include "pager.h"

/*
 * What the xarray of frames has at an offset: nothing, a folio, or a value
 * that tells of a frame which was evicted, by bit VMLAB_EVICTED_STORED whether
 * the swap store has its contents, and above that when, as the number of
 * evictions before.
 *
 * Marks, of folios and of values:
 *   TRACKED  written since user space last cleared its dirty bitmap
 *   DIRTY    a folio: written since it was filled, the backing does not have
 *	      it; a value: the same of a backing that is written back to
 *   STORED   a folio: the swap store has just these contents
 */
#define VMLAB_FRAME_TRACKED	XA_MARK_0
#define VMLAB_FRAME_DIRTY	XA_MARK_1
#define VMLAB_FRAME_STORED	XA_MARK_2

#define VMLAB_EVICTED_STORED	1UL
#define VMLAB_EVICTED_SHIFT	1

/**
 * struct vmlab_counters - one CPU's share of a space's statistics
 *
 * The members mean what those of the same names in &struct vmlab_space_stats
 * and &struct vmlab_paging_stats mean.  They only grow.
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
	u64 evicted;
	u64 stored;
	u64 loaded;
	u64 refaults;
	u64 over_budget;
	u64 store_errors;
	u64 prefetched;
	u64 prefetch_used;
	u64 prefetch_wasted;
	u64 mapped_around;
	u64 shrunk;
	u64 written_back;
	u64 writeback_errors;
	u64 policy_fallbacks;
	u64 policy_refused;
	u64 policy_lost;
	u64 refault_distance[VMLAB_DISTANCE_BUCKETS];
	u64 latency_ns_sum;
	u64 latency[VMLAB_LATENCY_BUCKETS];
};

struct vmlab_backing;

/**
 * struct vmlab_space - frames by offset, their configuration and statistics
 * @frames: resident frames: struct folio by pgoff, and values for evicted
 *	ones.  Looked up under RCU; a frame enters by xa_cmpxchg() and leaves
 *	only while its folio is locked.
 * @pager: the frame budget
 * @store: the swap store, a tmpfs file; NULL until there is a pager
 * @evictions: frames evicted so far
 * @inode: owns the address_space through which mm finds our mappings
 * @id: unique while the module is loaded
 * @nr_pages: length in pages; a frame at or beyond it must not be mapped.
 *	Read without a lock, see vmlab_space_frame() for the ordering.
 * @backing: where the contents of a new frame come from.  Changes only while
 *	there are neither frames nor VMAs.
 * @file: what the file backing reads and writes
 * @file_offset: where in it the space begins, bytes
 * @backing_lock: held to change the three, and by whoever may fill a frame
 *	without a VMA, or makes the first VMA
 * @writeback_lock: held by who writes back
 * @writeback_work: write-back after evictions
 * @resize_lock: serialises changes of the configuration; never taken by the
 *	fault path
 * @nr_frames: entries in @frames
 * @nr_dirty: entries that carry VMLAB_FRAME_DIRTY
 * @nr_vmas: VMAs that map the space
 * @counters: statistics of each CPU
 * @events: what read(2) tells
 * @inject: errors and delays in faults; replaced under resize_lock
 * @shrink_link: place in the list of all spaces, see shrink.c
 * @shrink_cursor: where the shrinker goes on in @frames
 * @debugfs: the directory of this space
 */
struct vmlab_space {
	struct xarray frames;
	struct inode *inode;
	u64 id;
	unsigned long nr_pages;
	const struct vmlab_backing *backing;
	struct file *file;
	loff_t file_offset;
	struct rw_semaphore backing_lock;
	struct mutex writeback_lock;	/* one write-back at a time */
	struct delayed_work writeback_work;
	struct vmlab_pager pager;
	struct file *store;
	atomic_long_t evictions;
	struct mutex resize_lock;	/* changes of the configuration */
	atomic_long_t nr_frames;
	atomic_long_t nr_dirty;
	atomic_long_t nr_vmas;
	struct vmlab_counters __percpu *counters;
	struct vmlab_event_ring events;
	struct vmlab_inject_rules __rcu *inject;
	struct list_head shrink_link;
	unsigned long shrink_cursor;
	struct dentry *debugfs;
};

/* Bring in what policy and prefetcher want with a page that is accessed. */
static inline void vmlab_pager_prefetch(struct vmlab_space *space,
					pgoff_t pgoff, pgoff_t first,
					pgoff_t end, bool filled)
{
	if (unlikely(READ_ONCE(space->pager.asks)))
		vmlab_pager_ask(space, pgoff, first, end, filled);
	if (filled && unlikely(READ_ONCE(space->pager.prefetch)))
		__vmlab_pager_prefetch(space, pgoff, first, end);
}

#define vmlab_count(space, counter) this_cpu_inc((space)->counters->counter)

int vmlab_space_init(void);
void vmlab_space_exit(void);

struct vmlab_space *vmlab_space_create(void);
void vmlab_space_destroy(struct vmlab_space *space);

/* Why a frame is brought in, see vmlab_space_bring(). */
enum vmlab_bring {
	VMLAB_BRING_ACCESS,
	VMLAB_BRING_EARLY,
	VMLAB_BRING_NOWAIT,
};

struct folio *vmlab_space_bring(struct vmlab_space *space, pgoff_t pgoff,
				enum vmlab_bring how, bool *filled);

/* The frame at an offset for an access, see vmlab_space_bring(). */
static inline struct folio *vmlab_space_frame(struct vmlab_space *space,
					      pgoff_t pgoff, bool *filled)
{
	return vmlab_space_bring(space, pgoff, VMLAB_BRING_ACCESS, filled);
}

struct folio *vmlab_space_peek(struct vmlab_space *space, pgoff_t pgoff);
void vmlab_space_mark_dirty(struct vmlab_space *space, struct folio *folio);
void vmlab_frame_protect(struct vmlab_space *space, struct folio *folio);
int vmlab_frame_evict(struct vmlab_space *space, struct folio *folio);
int vmlab_space_drop(struct vmlab_space *space, pgoff_t pgoff);
unsigned long vmlab_space_give_back(struct vmlab_space *space,
				    unsigned long *cursor, unsigned long nr);

int vmlab_space_set_config(struct vmlab_space *space,
			   const struct vmlab_space_config *config);
int vmlab_space_set_backing(struct vmlab_space *space,
			    const struct vmlab_backing *backing,
			    struct file *file, loff_t offset);
void vmlab_space_get_config(struct vmlab_space *space,
			    struct vmlab_space_config *config);
void vmlab_space_stats(struct vmlab_space *space,
		       struct vmlab_space_stats *stats);
void vmlab_space_paging_stats(struct vmlab_space *space,
			      struct vmlab_paging_stats *stats);
unsigned int vmlab_latency_bucket(u64 ns);
s64 vmlab_frames_total(void);

extern const struct vm_operations_struct vmlab_vm_ops;

#endif /* VMLAB_SPACE_H */
