/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * Paging of a space: budget, policies and prefetching, and policies in BPF.
 *
 * A part of <linux/vmlab.h>, which states the rules for all requests: include
 * that one.
 */
#ifndef _UAPI_LINUX_VMLAB_PAGING_H
#define _UAPI_LINUX_VMLAB_PAGING_H

#ifndef _UAPI_LINUX_VMLAB_H
#error "include <linux/vmlab.h>"
#endif

/* vmlab_paging.policy: the frame to evict when the budget is used up */
#define VMLAB_POLICY_FIFO	0	/* the frame that has been resident the longest */
#define VMLAB_POLICY_CLOCK	1	/* FIFO that skips a referenced frame once: second chance */
#define VMLAB_POLICY_LRU	2	/* the least recently used frame */
#define VMLAB_POLICY_LFU	3	/* the least often used since filled; see @flags for ties */
#define VMLAB_POLICY_RANDOM	4	/* a random frame, by @seed */
#define VMLAB_POLICY_OPT	5	/* the frame whose next use in @trace lies farthest ahead */
#define VMLAB_POLICY_BPF	6	/* the frame that a BPF program names */
#define VMLAB_POLICY_MRU	7	/* the most recently used frame */
#define VMLAB_POLICY_NR		8	/* number of policies */

/* vmlab_paging.prefetch: pages to fill besides a page that a fault fills */
#define VMLAB_PREFETCH_NONE	0	/* none */
#define VMLAB_PREFETCH_NEXT	1	/* the next @prefetch_pages pages */
#define VMLAB_PREFETCH_STRIDE	2	/* as many, at the distance of the last two fills */
#define VMLAB_PREFETCH_WHOLE	3	/* the whole VMA, as far as the budget has room */

#define VMLAB_PREFETCH_MAX	1024	/* highest vmlab_paging.prefetch_pages */

/* vmlab_paging.flags */
#define VMLAB_PAGING_STEPPING	(1u << 0) /* each access to another page faults */
#define VMLAB_PAGING_AROUND	(1u << 1) /* a read fault maps resident pages after its own */
#define VMLAB_PAGING_CLOCK_LOAD_0 (1u << 2) /* CLOCK: fill a frame with its reference bit clear */
#define VMLAB_PAGING_LFU_TIES_LRU (1u << 3) /* LFU: evict the least recently used of equals */

#define VMLAB_PAGING_SAMPLE	(1u << 4) /* each access to another page of a sample faults */

#define VMLAB_SAMPLE_ALL	(1u << 24) /* vmlab_paging.sample: all pages */
#define VMLAB_SAMPLE_KEEP_MAX	128	/* highest vmlab_paging.sample_keep */

/**
 * vmlab_page_mix() - mix the bits of a page number
 * @page: offset in the space, pages
 *
 * The finaliser of MurmurHash3, fmix64, after an addition that gives page 0 a hash
 * as good as any other:
 *
 *	h = page + 0x9e3779b97f4a7c15; h ^= h >> 33; h *= 0xff51afd7ed558ccd;
 *	h ^= h >> 33; h *= 0xc4ceb9fe1a85ec53; h ^= h >> 33
 *
 * modulo 2^64.  VMLAB_PAGING_SAMPLE uses its upper 24 bits.
 *
 * Return: 64 bits, one value for each page number.
 */
static __inline__ __u64 vmlab_page_mix(__u64 page)
{
	page += 0x9e3779b97f4a7c15ULL;
	page ^= page >> 33;
	page *= 0xff51afd7ed558ccdULL;
	page ^= page >> 33;
	page *= 0xc4ceb9fe1a85ec53ULL;
	page ^= page >> 33;
	return page;
}

/**
 * vmlab_sample_hash() - return the hash that decides whether a page is sampled
 * @page: offset in the space, pages
 *
 * Return: 0 to VMLAB_SAMPLE_ALL - 1; the page is sampled when it is below
 * vmlab_paging.sample.
 */
