/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * A space: the memory that one open file of /dev/vmlab provides, and what can be
 * done to its frames.
 *
 * A part of <linux/vmlab.h>, which states the rules for all requests: include
 * that one.
 */
#ifndef _UAPI_LINUX_VMLAB_SPACE_H
#define _UAPI_LINUX_VMLAB_SPACE_H

#ifndef _UAPI_LINUX_VMLAB_H
#error "include <linux/vmlab.h>"
#endif

/*
 * Limits per user.  A space is charged to the user that opened it: to the uid of
 * the caller of open(2), or in a user namespace that another user than root made,
 * to the maker of the outermost such namespace.  CAP_SYS_RESOURCE in the initial
 * user namespace at open(2) exempts the space.  The limits are parameters of the
 * module, in /sys/module/vmlab/parameters; a change concerns what is charged
 * from then on.
 *   max_user_spaces       open(2) fails with EMFILE
 *   max_user_pages        resident pages, and the tables of VMLAB_POLICY_RANDOM:
 *                         an access raises SIGBUS, as where a quota is used up;
 *                         requests fail with EDQUOT
 *   max_user_store_pages  contents of evicted pages: dirty frames stay resident,
 *                         as if they were busy
 *   max_user_evicted      evicted pages without contents to keep: further ones are
 *                         as if they were never resident, and refaults of them
 *                         do not count
 *   max_user_trace        accesses in traces: EDQUOT, see VMLAB_IOC_PAGING_SET
 *   max_user_events       events in rings: EDQUOT, see VMLAB_IOC_EVENTS
 */

/* vmlab_space_config.backing */
#define VMLAB_BACKING_ZERO	0	/* zeros */
#define VMLAB_BACKING_PATTERN	1	/* each 64-bit word holds its own offset in the space */
#define VMLAB_BACKING_FILE	2	/* a regular file, see VMLAB_IOC_BACKING */
#define VMLAB_BACKING_PFN	3	/* zeros, mapped as device memory: VM_IO, VM_PFNMAP */

/* vmlab_space_config.flags */
#define VMLAB_SPACE_HUGE	(1u << 0) /* fill huge frames of 2 MiB where possible */
#define VMLAB_SPACE_LATENCY	(1u << 1) /* measure the time in the fault handler */

/**
 * struct vmlab_space_config - VMLAB_IOC_SPACE_GET, VMLAB_IOC_SPACE_SET
 * @size: set by the caller
 * @flags: VMLAB_SPACE_*; must be zero on GET
 * @space_id: [out] number of the space: never 0, not used again while the module
 *	is loaded; names the directory in vmlab/spaces/ of debugfs.  Must be
 *	zero on SET.
 * @bytes: length of the space, a multiple of the page size; 0 for no limit.  An
 *	access at or above it raises SIGBUS, as one beyond the end of a file does
 *	(mmap(2)).  Shrinking the space discards the frames beyond its new end.
 * @backing: VMLAB_BACKING_*: the source of the contents of new frames.  It can
 *	only change while the space has no frames and is not mapped; to
 *	VMLAB_BACKING_FILE only by VMLAB_IOC_BACKING.  After a change to or from
 *	VMLAB_BACKING_PFN, accesses to a mapping that mmap(2) made at the same
 *	time can raise SIGBUS.
 * @reserved: must be zero
 *
 * A space is the memory that one open file of the device provides.
 *
 * With VMLAB_SPACE_HUGE, the first access in an aligned 2 MiB fills all of it
 * with one huge frame and maps it with one huge entry, when
 *   - the backing is zero or pattern,
 *   - the VMA covers these 2 MiB and is aligned like the space,
 *   - huge pages are enabled for the VMA (MADV_HUGEPAGE of madvise(2), or always),
 *   - no page of it is resident or was evicted, and
 *   - the space, its budget and memory have room for all of it.
 * Otherwise single pages are filled.  A huge frame is dirty, locked in memory
 * and evicted as a whole; after an eviction its pages are filled one by one.
 *
 * With VMLAB_SPACE_LATENCY, each fault is timed for the members latency_ns_sum and
 * latency of struct vmlab_space_stats.  It can change at any time.
 *
 * VMLAB_IOC_SPACE_SET errors:
 *   EINVAL  @bytes is not a multiple of the page size; @backing or a bit of
 *           @flags is unknown; @space_id or @reserved is not zero
 *   EBUSY   @backing changes while the space has frames or is mapped; the new
 *           end cuts a huge frame that is pinned or locked in memory; or
 *           VMLAB_SPACE_HUGE or VMLAB_BACKING_PFN after VMLAB_DIRTY_NO_PROTECT
 *   EOPNOTSUPP  VMLAB_SPACE_HUGE without VMLAB_FEAT_HUGE: it takes Linux 6.15
 *           with transparent huge pages
 *   EFBIG   @bytes is above LLONG_MAX
 *   EINTR   the caller was killed: the length is the old one, but frames beyond
 *           a shorter one may be discarded
 *   EBADF   the file is not open for writing, as with ftruncate(2)
 */
