/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The fields of kernel structures that the programs read.  libbpf replaces their
 * offsets by those of the running kernel, from its BTF.
 */
#ifndef VMLAB_KERNEL_TYPES_H
#define VMLAB_KERNEL_TYPES_H

#include <linux/types.h>
#include <stdbool.h>

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct super_block {
	__u32 s_dev;
	unsigned long s_magic;
};

struct timespec64 {
	__s64 tv_sec;
};

struct inode {
	struct super_block *i_sb;
	__u64 i_ino;
	__u32 i_rdev;
	__s64 i_size;
	__s64 i_mtime_sec; /* since Linux 6.11 */
};

struct inode___6_7 {
	struct timespec64 __i_mtime;
};

struct inode___6_1 {
	struct timespec64 i_mtime;
};

struct qstr {
	const unsigned char *name;
};

struct dentry {
	struct dentry *d_parent;
	struct inode *d_inode;
	struct qstr d_name;
};

struct vfsmount {
	struct dentry *mnt_root;
};

struct mount {
	struct mount *mnt_parent;
	struct dentry *mnt_mountpoint;
	struct vfsmount mnt;
};

struct path {
	struct vfsmount *mnt;
	struct dentry *dentry;
};

struct file {
	struct path f_path;
	struct inode *f_inode;
	__u32 f_mode;
};

struct backing_file {
	struct file file;
	struct path user_path;
};

struct seqcount {
	unsigned int sequence;
};

struct mm_struct {
	void *pgd;
	unsigned long start_brk;
	unsigned long brk;
	struct seqcount mm_lock_seq; /* since Linux 6.13 */
};

struct mm_struct___6_4 {
	int mm_lock_seq;
};

struct vm_operations_struct;

struct vm_area_struct {
	unsigned long vm_start;
	unsigned long vm_end;
	struct mm_struct *vm_mm;
	unsigned long vm_flags;
	unsigned long vm_pgoff;
	struct file *vm_file;
	const struct vm_operations_struct *vm_ops;
};

struct task_struct {
	int pid;
	int tgid;
	struct task_struct *group_leader;
	__u64 start_boottime;
	__u64 self_exec_id;
	unsigned long min_flt;
	unsigned long maj_flt;
	struct signal_struct *signal;
};

typedef struct {
	int counter;
} atomic_t;

struct signal_struct {
	atomic_t live;
};

struct pt_regs {
	unsigned long r15; /* the first member: see read_entry() */
	unsigned long ip;
};

struct vm_fault;

/* the member of the union in siginfo that a fault fills in */
struct sigfault {
	void *_addr;
};

union __sifields {
	struct sigfault _sigfault;
};

struct kernel_siginfo {
	int si_signo;
	int si_code;
	union __sifields _sifields;
};

enum fault_flag {
	FAULT_FLAG_WRITE,
	FAULT_FLAG_TRIED,
	FAULT_FLAG_USER,
	FAULT_FLAG_UNSHARE,
	FAULT_FLAG_VMA_LOCK,
};

enum vm_fault_reason {
	VM_FAULT_OOM,
	VM_FAULT_SIGBUS,
	VM_FAULT_HWPOISON,
	VM_FAULT_HWPOISON_LARGE,
	VM_FAULT_SIGSEGV,
	VM_FAULT_RETRY,
};

#pragma clang attribute pop

/* macros, which BTF does not have: the same in every supported kernel */
#define VM_READ		0x00000001ul
#define VM_WRITE	0x00000002ul
#define VM_EXEC		0x00000004ul
#define VM_SHARED	0x00000008ul
#define VM_GROWSDOWN	0x00000100ul
#define VM_PFNMAP	0x00000400ul
#define VM_IO		0x00004000ul
#define VM_HUGETLB	0x00400000ul
#define VM_MIXEDMAP	0x10000000ul

#endif /* VMLAB_KERNEL_TYPES_H */