static __inline__ __u32 vmlab_sample_hash(__u64 page)
{
	return (__u32)(vmlab_page_mix(page) >> 40);
}

#define VMLAB_TRACE_MAX		(1u << 24) /* highest vmlab_paging.nr_trace */

/**
 * struct vmlab_paging - VMLAB_IOC_PAGING_GET, VMLAB_IOC_PAGING_SET
 * @size: set by the caller
 * @flags: VMLAB_PAGING_*
 * @budget: frames that may be resident, 0 for no limit.  A fault that needs
 *	another frame evicts one first: the victim is unmapped in all processes,
 *	and its contents are kept if it was ever written.  The budget is exceeded
 *	only when no frame can be evicted, see vmlab_paging_stats.over_budget.
 * @policy: VMLAB_POLICY_*.  On GET VMLAB_POLICY_FIFO after the program of
 *	VMLAB_POLICY_BPF was unloaded.
 * @policy_id: vmlab_policy_info.id of VMLAB_POLICY_BPF; 0 otherwise
 * @seed: seed of VMLAB_POLICY_RANDOM
 * @trace: [in] pointer to the future accesses for VMLAB_POLICY_OPT: __u64
 *	offsets in the space, in pages.  Zero on GET.
 * @nr_trace: [in] elements of @trace; 0 with other policies.  Zero on GET.
 * @prefetch: VMLAB_PREFETCH_*
 * @prefetch_pages: pages to prefetch, 1 to VMLAB_PREFETCH_MAX; 0 with NONE and
 *	WHOLE.  A page whose prefetch would have to wait is left out, and
 *	prefetching ends where memory would have to be reclaimed: up to 256
 *	pages are given back then, and for a second no fault prefetches.
 * @sample: with VMLAB_PAGING_SAMPLE, 1 to VMLAB_SAMPLE_ALL: a page is in the
 *	sample when vmlab_sample_hash() of it is below; otherwise 0
 * @sample_keep: with VMLAB_PAGING_SAMPLE, pages of the sample, besides the last
 *	one, that stay mapped for each thread, at most VMLAB_SAMPLE_KEEP_MAX;
 *	otherwise 0
 *
 * The reference bit of VMLAB_POLICY_CLOCK is set when a page is accessed, also by
 * the access that fills its frame.  With VMLAB_PAGING_CLOCK_LOAD_0 that first
 * access leaves it clear, as some textbooks have it.  VMLAB_POLICY_LFU counts the
 * accesses since the frame was filled, that one included; of frames with the
 * same count it evicts the one that has been resident the longest, or with
 * VMLAB_PAGING_LFU_TIES_LRU the least recently used one.
 *
 * Everything can be changed while the space is mapped and in use.  A SET of the
 * same policy, seed and flags of the policy keeps the policy's state, unless it
 * has a trace or the budget of VMLAB_POLICY_RANDOM grows.  A new policy starts
 * with the resident pages in the order in which they were filled.
 *
 * With VMLAB_PAGING_STEPPING, a fault unmaps all frames but its own.  So each
 * access to another page than the one before faults, and the policy sees it:
 * LRU, MRU, LFU, CLOCK and OPT are exact for one thread in user mode.  A repeated
 * access to one page does not fault, and counts only after the mapping of the
 * page was dropped by madvise(2) with MADV_DONTNEED; OPT ignores repeats, in
 * @trace too.  Nothing is unmapped while several threads
 * fault in turn, or for faults within system calls, which could otherwise fault
 * without end.  Without the flag, policies see the first access to a page and a
 * sample of the later ones.
 *
 * VMLAB_PAGING_AROUND needs VMLAB_PREFETCH_NEXT.  A read fault then also maps
 * those of the next @prefetch_pages pages that are resident; accesses to them do
 * not fault, and policies do not see them.  It ends with the page table of the
 * fault (2 MiB on x86).  It has no effect in stepping mode and with
 * VMLAB_BACKING_PFN.  On kernels before 6.15 it applies to mappings that are made
 * while it is set: they are VM_MIXEDMAP there, and mlock(2), guard regions and
 * KSM do not work in them.
 *
 * With VMLAB_PAGING_SAMPLE, pages whose hash is below @sample are sampled: each
 * access of a thread to another one of them than its last ones faults, is
 * recorded as VMLAB_EVENT_ACCESS, and the policy sees it.  All other pages are
 * mapped as usual and stay mapped.  It is independent of budget and policy.
 * A thread holds the page that it accessed last, mapped, and @sample_keep before
 * it; all pages that an instruction or a system call accesses, the last 32 at
 * least, stay mapped until the thread accesses one in another instruction.  So
 * with VMLAB_SAMPLE_ALL and a @sample_keep of 0, the accesses of one thread are
 * seen in order, but for repeats of the same page.  Not seen are
 *   - accesses to a page that a thread holds, also by other threads: so it counts
 *     as used when it was faulted.  By as many pages as threads hold, the number of
 *     pages used since then can be too high
 *   - accesses to private copies, and to the pages of huge frames
 *   - accesses of the kernel through references (pinned pages)
 * A thread that does not fault for 0.1 s while others do loses its pages, and so
 * does the one of more than 64 that did so the longest ago: it may fault again for
 * the same access, which is then recorded twice.  A fault unmaps 40 pages at most:
 * when @sample_keep shrinks, the pages that a thread keeps follow with its next faults.
 * No huge frame is filled while accesses are sampled.  Those that there are, are
 * evicted when @sample grows; one that cannot be evicted stays.  Prefetched pages are
 * not mapped, and VMLAB_PAGING_AROUND has no effect.  When @sample shrinks, pages
 * that were unmapped are mapped by their next access, without an event.
 *
 * VMLAB_IOC_PAGING_SET errors:
 *   EBADF   the device is not open for writing
 *   EINVAL  a bit of @flags, @policy or @prefetch is unknown; a trace without
 *           VMLAB_POLICY_OPT, or VMLAB_POLICY_OPT without a trace;
 *           @prefetch_pages is out of range; VMLAB_PAGING_AROUND without
 *           VMLAB_PREFETCH_NEXT; VMLAB_PAGING_CLOCK_LOAD_0 without
 *           VMLAB_POLICY_CLOCK; VMLAB_PAGING_LFU_TIES_LRU without
 *           VMLAB_POLICY_LFU; @policy_id without VMLAB_POLICY_BPF;
 *           VMLAB_PAGING_SAMPLE with VMLAB_PAGING_STEPPING, or with @sample 0
 *           or above VMLAB_SAMPLE_ALL, or @sample_keep above
 *           VMLAB_SAMPLE_KEEP_MAX; @sample or @sample_keep without it
 *   ENOENT  no policy @policy_id is loaded
 *   EOPNOTSUPP  VMLAB_POLICY_BPF without VMLAB_FEAT_STRUCT_OPS
 *   E2BIG   @nr_trace is above VMLAB_TRACE_MAX
 *   EDQUOT  the traces of the user would exceed max_user_trace; the copy counts
 *           as well while the request lasts.  Or the table of
 *           VMLAB_POLICY_RANDOM would exceed max_user_pages: it takes 8 bytes
 *           for each page of the budget, and while the policy is replaced there
 *           are two
 *   ENOMEM  no memory for the policy
 *   EINTR   the caller was killed while frames above the budget were evicted, or
 *           pages of the sample unmapped
 *   others  the error that the init callback of the BPF policy returned
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
	__u32 sample;
	__u32 sample_keep;
};

#define VMLAB_IOC_PAGING_GET	_IO(VMLAB_IOC_MAGIC, 0x50)
#define VMLAB_IOC_PAGING_SET	_IO(VMLAB_IOC_MAGIC, 0x51)

#define VMLAB_DISTANCE_BUCKETS	32

/**
 * struct vmlab_paging_stats - VMLAB_IOC_PAGING_STATS: counters since the open(2)
 * @size: set by the caller
 * @flags: must be zero
 * @charged: frames charged to the budget, now: the resident frames, and those
 *	that are being filled
 * @evicted: frames evicted for the budget or on request
 * @stored: evictions that wrote the contents to the swap store
 * @loaded: frames filled from the swap store
 * @refaults: frames filled after an eviction
 * @over_budget: frames filled above the budget because none could be evicted:
 *	all were pinned, locked or accessed by one instruction, or the swap store failed
 * @store_errors: evictions that failed because the swap store refused the
 *	contents
 * @prefetched: frames filled before their first access
 * @prefetch_used: prefetched frames that were accessed later
 * @prefetch_wasted: prefetched frames that were evicted without an access
 * @mapped_around: entries set because of VMLAB_PAGING_AROUND.  Accesses through
 *	them are not seen: a prefetched frame mapped so counts neither as used
 *	nor as wasted
 * @shrunk: clean frames freed because memory was short: by the module's
 *	shrinker, or by prefetch that found the end of memory
 * @written_back: pages written back to the file
 * @writeback_errors: pages whose write-back failed; they stay dirty
 * @huge_filled: huge frames filled, see VMLAB_SPACE_HUGE
 * @huge_fallback: huge frames not filled because memory or budget was short
 * @huge_evicted: huge frames evicted
 * @refault_distance: histogram of the evictions between that of a page and its
 *	refault: @refault_distance[0] counts refaults after no other eviction,
 *	@refault_distance[n] those after [2^(n-1), 2^n), the last one all more
 * @policy_fallbacks: evictions for which the BPF policy named no page, or none
 *	that could be evicted, so that FIFO chose the victim
 * @policy_refused: requests of the BPF policy that were refused: for pages that
 *	are not resident, for pages outside the mapping, or for too many pages
 * @policy_lost: times that the BPF policy in use was unloaded
 *
 * vmlab_space_stats.filled is the number of page faults as a textbook counts
 * them; vmlab_space_stats.mapped counts accesses to resident pages that the
 * policy saw.
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

#define VMLAB_POLICY_NAME_MAX	16

/* vmlab_policy_info.flags */
#define VMLAB_POLICY_SAMPLES	(1u << 0) /* some accesses are made to fault for it */

