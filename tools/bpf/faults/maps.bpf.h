/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Constants, maps and the helpers that update them.  Everything is aggregated
 * in maps; the programs count what does not fit.
 */
#ifndef VMLAB_FAULTS_MAPS_BPF_H
#define VMLAB_FAULTS_MAPS_BPF_H

#include "kernel_types.h"
#include "faults.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#define PAGE_MASK   (~4095ull)

#define MAX_PROCESSES 16384
#define MAX_VMAS 65536
#define MAX_IPS 131072

/* Set before loading. */
const volatile bool everybody; /* every process is a target */
const volatile bool follow; /* children of targets are targets */
const volatile __u32 spawner; /* children of this process are targets */
const volatile __u32 vmlab_dev; /* device number of /dev/vmlab, or 0 */
const volatile bool by_vma;
const volatile bool by_ip;
const volatile bool by_stack;
const volatile __u16 latency_slots[LATENCY_TABLE_SIZE]; /* see LATENCY_TABLE_STEP */

/* The programs count only once user space has attached all of them. */
bool armed;

/* what is known of a task: bits of task_state.known */
enum {
	KNOWN_PROCESS = 1, /* process_slot; the table has the name of the process */
	KNOWN_VMA = 2, /* vma_slot is that of @vma */
	KNOWN_RANGE = 4, /* the table has the range of the VMA and its flags */
	KNOWN_IP = 8, /* ip_slot is that of @ip */
};

/*
 * Where a fault was, if that was in anonymous memory: for the next faults in the
 * same gigabyte of the same VMA; see is_same_place().
 */
struct place {
	__u64 pmds; /* address of its table of PMDs, or 0 */
	__u64 vma;
	__u64 mm;
	__u32 seq; /* mm_lock_seq of the mm */
};

/* the state of a followed task, and of its current fault */
struct task_state {
	unsigned long seen[NR_FAULT_SIZES]; /* min_flt, maj_flt counted so far */
	struct process_key process;
	__u32 exec_id; /* of the program that the task runs */
	__u32 known;
	/* the last attempt */
	bool in_fault;
	bool again; /* it returned VM_FAULT_RETRY */
	bool tmpfs;
	__u8 kind;
	__u8 origin;
	bool exited;
	__u32 flags; /* FAULT_FLAG_*, if it is tried again */
	__u64 address;
	__u64 begin_ns;
	__u64 pte; /* address of the entry in the lowest table, or 0 */
	__u64 pfn_before; /* frame of a write-protected entry, or 0 */
	__u64 stack_grown; /* page that the stack grew to last */
	__u64 stack_refused; /* address that the kernel refused to grow to */
	const void *pgd;
	struct place place;
	struct vma_key vma;
	__u64 vma_start, vma_end, vma_pgoff, vma_flags;
	struct ip_key ip;
	/* where the tables have the process, @vma and @ip, if it is known */
	__u32 process_slot;
	__u32 vma_slot;
	__u32 ip_slot;
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
	__type(value, struct fault_attempts);
} attempts SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, NR_FAULT_KINDS);
	__type(key, __u32);
	__type(value, struct kind_stat);
} kinds SEC(".maps");

#define HASH(name, key_type, value_type, size)        \
	struct {                                      \
		__uint(type, BPF_MAP_TYPE_HASH);      \
		__uint(map_flags, BPF_F_NO_PREALLOC); \
		__uint(max_entries, size);            \
		__type(key, key_type);                \
		__type(value, value_type);            \
	} name SEC(".maps")

/*
 * A hash of slots in an array, which programs access without a call: most faults
 * of a task have the slot of its last one.  Two CPUs that add the same key at once
 * waste a slot: there are some more.
 */
#define SPARE_SLOTS 64
#define TABLE(name, key_type, value_type, size)              \
	HASH(name, key_type, __u32, size);                   \
	struct {                                             \
		__uint(type, BPF_MAP_TYPE_ARRAY);            \
		__uint(max_entries, (size) + SPARE_SLOTS);   \
		__type(key, __u32);                          \
		__type(value, value_type);                   \
	} name##_values SEC(".maps");                        \
	__u64 next_##name /* the first slot that was not used yet */

TABLE(processes, struct process_key, struct process_stat, MAX_PROCESSES);
TABLE(vmas, struct vma_key, struct vma_stat, MAX_VMAS);
TABLE(ips, struct ip_key, struct ip_stat, MAX_IPS);
HASH(files, struct file_key, struct file_path, 8192);
HASH(stacks, struct stack_key, struct stack_stat, 65536);
HASH(signals, struct signal_key, __u64, 4096);

