/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * vmlab: the only contract between the module and user space.
 *
 * Rules that hold for every request:
 *
 * - The argument is a pointer to a structure whose first member, @size, the
 *   caller sets to sizeof() the structure that it was compiled with, as in
 *   openat2(2).  A smaller, older structure is served; a larger, newer one is
 *   served while the part that this module does not know is zero.
 *     EINVAL  @size is below the structure's first published size
 *     E2BIG   @size is above PAGE_SIZE, or an unknown part is not zero
 * - Members named @reserved and undefined flag bits must be zero: EINVAL.
 * - Every member has a fixed width and natural alignment, pointers travel as
 *   __u64: the layout is the same for 32-bit callers.
 * - Addresses and lengths are bytes unless a comment says pages; a page is
 *   1 << vmlab_info.page_shift bytes.  Ranges are half open: [start, end).
 *   EFAULT  a pointer is bad
 *   ENOTTY  the request is unknown
 */
#ifndef _UAPI_LINUX_VMLAB_H
#define _UAPI_LINUX_VMLAB_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define VMLAB_DEVICE		"/dev/vmlab"
#define VMLAB_ABI_VERSION	1	/* grows when a request changes meaning */

#define VMLAB_IOC_MAGIC		0xB7

/* --- what this module and this kernel can do ---------------------------- */

/* vmlab_info.features */
#define VMLAB_FEAT_PIDFD	(1ULL << 0) /* targets by pidfd (Linux 6.9+) */
#define VMLAB_FEAT_PER_VMA_LOCK	(1ULL << 1) /* faults without mmap_lock */
#define VMLAB_FEAT_ANON_NAME	(1ULL << 2) /* CONFIG_ANON_VMA_NAME */
#define VMLAB_FEAT_SOFT_DIRTY	(1ULL << 3) /* CONFIG_MEM_SOFT_DIRTY */
#define VMLAB_FEAT_THP		(1ULL << 4) /* CONFIG_TRANSPARENT_HUGEPAGE */
#define VMLAB_FEAT_HUGETLB	(1ULL << 5) /* CONFIG_HUGETLB_PAGE */
#define VMLAB_FEAT_UFFD		(1ULL << 6) /* CONFIG_USERFAULTFD */
#define VMLAB_FEAT_STRUCT_OPS	(1ULL << 7) /* policies in BPF */

/**
 * struct vmlab_info - VMLAB_IOC_INFO: versions, features, geometry
 * @size: set by the caller, see the top of this file
 * @abi_version: VMLAB_ABI_VERSION that the module was built with
 * @features: VMLAB_FEAT_* bits that are usable on this kernel
 * @page_shift: log2 of the page size in bytes
 * @pgtable_levels: levels of the page table in use: 4 or 5
 * @va_bits: bits of a user virtual address, 47 or 56 on x86-64
 * @pa_bits: bits of a physical address that an entry can hold
 * @module_version: the module's version, NUL-terminated
 * @kernel_release: the kernel's release as in uname(2), NUL-terminated
 *
 * Needs no privilege.
 */
struct vmlab_info {
	__u32 size;
	__u32 abi_version;
	__u64 features;
	__u32 page_shift;
	__u32 pgtable_levels;
	__u32 va_bits;
	__u32 pa_bits;
	char module_version[32];
	char kernel_release[64];
};

#define VMLAB_IOC_INFO		_IO(VMLAB_IOC_MAGIC, 0x00)

/* vmlab_flag_names.kind */
#define VMLAB_NAMES_VMA_FLAGS	0	/* bits of vmlab_vma.vm_flags */
#define VMLAB_NAMES_FEATURES	1	/* bits of vmlab_info.features */

/**
 * struct vmlab_flag_name - what one bit is called on the running kernel
 * @name: as in the kernel's source, lower case: "mayread", "pfnmap"; empty
 *	when the bit has no meaning here
 * @mnemonic: the two letters of "VmFlags:" in /proc/PID/smaps
 *	(proc_pid_smaps(5)), or empty
 */
struct vmlab_flag_name {
	char name[20];
	char mnemonic[4];
};

/**
 * struct vmlab_flag_names - VMLAB_IOC_FLAG_NAMES: names of 64 flag bits
 * @size: set by the caller
 * @kind: VMLAB_NAMES_*; EINVAL for another
 * @bit: [out] bit n is called @bit[n]
 *
 * Bit numbers of vm_flags differ between kernels; the names let a program
 * decode them without knowing which one it runs on.  Needs no privilege.
 */
