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
#define VMLAB_FEAT_PGTABLE	(1ULL << 8) /* page tables: VMLAB_IOC_PTES and so on */
#define VMLAB_FEAT_HUGE		(1ULL << 9) /* huge frames: VMLAB_SPACE_HUGE */

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
#define VMLAB_NAMES_PTE		2	/* VMLAB_PTE_*, for instance of vmlab_pte.flags */
#define VMLAB_NAMES_PAGE_FLAGS	3	/* bits of vmlab_page.page_flags */

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

/*
 * Limits per user.  A space is charged to the user that opened it: to the uid of
 * the caller of open(2), or in a user namespace that another user than root made,
 * to the maker of the outermost such namespace.  CAP_SYS_RESOURCE in the initial
 * user namespace at open(2) exempts the space.  The limits are parameters of the
 * module, in /sys/module/vmlab/parameters; a change concerns what is charged
 * from then on.
 *   max_user_spaces       open(2) fails with EMFILE
 *   max_user_pages        resident pages: a touch is answered with SIGBUS, as
 *                         where a quota is used up; requests fail with EDQUOT
 *   max_user_store_pages  contents of evicted pages: dirty frames stay resident,
 *                         as if they were busy
 *   max_user_trace        accesses in traces: EDQUOT, see VMLAB_IOC_PAGING_SET
 *   max_user_events       events in rings: EDQUOT, see VMLAB_IOC_EVENTS
 */

/* vmlab_space_config.backing */
#define VMLAB_BACKING_ZERO	0	/* demand-zero frames */
#define VMLAB_BACKING_PATTERN	1	/* each 64-bit word is its offset in the space */
#define VMLAB_BACKING_FILE	2	/* a regular file, see VMLAB_IOC_BACKING */
#define VMLAB_BACKING_PFN	3	/* zero, mapped as device memory: VM_IO, VM_PFNMAP */

/* vmlab_space_config.flags */
#define VMLAB_SPACE_HUGE	(1u << 0) /* huge frames of 2 MiB, where they can be */

/**
 * struct vmlab_space_config - the configuration of the space of an open file
 * @size: set by the caller
 * @flags: VMLAB_SPACE_*; must be zero on GET.  With VMLAB_SPACE_HUGE the first
 *	touch of an aligned 2 MiB, of backing zero or pattern, brings all of it
 *	in, mapped by one huge entry, provided that the VMA spans it aligned,
 *	huge pages are enabled for it (madvise(2), MADV_HUGEPAGE, or always),
 *	nothing of it is in yet, and neither the length of the space, nor its
 *	budget, nor memory is short.  Otherwise single pages come.  A huge frame
 *	is written, dirty, locked in memory and evicted as a whole; its pages
 *	come back one by one.
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
 *   EBUSY   another @backing while the space has frames or is mapped; or the
 *           new end cuts a huge frame that is pinned or locked in memory
 *   EOPNOTSUPP  VMLAB_SPACE_HUGE, and this kernel cannot: before 6.15, or
 *           without transparent huge pages
 *   EFBIG   @bytes is above LLONG_MAX
 *   EINTR   the caller was killed
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
 * @reserved: must be zero
 * @active_comm: that of @active_pid
 * @mm_users: users of the address space: threads, and whoever reads it now;
 *	the reference that this request takes itself is not counted
 * @mm_count: references to the structure; all @mm_users together count as 1
 * @map_count: VMAs
 * @task_size: end of the user half for this process, bytes
 * @mmap_base: where the search for free areas starts
 * @start_code: text of the executable
 * @end_code: where it ends
 * @start_data: its initialised data
 * @end_data: where they end
 * @start_brk: heap, see brk(2)
 * @brk: where it ends now
 * @start_stack: bottom of the stack at exec
 * @arg_start: arguments that execve(2) placed
 * @arg_end: where they end
 * @env_start: environment that execve(2) placed
 * @env_end: where it ends
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
 * @reserved: must be zero
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
 * @start: the range, bytes
 * @end: its end
 * @pgoff: offset of @start in the file, or in the object of anonymous memory,
 *	pages
 * @vm_flags: the kernel's bits; VMLAB_IOC_FLAG_NAMES names them
 * @page_prot: the protection bits that new entries get
 * @ino: inode number, 0 without a file
 * @dev_major: device of the inode's file system
 * @dev_minor: its minor number
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
 *	VMLAB_STRINGS_MIN holds any name up to PATH_MAX
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

/* --- introspection: page tables ------------------------------------------ */

/*
 * Levels are numbered from the bottom: 1 is a PTE table, 2 PMD, 3 PUD, 4 P4D.
 * The highest one, vmlab_info.pgtable_levels, is the PGD.
 *
 * Raw entries, physical addresses, frame numbers, swap locations and facts of
 * struct page are for those who have CAP_SYS_ADMIN in the initial user
 * namespace.  For others they are zero, and VMLAB_PT_HIDDEN says so.
 *
 * What all requests below have in common: memory between VMAs has no page
 * table entries.  A walk holds mmap_lock for short stretches: between them the
 * target may change its address space.  Each record shows one moment; page
 * table bits change even under mmap_lock while the target runs.
 *   EOPNOTSUPP  the architecture is not supported, see VMLAB_FEAT_PGTABLE
 *   ENXIO       the target is a kernel thread: no mm
 */

/*
 * Bits of an entry.  Those of the hardware keep their meaning with any entry
 * that is present or a table; on entries that are not, none is set.
 */
