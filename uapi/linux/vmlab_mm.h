/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * The mm of a process: its totals, its tasks and its VMAs.
 *
 * A part of <linux/vmlab.h>, which states the rules for all requests: include
 * that one.
 */
#ifndef _UAPI_LINUX_VMLAB_MM_H
#define _UAPI_LINUX_VMLAB_MM_H

#ifndef _UAPI_LINUX_VMLAB_H
#error "include <linux/vmlab.h>"
#endif

/* vmlab_mm.flags */
#define VMLAB_MM_KTHREAD	(1u << 0) /* a kernel thread: it has no mm of its own */
#define VMLAB_MM_KTHREAD_USE_MM	(1u << 1) /* a kernel thread within kthread_use_mm() */
#define VMLAB_MM_BORROWS	(1u << 2) /* a kernel thread with an active_mm, see @active_pid */

/* indices of vmlab_mm.rss */
#define VMLAB_RSS_FILE		0
#define VMLAB_RSS_ANON		1
#define VMLAB_RSS_SWAP		2	/* swap entries: pages not resident */
#define VMLAB_RSS_SHMEM		3
#define VMLAB_RSS_NR		4

/**
 * struct vmlab_mm - VMLAB_IOC_MM: the struct mm_struct of one process
 * @size: set by the caller
 * @flags: [out] VMLAB_MM_*; must be zero on input
 * @target: [in] the process
 * @pid: the target's thread id in the caller's pid namespace
 * @tgid: the target's process id in that namespace
 * @active_pid: for a kernel thread that borrows an mm (lazy TLB): a process with
 *	that mm; 0 when no process has it: it is init_mm, or its process has
 *	exited
 * @comm: command name of the target
 * @reserved: must be zero
 * @active_comm: command name of @active_pid
 * @mm_users: mm_struct.mm_users: the threads, and tasks that read the mm now,
 *	without the reference that this request takes
 * @mm_count: mm_struct.mm_count: references to the structure; all @mm_users
 *	together count as 1
 * @map_count: number of VMAs
 * @task_size: end of the user half for this process
 * @mmap_base: address from which mmap(2) searches for free ranges
 * @start_code: start of the text of the executable
 * @end_code: end of the text
 * @start_data: start of the initialised data of the executable
 * @end_data: end of the initialised data
 * @start_brk: start of the heap, see brk(2)
 * @brk: end of the heap
 * @start_stack: bottom of the stack at execve(2)
 * @arg_start: start of the arguments that execve(2) placed on the stack
 * @arg_end: end of the arguments
 * @env_start: start of the environment that execve(2) placed on the stack
 * @env_end: end of the environment
 * @total_vm: pages mapped (VmSize)
 * @hiwater_vm: highest @total_vm (VmPeak), pages
 * @hiwater_rss: highest RSS (VmHWM), pages
 * @data_vm: private writable pages that are not stack (VmData)
 * @exec_vm: executable pages that are not writable (VmExe + VmLib)
 * @stack_vm: pages of stack (VmStk)
 * @locked_vm: pages locked by mlock(2) (VmLck)
 * @pinned_vm: pages pinned for long-term use by devices (VmPin)
 * @rss: resident pages by kind, VMLAB_RSS_*; exact sums of per-CPU counters
 * @pgtables_bytes: bytes of page tables below the PGD (VmPTE)
 * @hugetlb_pages: pages of hugetlbfs mappings, in units of the base page size
 * @def_flags: vm_flags of new mappings, see mlockall(2)
 *
 * The Vm names are those of proc_pid_status(5).  The request holds mmap_lock for
 * reading: the ranges and sizes are those of one moment, but for a process in
 * execve(2), which sets @start_code to @start_stack one after the other, without a
 * lock: for a moment @start_brk can be above @brk.  RSS and page table counters
 * change under mmap_lock while the target runs.  For a kernel thread all numbers
 * after @active_comm are zero.
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
 * @tgid: process id in that namespace
 * @comm: command name, NUL-terminated
 */
struct vmlab_task {
	__s32 tid;
	__s32 tgid;
	char comm[16];
};