/* slots of processes that user space has deleted */
struct {
	__uint(type, BPF_MAP_TYPE_QUEUE);
	__uint(max_entries, MAX_PROCESSES);
	__type(value, __u32);
} free_processes SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_STACK_TRACE);
	__uint(max_entries, 32768);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, MAX_FAULT_STACK * sizeof(__u64));
} stack_traces SEC(".maps");

/*
 * Each program has a slot of its own in the per-CPU buffers: programs preempt
 * each other, but never themselves.
 */
enum buffer_slot {
	SLOT_BEGIN_0,
	SLOT_BEGIN_1,
	SLOT_END,
	SLOT_EXIT,
	SLOT_SIGNAL,
	NR_SLOTS
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, NR_SLOTS);
	__type(key, __u32);
	__type(value, struct file_path);
} path_buffer SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, NR_SLOTS);
	__type(key, __u32);
	__type(value, __u64[MAX_FAULT_STACK]);
} stack_buffer SEC(".maps");

/*
 * A mark of the attempt that a copy of fault_begin handled last on this CPU: the
 * other copy, which runs right after it, removes the mark and has nothing to do.
 */

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} handled SEC(".maps");

static const struct stack_stat no_stack;

static __always_inline void add(__u64 *counter, __u64 n)
{
	__sync_fetch_and_add(counter, n);
}

/*
 * Return an index, or the largest one if it is beyond that, which never occurs.
 * In assembly: the compiler would move a check in C to a place where the verifier
 * cannot relate it to the access.
 */
#define limit(index, largest)                               \
	({                                                  \
		__u64 __i = (index);                        \
							    \
		asm volatile("if %0 <= %1 goto +1\n%0 = %1\n" \
			     : "+r"(__i)                    \
			     : "i"(largest));               \
		__i;                                        \
	})

/* Return an element of an array. */
#define element(array, index) \
	(&(array)[limit(index, sizeof(array) / sizeof((array)[0]) - 1)])

/*
 * Return whether the other copy of fault_begin has handled the attempt; if not,
 * mark the attempt as handled.  A mark stays when the other copy was skipped or ran
 * on another CPU: it tells the task, the address and the number of faults so far,
 * so it does not match a later attempt.
 */
static __always_inline bool was_handled(struct task_struct *task, __u64 address)
{
	__u32 zero = 0;
	__u64 *mark = bpf_map_lookup_elem(&handled, &zero);
	__u64 attempt = (((__u64)task->pid << 32) + task->min_flt +
			 task->maj_flt) ^ address;

	if (!mark)
		return false;
	if (*mark == attempt) {
		*mark = 0;
		return true;
	}
	*mark = attempt;
	return false;
}

/* faults that min_flt or maj_flt has grown by */
struct growth {
	__u64 nr;
	__u64 size; /* FAULT_MINOR or FAULT_MAJOR */
};

static __always_inline void add_growth(__u64 (*pair)[NR_FAULT_SIZES],
				       const struct growth *g)
{
	add(&(*pair)[g->size], g->nr);
}

static __always_inline void add_kind(__u32 *kinds, __u32 kind)
{
	if (!(*kinds >> kind & 1))
		__sync_fetch_and_or(kinds, 1u << kind);
}

static __always_inline struct fault_attempts *my_attempts(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&attempts, &zero);
}

static __noinline int lost(enum fault_lost what)
{
	struct fault_attempts *a = my_attempts();

	if (a && what < NR_FAULT_LOST)
		add(element(a->lost, what), 1);
	return 0;
}

/*
 * Look up an entry of a table; insert it if it is absent.  Another CPU may insert
 * it first: the second lookup finds that entry.  If it finds none, the table is
 * full.
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

/*
 * Return the element of a table that has a key, and its slot; take the next unused
 * one if there is none.
 */
static __always_inline void *find_slot(void *hash, void *values, __u64 *next,
				       __u64 end, const void *key, __u32 *slot,
				       enum fault_lost what)
{
	const __u32 *known = bpf_map_lookup_elem(hash, key);
	void *v = NULL;

	if (known) {
		*slot = *known;
	} else if (*next < end) {
		*slot = __sync_fetch_and_add(next, 1);
		if (*slot < end &&
		    bpf_map_update_elem(hash, key, slot, BPF_NOEXIST)) {
			/* another CPU inserted it, or the table is full */
			known = bpf_map_lookup_elem(hash, key);
			*slot = known ? *known : end;
		}
	} else {
		*slot = end;
	}
	if (*slot < end)
		v = bpf_map_lookup_elem(values, slot);
	if (!v)
		lost(what);
	return v;
}

#define FIND_SLOT(name, size, key, slot, what)                         \
	find_slot(&name, &name##_values, &next_##name, (size) + SPARE_SLOTS, \
		  key, slot, what)

#endif /* VMLAB_FAULTS_MAPS_BPF_H */