struct vmlab_flag_names {
	__u32 size;
	__u32 kind;
	struct vmlab_flag_name bit[64];
};

#define VMLAB_IOC_FLAG_NAMES	_IO(VMLAB_IOC_MAGIC, 0x01)

/* --- a space: what one open file maps ------------------------------------ */

/* vmlab_space_config.backing */
#define VMLAB_BACKING_ZERO	0	/* demand-zero frames */
#define VMLAB_BACKING_PATTERN	1	/* each 64-bit word is its offset in the space */
#define VMLAB_BACKING_FILE	2	/* a regular file, see VMLAB_IOC_BACKING */
#define VMLAB_BACKING_PFN	3	/* zero, mapped as device memory: VM_IO, VM_PFNMAP */

/**
 * struct vmlab_space_config - the configuration of the space of an open file
 * @size: set by the caller
 * @flags: must be zero
 * @space_id: [out] unique while the module is loaded, never 0; the name of
 *	the directory in debugfs' vmlab/spaces/.  Must be zero on SET.
 * @bytes: length of the space, a multiple of the page size; 0 means no limit.
 *	A touch at or beyond it is answered with SIGBUS, as beyond the end of a
 *	file (mmap(2)).  Making it smaller discards the frames beyond it.
 * @backing: VMLAB_BACKING_*: where the contents of a new frame come from.
 *	It can change while the space has no frames and is not mapped; to
 *	VMLAB_BACKING_FILE only by VMLAB_IOC_BACKING.
 * @reserved: must be zero
 *
 * VMLAB_IOC_SPACE_SET errors:
 *   EINVAL  @bytes is not a multiple of the page size, unknown @backing,
 *           nonzero @flags, @space_id or @reserved
 *   EBUSY   another @backing while the space has frames or is mapped
 *   EFBIG   @bytes is above LLONG_MAX
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
 * struct vmlab_space_stats - VMLAB_IOC_SPACE_STATS: what happened so far
 * @size: set by the caller
 * @flags: must be zero
 * @space_id: [out] see struct vmlab_space_config
 * @frames: frames resident now
 * @frames_dirty: frames written since they were filled, now
 * @vmas: VMAs that map the space now, in all processes
 * @faults: calls of the fault handler; the sum of the next six outcomes
 * @filled: ... a new frame was filled and mapped: at the first touch, or at
 *	the first after an eviction
 * @mapped: ... the frame was already there and only had to be mapped
 * @sigbus: ... beyond the end of the space: SIGBUS
 * @oom: ... no frame could be allocated: VM_FAULT_OOM
 * @interrupted: ... the task was killed while it waited for the frame
 * @error: ... another error: SIGBUS, such as a frame with a memory error
 * @read_faults: @faults that were reads or instruction fetches
 * @write_faults: @faults that were writes
 * @cow_faults: @write_faults on a private mapping: mm copied the frame
 * @mkwrite: calls of page_mkwrite: a frame became writable in one mapping
 * @vma_lock_faults: @faults served under the per-VMA lock, not mmap_lock
 * @remote_access: calls of ->access for ptrace and /proc/PID/mem that
 *	get_user_pages() could not serve
 * @discarded: frames freed by making the space smaller
 * @vma_open: VMAs added by mmap, fork and split
 * @vma_close: VMAs gone
 * @vma_mremap: VMAs moved by mremap
 * @latency_ns_sum: time spent in the fault handler, nanoseconds
 * @latency: fault-handler latency; bucket 0 counts below 2 ns, bucket n
 *	counts [2^n, 2^(n+1)) ns, the last all that is longer
 *
 * Counters are per CPU and summed without stopping the machine: they are
 * exact when no fault is under way.
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
};

#define VMLAB_IOC_SPACE_STATS	_IO(VMLAB_IOC_MAGIC, 0x12)

/* --- introspection: whose mm --------------------------------------------- */

/* vmlab_target.kind */
#define VMLAB_TARGET_SELF	0	/* the caller; @id must be 0 */
#define VMLAB_TARGET_PID	1	/* @id is a pid or tid in the caller's pid namespace */
#define VMLAB_TARGET_PIDFD	2	/* @id is a pidfd, see pidfd_open(2) */