struct vmlab_space_config {
	__u32 size;
	__u32 flags;
	__u64 space_id;
	__u64 bytes;
	__u32 backing;
	__u32 reserved;
};

#define VMLAB_IOC_SPACE_GET	_IO(VMLAB_IOC_MAGIC, 0x10)
#define VMLAB_IOC_SPACE_SET	_IO(VMLAB_IOC_MAGIC, 0x11)

#define VMLAB_LATENCY_BUCKETS	32

/**
 * struct vmlab_space_stats - VMLAB_IOC_SPACE_STATS: counters since the open(2)
 * @size: set by the caller
 * @flags: must be zero
 * @space_id: see struct vmlab_space_config
 * @frames: resident frames, now
 * @frames_dirty: resident frames written since they were filled, now
 * @vmas: VMAs of all processes that map the space, now
 * @faults: calls of the fault handler: the sum of the next six outcomes
 * @filled: faults that filled and mapped a new frame, at the first access or at
 *	the first one after an eviction
 * @mapped: faults that mapped a resident frame
 * @sigbus: faults beyond the end of the space: SIGBUS
 * @oom: faults for which no frame could be allocated: VM_FAULT_OOM
 * @interrupted: faults whose task was killed while it waited for the frame
 * @error: faults with another error, such as a frame with a memory error: SIGBUS
 * @read_faults: @faults of reads and instruction fetches
 * @write_faults: @faults of writes
 * @cow_faults: @write_faults of private mappings: mm copies the frame
 * @mkwrite: frames that became writable in one mapping, by a write fault or by
 *	page_mkwrite
 * @vma_lock_faults: @faults handled under the per-VMA lock instead of mmap_lock
 * @remote_access: calls of vm_ops->access, for ptrace and /proc/PID/mem where
 *	get_user_pages() fails
 * @discarded: frames freed by shrinking the space
 * @vma_open: VMAs added by mmap, fork and split
 * @vma_close: VMAs removed by munmap and exit, and by merging: @vma_open - @vmas
 * @vma_mremap: VMAs moved by mremap
 * @latency_ns_sum: time in the fault handler, nanoseconds, of the faults that
 *	began while VMLAB_SPACE_LATENCY was set
 * @latency: histogram of the time in the fault handler, of the same faults:
 *	@latency[0] counts faults below 2 ns, @latency[n] those of [2^n, 2^(n+1))
 *	ns, the last one all longer ones
 * @frames_shared: resident frames that VMLAB_IOC_CLONE shared and that were not
 *	written since, now; also where no other space has them any more
 * @unshared: frames copied because they were written while another space shared them
 * @frames_peak: the highest @frames since the open(2); VMLAB_RANGE_DROP holds one frame
 *	for a moment for an evicted page, which no budget counts
 *
 * The counters are sums of per-CPU counters: they are exact while no fault is
 * being handled.
 */
struct vmlab_space_stats {
	__u32 size;
	__u32 flags;
	__u64 space_id;
	__u64 frames;
	__u64 frames_dirty;
	__u64 vmas;
	__u64 faults;
	__u64 filled;
	__u64 mapped;
	__u64 sigbus;
	__u64 oom;
	__u64 interrupted;
	__u64 error;
	__u64 read_faults;
	__u64 write_faults;
	__u64 cow_faults;
	__u64 mkwrite;
	__u64 vma_lock_faults;
	__u64 remote_access;
	__u64 discarded;
	__u64 vma_open;
	__u64 vma_close;
	__u64 vma_mremap;
	__u64 latency_ns_sum;
	__u64 latency[VMLAB_LATENCY_BUCKETS];
	__u64 frames_shared;
	__u64 unshared;
	__u64 frames_peak;
};

