/* SPDX-License-Identifier: GPL-2.0 */
/* Tracepoints; /sys/kernel/tracing/events/vmlab. */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM vmlab

#if !defined(VMLAB_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define VMLAB_TRACE_H

#include <linux/mm.h>
#include <linux/tracepoint.h>

#include <linux/vmlab.h>

#define vmlab_show_outcome(outcome)				\
	__print_symbolic(outcome,				\
		{ VMLAB_FAULT_FILLED,		"filled" },	\
		{ VMLAB_FAULT_MAPPED,		"mapped" },	\
		{ VMLAB_FAULT_SIGBUS,		"sigbus" },	\
		{ VMLAB_FAULT_OOM,		"oom" },	\
		{ VMLAB_FAULT_INTERRUPTED,	"interrupted" },\
		{ VMLAB_FAULT_ERROR,		"error" },	\
		{ VMLAB_FAULT_INJECTED,		"injected" })

TRACE_EVENT(vmlab_fault,

	TP_PROTO(u64 space, const struct vm_fault *vmf, u32 outcome, u64 ns),

	TP_ARGS(space, vmf, outcome, ns),

	TP_STRUCT__entry(
		__field(u64,		space)
		__field(unsigned long,	address)
		__field(unsigned long,	pgoff)
		__field(unsigned int,	flags)
		__field(u32,		outcome)
		__field(u64,		ns)
	),

	TP_fast_assign(
		__entry->space = space;
		__entry->address = vmf->address;
		__entry->pgoff = vmf->pgoff;
		__entry->flags = vmf->flags;
		__entry->outcome = outcome;
		__entry->ns = ns;
	),

	TP_printk("space=%llu address=%lx pgoff=%lu %s outcome=%s ns=%llu",
		  __entry->space, __entry->address, __entry->pgoff,
		  __entry->flags & FAULT_FLAG_WRITE ? "write" : "read",
		  vmlab_show_outcome(__entry->outcome), __entry->ns)
);

TRACE_EVENT(vmlab_mkwrite,

	TP_PROTO(u64 space, unsigned long pgoff),

	TP_ARGS(space, pgoff),

	TP_STRUCT__entry(
		__field(u64,		space)
		__field(unsigned long,	pgoff)
	),

	TP_fast_assign(
		__entry->space = space;
		__entry->pgoff = pgoff;
	),

	TP_printk("space=%llu pgoff=%lu", __entry->space, __entry->pgoff)
);

/* The policy's decision; vmlab_evict follows if the frame could be evicted. */
TRACE_EVENT(vmlab_victim,

	TP_PROTO(u64 space, const char *policy, unsigned long pgoff),

	TP_ARGS(space, policy, pgoff),

	TP_STRUCT__entry(
		__field(u64,		space)
		__field(unsigned long,	pgoff)
		__array(char,		policy, 16)
	),

	TP_fast_assign(
		__entry->space = space;
		__entry->pgoff = pgoff;
		strscpy(__entry->policy, policy, sizeof(__entry->policy));
	),

	TP_printk("space=%llu policy=%s pgoff=%lu", __entry->space,
		  __entry->policy, __entry->pgoff)
);

TRACE_EVENT(vmlab_evict,

	TP_PROTO(u64 space, unsigned long pgoff, bool stored),

	TP_ARGS(space, pgoff, stored),

	TP_STRUCT__entry(
		__field(u64,		space)
		__field(unsigned long,	pgoff)
		__field(bool,		stored)
	),

	TP_fast_assign(
		__entry->space = space;
		__entry->pgoff = pgoff;
		__entry->stored = stored;
	),

	TP_printk("space=%llu pgoff=%lu stored=%d", __entry->space,
		  __entry->pgoff, __entry->stored)
);

TRACE_EVENT(vmlab_writeback,

	TP_PROTO(u64 space, unsigned long pgoff, int error),

	TP_ARGS(space, pgoff, error),

	TP_STRUCT__entry(
		__field(u64,		space)
		__field(unsigned long,	pgoff)
		__field(int,		error)
	),

	TP_fast_assign(
		__entry->space = space;
		__entry->pgoff = pgoff;
		__entry->error = error;
	),

	TP_printk("space=%llu pgoff=%lu error=%d", __entry->space,
		  __entry->pgoff, __entry->error)
);

#endif /* VMLAB_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
