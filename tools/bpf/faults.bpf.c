// SPDX-License-Identifier: GPL-2.0
/*
 * Page faults of processes, counted as the kernel counts them.
 *
 * handle_mm_fault() is the one place where min_flt and maj_flt of a task grow,
 * by one for each fault that is completed, always of the current task.  The
 * programs at its entry and its return add up by how much they have grown:
 * totals are those of getrusage(2) by construction.
 *
 * The kernel skips a program that is already running on the CPU: when a task is
 * preempted in it, it is skipped for all others until that task goes on.  So
 * there are two COPIES of both: the second does the work when the first did not.  Growth
 * that none of them saw is found at the task's next fault or at its exit, and
 * counted as "unseen".
 *
 * Everything is aggregated in maps; what does not fit is counted.
 */
#include <linux/bpf.h>

#include "kernel_types.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "faults.h"
#include "pagewalk.h"

char LICENSE[] SEC("license") = "GPL";

#define PAGE_MASK   (~4095ull)
#define TMPFS_MAGIC 0x01021994
#define EFAULT	    14
#define SIGBUS_NR   7
#define SIGSEGV_NR  11

/* set before loading */
const volatile bool everybody = false; /* every process is a target */
const volatile bool follow = false; /* children of targets are targets */
const volatile __u32 spawner = 0; /* children of this process are targets */
const volatile __u32 vmlab_dev = 0; /* of /dev/vmlab, 0 without one */
const volatile bool by_vma = false;
const volatile bool by_ip = false;
const volatile bool by_stack = false;

/* nothing is counted before every program is attached */
bool armed;

/* a task that is followed, and the fault it is in */
struct task_state {
	unsigned long seen[NR_FAULT_SIZES]; /* min_flt, maj_flt at the last look */
	struct process_key process;
	bool in_fault;
	bool again; /* the last attempt returned VM_FAULT_RETRY */
	bool uffd;
	bool write;
	bool anon; /* the VMA is anonymous */
	bool tmpfs;
	__u32 flags; /* FAULT_FLAG_* of the last attempt */
	__u32 kind;
	__u32 origin;
	__u64 address;
	__u64 begin_ns;
	__u64 pfn_before; /* what a write-protected entry mapped, or 0 */
	__u64 stack_grown; /* page that the stack has just grown to */
	__u64 stack_refused; /* address that it was not allowed to grow to */
	const void *pgd;
	struct vma_key vma;
	__u64 vma_start, vma_end, vma_pgoff, vma_flags;
};

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct task_state);
} tasks SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, __u32);
} targets SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct fault_totals);
} totals SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, NR_FAULT_KINDS);
	__type(key, __u32);
	__type(value, struct latency_histogram);
} latency SEC(".maps");

#define TABLE(name, key_type, value_type, size)       \
	struct {                                      \
		__uint(type, BPF_MAP_TYPE_HASH);      \
		__uint(map_flags, BPF_F_NO_PREALLOC); \
		__uint(max_entries, size);            \
		__type(key, key_type);                \
		__type(value, value_type);            \
	} name SEC(".maps")

TABLE(processes, struct process_key, struct process_stat, 16384);
TABLE(vmas, struct vma_key, struct vma_stat, 65536);
TABLE(files, struct file_key, struct file_path, 8192);
TABLE(ips, struct ip_key, struct ip_stat, 131072);
TABLE(stacks, struct stack_key, struct stack_stat, 65536);
TABLE(signals, struct signal_key, __u64, 4096);

struct {
	__uint(type, BPF_MAP_TYPE_STACK_TRACE);
	__uint(max_entries, 32768);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, MAX_FAULT_STACK * sizeof(__u64));
} stack_traces SEC(".maps");

/* every program has room of its own: they preempt each other, but not themselves */
#define COPIES 2
enum room {
	ROOM_BEGIN,
	ROOM_END = ROOM_BEGIN + COPIES,
	ROOM_SIGNAL = ROOM_END + COPIES,
	NR_ROOMS
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, NR_ROOMS);
	__type(key, __u32);
	__type(value, struct file_path);
} path_buffer SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, NR_ROOMS);
	__type(key, __u32);
	__type(value, __u64[MAX_FAULT_STACK]);
} stack_buffer SEC(".maps");