#define VMLAB_IOC_SPACE_STATS	_IO(VMLAB_IOC_MAGIC, 0x12)

/* vmlab_range.op */
#define VMLAB_RANGE_EVICT	0	/* evict the frames; their contents are kept */
#define VMLAB_RANGE_PREFETCH	1	/* fill the frames without mapping them */
#define VMLAB_RANGE_DROP	2	/* free the frames and their contents */
#define VMLAB_RANGE_LOCK	3	/* fill the frames and exempt them from eviction */
#define VMLAB_RANGE_UNLOCK	4	/* allow their eviction again */

/**
 * struct vmlab_range - VMLAB_IOC_RANGE: evict, fill, drop or lock the frames of a range
 * @size: set by the caller
 * @op: VMLAB_RANGE_*
 * @flags: must be zero
 * @reserved: must be zero
 * @start: [in] offset in the space, a multiple of the page size
 *	[out] the offset reached: @end, or after an error or a signal a lower
 *	one, from which the next call can continue
 * @end: [in] end offset, a multiple of the page size
 * @done: [out] pages that were changed
 * @busy: [out] pages that could not be changed: pinned, locked by mlock(2) or
 *	by VMLAB_RANGE_LOCK, or the swap store refused their contents
 *
 * PREFETCH does not reclaim memory.  Where memory ends, it evicts up to 256 of the
 * pages that it filled last, so that other tasks can go on, and fails with ENOMEM.
 *
 * DROP works as MADV_REMOVE of madvise(2) does for a file: the next access finds
 * the contents of the backing.  Private copies stay.  Shrinking the space
 * (VMLAB_IOC_SPACE_SET) frees locked frames too.
 *   EBADF   the device is not open for writing
 *   EINVAL  @op is unknown; @flags or @reserved is not zero; @start or @end is
 *           not a multiple of the page size; @end is below @start
 *   ENOMEM  no memory; LOCK: the budget would have no room for another frame
 *   EINTR   a signal is pending; @start, @done and @busy are valid
 *   others  errors of the backing
 */
struct vmlab_range {
	__u32 size;
	__u32 op;
	__u32 flags;
	__u32 reserved;
	__u64 start;
	__u64 end;
	__u64 done;
	__u64 busy;
};

#define VMLAB_IOC_RANGE		_IO(VMLAB_IOC_MAGIC, 0x53)

/* vmlab_dirty.flags */
#define VMLAB_DIRTY_CLEAR	(1u << 0) /* clear the bits that are reported */
#define VMLAB_DIRTY_NO_PROTECT	(1u << 1) /* ... by the dirty bits of entries alone */

/**
 * struct vmlab_dirty - VMLAB_IOC_DIRTY: the pages that were written
 * @size: set by the caller
 * @flags: VMLAB_DIRTY_*
 * @start: offset in the space, a multiple of the page size
 * @end: end offset, a multiple of the page size
 * @bitmap: [in] pointer to an array of __u64 with a bit for each page of the
 *	range, or 0 to only count.  Bit n % 64 of element n / 64 is set when
 *	page n of the range is dirty.
 * @nr_dirty: [out] dirty pages in the range
 *
 * A page is dirty when it was written through a shared mapping since its bit was
 * last cleared, whether it is resident or evicted.  VMLAB_DIRTY_CLEAR clears the
 * bit and write-protects the page in all mappings in one step: a concurrent
 * write is reported by this call or the next one.  The bit of a pinned page
 * stays set, since writes of the pin's owner cause no fault.
 *
 * VMLAB_DIRTY_NO_PROTECT, with VMLAB_DIRTY_CLEAR, does not write-protect the pages
 * but clears the dirty bits of their page-table entries: the processor sets them
 * again at the next write, without a fault.  So these writes are not in
 * vmlab_space_stats.mkwrite and cause no VMLAB_EVENT_MKWRITE.  Each request for
 * the space, with or without the flag, reads and clears the dirty bits of entries
 * from then on.  Differences to write protection:
 *   - A write through a pin is reported once the kernel marks the page dirty:
 *     system calls do so before they return, but not all drivers, and not KVM for
 *     its guests.
 *   - A page can be reported though it was not written: once after a guard region
 *     (MADV_GUARD_INSTALL) or a marker of userfaultfd was put where it is mapped;
 *     and again by the next request if it was unmapped, evicted or accessed for the
 *     first time during a request.
 *   - Where the space has or had a private mapping, a request unmaps the pages of
 *     the range instead: the next access to each of them faults, as usual.
 * The space then neither takes huge frames nor VMLAB_BACKING_FILE and _PFN:
 * requests for them fail with EBUSY.
 *
 *   EBADF   the device is not open for writing
 *   EINVAL  a bit of @flags is unknown; VMLAB_DIRTY_NO_PROTECT is set without
 *           VMLAB_DIRTY_CLEAR; @start or @end is not a multiple of the page size,
 *           or @end is below @start
 *   EFAULT  @bitmap cannot be written: the bits that it did not get stay set
 *   ENOMEM  no memory
 *   EOPNOTSUPP  VMLAB_DIRTY_NO_PROTECT: VMLAB_FEAT_NO_PROTECT is missing; or the
 *           space has or had VMLAB_SPACE_HUGE, or has VMLAB_BACKING_FILE or _PFN
 *   EINTR   the caller was killed
 */