#define VMLAB_PTE_PRESENT	(1ULL << 0)  /* maps a frame */
#define VMLAB_PTE_TABLE		(1ULL << 1)  /* points to a table of the next level */
#define VMLAB_PTE_HUGE		(1ULL << 2)  /* a leaf above level 1 */
#define VMLAB_PTE_WRITE		(1ULL << 3)  /* the CPU may write */
#define VMLAB_PTE_USER		(1ULL << 4)  /* user mode may access */
#define VMLAB_PTE_NX		(1ULL << 5)  /* the CPU may not execute */
#define VMLAB_PTE_ACCESSED	(1ULL << 6)
#define VMLAB_PTE_DIRTY		(1ULL << 7)
#define VMLAB_PTE_GLOBAL	(1ULL << 8)
#define VMLAB_PTE_PWT		(1ULL << 9)  /* memory type: write-through */
#define VMLAB_PTE_PCD		(1ULL << 10) /* memory type: cache disable */
#define VMLAB_PTE_PAT		(1ULL << 11) /* memory type: third bit of the index */
/* ... of the kernel, in bits that the CPU ignores */
#define VMLAB_PTE_SPECIAL	(1ULL << 12) /* no struct page to be touched: pfnmap, zero page */
#define VMLAB_PTE_SOFT_DIRTY	(1ULL << 13) /* written since /proc/PID/clear_refs */
#define VMLAB_PTE_UFFD_WP	(1ULL << 14) /* write-protected by userfaultfd */
#define VMLAB_PTE_SAVED_DIRTY	(1ULL << 15) /* dirty, kept off the CPU's bit */
#define VMLAB_PTE_DEVMAP	(1ULL << 16) /* device memory of ZONE_DEVICE */
#define VMLAB_PTE_PROTNONE	(1ULL << 17) /* present for the kernel, not for the CPU */
/* ... what an entry that is not present stands for */
#define VMLAB_PTE_SWAP		(1ULL << 18) /* a page in swap */
#define VMLAB_PTE_SWAP_EXCL	(1ULL << 19) /* ... that no other process refers to */
#define VMLAB_PTE_MIGRATION	(1ULL << 20) /* a frame on its way to another place */
#define VMLAB_PTE_MIGRATION_W	(1ULL << 21) /* ... that will be writable again */
#define VMLAB_PTE_MIGRATION_X	(1ULL << 22) /* ... that is exclusive, not writable */
#define VMLAB_PTE_DEV_PRIVATE	(1ULL << 23) /* memory that only a device can reach */
#define VMLAB_PTE_DEV_EXCLUSIVE	(1ULL << 24) /* memory that a device locked for itself */
#define VMLAB_PTE_HWPOISON	(1ULL << 25) /* a frame that lost its contents */
#define VMLAB_PTE_MARKER	(1ULL << 26) /* no page, but something to remember: */
#define VMLAB_PTE_POISON	(1ULL << 27) /* ... access raises SIGBUS */
#define VMLAB_PTE_GUARD		(1ULL << 28) /* ... a guard region (MADV_GUARD_INSTALL) */
/* ... what the frame is; needs a look at struct page */
#define VMLAB_PTE_ZERO		(1ULL << 29) /* the shared zero page or huge zero page */
#define VMLAB_PTE_ANON		(1ULL << 30) /* anonymous memory, KSM included */
#define VMLAB_PTE_FILE		(1ULL << 31) /* page cache, shmem included */
#define VMLAB_PTE_EXCLUSIVE	(1ULL << 32) /* mapped here only, as pagemap's bit 56 */
#define VMLAB_PTE_HUGETLB	(1ULL << 33) /* in a hugetlbfs mapping */

#define VMLAB_PTE_ALL		((1ULL << 34) - 1)

/* vmlab_ptes.flags */
#define VMLAB_PTES_RAW		(1u << 0) /* one record for each entry */
#define VMLAB_PTES_TABLES	(1u << 1) /* also entries that point to tables */
#define VMLAB_PTES_FOLD_FLAGS	(1u << 2) /* fold whatever the addresses */

/* result of the requests below */
#define VMLAB_PT_HIDDEN		(1u << 0) /* see above: no CAP_SYS_ADMIN */

/**
 * struct vmlab_pte - a run of equal page table entries
 * @start: first address that the run covers.  An entry is always whole: a
 *	huge leaf is reported with its full extent
 * @end: where the run ends
 * @flags: VMLAB_PTE_* bits that all of the run have, as far as return_mask
 *	asks for them
 * @raw: the first entry as the hardware sees it
 * @phys: physical address that the first entry holds: of its frame (in
 *	migration and the like too), or of the table that it points to
 * @swap_offset: page slot in the swap area, with VMLAB_PTE_SWAP
 * @nr: entries in the run
 * @index: of the first entry in its table
 * @level: 1 to pgtable_levels
 * @shift: log2 of the bytes that one entry covers
 * @pkey: protection key, see pkeys(7)
 * @swap_type: number of the swap area
 * @reserved: zero
 */
struct vmlab_pte {
	__u64 start;
	__u64 end;
	__u64 flags;
	__u64 raw;
	__u64 phys;
	__u64 swap_offset;
	__u64 nr;
	__u16 index;
	__u8 level;
	__u8 shift;
	__u8 pkey;
	__u8 swap_type;
	__u16 reserved;
};

/**
 * struct vmlab_ptes - VMLAB_IOC_PTES, VMLAB_IOC_PAGES: many records a call
 * @size: set by the caller
 * @flags: VMLAB_PTES_*; must be zero for VMLAB_IOC_PAGES
 * @target: [in] whose
 * @start: [in] first address, a multiple of the page size
 * @end: [in] end of the range, a multiple of the page size; 0 for all
 * @cursor: [in, out] 0 to start; pass it back unchanged to go on
 * @category_inverted: [in] VMLAB_PTE_* bits to flip before the two masks below
 *	are applied, as in PAGEMAP_SCAN
 * @category_mask: [in] bits that must all be set
 * @category_anyof_mask: [in] bits of which one must be set, unless this is 0
 * @return_mask: [in] bits to report; runs fold when these are equal.  0 means
 *	all.  A request that neither asks for nor filters by ZERO, ANON, FILE
 *	or EXCLUSIVE touches no struct page and is faster
 * @records: [in] pointer to an array of struct vmlab_pte (PTES) or struct
 *	vmlab_page (PAGES)
 * @nr: [in] records that @records has room for, at least 1
 *	[out] records filled; 0 at the end
 * @result: [out] VMLAB_PT_HIDDEN; must be zero on input
 * @tables_read: [out] page tables that this call copied: what it cost
 *
 * PTES reports the leaf entries that are not empty, in order of address.
 * Entries next to each other fold into one record when they are in the same
 * VMA, on the same level, have equal bits, and lie next to each other in
 * physical memory or swap too; for who may not see that, equal bits are
 * enough.  With VMLAB_PTES_TABLES an entry that points to a table comes before
 * the contents of that table, once, and is subject to the filter as well.
 *
 * PAGES reports pages, one record each: a huge leaf gives many.
 *
 * EINVAL  @start or @end is not a multiple of the page size, @end is not above
 *         @start, @cursor is not from an earlier call, or a mask has unknown
 *         bits
 */
