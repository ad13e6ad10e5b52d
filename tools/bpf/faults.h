/* SPDX-License-Identifier: GPL-2.0 */
/* Keys and values of the maps that faults.bpf.c shares with user space. */
#ifndef VMLAB_FAULTS_H
#define VMLAB_FAULTS_H

#include <linux/types.h>

/*
 * The cause of a fault.  Every fault that the kernel adds to ru_minflt or
 * ru_majflt has exactly one kind.
 */
enum fault_kind {
	FAULT_ANON,		/* first write to anonymous memory */
	FAULT_ZERO,		/* first read of it: the zero page */
	FAULT_THP,		/* first write that mapped a huge page */
	FAULT_STACK,		/* first access to a page that a stack grew to */
	FAULT_FILE_READ,	/* a page of a file, to read or to execute */
	FAULT_FILE_WRITE,	/* write to a shared page of a file */
	FAULT_COW,		/* write that copied a page */
	FAULT_REUSE,		/* write to a page with one user left: no copy */
	FAULT_SWAP,		/* the page had been swapped out */
	FAULT_NUMA,		/* hint of NUMA balancing */
	FAULT_MIGRATION,	/* the page was being migrated */
	FAULT_HUGETLB,		/* a page of hugetlbfs */
	FAULT_VMLAB,		/* a page of /dev/vmlab */
	FAULT_UFFD,		/* a userfaultfd handled it */
	FAULT_SPECIAL,		/* vdso, vvar, memory of a device */
	FAULT_SPURIOUS,		/* another thread had mapped the page already */
	FAULT_UNSEEN,		/* counted by the kernel, missed by the programs */
	NR_FAULT_KINDS
};

/* what made the access */
enum fault_origin {
	ORIGIN_USER,		/* an instruction of the program */
	ORIGIN_KERNEL,		/* the kernel, while copying from or to the process */
	ORIGIN_GUP,		/* get_user_pages(): exec, O_DIRECT, ptrace */
	ORIGIN_UNSEEN,
	NR_FAULT_ORIGINS
};

/* the outcome of an attempt that the kernel did not count */
enum fault_failure {
	FAILURE_SIGBUS,
	FAILURE_SIGSEGV,
	FAILURE_OOM,
	FAILURE_HWPOISON,
	FAILURE_OTHER,
	NR_FAULT_FAILURES
};

/* records that did not fit */
enum fault_lost {
	LOST_TASK,		/* no memory to follow a task: its faults are missing */
	LOST_PROCESS,		/* the table of processes was full */
	LOST_VMA,		/* the table of VMAs was full */
	LOST_FILE,		/* the table of files was full: a name is missing */
	LOST_IP,		/* the table of instructions was full */
	LOST_STACK,		/* the table of stacks was full */
	LOST_SIGNAL,		/* the table of signals was full */
	LOST_WALK,		/* unreadable page table: kind judged by the VMA alone */
	NR_FAULT_LOST
};

enum { FAULT_MINOR, FAULT_MAJOR, NR_FAULT_SIZES };

/*
 * Latencies are counted in buckets, eight to every power of two: a bucket is at
 * most an eighth as wide as the values in it.
 */
#define LATENCY_SUB_BITS	3
#define LATENCY_MAX_BITS	40 /* 18 minutes; longer ones go to the last bucket */
#define LATENCY_SLOTS		((LATENCY_MAX_BITS - LATENCY_SUB_BITS + 1) << LATENCY_SUB_BITS)

/* Return the bucket of a latency. */
static inline __u32 latency_slot(__u64 ns)
{
	__u32 top = 0;
	__u64 n = ns;

	if (ns < 1 << LATENCY_SUB_BITS)
		return (__u32)ns;
	if (ns >> LATENCY_MAX_BITS)
		return LATENCY_SLOTS - 1;
#ifdef __bpf__
#pragma unroll
#endif
	for (__u32 bits = 32; bits; bits /= 2) {
		if (n >> bits) {
			n >>= bits;
			top += bits;
		}
	}
	return ((top - LATENCY_SUB_BITS + 1) << LATENCY_SUB_BITS) +
	       ((__u32)(ns >> (top - LATENCY_SUB_BITS)) &
		((1 << LATENCY_SUB_BITS) - 1));
}