static const struct process_stat no_process;
static const struct vma_stat no_vma;
static const struct ip_stat no_ip;
static const struct stack_stat no_stack;

static __always_inline void add(__u64 *counter, __u64 n)
{
	__sync_fetch_and_add(counter, n);
}

/*
 * An element of an array; beyond its end, which never happens, the last.  In
 * assembly, since the compiler moves its own checks to where the verifier does
 * not see that they belong to the access.
 */
#define element(array, index)                                                \
	({                                                                   \
		__u64 __i = (index);                                         \
									     \
		asm volatile("if %0 <= %1 goto +1\n%0 = %1\n"                \
			     : "+r"(__i)                                     \
			     : "i"(sizeof(array) / sizeof((array)[0]) - 1)); \
		&(array)[__i];                                               \
	})

/* the growth of min_flt and maj_flt */
static __always_inline void add_pair(__u64 (*pair)[NR_FAULT_SIZES],
				     const __u64 *delta)
{
	add(&(*pair)[FAULT_MINOR], delta[FAULT_MINOR]);
	add(&(*pair)[FAULT_MAJOR], delta[FAULT_MAJOR]);
}

static __always_inline struct fault_totals *my_totals(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&totals, &zero);
}

static __always_inline void lost(enum fault_lost what)
{
	struct fault_totals *t = my_totals();

	if (t)
		add(&t->lost[what], 1);
}

/*
 * Look up, or insert, an entry of a table.  The insertion may lose a race: the
 * second look finds the winner's entry, or the table is full.
 */
static __always_inline void *find_or_add(void *map, const void *key,
					 const void *empty,
					 enum fault_lost what)
{
	void *v = bpf_map_lookup_elem(map, key);

	if (!v) {
		bpf_map_update_elem(map, key, empty, BPF_NOEXIST);
		v = bpf_map_lookup_elem(map, key);
		if (!v)
			lost(what);
	}
	return v;
}

/* --- who is followed ------------------------------------------------------- */

static __always_inline struct task_state *follow_task(struct task_struct *task)
{
	struct task_state *st;

	st = bpf_task_storage_get(&tasks, task, NULL,
				  BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!st) {
		lost(LOST_TASK);
		return NULL;
	}
	st->seen[FAULT_MINOR] = task->min_flt;
	st->seen[FAULT_MAJOR] = task->maj_flt;
	st->process.tgid = task->tgid;
	st->process.start_ns = task->group_leader->start_boottime;
	return st;
}

static __always_inline bool is_target(struct task_struct *task)
{
	__u32 tgid = task->tgid;

	if (everybody)
		return tgid != spawner;
	return bpf_map_lookup_elem(&targets, &tgid);
}

static __always_inline struct task_state *state_of(struct task_struct *task)
{
	struct task_state *st;

	if (!armed)
		return NULL;
	st = bpf_task_storage_get(&tasks, task, NULL, 0);
	if (st)
		return st;
	return is_target(task) ? follow_task(task) : NULL;
}

/* The child is not yet running: nothing of it is missed. */
SEC("tp_btf/sched_process_fork")
int BPF_PROG(on_fork, struct task_struct *parent, struct task_struct *child)
{
	bool thread = parent->tgid == child->tgid;

	if (!armed)
		return 0;
	if (spawner && (__u32)parent->tgid == spawner) {
		if (!thread && !everybody)
			follow_task(child);
		return 0;
	}
	if ((follow || thread) && state_of(parent))
		follow_task(child);
	return 0;
}

/* --- what a fault is counted under ----------------------------------------- */

static __always_inline struct process_stat *
process_of(const struct task_state *st)
{
	struct process_stat *p = find_or_add(&processes, &st->process,
					     &no_process, LOST_PROCESS);
	struct task_struct *task = bpf_get_current_task_btf();
	__u32 exec_id = task->self_exec_id;

	/* the name changes with every exec */
	if (p && (p->exec_id != exec_id || !p->comm[0])) {
		bpf_get_current_comm(p->comm, sizeof(p->comm));
		p->exec_id = exec_id;
	}
	return p;
}