struct vmlab_dirty {
	__u32 size;
	__u32 flags;
	__u64 start;
	__u64 end;
	__u64 bitmap;
	__u64 nr_dirty;
};

#define VMLAB_IOC_DIRTY		_IO(VMLAB_IOC_MAGIC, 0x54)

/**
 * struct vmlab_backing_config - VMLAB_IOC_BACKING: the source of contents
 * @size: set by the caller
 * @flags: must be zero
 * @backing: VMLAB_BACKING_*
 * @fd: with VMLAB_BACKING_FILE a regular file, open for reading and writing; the
 *	space opens it again, with the credentials that @fd was opened with, and
 *	keeps that open: fcntl(2) on @fd has no effect on it.  Zero otherwise.
 * @offset: with VMLAB_BACKING_FILE the offset in the file at which the space
 *	starts, a multiple of the page size.  Zero otherwise.
 * @reserved: must be zero
 *
 * Pages of a file are read one at a time, at the fault.  Dirty pages are written
 * back
 *   - by msync(2) and fsync(2), which report errors as for any file,
 *   - soon after their frames were evicted, and
 *   - when the last descriptor and mapping of the space are closed, also by the
 *     exit of a killed process.
 * A page whose write-back fails stays dirty for the next attempt.  An access
 * beyond the end of the file raises SIGBUS; the part of the last page beyond the
 * end is not written back.
 *
 * The kernel writes with the credentials that @fd was opened with, also for the
 * msync(2) of another user, and charges the page cache to the memory cgroup that
 * opened the space.  When a file does not answer, SIGKILL ends msync(2), fsync(2)
 * and close(2), and a task that exits waits for at most a second; the space is
 * then written back in the background.
 *
 * VMLAB_BACKING_PFN supports shared mappings only: mmap(2) of a writable private
 * mapping fails with EINVAL.
 *   EBADF    the device is not open for writing, or @fd is not open
 *   EINVAL   @backing is unknown; @flags or @reserved is not zero; @fd is not a
 *            regular file, or has O_APPEND or O_DIRECT; @offset is not valid
 *   EBUSY    the space has frames or is mapped; or @backing is
 *            VMLAB_BACKING_FILE or _PFN after VMLAB_DIRTY_NO_PROTECT
 *   EACCES   @fd is not open for reading and writing
 *   ETXTBSY  @fd is a swap file
 *   EOPNOTSUPP  a file without a page cache of its own: on overlayfs, on
 *            hugetlbfs, or with DAX
 *   EINTR    the caller was killed
 *   others   the file cannot be opened again
 */
struct vmlab_backing_config {
	__u32 size;
	__u32 flags;
	__u32 backing;
	__s32 fd;
	__u64 offset;
	__u64 reserved;
};

#define VMLAB_IOC_BACKING	_IO(VMLAB_IOC_MAGIC, 0x55)