/**
 * struct vmlab_target - the process that a request is about
 * @kind: VMLAB_TARGET_*
 * @id: as @kind says
 *
 * A process may always inspect its own mm.  Another's needs CAP_SYS_PTRACE in
 * the user namespace that the target's mm belongs to.
 *   EINVAL      unknown @kind, @id not positive, or nonzero for SELF
 *   ESRCH       no such process, or it has exited (a zombie has no mm)
 *   EBADF       @id is not a pidfd
 *   EPERM       not permitted
 *   EOPNOTSUPP  pidfd on a kernel before 6.9
 *   ENXIO       a kernel thread, where the request needs an mm
 *   EINTR       the caller was killed while it waited for a lock
 */
struct vmlab_target {
	__u32 kind;
	__s32 id;
};

/* vmlab_mm.flags */
#define VMLAB_MM_KTHREAD	(1u << 0) /* a kernel thread: it has no mm */
#define VMLAB_MM_KTHREAD_USE_MM	(1u << 1) /* a kthread that adopted a user mm for now */
#define VMLAB_MM_BORROWS	(1u << 2) /* it borrows an mm right now: @active_pid */

/* indices of vmlab_mm.rss */
#define VMLAB_RSS_FILE		0
#define VMLAB_RSS_ANON		1
#define VMLAB_RSS_SWAP		2	/* entries in swap, not resident */
#define VMLAB_RSS_SHMEM		3
#define VMLAB_RSS_NR		4

/**
 * struct vmlab_mm - VMLAB_IOC_MM: one process's struct mm_struct
 * @size: set by the caller
 * @flags: [out] VMLAB_MM_*; must be zero on input
 * @target: [in] whose
 * @pid: the target's thread id in the caller's pid namespace
 * @tgid: its process id there
 * @active_pid: for a kernel thread that borrows an mm (lazy TLB): the process
 *	that the mm belongs to, or 0 when no process has it (the kernel's own
 *	init_mm, or one left by a process that has exited)
 * @comm: the target's command name
 * @active_comm: that of @active_pid
 * @mm_users: users of the address space: threads, and whoever reads it now;
 *	the reference that this request takes itself is not counted
 * @mm_count: references to the structure; all @mm_users together count as 1
 * @map_count: VMAs
 * @task_size: end of the user half for this process, bytes
 * @mmap_base: where the search for free areas starts
 * @start_code, @end_code: text of the executable
 * @start_data, @end_data: its initialised data
 * @start_brk, @brk: heap, see brk(2)
 * @start_stack: bottom of the stack at exec
 * @arg_start, @arg_end, @env_start, @env_end: strings that execve(2) placed
 * @total_vm: pages mapped (VmSize)
 * @hiwater_vm: highest @total_vm (VmPeak), pages
 * @hiwater_rss: highest RSS (VmHWM), pages
 * @data_vm: private writable pages that are not stack (VmData)
 * @exec_vm: executable pages that are not writable (VmExe + VmLib)
 * @stack_vm: pages of stack (VmStk)
 * @locked_vm: pages locked by mlock(2) (VmLck)
 * @pinned_vm: pages pinned for good (VmPin)
 * @rss: resident pages by kind, VMLAB_RSS_*; exact sums of per-CPU counters
 * @pgtables_bytes: bytes of page tables below the PGD (VmPTE)
 * @hugetlb_pages: pages (of page_shift size) in hugetlbfs mappings
 * @def_flags: vm_flags that new mappings get, see mlockall(2)
 *
 * Taken under mmap_lock for reading: ranges and sizes belong together; RSS
 * and page-table counters move even so while the target runs.  For a kernel
 * thread every number below @active_comm is zero.
 */
struct vmlab_mm {
	__u32 size;
	__u32 flags;
	struct vmlab_target target;
	__s32 pid;
	__s32 tgid;
	__s32 active_pid;
	__u32 reserved;
	char comm[16];
	char active_comm[16];
	__u64 mm_users;
	__u64 mm_count;
	__u64 map_count;
	__u64 task_size;
	__u64 mmap_base;
	__u64 start_code;
	__u64 end_code;
	__u64 start_data;
	__u64 end_data;
	__u64 start_brk;
	__u64 brk;
	__u64 start_stack;
	__u64 arg_start;
	__u64 arg_end;
	__u64 env_start;
	__u64 env_end;
	__u64 total_vm;
	__u64 hiwater_vm;
	__u64 hiwater_rss;
	__u64 data_vm;
	__u64 exec_vm;
	__u64 stack_vm;
	__u64 locked_vm;
	__u64 pinned_vm;
	__u64 rss[VMLAB_RSS_NR];
	__u64 pgtables_bytes;
	__u64 hugetlb_pages;
	__u64 def_flags;
};