static __always_inline __u32 latency_slot(__u64 ns)
{
	__u32 top = 0;
	__u64 n = ns;

	if (ns < 1 << LATENCY_SUB_BITS)
		return ns;
	if (ns >> LATENCY_MAX_BITS)
		return LATENCY_SLOTS - 1;
#pragma unroll
	for (int bits = 32; bits; bits /= 2) {
		if (n >> bits) {
			n >>= bits;
			top += bits;
		}
	}
	return ((top - LATENCY_SUB_BITS + 1) << LATENCY_SUB_BITS) +
	       ((ns >> (top - LATENCY_SUB_BITS)) &
		((1 << LATENCY_SUB_BITS) - 1));
}

static __always_inline void count_latency(struct fault_totals *t, __u32 kind,
					  __u64 ns)
{
	struct latency_histogram *h = bpf_map_lookup_elem(&latency, &kind);
	__u64 *sum = element(t->ns, kind);
	__u64 *max = element(t->max_ns, kind);

	add(sum, ns);
	if (ns > *max)
		*max = ns;
	if (h)
		add(element(h->slots, latency_slot(ns)), 1);
}

static __always_inline void count_vma(const struct task_state *st, __u32 kind,
				      const __u64 *delta, __u64 ns)
{
	struct vma_stat *v = find_or_add(&vmas, &st->vma, &no_vma, LOST_VMA);

	if (!v)
		return;
	add_pair(&v->count, delta);
	add(&v->ns, ns);
	if (!v->end || st->vma_start < v->start) {
		v->start = st->vma_start;
		v->pgoff = st->vma_pgoff;
	}
	if (st->vma_end > v->end)
		v->end = st->vma_end;
	v->flags |= st->vma_flags;
	v->kinds |= 1u << kind;
}

static __always_inline bool identify(const struct file *file,
				     struct file_key *key)
{
	const struct inode *inode;

	if (!file)
		return false;
	inode = BPF_CORE_READ(file, f_inode);
	key->ino = BPF_CORE_READ(inode, i_ino);
	key->dev = BPF_CORE_READ(inode, i_sb, s_dev);
	return true;
}

#define MAX_DEPTH 64

/* a walk from a file up to the root, through mounts */
struct ascent {
	struct dentry *dentry;
	struct mount *mount;
	struct dentry *root; /* of mount */
	__u32 len;
	__u32 room;
};

/* one step: a name, or from a mount's root to where it is mounted; 1 to end */
static long ascend(__u32 step, void *data)
{
	struct ascent *a = data;
	struct dentry *dentry = a->dentry;
	struct dentry *parent = BPF_CORE_READ(dentry, d_parent);
	bool top = dentry == parent;
	struct file_path *path;
	__u32 len;
	long n;

	path = bpf_map_lookup_elem(&path_buffer, &a->room);
	if (!path)
		return 1;
	if (step == 0) {
		path->rootless = top;
	} else if (top || dentry == a->root) {
		struct mount *mount = a->mount;
		struct mount *up = BPF_CORE_READ(mount, mnt_parent);

		if (up == mount || dentry != a->root)
			return 1;
		a->dentry = BPF_CORE_READ(mount, mnt_mountpoint);
		a->mount = up;
		a->root = BPF_CORE_READ(up, mnt.mnt_root);
		return 0;
	}
	len = a->len;
	if (len > FILE_PATH_SIZE - FILE_NAME_SIZE)
		return 1;
	n = bpf_probe_read_kernel_str(&path->names[len], FILE_NAME_SIZE,
				      BPF_CORE_READ(dentry, d_name.name));
	if (n <= 0)
		return 1;
	a->len = len + n;
	a->dentry = parent;
	return step == 0 && top;
}