struct vmlab_ptes {
	__u32 size;
	__u32 flags;
	struct vmlab_target target;
	__u64 start;
	__u64 end;
	__u64 cursor;
	__u64 category_inverted;
	__u64 category_mask;
	__u64 category_anyof_mask;
	__u64 return_mask;
	__u64 records;
	__u32 nr;
	__u32 result;
	__u64 tables_read;
};

#define VMLAB_IOC_PTES		_IO(VMLAB_IOC_MAGIC, 0x40)

/* vmlab_page.flags */
#define VMLAB_PAGE_FRAME	(1u << 0) /* there is a frame: @pfn */
#define VMLAB_PAGE_STRUCT	(1u << 1) /* it has a struct page: the rest is valid */
#define VMLAB_PAGE_STABLE	(1u << 2) /* which was held meanwhile: no torn values */

/**
 * struct vmlab_page - one page of an address space and its frame
 * @addr: its address
 * @entry_flags: VMLAB_PTE_* of the entry that maps it
 * @pfn: page frame number
 * @head_pfn: first frame of the folio that the frame belongs to
 * @page_flags: KPF_* bits as in /proc/kpageflags, see linux/kernel-page-flags.h
 * @swap_offset: page slot in the swap area, with VMLAB_PTE_SWAP
 * @mapcount: page table entries that map the frame, as in /proc/kpagecount
 * @refcount: references to the folio, without the one taken to read this
 * @flags: VMLAB_PAGE_*
 * @order: log2 of the pages in the folio
 * @level: of the entry
 * @swap_type: number of the swap area
 * @reserved: zero
 */
struct vmlab_page {
	__u64 addr;
	__u64 entry_flags;
	__u64 pfn;
	__u64 head_pfn;
	__u64 page_flags;
	__u64 swap_offset;
	__u32 mapcount;
	__u32 refcount;
	__u32 flags;
	__u8 order;
	__u8 level;
	__u8 swap_type;
	__u8 reserved;
};

#define VMLAB_IOC_PAGES		_IO(VMLAB_IOC_MAGIC, 0x41)

#define VMLAB_PT_LEVELS_MAX	5

/* vmlab_translation.outcome: how the walk ended */
#define VMLAB_WALK_MAPPED	0	/* at a frame: @phys */
#define VMLAB_WALK_NO_VMA	1	/* no VMA, so no table is looked at: SIGSEGV */
#define VMLAB_WALK_NONE		2	/* at an empty entry: never touched, or dropped */
#define VMLAB_WALK_PROTNONE	3	/* at a frame that the CPU may not access */
#define VMLAB_WALK_SWAP		4	/* the page is in swap */
#define VMLAB_WALK_MIGRATION	5	/* the frame is being moved */
#define VMLAB_WALK_DEVICE	6	/* the page belongs to a device */
#define VMLAB_WALK_HWPOISON	7	/* the frame is broken */
#define VMLAB_WALK_MARKER	8	/* a marker: see the bits of the last step */

/* vmlab_translation.access, .vma_access */
#define VMLAB_ACCESS_READ	(1u << 0)
#define VMLAB_ACCESS_WRITE	(1u << 1)
#define VMLAB_ACCESS_EXEC	(1u << 2)

/**
 * struct vmlab_walk_step - one level of a translation
 * @table: physical address of the table
 * @raw: the entry
 * @flags: VMLAB_PTE_* bits of it
 * @phys: physical address that the entry holds
 * @index: of the entry in the table: bits @shift to @shift + 8 of the address
 * @level: see above
 * @shift: log2 of the bytes that one entry covers
 * @reserved: zero
 */
struct vmlab_walk_step {
	__u64 table;
	__u64 raw;
	__u64 flags;
	__u64 phys;
	__u16 index;
	__u8 level;
	__u8 shift;
	__u32 reserved;
};

/**
 * struct vmlab_translation - VMLAB_IOC_TRANSLATE: one address, step by step
 * @size: set by the caller
 * @flags: must be zero
 * @target: [in] whose
 * @addr: [in] any user address
 * @result: VMLAB_PT_HIDDEN
 * @outcome: VMLAB_WALK_*
 * @levels: members of @step: @index, @level and @shift are valid in all
 * @steps: of these, how many were walked: the last is where the walk ended
 * @access: VMLAB_ACCESS_* that the page tables allow user mode as they are
 * @vma_access: what the VMA allows: faults may follow, but no SIGSEGV
 * @pkey: protection key, see pkeys(7)
 * @swap_type: number of the swap area
 * @reserved: zero
 * @phys: the physical address of @addr, with VMLAB_WALK_MAPPED and _PROTNONE
 * @swap_offset: page slot in the swap area, with VMLAB_WALK_SWAP
 * @vma_start: start of the VMA, as in struct vmlab_vma; zero without, as are
 *	the next three
 * @vma_end: its end
 * @vm_flags: its flags
 * @vma_pgoff: its offset, pages
 * @step: from the PGD down
 *
 * All but @size, @flags, @target and @addr is output and ignored on input.
 * EINVAL  @addr is not in the user half of the address space
 */