#define VMLAB_IOC_MM		_IO(VMLAB_IOC_MAGIC, 0x20)

/**
 * struct vmlab_task - a task that shares the target's mm
 * @tid: thread id in the caller's pid namespace
 * @tgid: process id there
 * @comm: command name, NUL-terminated
 */
struct vmlab_task {
	__s32 tid;
	__s32 tgid;
	char comm[16];
};

/**
 * struct vmlab_tasks - VMLAB_IOC_TASKS: which tasks share the target's mm
 * @size: set by the caller
 * @flags: must be zero
 * @target: [in] whose mm
 * @cursor: [in, out] 0 to start; pass it back unchanged to go on
 * @tasks: [in] pointer to an array of struct vmlab_task
 * @nr: [in] records that @tasks has room for, at least 1
 *	[out] records filled; 0 at the end
 *
 * Threads and vfork(2) children share one mm, processes do not.  Tasks that
 * are not visible in the caller's pid namespace are left out.  While tasks
 * come and go a walk over several calls may miss or repeat some.
 */
struct vmlab_tasks {
	__u32 size;
	__u32 flags;
	struct vmlab_target target;
	__u64 cursor;
	__u64 tasks;
	__u32 nr;
	__u32 reserved;
};

#define VMLAB_IOC_TASKS		_IO(VMLAB_IOC_MAGIC, 0x21)

/* vmlab_vma.flags */
#define VMLAB_VMA_FILE		(1u << 0) /* maps a file: @dev, @ino and @pgoff say what */
#define VMLAB_VMA_ANON_VMA	(1u << 1) /* has an anon_vma: anonymous pages were made */
#define VMLAB_VMA_HEAP		(1u << 2) /* the initial heap, [heap] */
#define VMLAB_VMA_STACK		(1u << 3) /* the initial stack, [stack] */
#define VMLAB_VMA_SPECIAL	(1u << 4) /* the kernel named it: [vdso], [vvar] */
#define VMLAB_VMA_ANON_NAME	(1u << 5) /* named by prctl(PR_SET_VMA_ANON_NAME) */
#define VMLAB_VMA_UFFD		(1u << 6) /* registered with a userfaultfd */
#define VMLAB_VMA_VMLAB		(1u << 7) /* maps /dev/vmlab */
#define VMLAB_VMA_NAME_CUT	(1u << 8) /* the name did not fit and was left out */

/**
 * struct vmlab_vma - one struct vm_area_struct
 * @start, @end: the range, bytes
 * @pgoff: offset of @start in the file, or in the object of anonymous memory,
 *	pages
 * @vm_flags: the kernel's bits; VMLAB_IOC_FLAG_NAMES names them
 * @page_prot: the protection bits that new entries get
 * @ino: inode number, 0 without a file
 * @dev_major, @dev_minor: device of the inode's file system
 * @flags: VMLAB_VMA_*
 * @name_off: offset in vmlab_vmas.strings of the name, NUL-terminated: the
 *	path as in /proc/PID/maps (not escaped), [heap], [anon:x], or empty
 * @ops_off: offset of the symbol of vm_ops, empty for anonymous memory
 * @reserved: zero
 */
struct vmlab_vma {
	__u64 start;
	__u64 end;
	__u64 pgoff;
	__u64 vm_flags;
	__u64 page_prot;
	__u64 ino;
	__u32 dev_major;
	__u32 dev_minor;
	__u32 flags;
	__u32 name_off;
	__u32 ops_off;
	__u32 reserved;
};