static __noinline int record_path(const struct file *file, struct file_key *key,
				  __u32 room)
{
	struct ascent a = { .room = room };
	struct vfsmount *mnt;
	struct file_path *path;

	if (!file || !key || bpf_map_lookup_elem(&files, key))
		return 0;
	mnt = BPF_CORE_READ(file, f_path.mnt);
	a.dentry = BPF_CORE_READ(file, f_path.dentry);
	a.mount = (void *)mnt - bpf_core_field_offset(struct mount, mnt);
	a.root = BPF_CORE_READ(mnt, mnt_root);
	bpf_loop(MAX_DEPTH, ascend, &a, 0);
	path = bpf_map_lookup_elem(&path_buffer, &room);
	if (!path)
		return 0;
	path->len = a.len;
	if (bpf_map_update_elem(&files, key, path, BPF_ANY))
		lost(LOST_FILE);
	return 0;
}

struct found_vma {
	struct file *file;
	__u64 offset;
	__u64 ip;
};

static long on_found_vma(struct task_struct *task, struct vm_area_struct *vma,
			 void *data)
{
	struct found_vma *found = data;

	found->file = vma->vm_file;
	found->offset = found->ip - vma->vm_start + (vma->vm_pgoff << 12);
	return 0;
}

/* the file and offset of an instruction, looked up when it is first seen */
static __noinline int locate_ip(struct ip_key *key, __u32 room)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct found_vma found = {};
	struct ip_stat *s;

	if (!key)
		return 0;
	s = find_or_add(&ips, key, &no_ip, LOST_IP);
	if (!s || s->known)
		return 0;
	found.ip = key->ip;
	/* not possible while the mmap_lock is wanted for writing: next time */
	if (bpf_find_vma(task, key->ip, on_found_vma, &found, 0) || !found.file)
		return 0;
	identify(found.file, &s->file);
	s->offset = found.offset;
	s->known = 1;
	record_path(found.file, &s->file, room);
	return 0;
}

static __always_inline void count_ip(__u32 room, __u32 kind, const __u64 *delta,
				     __u64 ns)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct pt_regs *regs = (void *)bpf_task_pt_regs(task);
	struct ip_key key = {};
	struct ip_stat *s;

	key.ip = regs->ip;
	key.tgid = task->tgid;
	key.exec_id = task->self_exec_id;
	s = bpf_map_lookup_elem(&ips, &key);
	if (!s || !s->known) {
		locate_ip(&key, room);
		s = bpf_map_lookup_elem(&ips, &key);
		if (!s)
			return;
	}
	add_pair(&s->count, delta);
	add(&s->ns, ns);
	s->kinds |= 1u << kind;
}

struct frame_walk {
	struct ip_key key;
	__u32 room;
	__u32 pad;
};

static long locate_frame(__u32 i, void *data)
{
	struct frame_walk *w = data;
	__u64(*frames)[MAX_FAULT_STACK] =
		bpf_map_lookup_elem(&stack_buffer, &w->room);

	if (!frames)
		return 1;
	w->key.ip = *element(*frames, i);
	locate_ip(&w->key, w->room);
	return 0;
}

static __always_inline void count_stack(void *ctx, __u32 room, __u32 kind,
					const __u64 *delta, __u64 ns)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct stack_key key = {};
	struct stack_stat *s;
	long id = bpf_get_stackid(ctx, &stack_traces, BPF_F_USER_STACK);

	/* none to be had, as in the middle of an exec: counted without one */
	if (id == -EFAULT) {
		id = NO_FAULT_STACK;
	} else if (id < 0) {
		lost(LOST_STACK);
		return;
	}
	key.tgid = task->tgid;
	key.exec_id = task->self_exec_id;
	key.kind = kind;
	key.stack = id;
	s = bpf_map_lookup_elem(&stacks, &key);
	if (!s) {
		__u64 *frames = bpf_map_lookup_elem(&stack_buffer, &room);
		long size;

		s = find_or_add(&stacks, &key, &no_stack, LOST_STACK);
		if (!s || !frames)
			return;
		bpf_get_current_comm(s->comm, sizeof(s->comm));
		size = bpf_get_stack(ctx, frames,
				     MAX_FAULT_STACK * sizeof(__u64),
				     BPF_F_USER_STACK);
		if (size > 0) {
			struct frame_walk w = {
				.key.tgid = key.tgid,
				.key.exec_id = key.exec_id,
				.room = room,
			};

			bpf_loop(size / sizeof(__u64), locate_frame, &w, 0);
		}
	}
	add_pair(&s->count, delta);
	add(&s->ns, ns);
}

