/* SPDX-License-Identifier: GPL-2.0 */
/*
 * struct vmlab_space and its parts: what one open /dev/vmlab maps.
 *
 * Types without functions, for all layers.  Each layer has a part of its own
 * and touches no other part: it calls the layer below, or returns a value to
 * the layer above.  Documentation/design.rst draws the layers.
 */
#ifndef VMLAB_TYPES_H
#define VMLAB_TYPES_H

#include <linux/atomic.h>
#include <linux/cache.h>
#include <linux/completion.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/ptrace.h>
#include <linux/rwsem.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

#include <linux/vmlab.h>

#include "compat.h"
#include "counters.h"

struct dentry;
struct file;
struct inode;
struct mem_cgroup;
struct pid_namespace;
struct vmlab_backing;
struct vmlab_frame;
struct vmlab_inject_rules;
struct vmlab_policy;
struct vmlab_sampler;
struct vmlab_space;
struct vmlab_user;

/*
 * An entry of the xarray of frames is NULL, a folio, or a value.  A value stands for
 * an evicted page: bit VMLAB_EVICTED_STORED says that the swap store has its contents,
 * the bits above hold the number of evictions before it.
 *
 * A huge folio has one multi-index entry for all of its offsets, and leaves one value
 * when it is evicted.  vmlab_frame_split() replaces either by an entry for each offset,
 * equal and with equal marks, before offsets are to differ: before TRACKED of some is
 * cleared, one of several evicted pages is brought in, or the space ends among them.
 * A huge frame can so have 512 entries; they are never joined again.
 *
 * Marks, of folios and of values, for all offsets of an entry:
 *   TRACKED  written since user space last cleared its dirty bitmap; with
 *	      @no_protect of the space, dirty entries say the same
 *   DIRTY    folio: written since it was filled, so the backing has older
 *	      contents; value: the same, of a backing that is written back to
 *   STORED   folio: the swap store has the same contents
 */
#define VMLAB_FRAME_TRACKED	XA_MARK_0
#define VMLAB_FRAME_DIRTY	XA_MARK_1
#define VMLAB_FRAME_STORED	XA_MARK_2

#define VMLAB_EVICTED_STORED	1UL
#define VMLAB_EVICTED_SHIFT	1

/*
 * Read a member without the lock that protects it.  It can change at once, so the caller
 * takes any value; whoever writes holds the lock, and needs no WRITE_ONCE().
 */
#define vmlab_read_unlocked(member)	context_unsafe(data_race(READ_ONCE(member)))

/**
 * struct vmlab_opener - what an open file has of a space that was not used yet
 * @inode: the inode of the space; its mapping is that of the file
 * @owner: the user that opened the file
 * @user: the user that the space is charged to; NULL when no limit holds
 * @memcg: the memory cgroup of the task that opened the file, or NULL
 * @pid: the process that opened the file
 * @comm: its name then
 */
struct vmlab_opener {
	struct inode *inode;
	struct vmlab_user *owner;
	struct vmlab_user *user;
	struct mem_cgroup *memcg;
	struct pid *pid;
	char comm[TASK_COMM_LEN];
};

/**
 * struct vmlab_frames - the frames of a space; the part of frame/
 * @xa: frames by offset, pages; see above for its entries.  Looked up under RCU.  A
 *	frame is stored under the lock of the xarray, locked, where nothing or the
 *	evicted page was found.  It is removed, or its entry is split, only while its
 *	folio is locked.  A walk by mark can begin with an entry whose first offset is
 *	below the one asked for.
 * @private: what folio->private holds otherwise, of shared frames, by offset
 * @store: the swap store, a tmpfs file; NULL until the space gets a pager.
 *	Written under config_lock, read with smp_load_acquire().
 * @nr: pages of all resident frames
 * @nr_peak: the highest @nr so far; changes with it, so in its cache line
 * @nr_dirty: pages of resident frames that carry VMLAB_FRAME_DIRTY
 * @nr_shared: frames that are shared, see frame/share.c
 * @evictions: pages evicted so far
 * @store_lock: protects @store_pages
 * @store_pages: pages of @store that are charged to the user
 */