/**
 * struct vmlab_vmas - VMLAB_IOC_VMAS: many VMAs a call
 * @size: set by the caller
 * @flags: must be zero
 * @target: [in] whose
 * @cursor: [in, out] report VMAs that end above this address: 0 to start;
 *	afterwards the end of the last one reported, fit for the next call
 * @end: [in] report VMAs that start below this address; 0 for all
 * @vmas: [in] pointer to an array of struct vmlab_vma
 * @strings: [in] pointer to room for names, or 0 for none
 * @nr: [in] records that @vmas has room for, at least 1
 *	[out] records filled; 0 at the end
 * @strings_size: [in] bytes at @strings; a call makes progress with any size,
 *	VMLAB_STRINGS_MIN holds any name
 *	[out] bytes used
 * @map_count: [out] VMAs that the mm has
 * @reserved: must be zero
 *
 * Each call sees a consistent stretch of the tree; between calls the target
 * may change it.  A VMA that stays is never missed and never reported twice;
 * one that grew across the cursor meanwhile is reported again, with @start
 * below the cursor.
 */
struct vmlab_vmas {
	__u32 size;
	__u32 flags;
	struct vmlab_target target;
	__u64 cursor;
	__u64 end;
	__u64 vmas;
	__u64 strings;
	__u32 nr;
	__u32 strings_size;
	__u32 map_count;
	__u32 reserved;
};

#define VMLAB_STRINGS_MIN	8192

#define VMLAB_IOC_VMAS		_IO(VMLAB_IOC_MAGIC, 0x22)

/* --- paging: budget, policies, prefetch ---------------------------------- */

/* vmlab_paging.policy: who leaves when the budget is full */
#define VMLAB_POLICY_FIFO	0	/* the longest resident */
#define VMLAB_POLICY_CLOCK	1	/* second chance: a reference bit and a hand */
#define VMLAB_POLICY_LRU	2	/* the least recently used */
#define VMLAB_POLICY_LFU	3	/* the least used since resident, of those the oldest */
#define VMLAB_POLICY_RANDOM	4	/* any, by @seed */
#define VMLAB_POLICY_OPT	5	/* whose next access in @trace is the farthest */

/* vmlab_paging.prefetch: what comes with a page that had to be filled */
#define VMLAB_PREFETCH_NONE	0	/* nothing */
#define VMLAB_PREFETCH_NEXT	1	/* the next @prefetch_pages */
#define VMLAB_PREFETCH_STRIDE	2	/* so many at the distance of the last two fills */
#define VMLAB_PREFETCH_WHOLE	3	/* the whole VMA, as far as the budget goes */

#define VMLAB_PREFETCH_MAX	1024	/* vmlab_paging.prefetch_pages */

/* vmlab_paging.flags */
#define VMLAB_PAGING_STEPPING	(1u << 0) /* every access of another page faults */

/* vmlab_paging.nr_trace, the most that is taken */
#define VMLAB_TRACE_MAX		(1u << 24)

/**
 * struct vmlab_paging - how the frames of the open file's space are paged
 * @size: set by the caller
 * @flags: VMLAB_PAGING_*
 * @budget: frames that may be resident, 0 for no limit.  Whoever faults above
 *	it makes another frame leave first: unmapped everywhere, its contents
 *	kept if it was ever written.  The limit gives only when every frame is
 *	pinned or locked, see vmlab_paging_stats.over_budget.
 * @policy: VMLAB_POLICY_*
 * @reserved: must be zero
 * @seed: of VMLAB_POLICY_RANDOM
 * @trace: [in] pointer to the accesses to come, __u64 offsets in pages, for
 *	VMLAB_POLICY_OPT.  Zero on GET.
 * @nr_trace: [in] their number; 0 with other policies.  Zero on GET.
 * @prefetch: VMLAB_PREFETCH_*
 * @prefetch_pages: how many, 1 to VMLAB_PREFETCH_MAX; 0 with NONE and WHOLE.
 *	What comes early never waits: it is left out when it would have to.
 *
 * All can be changed while the space is mapped and in use.  The same policy
 * with the same seed goes on with what it knows, unless a trace comes with it;
 * another starts with the resident pages in the order in which they came.
 *
 * With VMLAB_PAGING_STEPPING a fault unmaps every frame but its own, so each
 * access to another page than the one before is seen: LRU, LFU, CLOCK and OPT
 * are exact then, for one thread in user space.  Accesses repeated on one page
 * count once.  While threads take turns, and for accesses by system calls,
 * nothing is unmapped, so that all go on.
 * Otherwise the policies see first accesses, and a sample of later ones.
 *
 * VMLAB_IOC_PAGING_SET errors:
 *   EINVAL  unknown @flags, @policy or @prefetch, @reserved, a trace without
 *           VMLAB_POLICY_OPT or the other way round, bad @prefetch_pages
 *   E2BIG   @nr_trace is above VMLAB_TRACE_MAX
 *   ENOMEM  no memory for the policy
 *   EINTR   the caller was killed while frames were on their way out
 */