/* --- faults ---------------------------------------------------------------- */

/* how much the counters have grown since last looked at; whether they have */
static __always_inline bool take_growth(struct task_state *st,
					struct task_struct *task, __u64 *delta)
{
	delta[FAULT_MINOR] = task->min_flt - st->seen[FAULT_MINOR];
	delta[FAULT_MAJOR] = task->maj_flt - st->seen[FAULT_MAJOR];
	st->seen[FAULT_MINOR] += delta[FAULT_MINOR];
	st->seen[FAULT_MAJOR] += delta[FAULT_MAJOR];
	return delta[FAULT_MINOR] || delta[FAULT_MAJOR];
}

/* faults that the kernel counted and no program saw */
static __always_inline void count_unseen(struct task_state *st,
					 struct task_struct *task)
{
	__u64 delta[NR_FAULT_SIZES];
	struct process_stat *p;
	struct fault_totals *t;

	if (!take_growth(st, task, delta))
		return;
	t = my_totals();
	if (t) {
		add_pair(&t->count[FAULT_UNSEEN], delta);
		add_pair(&t->origin[ORIGIN_UNSEEN], delta);
	}
	p = process_of(st);
	if (p)
		add_pair(&p->count[FAULT_UNSEEN], delta);
}

static __always_inline bool flag(__u32 flags, __u64 mask)
{
	return flags & mask;
}

#define FAULT_FLAG(name) bpf_core_enum_value(enum fault_flag, FAULT_FLAG_##name)

/*
 * Whether an attempt continues the one before, which returned VM_FAULT_RETRY:
 * the second has FAULT_FLAG_TRIED or is the one that took the mmap_lock after
 * one under the VMA's lock.  Anything else is a new exception.
 */
static __always_inline bool continues(const struct task_state *st,
				      __u64 address, __u32 flags)
{
	if (!st->again || (st->address & PAGE_MASK) != (address & PAGE_MASK))
		return false;
	if (flag(flags, FAULT_FLAG(TRIED)))
		return true;
	if (!bpf_core_enum_value_exists(enum fault_flag, FAULT_FLAG_VMA_LOCK))
		return false;
	return flag(st->flags, FAULT_FLAG(VMA_LOCK)) &&
	       !flag(flags, FAULT_FLAG(VMA_LOCK));
}

/* what there is to fault in, for an empty entry */
static __always_inline __u32 kind_of_empty(const struct task_state *st,
					   __u64 vm_flags)
{
	if (st->anon) {
		if (st->stack_grown &&
		    st->stack_grown == (st->address & PAGE_MASK))
			return FAULT_STACK;
		return st->write ? FAULT_ANON : FAULT_ZERO;
	}
	if (!st->vma.file.dev || vm_flags & (VM_PFNMAP | VM_IO | VM_MIXEDMAP))
		return FAULT_SPECIAL;
	if (!st->write)
		return FAULT_FILE_READ;
	return vm_flags & VM_SHARED ? FAULT_FILE_WRITE : FAULT_COW;
}

/* neither present, nor in swap, nor a marker */
static __always_inline bool is_migration(__u64 entry)
{
	return entry && !(entry & (ENTRY_PRESENT | ENTRY_PROTNONE)) &&
	       ENTRY_SWAP_TYPE(entry) >= SWAP_TYPES &&
	       ENTRY_SWAP_TYPE(entry) != SWAP_TYPE_MARKER;
}