struct vmlab_frames {
	struct xarray xa;
	struct xarray private;
	struct file *store;
	atomic_long_t nr ____cacheline_aligned_in_smp;
	atomic_long_t nr_peak;
	atomic_long_t nr_dirty;
	atomic_long_t nr_shared;
	atomic_long_t evictions;
	spinlock_t store_lock;	/* see above */
	long store_pages __guarded_by(&store_lock);
};

/* Pages that stepping mode can map between two steps without a full sweep. */
#define VMLAB_STEP_PAGES	16

/* Tasks, and pages of each, that struct vmlab_together lists. */
#define VMLAB_TOGETHER_BITS	2
#define VMLAB_TOGETHER_PAGES	8

/**
 * struct vmlab_together - pages that a task brought in without executing an instruction
 * @task: only compared, never dereferenced
 * @regs: its registers
 * @time: of the last one, in jiffies
 * @again: it brought one of them in twice
 * @nr: how many there were; the last ones are listed
 * @pgoff: offsets
 */
struct vmlab_together {
	struct task_struct *task;
	struct pt_regs regs;
	unsigned long time;
	bool again;
	unsigned int nr;
	pgoff_t pgoff[VMLAB_TOGETHER_PAGES];
};

/**
 * struct vmlab_pager - frame budget and replacement policy; the part of pager/
 * @policy: names the victim; NULL until the space first gets a budget or a
 *	policy, and never again.  Faults test it without a lock.
 * @prefetch: VMLAB_PREFETCH_*.  Read without the lock.
 * @prefetch_pages: pages that one fault prefetches
 * @stepping: each access must fault.  Read without the lock.
 * @asks: the policy has a fault() callback.  Read without the lock.
 * @around: read faults map the resident pages that follow.  Read without the
 *	lock.
 * @prefetches: @prefetch is not VMLAB_PREFETCH_NONE.  Read without the lock.
 * @sample: as vmlab_paging.sample, 0 when no accesses are sampled.  Read without the
 *	lock.
 * @extra: not 0 when one of the five members above is set: faults test it alone
 * @complete: every resident frame is in @frames; set once, under config_lock
 * @dirty_evicted: called after the eviction of a page that has to be written
 *	back; set once by space/, which is above
 * @lock: protects the members below and serialises calls of the policy.
 *	Nests inside folio locks.
 * @state: the policy's
 * @old_policy: the policy that @policy replaces, while frames are handed over;
 *	else NULL
 * @old_state: the state of @old_policy
 * @generation: changes with each change of @policy; frames of another
 *	generation are in @old_policy
 * @old_next: the next frame of @frames to hand over, or NULL
 * @frames: all charged frames, the latest arrival last
 * @hand: where sampling resumes in @frames; NULL for its start
 * @aside: busy frames that no policy has, see pager/residence.c
 * @nr_aside: number of frames in @aside
 * @budget: pages that may be charged, ULONG_MAX for no limit
 * @charged: pages of resident frames, and of those about to be allocated
 * @locked: pages of frames that VMLAB_RANGE_LOCK locked
 * @capacity: the capacity that @state was made for
 * @seed: the seed that @state was made with
 * @variant: the VMLAB_PAGING_* flags that @state was made with
 * @last_fill: the page that a fault filled last
 * @last_stride: its distance from the page filled before it
 * @step_task: the task that stepped last; only compared, never dereferenced
 * @step_regs: its registers at that fault
 * @step_pages: pages that were mapped since the last step
 * @step_nr: number of @step_pages; beyond their capacity, all pages may be
 *	mapped
 * @together: of some tasks, by a hash of their addresses, see pager/together.c
 * @sampler: the pages of the sample that are mapped; NULL until accesses are first
 *	sampled, and never again
 * @sample_keep: as vmlab_paging.sample_keep
 * @sample_started: the part of @sample of which all pages were unmapped, or mapped by faults
 *	that saw it.  Under config_lock.
 * @whole_next: where prefetching whole mappings resumes after memory ran out.  Read
 *	and set by faults without the lock: a hint.
 * @prefetch_after: no fault prefetches before this time, in jiffies, because
 *	memory ran out.  Without the lock.
 */
struct vmlab_pager {
	const struct vmlab_policy *policy;
	u32 prefetch;
	u32 prefetch_pages;
	union {
		struct {
			bool stepping;
			bool asks;
			bool around;
			bool prefetches;
			u32 sample;
		};
		u64 extra;
	};
	bool complete;
	void (*dirty_evicted)(struct vmlab_space *space);