struct vmlab_paging {
	__u32 size;
	__u32 flags;
	__u64 budget;
	__u32 policy;
	__u32 reserved;
	__u64 seed;
	__u64 trace;
	__u64 nr_trace;
	__u32 prefetch;
	__u32 prefetch_pages;
};

#define VMLAB_IOC_PAGING_GET	_IO(VMLAB_IOC_MAGIC, 0x50)
#define VMLAB_IOC_PAGING_SET	_IO(VMLAB_IOC_MAGIC, 0x51)

#define VMLAB_DISTANCE_BUCKETS	32

/**
 * struct vmlab_paging_stats - VMLAB_IOC_PAGING_STATS: who came and went
 * @size: set by the caller
 * @flags: must be zero
 * @charged: frames that count against the budget now: those resident, and
 *	those about to be
 * @evicted: frames that left because the budget was full, or by request
 * @stored: ... whose contents went to the swap store for that
 * @loaded: frames filled from the swap store
 * @refaults: frames filled that had been evicted
 * @over_budget: frames that came although the budget was full, since no frame
 *	could leave: all pinned, locked, or the swap store failed
 * @store_errors: contents that the swap store could not take; the frame stayed
 * @prefetched: frames that came before they were accessed
 * @prefetch_used: ... and were accessed later
 * @prefetch_wasted: ... and left without an access
 * @shrunk: clean frames given back to the kernel under memory pressure
 * @written_back: pages written back to the file
 * @writeback_errors: pages that could not be; they stay dirty
 * @refault_distance: evictions between a frame's own and its refault; bucket 0
 *	counts none, bucket n [2^(n-1), 2^n), the last all above
 *
 * A frame filled, vmlab_space_stats.filled, is what a textbook counts as a
 * page fault; vmlab_space_stats.mapped is an access that was seen and needed
 * no frame.
 */
struct vmlab_paging_stats {
	__u32 size;
	__u32 flags;
	__u64 charged;
	__u64 evicted;
	__u64 stored;
	__u64 loaded;
	__u64 refaults;
	__u64 over_budget;
	__u64 store_errors;
	__u64 prefetched;
	__u64 prefetch_used;
	__u64 prefetch_wasted;
	__u64 shrunk;
	__u64 written_back;
	__u64 writeback_errors;
	__u64 refault_distance[VMLAB_DISTANCE_BUCKETS];
};

#define VMLAB_IOC_PAGING_STATS	_IO(VMLAB_IOC_MAGIC, 0x52)

/* vmlab_range.op */
#define VMLAB_RANGE_EVICT	0	/* out, their contents kept */
#define VMLAB_RANGE_PREFETCH	1	/* in, not mapped yet */
#define VMLAB_RANGE_DROP	2	/* out, and their contents forgotten */
#define VMLAB_RANGE_LOCK	3	/* in, and kept in until unlocked */
#define VMLAB_RANGE_UNLOCK	4	/* the policy may evict them again */

/**
 * struct vmlab_range - VMLAB_IOC_RANGE: move the frames of a range by hand
 * @size: set by the caller
 * @op: VMLAB_RANGE_*
 * @flags: must be zero
 * @reserved: must be zero
 * @start: [in] first byte in the space, a multiple of the page size
 *	[out] where it stopped: @end, or below it after an error or a signal,
 *	to go on from there
 * @end: [in] the byte after the last one, a multiple of the page size
 * @done: [out] pages to which something was done
 * @busy: [out] pages that had to stay as they are: pinned, locked by mlock(2)
 *	or by VMLAB_RANGE_LOCK, or their contents could not be kept
 *
 * DROP is as MADV_REMOVE of madvise(2) for a file: the next access finds what
 * the backing gives.  Private copies stay.  A frame that leaves the space with
 * its end (VMLAB_IOC_SPACE_SET) does so even when locked.
 *   EINVAL  unknown @op, nonzero @flags or @reserved, @start or @end not a
 *           multiple of the page size, @end below @start
 *   ENOMEM  no memory; LOCK: the budget must leave room for one more frame
 *   EINTR   a signal came; @start, @done and @busy are valid
 *   others  from the backing
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
#define VMLAB_DIRTY_CLEAR	(1u << 0) /* clear what is reported */