struct vmlab_translation {
	__u32 size;
	__u32 flags;
	struct vmlab_target target;
	__u64 addr;
	__u32 result;
	__u32 outcome;
	__u8 levels;
	__u8 steps;
	__u8 access;
	__u8 vma_access;
	__u8 pkey;
	__u8 swap_type;
	__u16 reserved;
	__u64 phys;
	__u64 swap_offset;
	__u64 vma_start;
	__u64 vma_end;
	__u64 vm_flags;
	__u64 vma_pgoff;
	struct vmlab_walk_step step[VMLAB_PT_LEVELS_MAX];
};

#define VMLAB_IOC_TRANSLATE	_IO(VMLAB_IOC_MAGIC, 0x42)

/**
 * struct vmlab_pgtable_level - what there is on one level
 * @tables: page tables; the highest level has one, of which only the user half
 *	is counted below
 * @bytes: memory that the tables take
 * @none: empty entries
 * @table: entries that point to a table of the next level
 * @leaf: entries that map a frame of 1 << @shift bytes
 * @other: entries that are neither: swap, migration, markers
 * @shift: log2 of the bytes that one entry covers
 * @reserved: zero
 */
struct vmlab_pgtable_level {
	__u64 tables;
	__u64 bytes;
	__u64 none;
	__u64 table;
	__u64 leaf;
	__u64 other;
	__u32 shift;
	__u32 reserved;
};

/**
 * struct vmlab_pgtable_totals - VMLAB_IOC_PGTABLE_TOTALS: page tables in sum
 * @size: set by the caller
 * @flags: must be zero
 * @target: [in] whose
 * @levels: levels in use
 * @reserved: must be zero
 * @deposited: PTE tables put aside, one for each huge page in anonymous memory,
 *	so that it can always be split; no address leads to them
 * @bytes: memory of the tables of levels 1 to 3 and of the deposited ones.
 *	While the target is quiet it equals @kernel_bytes, unless it has an LDT
 *	(modify_ldt(2)): those tables lie outside the user half
 * @kernel_bytes: what the kernel has counted: VmPTE
 * @tables_read: page tables that were copied: what the request cost
 * @level: [0] is level 1
 */
struct vmlab_pgtable_totals {
	__u32 size;
	__u32 flags;
	struct vmlab_target target;
	__u32 levels;
	__u32 reserved;
	__u64 deposited;
	__u64 bytes;
	__u64 kernel_bytes;
	__u64 tables_read;
	struct vmlab_pgtable_level level[VMLAB_PT_LEVELS_MAX];
};

#define VMLAB_IOC_PGTABLE_TOTALS _IO(VMLAB_IOC_MAGIC, 0x43)

/* --- introspection: the maple tree, gaps, lookup, the kernel half --------- */

#define VMLAB_TREE_LEVELS	32	/* more than any tree has */

/* vmlab_tree_item.kind: a node by its type, or what a slot of a leaf holds */
#define VMLAB_TREE_DENSE	0	/* node: one slot an index */
#define VMLAB_TREE_LEAF_64	1	/* node: leaf of ranges */
#define VMLAB_TREE_RANGE_64	2	/* node: ranges, without gap sizes */
#define VMLAB_TREE_ARANGE_64	3	/* node: ranges, with gap sizes */
#define VMLAB_TREE_UNKNOWN	15	/* node: of a type unknown to the module */
#define VMLAB_TREE_ENTRY	16	/* an entry: in an mm's tree, one VMA */
#define VMLAB_TREE_GAP		17	/* no entry: free */
#define VMLAB_TREE_RESERVED	18	/* a mark of the kernel, not an entry */

/* vmlab_tree_item.flags */
#define VMLAB_TREE_IMPLIED	(1u << 0) /* no pivot is stored: @last is the node's */
#define VMLAB_TREE_HAS_GAP	(1u << 1) /* @gap is stored in the parent, or of the root */
#define VMLAB_TREE_HAS_GAP_SLOT	(1u << 2) /* @gap_slot is stored in the node */
#define VMLAB_TREE_AGAIN	(1u << 3) /* an ancestor that an earlier call reported */

/**
 * struct vmlab_tree_item - one node of the tree, or one slot of a leaf
 * @first: first index that it covers; an index is an address
 * @last: last index that it covers, the pivot of the slot in the parent
 * @gap: largest run of free indices below this node
 * @id: a node's number, counted from 1 in the order of the dump; 0 for the
 *	content of a slot
 * @parent: @id of the parent, 0 at the top
 * @kind: VMLAB_TREE_*
 * @level: 0 for the root, one more for each step down
 * @slot: index in the parent
 * @used: for a node, slots in use
 * @slots: for a node, slots that its type has
 * @gap_slot: for a node, the slot with the largest gap
 * @flags: VMLAB_TREE_*
 *
 * A tree without nodes has its one entry, or nothing, in the root itself: its
 * items are on level 0 and have no parent.
 */
struct vmlab_tree_item {
	__u64 first;
	__u64 last;
	__u64 gap;
	__u32 id;
	__u32 parent;
	__u8 kind;
	__u8 level;
	__u8 slot;
	__u8 used;
	__u8 slots;
	__u8 gap_slot;
	__u16 flags;
};

/**
 * struct vmlab_tree_cursor - how far a dump has come
 * @first: where the first item starts that was not reported yet
 * @level: its level
 * @next_id: the next number of a node; 0 at the start
 * @generation: that of the tree at the last call
 * @path: numbers of the nodes from the root down to @first
 *
 * All zero to start; pass it back unchanged to go on.
 */
struct vmlab_tree_cursor {
	__u64 first;
	__u32 level;
	__u32 next_id;
	__u64 generation;
	__u32 path[VMLAB_TREE_LEVELS];
};

/* vmlab_tree.flags and vmlab_tree_stats.flags */
#define VMLAB_TREE_CHANGED	(1u << 0) /* perhaps changed between batches */
#define VMLAB_TREE_NO_GENERATION (1u << 1) /* this kernel counts no changes */