	spinlock_t lock ____cacheline_aligned_in_smp;	/* see above */
	void *state __guarded_by(&lock);
	const struct vmlab_policy *old_policy __guarded_by(&lock);
	void *old_state __guarded_by(&lock);
	bool generation __guarded_by(&lock);
	struct vmlab_frame *old_next __guarded_by(&lock);
	struct list_head frames __guarded_by(&lock);
	struct vmlab_frame *hand __guarded_by(&lock);
	struct list_head aside __guarded_by(&lock);
	unsigned long nr_aside __guarded_by(&lock);
	unsigned long budget __guarded_by(&lock);
	unsigned long charged __guarded_by(&lock);
	unsigned long locked __guarded_by(&lock);
	unsigned long capacity;
	u64 seed;
	u32 variant;
	pgoff_t last_fill __guarded_by(&lock);
	long last_stride __guarded_by(&lock);
	struct task_struct *step_task __guarded_by(&lock);
	struct pt_regs step_regs __guarded_by(&lock);
	pgoff_t step_pages[VMLAB_STEP_PAGES] __guarded_by(&lock);
	unsigned int step_nr __guarded_by(&lock);
	struct vmlab_together together[1 << VMLAB_TOGETHER_BITS] __guarded_by(&lock);
	struct vmlab_sampler *sampler;
	unsigned int sample_keep;
	u32 sample_started;
	pgoff_t whole_next;
	unsigned long prefetch_after;
};

/**
 * struct vmlab_event_ring - events that were not read yet
 * @mask: VMLAB_EVENT_* that are recorded, as bits.  Tested without the lock.
 * @lock: protects the members below
 * @ring: @nr events, or NULL
 * @nr: capacity of @ring
 * @head: events put in so far
 * @tail: events taken out so far
 * @lost: events that found the ring full since the last one was put in
 * @ns: the namespace whose PIDs events carry
 * @epoch: how often the ring was replaced
 * @user: the user that the ring is charged to, or NULL
 * @reader: held while an event is copied to user space
 * @wait: readers
 */
struct vmlab_event_ring {
	u32 mask;
	spinlock_t lock;	/* see above */
	struct vmlab_event *ring __guarded_by(&lock);
	u32 nr;
	u64 head __guarded_by(&lock);
	u64 tail __guarded_by(&lock);
	u64 lost __guarded_by(&lock);
	struct pid_namespace *ns __guarded_by(&lock);
	u64 epoch __guarded_by(&lock);
	struct vmlab_user *user;
	struct mutex reader;	/* see above */
	wait_queue_head_t wait;
};

/**
 * struct vmlab_writeback - write-back to a file; the part of space/writeback.c
 * @wq: the space's own workqueue: a file that never answers blocks no other
 *	space.  NULL until the space first gets a backing that is written to;
 *	set once.
 * @work: serves @requests, and writes back after evictions.  The only place
 *	where pages are written, so that an older copy is never written last.
 * @lock: protects the members below
 * @requests: of msync(2) and fsync(2), not begun yet
 * @evicted: a dirty page was evicted since all pages were last written back
 */
struct vmlab_writeback {
	struct workqueue_struct *wq;
	struct delayed_work work;
	spinlock_t lock;	/* see above */
	struct list_head requests __guarded_by(&lock);
	bool evicted __guarded_by(&lock);
};

/**
 * struct vmlab_hold - faults wait until a clone is in use; see space/hold.c
 * @owner: the task that holds the space; only compared, never dereferenced.  NULL: it
 *	is not held.  Faults test it without a lock.
 * @until: when the hold ends by itself, in jiffies; 0 as long as it does not.  Read
 *	without a lock.
 * @clone: number of the space that holds it, or did so last
 * @wait: faults that wait; its lock is held to change the other members
 */
struct vmlab_hold {
	struct task_struct *owner;
	unsigned long until;
	u64 clone;
	wait_queue_head_t wait;
};

/*
 * The length of a space without a limit.  mm can map beyond 2^64 bytes; no offset
 * in bytes exists there.
 */