/**
 * struct vmlab_dirty - VMLAB_IOC_DIRTY: which pages were written
 * @size: set by the caller
 * @flags: VMLAB_DIRTY_*
 * @start: first byte in the space, a multiple of the page size
 * @end: the byte after the last one, a multiple of the page size
 * @bitmap: [in] pointer to an array of __u64 with room for the range, or 0 to
 *	only count.  Bit n % 64 of element n / 64 tells of page n of the range.
 * @nr_dirty: [out] bits set
 *
 * Written since it last was cleared, through any shared mapping, resident now
 * or evicted.  With VMLAB_DIRTY_CLEAR a page is write-protected in all
 * mappings and cleared in one step: of a write at the same time either this
 * call or the next one tells.  A page that somebody pinned, and may write to
 * unseen, stays set.
 *   EINVAL  unknown @flags, bad @start or @end
 *   EINTR   a signal came: nothing that is not reported was cleared, start
 *           again
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
 * struct vmlab_backing_config - VMLAB_IOC_BACKING: where contents come from
 * @size: set by the caller
 * @flags: must be zero
 * @backing: VMLAB_BACKING_*
 * @fd: VMLAB_BACKING_FILE: a regular file, open for reading and writing; the
 *	space keeps it open.  Zero with others.
 * @offset: where in the file the space begins, a multiple of the page size.
 *	Zero with others.
 * @reserved: must be zero
 *
 * A file is read on demand, a page at a time, and written back by msync(2) and
 * fsync(2), which tell of errors as those of a file do; soon after dirty
 * frames were evicted; and when the last descriptor and mapping go, also when
 * a signal killed who had them.  A page that could not be written back stays
 * dirty for the next attempt.  A touch beyond the end of the file is answered
 * with SIGBUS; the part of its last page beyond the end is not written.
 *
 * VMLAB_BACKING_PFN takes shared mappings only: mmap() of a writable private
 * one fails with EINVAL.
 *   EINVAL   unknown @backing, nonzero @flags or @reserved, no regular file,
 *            O_APPEND, O_DIRECT, bad @offset
 *   EBUSY    the space has frames or is mapped
 *   EBADF    @fd is not open
 *   EACCES   @fd is not open for reading and writing
 *   ETXTBSY  @fd is a swap file
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

/* --- injection: faults that fail, or take their time ---------------------- */

/* vmlab_inject_rule.access */
#define VMLAB_ACCESS_READ	(1u << 0)
#define VMLAB_ACCESS_WRITE	(1u << 1)
#define VMLAB_ACCESS_EXEC	(1u << 2)

/* vmlab_inject_rule.action */
#define VMLAB_INJECT_SIGBUS	0	/* SIGBUS, BUS_ADRERR */
#define VMLAB_INJECT_OOM	1	/* no memory: the kernel may try again, or kill */
#define VMLAB_INJECT_HWPOISON	2	/* SIGBUS, BUS_MCEERR_AR, as of bad memory */
#define VMLAB_INJECT_RETRY	3	/* drop the lock, fault again */
#define VMLAB_INJECT_DELAY	4	/* wait @delay_us, then go on */

#define VMLAB_INJECT_RULES_MAX	64
#define VMLAB_INJECT_DELAY_MAX	60000000u	/* a minute, microseconds */
#define VMLAB_INJECT_CERTAIN	1000000u

/**
 * struct vmlab_inject_rule - when to disturb a fault, and how
 * @start, @end: bytes in the space; @end 0 is the end of the space
 * @access: VMLAB_ACCESS_*, those that match
 * @action: VMLAB_INJECT_*
 * @nth: only the n-th fault that matches all else, counted from 1; 0: each
 * @seed: of @probability: the same faults in the same order are disturbed
 * @probability: in millionths; VMLAB_INJECT_CERTAIN for each
 * @pid: only this process, as the caller sees it; 0: any
 * @delay_us: of VMLAB_INJECT_DELAY, at most VMLAB_INJECT_DELAY_MAX; else 0.
 *	A killed task leaves at once.
 * @reserved: must be zero
 * @matches: [out] faults that matched but for @nth and @probability
 * @hits: [out] faults disturbed
 */
