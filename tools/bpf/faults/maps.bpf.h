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

/* The programs count only once user space has attached all of them. */
bool armed;

/* the state of a followed task, and of its current fault */
struct task_state {
	unsigned long seen[NR_FAULT_SIZES]; /* min_flt, maj_flt counted so far */
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
	__u64 pte; /* address of the entry in the lowest table, or 0 */
	__u64 pfn_before; /* frame of a write-protected entry, or 0 */
	__u64 stack_grown; /* page that the stack grew to last */
	__u64 stack_refused; /* address that the kernel refused to grow to */
	const void *pgd;
	struct vma_key vma;
	__u64 vma_start, vma_end, vma_pgoff, vma_flags;
	struct ip_key ip; /* of the last fault */
	/* where the tables have the process, @vma and @ip, if it is known */
	__u32 process_slot;
	__u32 vma_slot;
	__u32 ip_slot;
	bool vma_known;
	bool ip_known;
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
#define COPIES 2
enum buffer_slot {
	SLOT_BEGIN,
	SLOT_END = SLOT_BEGIN + COPIES,
	SLOT_SIGNAL = SLOT_END + COPIES,
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
 * The attempt that a copy of a program handled last on this CPU: the other copy,
 * which runs right after it, has nothing to do.
 */
enum { HANDLED_BEGIN, HANDLED_END, NR_HANDLED };

struct handled {
	__u64 task;
	__u64 address;
	__u64 faults; /* that the kernel has counted of the task */
	__u64 copy;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, NR_HANDLED);
	__type(key, __u32);
	__type(value, struct handled);
} handled SEC(".maps");

static const struct stack_stat no_stack;

static __always_inline void add(__u64 *counter, __u64 n)
{
	__sync_fetch_and_add(counter, n);
}

/*
 * Return an element of an array; the last one for an index beyond the end, which
 * never occurs.  In assembly: the compiler would move a check in C to a place
 * where the verifier cannot relate it to the access.
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

/*
 * Return whether the other copy of this program has handled the attempt, as far as
 * this CPU knows; if not, note that this copy does.
 */
static __always_inline bool was_handled(__u32 which, struct task_struct *task,
					__u64 address, __u32 copy)
{
	struct handled *h = bpf_map_lookup_elem(&handled, &which);
	const __u64 faults = task->min_flt + task->maj_flt;

	if (!h)
		return false;
	if (h->task == (__u64)task && h->address == address &&
	    h->faults == faults && h->copy != copy) {
		h->task = 0;
		return true;
	}
	h->task = (__u64)task;
	h->address = address;
	h->faults = faults;
	h->copy = copy;
	return false;
}

/* Add increments of min_flt and maj_flt. */
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