/**
 * struct vmlab_tree - VMLAB_IOC_TREE: the maple tree that holds the VMAs
 * @size: set by the caller
 * @flags: [out] VMLAB_TREE_CHANGED or _NO_GENERATION; must be zero on input
 * @target: [in] whose
 * @cursor: [in, out] see struct vmlab_tree_cursor
 * @items: [in] pointer to an array of struct vmlab_tree_item
 * @nr: [in] records that @items has room for, at least VMLAB_TREE_NR_MIN
 *	[out] records filled; 0 at the end
 * @map_count: [out] VMAs that the mm has
 * @depth: [out] levels of nodes, 0 for a tree without nodes
 * @reserved: must be zero
 *
 * Items come depth first, so that those of one node are in ascending order
 * and every node comes before what is below it.
 *
 * Each call sees the tree as it is at one moment.  Without VMLAB_TREE_CHANGED
 * in any call the whole dump is of one moment: between the calls, mmap_lock
 * was never taken for writing.  With it, the items before and after may be of
 * different trees; the call then begins with the ancestors of the first new
 * item, marked VMLAB_TREE_AGAIN and with new ids, so that every parent is
 * one that belongs to the same moment.  A kernel without per-VMA locks (before
 * 6.4) counts no changes: there, each call but the first has this flag.
 */
struct vmlab_tree {
	__u32 size;
	__u32 flags;
	struct vmlab_target target;
	struct vmlab_tree_cursor cursor;
	__u64 items;
	__u32 nr;
	__u32 map_count;
	__u32 depth;
	__u32 reserved;
};

#define VMLAB_TREE_NR_MIN	64

#define VMLAB_IOC_TREE		_IO(VMLAB_IOC_MAGIC, 0x30)

/**
 * struct vmlab_tree_level - all nodes of one level
 * @nodes: how many
 * @used: slots in use
 * @slots: slots that they have
 */
struct vmlab_tree_level {
	__u64 nodes;
	__u64 used;
	__u64 slots;
};

/**
 * struct vmlab_tree_stats - VMLAB_IOC_TREE_STATS: totals of the maple tree
 * @size: set by the caller
 * @flags: [out] VMLAB_TREE_CHANGED or _NO_GENERATION; must be zero on input
 * @target: [in] whose
 * @depth: levels of nodes
 * @node_bytes: size of one node
 * @nodes: nodes on all levels
 * @bytes: what they occupy
 * @entries: entries: VMAs
 * @gaps: free ranges between, below and above them; the one at the top goes
 *	up to the last index there is
 * @level: by level, the root's first
 */
struct vmlab_tree_stats {
	__u32 size;
	__u32 flags;
	struct vmlab_target target;
	__u32 depth;
	__u32 node_bytes;
	__u64 nodes;
	__u64 bytes;
	__u64 entries;
	__u64 gaps;
	struct vmlab_tree_level level[VMLAB_TREE_LEVELS];
};

#define VMLAB_IOC_TREE_STATS	_IO(VMLAB_IOC_MAGIC, 0x31)

/* indices of vmlab_find.vma; bit n of vmlab_find.found says that it is there */
#define VMLAB_FIND_VMA		0	/* find_vma(): the first that ends above @start */
#define VMLAB_FIND_INTERSECTION	1	/* the first that has a byte in [@start, @end) */
#define VMLAB_FIND_PREV		2	/* the last that ends at or below @start */
#define VMLAB_FIND_NEXT		3	/* the first that starts at or above @end */
#define VMLAB_FIND_NR		4

/**
 * struct vmlab_find - VMLAB_IOC_FIND: look up an address or a range
 * @size: set by the caller
 * @flags: must be zero
 * @target: [in] whose
 * @start: [in] the address
 * @end: [in] end of the range, above @start; 0 means @start + 1
 * @strings: [in] pointer to room for names, or 0 for none
 * @strings_size: [in] bytes at @strings; VMLAB_FIND_STRINGS_MIN is enough for
 *	any names
 *	[out] bytes used
 * @found: [out] bit VMLAB_FIND_x is set when @vma[VMLAB_FIND_x] is there
 * @gap_start: [out] the gap that @start lies in; 0 when it lies in a VMA, or
 *	not below the end of the user half
 * @gap_end: [out] where that gap ends; 0 likewise
 * @depth: [out] levels of nodes of the tree
 * @nodes: [out] nodes visited from the root to the leaf that covers @start
 * @pivots: [out] pivots compared on that way, by the linear search that the
 *	kernel does in each node
 * @map_count: [out] VMAs that the mm has
 * @vma: [out] the answers, with names in @strings; all zero when not found
 *
 *   EINVAL  @end is not above @start
 *   ENOSPC  the names do not fit into @strings_size
 */
struct vmlab_find {
	__u32 size;
	__u32 flags;
	struct vmlab_target target;
	__u64 start;
	__u64 end;
	__u64 strings;
	__u32 strings_size;
	__u32 found;
	__u64 gap_start;
	__u64 gap_end;
	__u32 depth;
	__u32 nodes;
	__u32 pivots;
	__u32 map_count;
	struct vmlab_vma vma[VMLAB_FIND_NR];
};

#define VMLAB_FIND_STRINGS_MIN	(VMLAB_FIND_NR * VMLAB_STRINGS_MIN)

#define VMLAB_IOC_FIND		_IO(VMLAB_IOC_MAGIC, 0x32)

/**
 * struct vmlab_gap - a free range of addresses
 * @start: the range, bytes
 * @end: its end
 * @prev_start: start of the VMA below it, which ends at @start; 0 without one
 * @next_end: end of the VMA above it, which starts at @end; 0 without one
 * @guard: bytes below @end that mmap(2) leaves free for the growth of the
 *	stack above it
 */
struct vmlab_gap {
	__u64 start;
	__u64 end;
	__u64 prev_start;
	__u64 next_end;
	__u64 guard;
};

/* vmlab_gaps.flags, vmlab_free_area.result */
#define VMLAB_GUARD_ASSUMED	(1u << 0) /* guard gap not learnt, 256 pages assumed */