struct vmlab_inject_rule {
	__u64 start;
	__u64 end;
	__u32 access;
	__u32 action;
	__u64 nth;
	__u64 seed;
	__u32 probability;
	__s32 pid;
	__u32 delay_us;
	__u32 reserved;
	__u64 matches;
	__u64 hits;
};

/**
 * struct vmlab_inject - VMLAB_IOC_INJECT_SET, VMLAB_IOC_INJECT_GET
 * @size: set by the caller
 * @flags: must be zero
 * @rules: pointer to an array of struct vmlab_inject_rule
 * @nr: rules in it; SET: 0 removes all
 *	[out] on GET: rules that there are; as many as fit are filled in
 * @reserved: must be zero
 *
 * SET replaces all rules.  The first rule that hits decides, but a delay lets
 * the following ones have their say.
 *   EINVAL  a member of a rule is out of its range
 *   E2BIG   @nr is above VMLAB_INJECT_RULES_MAX
 *   ESRCH   no such @pid
 */
struct vmlab_inject {
	__u32 size;
	__u32 flags;
	__u64 rules;
	__u32 nr;
	__u32 reserved;
};

#define VMLAB_IOC_INJECT_SET	_IO(VMLAB_IOC_MAGIC, 0x56)
#define VMLAB_IOC_INJECT_GET	_IO(VMLAB_IOC_MAGIC, 0x57)

/* --- events --------------------------------------------------------------- */

/* vmlab_event.type, and bits 1 << type of vmlab_events.mask */
#define VMLAB_EVENT_LOST	0	/* only tells @lost; always on */
#define VMLAB_EVENT_FAULT	1	/* the fault handler ran; @arg VMLAB_FAULT_* */
#define VMLAB_EVENT_MKWRITE	2	/* a frame became writable in one mapping */
#define VMLAB_EVENT_EVICT	3	/* a frame left; @arg 1: contents in the swap store */
#define VMLAB_EVENT_WRITEBACK	4	/* a page was written back; @arg an errno or 0 */
#define VMLAB_EVENT_INJECT	5	/* a rule hit; @arg VMLAB_INJECT_* */
#define VMLAB_EVENT_NR		6

/* vmlab_event.arg of VMLAB_EVENT_FAULT */
#define VMLAB_FAULT_FILLED	0
#define VMLAB_FAULT_MAPPED	1
#define VMLAB_FAULT_SIGBUS	2
#define VMLAB_FAULT_OOM		3
#define VMLAB_FAULT_INTERRUPTED	4
#define VMLAB_FAULT_ERROR	5
#define VMLAB_FAULT_INJECTED	6

/**
 * struct vmlab_event - what read(2) returns, as many as fit
 * @time_ns: CLOCK_MONOTONIC
 * @pgoff: offset in the space, pages
 * @cost_ns: how long it took, or 0
 * @lost: events lost right before this one, since nobody read them in time
 * @type: VMLAB_EVENT_*
 * @arg: as @type says
 * @tgid, @tid: who, in the pid namespace that VMLAB_IOC_EVENTS was called in;
 *	0 when it is not visible there, or the kernel itself
 */
struct vmlab_event {
	__u64 time_ns;
	__u64 pgoff;
	__u64 cost_ns;
	__u64 lost;
	__u32 type;
	__u32 arg;
	__s32 tgid;
	__s32 tid;
};

#define VMLAB_EVENTS_MAX	(1u << 20)

/**
 * struct vmlab_events - VMLAB_IOC_EVENTS: which events read(2) tells
 * @size: set by the caller
 * @flags: must be zero
 * @mask: 1 << VMLAB_EVENT_*; 0 switches events off
 * @nr: room for so many, at most VMLAB_EVENTS_MAX; 0 with @mask 0
 *
 * Starts afresh: what was not read is gone.  read(2) waits for an event unless
 * the file is O_NONBLOCK (EAGAIN), and fails with EINVAL when events are off
 * or the buffer has no room for one; poll(2) tells when there is one.
 *   EINVAL  unknown @mask, @nr out of range
 *   ENOMEM  no memory
 */
struct vmlab_events {
	__u32 size;
	__u32 flags;
	__u32 mask;
	__u32 nr;
};

#define VMLAB_IOC_EVENTS	_IO(VMLAB_IOC_MAGIC, 0x58)

#endif /* _UAPI_LINUX_VMLAB_H */