static __always_inline __u32 kind_at_entry(struct task_state *st,
					   __u64 vm_flags, bool vmlab)
{
	struct walk w;

	if (vm_flags & VM_HUGETLB)
		return FAULT_HUGETLB;
	if (vmlab)
		return FAULT_VMLAB;
	walk_page_table(st->pgd, st->address, &w);
	if (!w.valid) {
		lost(LOST_WALK);
		return kind_of_empty(st, vm_flags);
	}
	if (!w.entry)
		return kind_of_empty(st, vm_flags);
	if (!(w.entry & ENTRY_PRESENT)) {
		if (w.entry & ENTRY_PROTNONE)
			return FAULT_NUMA;
		if (ENTRY_SWAP_TYPE(w.entry) < SWAP_TYPES)
			return FAULT_SWAP;
		if (ENTRY_SWAP_TYPE(w.entry) == SWAP_TYPE_MARKER)
			return kind_of_empty(st, vm_flags);
		return FAULT_MIGRATION;
	}
	if (!st->write || w.entry & ENTRY_WRITE)
		return FAULT_SPURIOUS;
	if (!st->anon && kind_of_empty(st, vm_flags) == FAULT_SPECIAL)
		return FAULT_SPECIAL;
	if (vm_flags & VM_SHARED)
		return FAULT_FILE_WRITE;
	st->pfn_before = walk_pfn(&w, st->address);
	return FAULT_COW;
}

/* some kinds show only in what the fault has left behind */
static __always_inline __u32 kind_at_return(const struct task_state *st,
					    bool major)
{
	struct walk w;

	if (st->uffd)
		return FAULT_UFFD;
	/* tmpfs reads nothing but swap */
	if (st->tmpfs && major && st->kind != FAULT_VMLAB)
		return FAULT_SWAP;
	if (st->kind == FAULT_ANON || st->kind == FAULT_ZERO) {
		walk_page_table(st->pgd, st->address, &w);
		/* empty for as long as the page was being unmapped, no longer */
		if (w.valid && is_migration(w.entry))
			return FAULT_MIGRATION;
		if (st->write && w.valid && w.level > 1 && w.entry & ENTRY_LEAF)
			return FAULT_THP;
	} else if (st->kind == FAULT_COW && st->pfn_before) {
		walk_page_table(st->pgd, st->address, &w);
		if (w.valid && (w.entry & ENTRY_PRESENT) &&
		    (w.entry & ENTRY_WRITE) &&
		    walk_pfn(&w, st->address) == st->pfn_before)
			return FAULT_REUSE;
	}
	return st->kind;
}

static __always_inline void describe_vma(struct task_state *st,
					 struct vm_area_struct *vma,
					 struct task_struct *task, __u32 room)
{
	struct vma_key *key = &st->vma;
	__u64 vm_flags = vma->vm_flags;
	struct mm_struct *mm = vma->vm_mm;

	__builtin_memset(key, 0, sizeof(*key));
	st->vma_start = vma->vm_start;
	st->vma_end = vma->vm_end;
	st->vma_pgoff = vma->vm_pgoff;
	st->vma_flags = vm_flags;
	key->tgid = task->tgid;
	key->exec_id = task->self_exec_id;
	if (identify(vma->vm_file, &key->file)) {
		key->start = st->vma_start;
		if (by_vma)
			record_path(vma->vm_file, &key->file, room);
	} else if (vma->vm_ops) {
		key->class = VMA_CLASS_SPECIAL;
		key->start = st->vma_start;
	} else if (vm_flags & VM_GROWSDOWN) {
		key->class = VMA_CLASS_STACK;
	} else if (st->vma_start <= mm->brk && st->vma_end >= mm->start_brk) {
		key->class = VMA_CLASS_HEAP;
	} else {
		key->start = st->vma_start;
	}
}

/* whether another copy, in whatever order they run, was here for this attempt */
static __always_inline bool has_begun(const struct task_state *st,
				      const struct task_struct *task,
				      __u64 address)
{
	return st->in_fault && st->address == address &&
	       st->seen[FAULT_MINOR] == task->min_flt &&
	       st->seen[FAULT_MAJOR] == task->maj_flt;
}