#define VMLAB_NR_PAGES_MAX	((ULONG_MAX >> PAGE_SHIFT) + 1)

/**
 * struct vmlab_space - frames by offset, their configuration and statistics
 * @inode: owns the address_space through which mm finds the mappings
 * @id: unique while the module is loaded
 * @nr_pages: length in pages; no frame at or beyond it may be mapped.  Read
 *	without a lock, see vmlab_bring() for the ordering.
 * @huge_end: no new huge frame may reach beyond it; below @nr_pages only while
 *	the space is made shorter
 * @backing: fills new frames.  Changes only while there are neither frames nor
 *	VMAs; mm can link a VMA at any time after ->mmap, so a frame must be
 *	published before its backing is known, see bring_create().
 * @backing_changes: @backing, @file and @file_offset are about to change
 * @file: the file that a file backing reads and writes
 * @file_offset: offset of the space in @file, bytes
 * @huge: new frames are huge where possible; read without a lock
 * @latency: faults are timed for the histogram; read without a lock
 * @huge_used: @huge was set once: huge entries can exist.  Under config_lock.
 * @no_protect: dirty bits of entries were cleared and no page was write-protected:
 *	writes of which no mark says anything can follow.  Excludes @huge_used, and
 *	backings that are written to or special.  Set once, under config_lock and
 *	backing_lock.
 * @mapped_private: there was a private mapping; set before mm links its VMA
 * @counters: statistics of each CPU
 * @inject: errors and delays in faults; replaced under config_lock
 * @hold: the part of space/hold.c
 * @user: the user that the space is charged to; NULL when no limit holds
 * @frames: the part of frame/
 * @pager: the part of pager/
 * @events: the part of events.c
 * @backing_lock: held to change @backing, @file and @file_offset, and to fill
 *	a frame without a VMA or to make the first VMA
 * @config_lock: serialises changes of the configuration; no fault takes it
 * @dirty_lock: with @no_protect, held while dirty bits are neither in entries nor
 *	in marks
 * @writeback: the part of space/writeback.c
 * @link: place in the list of all spaces, see space/registry.c
 * @shrink_cursor: offset at which the shrinker resumes, pages
 * @debugfs: the directory of this space; NULL while there is none
 * @debugfs_work: creates the directory
 * @opener: the process that opened the space, for debugfs
 * @opener_comm: its name then
 * @owner: the user that opened the space
 * @memcg: the memory cgroup of the task that opened the space, or NULL
 * @ref: the open file, and those that found the space in the list of all
 *	spaces.  The last reference to be put destroys the space.
 * @destroy_work: destroys the space
 * @free_work: frees the space
 * @destroyed: completed when nothing is left but to free the space
 * @done: the space is destroyed.  With @abandoned it tells which task frees it.
 * @abandoned: the task that closed the space stopped waiting for @destroyed
 */
struct vmlab_space {
	/* Read by every fault, written rarely. */
	struct inode *inode;
	u64 id;
	unsigned long nr_pages;
	unsigned long huge_end;
	const struct vmlab_backing *backing;
	bool backing_changes;
	struct file *file;
	loff_t file_offset;
	bool huge;
	bool latency;
	bool huge_used;
	bool no_protect;
	bool mapped_private;
	struct vmlab_counters __percpu *counters;
	struct vmlab_inject_rules __rcu *inject;
	struct vmlab_hold hold;
	struct vmlab_user *user;
	struct vmlab_frames frames;
	struct vmlab_pager pager;
	struct vmlab_event_ring events ____cacheline_aligned_in_smp;

	/* Not read by faults. */
	struct rw_semaphore backing_lock ____cacheline_aligned_in_smp;
	struct mutex config_lock;	/* see above */
	struct mutex dirty_lock;	/* see above */
	struct vmlab_writeback writeback;
	struct list_head link;
	unsigned long shrink_cursor;
	struct dentry *debugfs;
	struct work_struct debugfs_work;
	struct pid *opener;
	char opener_comm[TASK_COMM_LEN];
	struct vmlab_user *owner;
	struct mem_cgroup *memcg;
	struct kref ref;
	struct work_struct destroy_work;
	struct work_struct free_work;
	struct completion destroyed;
	bool done;
	bool abandoned;
};

#endif /* VMLAB_TYPES_H */