/**
 * struct vmlab_gaps - VMLAB_IOC_GAPS: the free ranges of the user half
 * @size: set by the caller
 * @flags: [out] VMLAB_GUARD_ASSUMED; must be zero on input
 * @target: [in] whose
 * @cursor: [in, out] report what is free from this address on: 0, or
 *	vm.mmap_min_addr (a sysctl that modules cannot read), to start;
 *	afterwards the end of the last one reported, fit for the next call
 * @end: [in] report what is free below this address; 0 for the whole user half
 * @gaps: [in] pointer to an array of struct vmlab_gap
 * @nr: [in] records that @gaps has room for, at least 1
 *	[out] records filled; 0 at the end
 * @map_count: [out] VMAs that the mm has
 *
 * A range that goes beyond @cursor or @end is cut off there.  Each call sees
 * the mm at one moment; between calls the target may change.
 */
struct vmlab_gaps {
	__u32 size;
	__u32 flags;
	struct vmlab_target target;
	__u64 cursor;
	__u64 end;
	__u64 gaps;
	__u32 nr;
	__u32 map_count;
};

#define VMLAB_IOC_GAPS		_IO(VMLAB_IOC_MAGIC, 0x33)

/**
 * struct vmlab_gap_stats - VMLAB_IOC_GAP_STATS: totals of the free ranges
 * @size: set by the caller
 * @flags: [out] VMLAB_TREE_CHANGED or _NO_GENERATION; must be zero on input
 * @target: [in] whose
 * @start: [in] count from this address on, as vmlab_gaps.cursor
 * @end: [in, out] and below this one; 0 for the end of the user half
 * @gaps: free ranges
 * @free: bytes in them
 * @largest_start: the largest; the lowest of several; 0 without any
 * @largest_end: where it ends
 * @map_count: VMAs that the mm has
 */
struct vmlab_gap_stats {
	__u32 size;
	__u32 flags;
	struct vmlab_target target;
	__u64 start;
	__u64 end;
	__u64 gaps;
	__u64 free;
	__u64 largest_start;
	__u64 largest_end;
	__u64 map_count;
};

#define VMLAB_IOC_GAP_STATS	_IO(VMLAB_IOC_MAGIC, 0x34)

/* vmlab_free_area.flags */
#define VMLAB_AREA_HIGH		(1u << 0) /* as with a hint above 47 bits, mmap(2) */

/* vmlab_free_area.result, beside VMLAB_GUARD_ASSUMED */
#define VMLAB_AREA_TOPDOWN	(1u << 1) /* searched from mmap_base down */
#define VMLAB_AREA_FALLBACK	(1u << 2) /* in vain: then from the bottom up */
#define VMLAB_AREA_THP		(1u << 3) /* placed for huge pages */

/**
 * struct vmlab_free_area - VMLAB_IOC_FREE_AREA: where would mmap(2) map?
 * @size: set by the caller
 * @flags: [in] VMLAB_AREA_HIGH
 * @result: [out] VMLAB_AREA_*, VMLAB_GUARD_ASSUMED; must be zero on input
 * @target: [in] whose
 * @length: [in] bytes, rounded up to pages
 * @alignment: [in] bytes, a power of two, not below a page.  0 asks for what
 *	mmap(NULL, @length, ..., MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) does,
 *	which newer kernels align for huge pages when @length is a multiple of
 *	one (Linux 6.7 and later).
 * @min_addr: [in] vm.mmap_min_addr, a sysctl that modules cannot read
 *	[out] the lowest address searched; 0 on input means the kernel's
 *	configured default
 * @address: [out] the answer
 * @low: [out] the range searched
 * @high: [out] where it ends
 * @guard_gap: [out] bytes kept free below a stack (stack_guard_gap=)
 * @reserved: must be zero
 *
 * Says where the search ends; limits (RLIMIT_AS, overcommit, map count) come
 * on top.
 *   EINVAL  @length is 0, @alignment is no such number
 *   ENOMEM  no free range is large enough
 */
struct vmlab_free_area {
	__u32 size;
	__u32 flags;
	struct vmlab_target target;
	__u32 result;
	__u32 reserved;
	__u64 length;
	__u64 alignment;
	__u64 min_addr;
	__u64 address;
	__u64 low;
	__u64 high;
	__u64 guard_gap;
};

#define VMLAB_IOC_FREE_AREA	_IO(VMLAB_IOC_MAGIC, 0x35)

/* vmlab_region.flags */
#define VMLAB_REGION_KERNEL	(1u << 0) /* in the kernel half */
#define VMLAB_REGION_RANDOM	(1u << 1) /* its base differs from boot to boot */
#define VMLAB_REGION_HIDDEN	(1u << 2) /* addresses are left out: not permitted */
#define VMLAB_REGION_HOLE	(1u << 3) /* nothing can be mapped there */

/**
 * struct vmlab_region - a region of the machine's virtual address space
 * @start: the first address
 * @last: the last address: the highest region has no end
 * @flags: VMLAB_REGION_*
 * @reserved: zero
 * @name: one word, NUL-terminated
 */
struct vmlab_region {
	__u64 start;
	__u64 last;
	__u32 flags;
	__u32 reserved;
	char name[24];
};

/**
 * struct vmlab_layout - VMLAB_IOC_LAYOUT: the regions of this boot
 * @size: set by the caller
 * @flags: must be zero
 * @regions: [in] pointer to an array of struct vmlab_region
 * @nr: [in] records that @regions has room for
 *	[out] regions there are; when more than there was room for, the rest
 *	was left out
 * @reserved: must be zero
 *
 * Regions are in ascending order and do not overlap.  The addresses of the
 * kernel half are hidden from callers without CAP_SYSLOG, whom the kernel
 * itself shows no addresses either (%pK, Documentation/admin-guide/sysctl/
 * kernel.rst, kptr_restrict).
 *   EOPNOTSUPP  not known for this architecture
 */
struct vmlab_layout {
	__u32 size;
	__u32 flags;
	__u64 regions;
	__u32 nr;
	__u32 reserved;
};