/**
 * struct vmlab_policy_info - a loaded BPF policy
 * @id: for vmlab_paging.policy_id; not used again while the module is loaded
 * @flags: VMLAB_POLICY_SAMPLES
 * @spaces: spaces that use it, now
 * @name: its name, NUL-terminated; no two loaded policies have the same
 */
struct vmlab_policy_info {
	__u32 id;
	__u32 flags;
	__u64 spaces;
	char name[VMLAB_POLICY_NAME_MAX];
};

/**
 * struct vmlab_policies - VMLAB_IOC_POLICIES: the loaded BPF policies
 * @size: set by the caller
 * @flags: must be zero
 * @policies: [in] pointer to an array of struct vmlab_policy_info
 * @nr: [in] records that @policies has room for
 *	[out] policies that are loaded; those without room are left out
 * @reserved: must be zero
 *
 * A BPF policy is a struct_ops map of type vmlab_policy_ops.  Loading it needs
 * the privilege to load BPF programs; any space may use it.
 *   EOPNOTSUPP  VMLAB_FEAT_STRUCT_OPS is missing
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
 * struct vmlab_policy_set - VMLAB_IOC_POLICY_SET: change only the policy of a space
 * @size: set by the caller
 * @flags: must be zero
 * @space_id: 0 for the space of the open file, which must be open for writing; a
 *	vmlab_space_config.space_id needs CAP_SYS_ADMIN
 * @policy: VMLAB_POLICY_* other than VMLAB_POLICY_OPT
 * @policy_id: as in struct vmlab_paging
 * @seed: as in struct vmlab_paging
 *
 *   EPERM   @space_id is not 0 and the caller has no CAP_SYS_ADMIN
 *   ESRCH   there is no space @space_id
 *   others  errors of VMLAB_IOC_PAGING_SET
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

#endif /* _UAPI_LINUX_VMLAB_PAGING_H */
