/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * Injected faults and recorded events of a space.
 *
 * A part of <linux/vmlab.h>, which states the rules for all requests: include
 * that one.
 */
#ifndef _UAPI_LINUX_VMLAB_EVENTS_H
#define _UAPI_LINUX_VMLAB_EVENTS_H

#ifndef _UAPI_LINUX_VMLAB_H
#error "include <linux/vmlab.h>"
#endif

/* vmlab_inject_rule.action */
#define VMLAB_INJECT_SIGBUS	0	/* SIGBUS, BUS_ADRERR */
#define VMLAB_INJECT_OOM	1	/* VM_FAULT_OOM: the OOM killer may run */
#define VMLAB_INJECT_HWPOISON	2	/* SIGBUS, BUS_MCEERR_AR, as for a memory error */
#define VMLAB_INJECT_RETRY	3	/* VM_FAULT_RETRY: mm repeats the fault, once; only in
					 * faults of user mode
					 */
#define VMLAB_INJECT_DELAY	4	/* wait @delay_us, then handle the fault; only in faults of
					 * user mode, unless the caller has CAP_SYS_PTRACE
					 */

#define VMLAB_INJECT_RULES_MAX	64
#define VMLAB_INJECT_DELAY_MAX	60000000u	/* microseconds: a minute */
#define VMLAB_INJECT_CERTAIN	1000000u	/* vmlab_inject_rule.probability: 1 */

/**
 * struct vmlab_inject_rule - which faults to disturb, and how
 * @start: offset in the space
 * @end: end offset; 0 for the end of the space
 * @access: VMLAB_ACCESS_* that match
 * @action: VMLAB_INJECT_*
 * @nth: disturb only the n-th matching fault, counted from 1; 0 for all
 * @seed: seed of @probability: with the same seed, the same faults in the same
 *	order are disturbed
 * @probability: probability of a hit, in millionths; VMLAB_INJECT_CERTAIN for
 *	all
 * @pid: process to match, a pid in the caller's pid namespace; 0 for any
 * @delay_us: with VMLAB_INJECT_DELAY microseconds, 1 to VMLAB_INJECT_DELAY_MAX;
 *	otherwise 0.  SIGKILL ends the wait.
 * @reserved: must be zero
 * @matches: [out] faults that matched, regardless of @nth and @probability
 * @hits: [out] faults that were disturbed
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
 * @rules: pointer to an array of struct vmlab_inject_rule: input of SET, output
 *	of GET
 * @nr: [in] elements of @rules; SET with 0 removes all rules
 *	[out] GET: rules of the space; those without room are left out
 * @reserved: must be zero
 *
 * SET replaces all rules.  The first rule that hits disturbs the fault; after a
 * delay, the rules that follow are tried too.
 *   EBADF   SET, and the device is not open for writing
 *   EINVAL  a member of a rule is out of its range
 *   E2BIG   @nr is above VMLAB_INJECT_RULES_MAX
 *   EPERM   VMLAB_INJECT_HWPOISON without CAP_SYS_ADMIN, as for MADV_HWPOISON
 *   ESRCH   there is no process @pid
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
#define VMLAB_EVENT_LOST	0	/* only reports @lost; always recorded */
#define VMLAB_EVENT_FAULT	1	/* the fault handler ran: @arg is a VMLAB_FAULT_* */
#define VMLAB_EVENT_MKWRITE	2	/* a frame became writable in one mapping */
#define VMLAB_EVENT_EVICT	3	/* a frame was evicted: @arg is 1 when it was stored */
#define VMLAB_EVENT_WRITEBACK	4	/* a page was written back: @arg is an errno, or 0 */
#define VMLAB_EVENT_INJECT	5	/* a rule hit: @arg is its VMLAB_INJECT_* */
#define VMLAB_EVENT_ACCESS	6	/* an access to a page of the sample of VMLAB_PAGING_SAMPLE:
					 * @arg is VMLAB_ACCESS_READ or VMLAB_ACCESS_WRITE, and
					 * perhaps VMLAB_EVENT_ACCESS_FILLED
					 */
#define VMLAB_EVENT_DROP	7	/* VMLAB_RANGE_DROP dropped a page of that sample */
#define VMLAB_EVENT_NR		8

/* vmlab_event.arg of VMLAB_EVENT_ACCESS: a bit besides VMLAB_ACCESS_* */
#define VMLAB_EVENT_ACCESS_FILLED (1u << 8) /* the page was not resident */

/* vmlab_event.arg of VMLAB_EVENT_FAULT: the outcomes of struct vmlab_space_stats */
#define VMLAB_FAULT_FILLED	0
#define VMLAB_FAULT_MAPPED	1
#define VMLAB_FAULT_SIGBUS	2
#define VMLAB_FAULT_OOM		3
#define VMLAB_FAULT_INTERRUPTED	4
#define VMLAB_FAULT_ERROR	5
#define VMLAB_FAULT_INJECTED	6	/* a rule made the fault fail: counted as an error */

/**
 * struct vmlab_event - the record that read(2) of the device returns
 * @time_ns: CLOCK_MONOTONIC, nanoseconds
 * @pgoff: offset in the space, pages
 * @cost_ns: duration, nanoseconds; 0 for events without one
 * @lost: events dropped directly before this one, because the buffer was full
 * @type: VMLAB_EVENT_*
 * @arg: depends on @type
 * @tgid: process id in the pid namespace of the caller of VMLAB_IOC_EVENTS; 0
 *	for the kernel, and for a process that is not visible there
 * @tid: thread id, likewise
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
 * struct vmlab_events - VMLAB_IOC_EVENTS: the events to record for read(2)
 * @size: set by the caller
 * @flags: must be zero
 * @mask: bits 1 << VMLAB_EVENT_*; 0 to stop recording
 * @nr: events to keep until they are read, at most VMLAB_EVENTS_MAX; 0 with
 *	@mask 0
 *
 * The request discards the events that were not read.  read(2) returns as many
 * records as fit into its buffer.  It waits for the first one, or fails with
 * EAGAIN when the file is O_NONBLOCK.  It fails with EINVAL when events are not
 * recorded or the buffer is smaller than a record.  poll(2) reports POLLIN while
 * there are events.
 * An event that cannot be copied to the buffer (EFAULT) is not lost.
 *   EINVAL  a bit of @mask is unknown, or @nr is out of range
 *   EDQUOT  the rings of the user would exceed max_user_events
 *   ENOMEM  no memory
 */
struct vmlab_events {
	__u32 size;
	__u32 flags;
	__u32 mask;
	__u32 nr;
};

#define VMLAB_IOC_EVENTS	_IO(VMLAB_IOC_MAGIC, 0x58)

#endif /* _UAPI_LINUX_VMLAB_EVENTS_H */
