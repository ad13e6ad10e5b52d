/* SPDX-License-Identifier: GPL-2.0 */
/* What faults.bpf.c counts, as it and its readers in user space see it. */
#ifndef VMLAB_FAULTS_H
#define VMLAB_FAULTS_H

#include <linux/types.h>

/*
 * Why a fault happened.  Every fault that the kernel adds to ru_minflt or
 * ru_majflt has exactly one kind.
 */
enum fault_kind {
	FAULT_ANON,		/* first write to anonymous memory */
	FAULT_ZERO,		/* first read of it: the zero page */
	FAULT_THP,		/* first write, answered with a huge page */
	FAULT_STACK,		/* a stack that grew by this fault */
	FAULT_FILE_READ,	/* a page of a file, to read or to execute */
	FAULT_FILE_WRITE,	/* write to a shared page of a file */
	FAULT_COW,		/* write that copied a page */
	FAULT_REUSE,		/* write to a page that nobody shares any more */
	FAULT_SWAP,		/* the page had been swapped out */
	FAULT_NUMA,		/* NUMA balancing wanted to know who uses the page */
	FAULT_MIGRATION,	/* the page was being moved */
	FAULT_HUGETLB,		/* a page of hugetlbfs */
	FAULT_VMLAB,		/* a page of /dev/vmlab */
	FAULT_UFFD,		/* a userfaultfd was asked */
	FAULT_SPECIAL,		/* vdso, vvar, memory of a device */
	FAULT_SPURIOUS,		/* somebody else had been faster */
	FAULT_UNSEEN,		/* counted by the kernel, missed by the programs */
	NR_FAULT_KINDS
};

/* who made the access */
enum fault_origin {
	ORIGIN_USER,		/* an instruction of the program */
	ORIGIN_KERNEL,		/* the kernel, copying from or to the program */
	ORIGIN_GUP,		/* the kernel, looking a page up: exec, O_DIRECT, ptrace */
	ORIGIN_UNSEEN,
	NR_FAULT_ORIGINS
};

/* how an attempt ended that the kernel did not count as a fault */
enum fault_failure {
	FAILURE_SIGBUS,
	FAILURE_SIGSEGV,
	FAILURE_OOM,
	FAILURE_HWPOISON,
	FAILURE_OTHER,
	NR_FAULT_FAILURES
};

/* what could not be recorded */
enum fault_lost {
	LOST_TASK,		/* no memory to follow a task: its faults are not seen */
	LOST_PROCESS,		/* the table of processes was full */
	LOST_VMA,		/* the table of VMAs was full */
	LOST_FILE,		/* the table of files was full: a name is missing */
	LOST_IP,		/* the table of instructions was full */
	LOST_STACK,		/* the table of stacks was full */
	LOST_SIGNAL,		/* the table of signals was full */
	LOST_WALK,		/* a page table could not be read: kind by VMA alone */
	NR_FAULT_LOST
};

enum { FAULT_MINOR, FAULT_MAJOR, NR_FAULT_SIZES };

/*
 * Latencies are counted in buckets: eight to every power of two, so a bucket
 * is at most an eighth as wide as the values in it.
 */
#define LATENCY_SUB_BITS	3
#define LATENCY_MAX_BITS	40 /* 18 minutes; longer ones go to the last bucket */
#define LATENCY_SLOTS		((LATENCY_MAX_BITS - LATENCY_SUB_BITS + 1) << LATENCY_SUB_BITS)

struct fault_totals {
	__u64 count[NR_FAULT_KINDS][NR_FAULT_SIZES];
	__u64 ns[NR_FAULT_KINDS];
	__u64 max_ns[NR_FAULT_KINDS];
	__u64 origin[NR_FAULT_ORIGINS][NR_FAULT_SIZES];
	__u64 retries;		/* attempts that had to be made again */
	__u64 failures[NR_FAULT_FAILURES];
	__u64 lost[NR_FAULT_LOST];
};

struct latency_histogram {
	__u64 slots[LATENCY_SLOTS];
};

#define FAULT_COMM_LEN 16

struct process_key {
	__u64 start_ns;		/* boot time when it started: pids come again */
	__u32 tgid;
	__u32 pad;
};

struct process_stat {
	__u64 count[NR_FAULT_KINDS][NR_FAULT_SIZES];
	__u64 ns;
	__u32 exec_id;
	__u32 exited;		/* its last thread is gone */
	char comm[FAULT_COMM_LEN];
};

struct file_key {
	__u64 ino;
	__u32 dev;		/* as the kernel writes it: major << 20 | minor */
	__u32 pad;
};

#define FILE_PATH_SIZE	1024
#define FILE_NAME_SIZE	256

/* the names from the file up to the root, each ended by a zero byte */
struct file_path {
	__u32 len;
	__u32 rootless;		/* a memfd and the like: one name, no directories */
	char names[FILE_PATH_SIZE];
};

/* anonymous VMAs that have a name */
enum vma_class { VMA_CLASS_OTHER, VMA_CLASS_HEAP, VMA_CLASS_STACK, VMA_CLASS_SPECIAL };

struct vma_key {
	struct file_key file;	/* zero for anonymous memory */
	__u64 start;		/* zero for heap and stack, which grow */
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
	__u32 stack_limit;	/* the stack was refused this address */
	__u32 pad;
};

#endif /* VMLAB_FAULTS_H */