#define VMLAB_IOC_LAYOUT	_IO(VMLAB_IOC_MAGIC, 0x36)

/* --- paging: budget, policies, prefetch ---------------------------------- */

/*
 * PAGING_SET, BACKING, RANGE, DIRTY and INJECT_SET need a file that is open
 * for writing: EBADF.
 */

/* vmlab_paging.policy: who leaves when the budget is full */
#define VMLAB_POLICY_FIFO	0	/* the longest resident */
#define VMLAB_POLICY_CLOCK	1	/* second chance: a reference bit and a hand */
#define VMLAB_POLICY_LRU	2	/* the least recently used */
#define VMLAB_POLICY_LFU	3	/* the least used since resident, of those the oldest */
#define VMLAB_POLICY_RANDOM	4	/* any, by @seed */
#define VMLAB_POLICY_OPT	5	/* whose next access in @trace is the farthest */
#define VMLAB_POLICY_BPF	6	/* whom a program says, see VMLAB_IOC_POLICIES */

/* vmlab_paging.prefetch: what comes with a page that had to be filled */
#define VMLAB_PREFETCH_NONE	0	/* nothing */
#define VMLAB_PREFETCH_NEXT	1	/* the next @prefetch_pages */
#define VMLAB_PREFETCH_STRIDE	2	/* so many at the distance of the last two fills */
#define VMLAB_PREFETCH_WHOLE	3	/* the whole VMA, as far as the budget goes */

#define VMLAB_PREFETCH_MAX	1024	/* vmlab_paging.prefetch_pages */

/* vmlab_paging.flags */
#define VMLAB_PAGING_STEPPING	(1u << 0) /* every access of another page faults */
#define VMLAB_PAGING_AROUND	(1u << 1) /* a read maps what is resident after it */

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
 * @policy: VMLAB_POLICY_*.  VMLAB_POLICY_FIFO on GET after the program of
 *	VMLAB_POLICY_BPF was unloaded.
 * @policy_id: of VMLAB_POLICY_BPF: vmlab_policy_info.id; 0 with others
 * @seed: of VMLAB_POLICY_RANDOM
 * @trace: [in] pointer to the accesses to come, __u64 offsets in pages, for
 *	VMLAB_POLICY_OPT.  Zero on GET.
 * @nr_trace: [in] their number; 0 with other policies.  Zero on GET.
 * @prefetch: VMLAB_PREFETCH_*
 * @prefetch_pages: how many, 1 to VMLAB_PREFETCH_MAX; 0 with NONE and WHOLE.
 *	What comes early never waits: it is left out when it would have to.
 *
 * All can be changed while the space is mapped and in use.  The same policy
 * with the same seed goes on with what it knows, unless a trace comes with it
 * or the budget of VMLAB_POLICY_RANDOM grows; another starts with the resident
 * pages in the order in which they came.
 *
 * With VMLAB_PAGING_STEPPING a fault unmaps every frame but its own, so each
 * access to another page than the one before is seen: LRU, LFU, CLOCK and OPT
 * are exact then, for one thread in user space.  Accesses repeated on one page
 * count once.  While threads take turns, and for accesses by system calls,
 * nothing is unmapped, so that all go on.
 * Otherwise the policies see first accesses, and a sample of later ones.
 *
 * With VMLAB_PAGING_AROUND, which goes with VMLAB_PREFETCH_NEXT only, a read
 * fault also maps those of the next @prefetch_pages that are resident, so that
 * their accesses do not fault and are not seen.  It concerns mappings made
 * while it is set; they are VM_MIXEDMAP, and mlock(2) has no effect on them.
 * Not in stepping mode, and not with VMLAB_BACKING_PFN.
 *
 * VMLAB_IOC_PAGING_SET errors:
 *   EINVAL  unknown @flags, @policy or @prefetch, a trace without
 *           VMLAB_POLICY_OPT or the other way round, bad @prefetch_pages,
 *           VMLAB_PAGING_AROUND without VMLAB_PREFETCH_NEXT, @policy_id
 *           without VMLAB_POLICY_BPF
 *   ENOENT  no policy @policy_id is loaded
 *   EOPNOTSUPP  VMLAB_POLICY_BPF without VMLAB_FEAT_STRUCT_OPS
 *   E2BIG   @nr_trace is above VMLAB_TRACE_MAX
 *   EDQUOT  the traces of the user would exceed max_user_trace, see above; the
 *           copy counts as well while the request lasts
 *   ENOMEM  no memory for the policy
 *   others  what the program's init said
 *   EINTR   the caller was killed while frames were on their way out
 */