/**
 * struct vmlab_tasks - VMLAB_IOC_TASKS: the tasks that share the target's mm
 * @size: set by the caller
 * @flags: must be zero
 * @target: [in] the process
 * @cursor: [in, out] 0 to start; pass it back unchanged to continue
 * @tasks: [in] pointer to an array of struct vmlab_task
 * @nr: [in] records that @tasks has room for, at least 1
 *	[out] records filled; 0 at the end
 * @reserved: must be zero
 *
 * Threads and vfork(2) children share an mm, other processes do not.  Tasks that
 * are not visible in the caller's pid namespace are left out.  Records are in
 * the order of thread ids: a task that exists all the while is listed once.
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
#define VMLAB_VMA_FILE		(1u << 0) /* maps a file: see @ino, @pgoff */
#define VMLAB_VMA_ANON_VMA	(1u << 1) /* has an anon_vma: it had anonymous pages */
#define VMLAB_VMA_HEAP		(1u << 2) /* the initial heap, [heap] */
#define VMLAB_VMA_STACK		(1u << 3) /* the initial stack, [stack] */
#define VMLAB_VMA_SPECIAL	(1u << 4) /* the kernel named it: [vdso], [vvar] */
#define VMLAB_VMA_ANON_NAME	(1u << 5) /* named by prctl(PR_SET_VMA_ANON_NAME) */
#define VMLAB_VMA_UFFD		(1u << 6) /* registered with a userfaultfd */
#define VMLAB_VMA_VMLAB		(1u << 7) /* maps /dev/vmlab */
#define VMLAB_VMA_NAME_CUT	(1u << 8) /* the names did not fit and were left out */

/**
 * struct vmlab_vma - one struct vm_area_struct
 * @start: first address
 * @end: end address
 * @pgoff: vm_pgoff: offset of @start in the file or in the anonymous object,
 *	pages
 * @vm_flags: vm_flags; VMLAB_IOC_FLAG_NAMES names the bits
 * @page_prot: vm_page_prot: protection bits of new page table entries
 * @ino: inode number, 0 without a file
 * @dev_major: major device number of the inode's file system
 * @dev_minor: its minor device number
 * @flags: VMLAB_VMA_*
 * @name_off: offset in vmlab_vmas.strings of the name, NUL-terminated: the
 *	path as in proc_pid_maps(5) but not escaped, [heap], [anon:x], or empty
 * @ops_off: offset in vmlab_vmas.strings of the symbol of vm_ops,
 *	NUL-terminated; empty for anonymous memory
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

/* vmlab_vmas.flags */
#define VMLAB_VMAS_NO_OPS	(1u << 0) /* no symbols: @ops_off is an empty string */

/**
 * struct vmlab_vmas - VMLAB_IOC_VMAS: VMAs in ascending order
 * @size: set by the caller
 * @flags: VMLAB_VMAS_*.  A module older than the flag fails with EINVAL
 * @target: [in] the process
 * @cursor: [in, out] report VMAs that end above this address: 0 to start; on
 *	return the end of the last VMA reported, for the next call
 * @end: [in] report VMAs that start below this address; 0 for all
 * @vmas: [in] pointer to an array of struct vmlab_vma
 * @strings: [in] pointer to room for names; 0 for none: no names are looked up,
 *	their offsets are 0, and no record is marked VMLAB_VMA_NAME_CUT
 * @nr: [in] records that @vmas has room for, at least 1
 *	[out] records filled; 0 at the end
 * @strings_size: [in] bytes at @strings.  A call ends before a VMA whose names
 *	do not fit any more; alone in a call, such a VMA is reported without
 *	names (VMLAB_VMA_NAME_CUT).  VMLAB_STRINGS_MIN holds the names of any VMA
 *	[out] bytes used
 * @map_count: [out] number of VMAs of the mm
 * @reserved: must be zero
 *
 * The VMAs of one call are those of one moment; between calls the target may
 * change them.  A VMA that does not change is reported exactly once.  A VMA that
 * grew across the cursor is reported again, with its @start below the cursor.
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

#endif /* _UAPI_LINUX_VMLAB_MM_H */