static __always_inline void begin(struct vm_area_struct *vma, __u64 address,
				  __u32 flags, const struct pt_regs *regs,
				  __u32 copy)
{
	__u32 room = ROOM_BEGIN + copy;
	struct task_struct *task = bpf_get_current_task_btf();
	struct task_state *st = state_of(task);
	bool vmlab = false;

	if (!st || has_begun(st, task, address))
		return;
	count_unseen(st, task);
	st->in_fault = true;
	if (continues(st, address, flags)) {
		st->again = false;
		st->flags = flags;
		return;
	}
	st->again = false;
	st->uffd = false;
	st->tmpfs = false;
	st->pfn_before = 0;
	st->flags = flags;
	st->address = address;
	st->anon = !vma->vm_ops;
	st->write = flag(flags, FAULT_FLAG(WRITE) | FAULT_FLAG(UNSHARE));
	st->pgd = vma->vm_mm->pgd;
	if (!regs)
		st->origin = ORIGIN_GUP;
	else
		st->origin = flag(flags, FAULT_FLAG(USER)) ? ORIGIN_USER :
							     ORIGIN_KERNEL;
	describe_vma(st, vma, task, room);
	if (vma->vm_file) {
		struct inode *inode = vma->vm_file->f_inode;

		vmlab = vmlab_dev && inode->i_rdev == vmlab_dev;
		st->tmpfs = inode->i_sb->s_magic == TMPFS_MAGIC;
	}
	st->kind = kind_at_entry(st, vma->vm_flags, vmlab);
	st->stack_grown = 0;
	st->begin_ns = bpf_ktime_get_ns();
}

#define BEGIN(name, copy)                                                     \
	SEC("fentry/handle_mm_fault")                                         \
	int BPF_PROG(name, struct vm_area_struct *vma, unsigned long address, \
		     unsigned int flags, struct pt_regs *regs)                \
	{                                                                     \
		begin(vma, address, flags, regs, copy);                       \
		return 0;                                                     \
	}

BEGIN(fault_begin_0, 0)
BEGIN(fault_begin_1, 1)

static __always_inline void count_failure(__u32 ret)
{
	struct fault_totals *t = my_totals();
	__u32 why = FAILURE_OTHER;

	if (!t)
		return;
	if (ret & bpf_core_enum_value(enum vm_fault_reason, VM_FAULT_RETRY)) {
		add(&t->retries, 1);
		return;
	}
	if (ret & bpf_core_enum_value(enum vm_fault_reason, VM_FAULT_OOM))
		why = FAILURE_OOM;
	else if (ret &
		 (bpf_core_enum_value(enum vm_fault_reason, VM_FAULT_HWPOISON) |
		  bpf_core_enum_value(enum vm_fault_reason,
				      VM_FAULT_HWPOISON_LARGE)))
		why = FAILURE_HWPOISON;
	else if (ret &
		 bpf_core_enum_value(enum vm_fault_reason, VM_FAULT_SIGBUS))
		why = FAILURE_SIGBUS;
	else if (ret &
		 bpf_core_enum_value(enum vm_fault_reason, VM_FAULT_SIGSEGV))
		why = FAILURE_SIGSEGV;
	add(&t->failures[why], 1);
}

static __always_inline void end(void *ctx, __u32 ret, __u32 copy)
{
	__u32 room = ROOM_END + copy;
	__u64 now = bpf_ktime_get_ns();
	struct task_struct *task = bpf_get_current_task_btf();
	__u64 delta[NR_FAULT_SIZES], ns;
	struct process_stat *p;
	struct fault_totals *t;
	struct task_state *st;
	__u32 kind;

	if (!armed)
		return;
	st = bpf_task_storage_get(&tasks, task, NULL, 0);
	/* counted by another copy; or its beginning was not seen: it will be found */
	if (!st || !st->in_fault)
		return;
	st->in_fault = false;
	if (!take_growth(st, task, delta)) {
		st->again = ret & bpf_core_enum_value(enum vm_fault_reason,
						      VM_FAULT_RETRY);
		count_failure(ret);
		return;
	}
	ns = now - st->begin_ns;
	kind = kind_at_return(st, delta[FAULT_MAJOR]);
	t = my_totals();
	if (!t)
		return;
	add_pair(element(t->count, kind), delta);
	add_pair(element(t->origin, st->origin), delta);
	count_latency(t, kind, ns);

	p = process_of(st);
	if (p) {
		add_pair(element(p->count, kind), delta);
		add(&p->ns, ns);
	}
	if (by_vma)
		count_vma(st, kind, delta, ns);
	if (by_ip)
		count_ip(room, kind, delta, ns);
	if (by_stack)
		count_stack(ctx, room, kind, delta, ns);
}