/* vmlab_clone.flags */
#define VMLAB_CLONE_HOLD	(1u << 0) /* other tasks wait until the clone is in use */

/**
 * struct vmlab_clone - VMLAB_IOC_CLONE: copy a space, as fork(2) copies memory
 * @size: set by the caller
 * @flags: VMLAB_CLONE_*
 * @fd: [in] must be zero
 *	[out] a descriptor of the new space, open for reading and writing, with
 *	close-on-exec set
 * @reserved: must be zero
 *
 * The clone is a space of its own, that of a new open file of the device: it has a
 * number, statistics and an owner as after open(2).  It has the length, the backing,
 * the VMLAB_SPACE_* flags, and what VMLAB_IOC_PAGING_GET returns for the source when
 * the request begins.  Two policies are replaced by VMLAB_POLICY_FIFO: OPT, whose trace
 * is not copied, and a policy in BPF that was unloaded.  The policy of the clone gets
 * the frames in the order of their offsets.  Statistics, events, injection rules,
 * VMLAB_RANGE_LOCK, VMLAB_DIRTY_NO_PROTECT and mappings are not copied.
 *
 * Contents.  Each page of the clone has the contents that the page of the source had
 * at one instant during the request: what was written before the request is in the
 * clone, and what is written after it returned is not.  The instants of two pages
 * differ, see VMLAB_CLONE_HOLD.  Writes through a pin (O_DIRECT, io_uring) go to the
 * source alone.  Bits of the dirty bitmap are copied with the pages.
 *
 * Frames.  Source and clone share resident frames that were written, copy-on-write:
 * the first write of either space copies the frame, and the last space that has it
 * writes to it as it is.  Such frames are mapped read-only.  Pages of which the backing
 * has the contents are not copied: the clone fills them at its first access.  Copied
 * at once are pinned frames, huge frames (into single pages of the clone) and the
 * contents of evicted pages.  A shared frame with a memory error has it in both.
 * futex(2) without FUTEX_PRIVATE_FLAG fails with EFAULT at a page that is shared and
 * mapped without PROT_WRITE.
 *
 * Charges.  Each space is charged for each frame that it shares, as for a frame of its
 * own: its budget, its statistics and max_user_pages of its owner count it, so sharing
 * extends no limit.  The memory cgroup of the task that allocated a frame is charged
 * for it as long as a space has it.  The clone belongs to the caller.
 *
 * Private copies of pages in mappings of the source are not a part of it.
 *
 * VMLAB_CLONE_HOLD.  A page of the source is unmapped when it is copied, and a task that
 * accesses it then waits until the clone is mapped for the first time, or a descriptor of
 * it is closed (by any process), or for a second after the request returned.  So the clone
 * has what each task had written up to one instant of that task, and nothing that any of
 * them wrote after it saw such a later write: the pages are consistent with each other,
 * as those of fork(2) are; with fork(2) in between, also with all other memory.  Three do
 * not wait: the caller (its thread alone), accesses of system calls, and of debuggers.  A
 * page to which one of these writes is mapped again, and no access to it waits any more.
 * SIGKILL ends the wait.
 *   EBADF   the device is not open for writing
 *   EINVAL  @fd or @reserved is not zero, or unknown @flags
 *   EBUSY   VMLAB_CLONE_HOLD, and another clone still holds the space
 *   EOPNOTSUPP  the space has VMLAB_BACKING_FILE or VMLAB_BACKING_PFN
 *   EMFILE  the caller has too many descriptors or its user too many spaces
 *   ENFILE  the system has too many open files
 *   EACCES  a security module (LSM) does not let the caller open the device
 *   EDQUOT  a limit of the user is reached: pages, contents of evicted pages
 *   ENOMEM  no memory
 *   EFAULT  the structure cannot be written
 *   EHWPOISON  a huge frame has a memory error
 *   EINTR   the caller was killed
 *   others  the swap store cannot be read or written
 *
 * After an error there is no clone, and the contents of the source are the same.
 */
struct vmlab_clone {
	__u32 size;
	__u32 flags;
	__s32 fd;
	__u32 reserved;
};

#define VMLAB_IOC_CLONE		_IO(VMLAB_IOC_MAGIC, 0x5b)

#endif /* _UAPI_LINUX_VMLAB_SPACE_H */