/*
 * The buckets of the usual latencies are in a table: element i has that of
 * LATENCY_TABLE_MIN + i * LATENCY_TABLE_STEP ns and of the times up to the next
 * step.  No bucket of these is narrower than a step.
 */
#define LATENCY_TABLE_STEP	64
#define LATENCY_TABLE_MIN	(LATENCY_TABLE_STEP << LATENCY_SUB_BITS)
#define LATENCY_TABLE_SIZE	504

struct latency_histogram {
	__u64 slots[LATENCY_SLOTS];
};

/* the faults of one kind */
struct kind_stat {
	__u64 count[NR_FAULT_ORIGINS][NR_FAULT_SIZES];
	__u64 ns;
	__u64 max_ns;
	struct latency_histogram latency;
};

/* what is not counted by kind */
struct fault_attempts {
	__u64 retries;		/* attempts that returned VM_FAULT_RETRY */
	__u64 failures[NR_FAULT_FAILURES];
	__u64 untimed;		/* faults whose return no program saw */
	__u64 lost[NR_FAULT_LOST];
};

#define FAULT_COMM_LEN 16

struct process_key {
	__u64 start_ns;		/* start, on the boot clock: tells reused pids apart */
	__u32 tgid;
	__u32 pad;
};

struct process_stat {
	struct process_key key;	/* zero when the element is unused */
	__u64 count[NR_FAULT_KINDS][NR_FAULT_SIZES];
	__u64 ns;
	__u32 exec_id;
	__u32 exited;		/* its last thread has exited */
	char comm[FAULT_COMM_LEN];
};

struct file_key {
	__u64 ino;
	__u32 dev;		/* in the kernel's encoding: major << 20 | minor */
	__u32 pad;
};

#define FILE_PATH_SIZE	1024
#define FILE_NAME_SIZE	256

/* the names from the file up to the root, each with a terminating zero byte */
struct file_path {
	__u32 len;
	__u32 rootless;		/* a memfd or the like: one name, no directories */
	__s64 size;		/* with mtime, to recognize the file */
	__s64 mtime;		/* s */
	char names[FILE_PATH_SIZE];
};

/* anonymous VMAs that have a name */
enum vma_class { VMA_CLASS_OTHER, VMA_CLASS_HEAP, VMA_CLASS_STACK, VMA_CLASS_SPECIAL };

struct vma_key {
	struct file_key file;	/* zero for anonymous memory */
	__u64 start;		/* zero for heap and stack: these grow */
	__u32 tgid;
	__u32 exec_id;
	__u32 class;
	__u32 pad;
};

struct vma_stat {
	__u64 count[NR_FAULT_SIZES];
	__u64 ns;
	__u64 start, end;	/* the widest seen */
	__u64 pgoff;
	__u64 flags;
	__u32 kinds;		/* bits */
	__u32 pad;
};

struct ip_key {
	__u64 ip;
	__u32 tgid;
	__u32 exec_id;
};

struct ip_stat {
	__u64 count[NR_FAULT_SIZES];
	__u64 ns;
	__u64 offset;		/* in the file */
	struct file_key file;
	__u32 known;		/* file and offset are valid */
	__u32 kinds;
};

struct stack_key {
	__u32 tgid;
	__u32 exec_id;
	__u32 kind;
	__s32 stack;
};

struct stack_stat {
	__u64 count[NR_FAULT_SIZES];
	__u64 ns;
	char comm[FAULT_COMM_LEN];
};

#define MAX_FAULT_STACK	64
#define NO_FAULT_STACK	(-1)

struct signal_key {
	__u64 address;
	__u64 ip;
	__u32 tgid;
	__u32 exec_id;
	__s32 signal;
	__s32 code;		/* SEGV_MAPERR and so on */
	__u32 stack_limit;	/* the kernel refused to grow the stack to it */
	__u32 pad;
};

#endif /* VMLAB_FAULTS_H */