#define END(name, copy)                                                       \
	SEC("fexit/handle_mm_fault")                                          \
	int BPF_PROG(name, struct vm_area_struct *vma, unsigned long address, \
		     unsigned int flags, struct pt_regs *regs, __u32 ret)     \
	{                                                                     \
		end(ctx, ret, copy);                                          \
		return 0;                                                     \
	}

END(fault_end_0, 0)
END(fault_end_1, 1)

/* a userfaultfd is asked: called by handle_mm_fault() */
SEC("fentry/handle_userfault")
int BPF_PROG(on_userfault)
{
	struct task_state *st;

	if (!armed)
		return 0;
	st = bpf_task_storage_get(&tasks, bpf_get_current_task_btf(), NULL, 0);
	if (st)
		st->uffd = true;
	return 0;
}

/* called before handle_mm_fault() for an address below a stack */
SEC("fexit/expand_stack_locked")
int BPF_PROG(on_expand_stack, struct vm_area_struct *vma, unsigned long address,
	     int ret)
{
	struct task_state *st = state_of(bpf_get_current_task_btf());

	if (!st)
		return 0;
	if (ret)
		st->stack_refused = address;
	else
		st->stack_grown = address & PAGE_MASK;
	return 0;
}

/* --- what was not a fault to be served ------------------------------------- */

SEC("tp_btf/signal_generate")
int BPF_PROG(on_signal, int sig, struct kernel_siginfo *info,
	     struct task_struct *to)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct pt_regs *regs = (void *)bpf_task_pt_regs(task);
	struct signal_key key = {};
	__u64 one = 1, *count;
	struct task_state *st;

	if (sig != SIGSEGV_NR && sig != SIGBUS_NR)
		return 0;
	/* special values instead of a siginfo: nothing a fault sends */
	if ((unsigned long)info < 4096)
		return 0;
	if (BPF_CORE_READ(info, si_code) <= 0)
		return 0;
	st = state_of(task);
	if (!st)
		return 0;
	key.address = (__u64)BPF_CORE_READ(info, _sifields._sigfault._addr);
	key.ip = regs->ip;
	key.tgid = task->tgid;
	key.exec_id = task->self_exec_id;
	key.signal = sig;
	key.code = BPF_CORE_READ(info, si_code);
	key.stack_limit = st->stack_refused && st->stack_refused == key.address;
	if (by_ip) {
		struct ip_key ip = {
			.ip = key.ip,
			.tgid = key.tgid,
			.exec_id = key.exec_id,
		};

		locate_ip(&ip, ROOM_SIGNAL);
	}
	count = bpf_map_lookup_elem(&signals, &key);
	if (count)
		add(count, 1);
	else if (bpf_map_update_elem(&signals, &key, &one, BPF_NOEXIST))
		lost(LOST_SIGNAL);
	return 0;
}

/* Newer kernels fault a little more after this: fault_begin() counts it. */
SEC("tp_btf/sched_process_exit")
int BPF_PROG(on_exit, struct task_struct *task)
{
	struct process_stat *p;
	struct task_state *st;

	if (!armed)
		return 0;
	st = bpf_task_storage_get(&tasks, task, NULL, 0);
	if (!st)
		return 0;
	count_unseen(st, task);
	if (task->signal->live.counter)
		return 0;
	p = bpf_map_lookup_elem(&processes, &st->process);
	if (p)
		p->exited = 1;
	return 0;
}