struct vmlab_paging {
	__u32 size;
	__u32 flags;
	__u64 budget;
	__u32 policy;
	__u32 policy_id;
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
 * @mapped_around: entries set because of VMLAB_PAGING_AROUND; whether such a
 *	page that came early is used is not known, it counts as neither
 * @shrunk: clean frames given back to the kernel under memory pressure
 * @written_back: pages written back to the file
 * @writeback_errors: pages that could not be; they stay dirty
 * @huge_filled: huge frames that came, of VMLAB_SPACE_HUGE
 * @huge_fallback: ... that could not, for want of memory or budget
 * @huge_evicted: ... that left again, to come back page by page
 * @refault_distance: evictions between a frame's own and its refault; bucket 0
 *	counts none, bucket n [2^(n-1), 2^n), the last all above
 * @policy_fallbacks: times that a program of VMLAB_POLICY_BPF named no page,
 *	or one that cannot leave, and FIFO decided instead
 * @policy_refused: requests of a program that were refused: for pages that are
 *	not resident, or outside the mapping, or for too many
 * @policy_lost: times that the program was unloaded while it was in charge
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
	__u64 mapped_around;
	__u64 shrunk;
	__u64 written_back;
	__u64 writeback_errors;
	__u64 huge_filled;
	__u64 huge_fallback;
	__u64 huge_evicted;
	__u64 refault_distance[VMLAB_DISTANCE_BUCKETS];
	__u64 policy_fallbacks;
	__u64 policy_refused;
	__u64 policy_lost;
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
 * struct vmlab_backing_config - VMLAB_IOC_BACKING: where contents come from
 * @size: set by the caller
 * @flags: must be zero
 * @backing: VMLAB_BACKING_*
 * @fd: VMLAB_BACKING_FILE: a regular file, open for reading and writing; the
 *	space opens it again, with the credentials that @fd was opened with, and
 *	keeps that open: what fcntl(2) does to @fd later has no effect.  Zero
 *	with others.
 * @offset: where in the file the space begins, a multiple of the page size.
 *	Zero with others.
 * @reserved: must be zero
 *
 * A file is read on demand, a page at a time, and written back by msync(2) and
 * fsync(2), which tell of errors as those of a file do; soon after dirty
 * frames were evicted; and when the last descriptor and mapping go, also when
 * a signal killed who had them.  A page that could not be written back stays
 * dirty for the next attempt.  The kernel writes with the credentials that @fd
 * was opened with, whoever calls msync(2), and the page cache that it fills is
 * charged to the memory cgroup that opened the space.  Where a file does not
 * answer, SIGKILL ends msync(2), fsync(2) and close(2), and a task that exits
 * waits for at most a second; the space is then written back in the background.  A touch beyond the end of the file is answered
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

/* --- injection: faults that fail, or take their time ---------------------- */

/* vmlab_inject_rule.access */
#define VMLAB_ACCESS_READ	(1u << 0)
#define VMLAB_ACCESS_WRITE	(1u << 1)
#define VMLAB_ACCESS_EXEC	(1u << 2)

/* vmlab_inject_rule.action */
#define VMLAB_INJECT_SIGBUS	0	/* SIGBUS, BUS_ADRERR */
#define VMLAB_INJECT_OOM	1	/* no memory: the kernel may try again, or kill */
#define VMLAB_INJECT_HWPOISON	2	/* SIGBUS, BUS_MCEERR_AR, as of bad memory */
#define VMLAB_INJECT_RETRY	3	/* drop the lock, fault again, once */
#define VMLAB_INJECT_DELAY	4	/* wait @delay_us, then go on */

#define VMLAB_INJECT_RULES_MAX	64
#define VMLAB_INJECT_DELAY_MAX	60000000u	/* a minute, microseconds */
#define VMLAB_INJECT_CERTAIN	1000000u

/**
 * struct vmlab_inject_rule - when to disturb a fault, and how
 * @start: byte in the space
 * @end: byte in the space, not covered; 0: the end of the space
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
 *   EPERM   VMLAB_INJECT_HWPOISON without CAP_SYS_ADMIN, as for MADV_HWPOISON
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
 * @tgid: process, in the pid namespace that VMLAB_IOC_EVENTS was called in;
 *	0 when it is not visible there, or the kernel itself
 * @tid: thread, likewise
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
 *   EDQUOT  the rings of the user would exceed max_user_events, see above
 *   ENOMEM  no memory
 * An event that cannot be copied to the buffer (EFAULT) is not lost.
 */
struct vmlab_events {
	__u32 size;
	__u32 flags;
	__u32 mask;
	__u32 nr;
};

#define VMLAB_IOC_EVENTS	_IO(VMLAB_IOC_MAGIC, 0x58)

/* --- policies in BPF ------------------------------------------------------- */

#define VMLAB_POLICY_NAME_MAX	16

/* vmlab_policy_info.flags */
#define VMLAB_POLICY_SAMPLES	(1u << 0) /* some accesses are made to be seen for it */

/**
 * struct vmlab_policy_info - a policy in BPF that is loaded
 * @id: for vmlab_paging.policy_id; not used again while the module is loaded
 * @flags: VMLAB_POLICY_SAMPLES
 * @spaces: spaces that it is in charge of, now
 * @name: NUL-terminated; one policy of a name can be loaded
 */
struct vmlab_policy_info {
	__u32 id;
	__u32 flags;
	__u64 spaces;
	char name[VMLAB_POLICY_NAME_MAX];
};

/**
 * struct vmlab_policies - VMLAB_IOC_POLICIES: the policies in BPF
 * @size: set by the caller
 * @flags: must be zero
 * @policies: [in] pointer to an array of struct vmlab_policy_info
 * @nr: [in] records that @policies has room for
 *	[out] policies there are; when more than there was room for, the rest
 *	was left out
 * @reserved: must be zero
 *
 * A policy is a BPF object with a struct_ops map of type vmlab_policy_ops; it
 * is loaded by who may load BPF programs, and chosen by any space.
 *   EOPNOTSUPP  without VMLAB_FEAT_STRUCT_OPS
 */
struct vmlab_policies {
	__u32 size;
	__u32 flags;
	__u64 policies;
	__u32 nr;
	__u32 reserved;
};

#define VMLAB_IOC_POLICIES	_IO(VMLAB_IOC_MAGIC, 0x59)

/**
 * struct vmlab_policy_set - VMLAB_IOC_POLICY_SET: another policy, nothing else
 * @size: set by the caller
 * @flags: must be zero
 * @space_id: 0: the space of the open file, which must be open for writing;
 *	another's (vmlab_space_config.space_id) needs CAP_SYS_ADMIN
 * @policy: VMLAB_POLICY_*, but not VMLAB_POLICY_OPT
 * @policy_id: as in struct vmlab_paging
 * @seed: as in struct vmlab_paging
 *
 *   EPERM   @space_id without CAP_SYS_ADMIN
 *   ESRCH   no space @space_id is open
 *   others  as of VMLAB_IOC_PAGING_SET
 */
struct vmlab_policy_set {
	__u32 size;
	__u32 flags;
	__u64 space_id;
	__u32 policy;
	__u32 policy_id;
	__u64 seed;
};

#define VMLAB_IOC_POLICY_SET	_IO(VMLAB_IOC_MAGIC, 0x5a)

#endif /* _UAPI_LINUX_VMLAB_H */
