// SPDX-License-Identifier: GPL-2.0
/* Observers of the module's tracepoints: perf events, BPF programs, the trace buffer. */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/bpf.h>
#include <linux/perf_event.h>

#include "fuzz/guided/world.h"

static const struct word tracepoints[] = {
	{ "FAULT", 0 }, { "MKWRITE", 1 }, { "VICTIM", 2 }, { "EVICT", 3 }, { "WRITEBACK", 4 },
};

static const char *const tracepoint_names[] = {
	"vmlab_fault", "vmlab_mkwrite", "vmlab_victim", "vmlab_evict", "vmlab_writeback",
};

static const struct arg args_perf[] = {
	{ .name = "point", .type = A_ENUM, WORDS(tracepoints) },
	{ .name = "everywhere", .type = A_COUNT, .limit = 2 },
};

/* The event is on until the program exits. */
CALL(perf)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_TRACEPOINT, .size = sizeof(attr), .sample_period = 1,
		.sample_type = PERF_SAMPLE_RAW,
	};
	char path[100], text[20] = "";
	int fd;

	snprintf(path, sizeof(path), TRACING "events/vmlab/%s/id",
		 tracepoint_names[v[0] % ARRAY_SIZE(tracepoint_names)]);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	attr.config = read(fd, text, sizeof(text) - 1) > 0 ? strtoull(text, NULL, 10) : 0;
	close(fd);
	fd = (int)syscall(SYS_perf_event_open, &attr, v[1] ? -1 : 0, v[1] ? 0 : -1, -1,
			  PERF_FLAG_FD_CLOEXEC);
	return fd < 0 ? -1 : 0;
}

/*
 * The first event of a task patches the scheduler's code, and so does the close of the last
 * one.  QEMU's emulation of several CPUs sometimes still executes the old code, int3, and
 * the kernel panics.  So one event stays.
 */
void observe_open(void)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE, .size = sizeof(attr), .config = PERF_COUNT_SW_DUMMY,
	};

	/* Without perf there is nothing to patch. */
	syscall(SYS_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
}

#define args_raw_tracepoint args_perf

/* A BPF program that returns at once; attached until the program exits. */
CALL(raw_tracepoint)
{
	static const struct bpf_insn code[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr load = {
		.prog_type = BPF_PROG_TYPE_RAW_TRACEPOINT, .insns = (uintptr_t)code,
		.insn_cnt = ARRAY_SIZE(code), .license = (uintptr_t)"GPL",
	};
	union bpf_attr attach;
	int prog = (int)syscall(SYS_bpf, BPF_PROG_LOAD, &load, sizeof(load)), fd;

	if (prog < 0)
		return -1;
	memset(&attach, 0, sizeof(attach));
	attach.raw_tracepoint.name =
		(uintptr_t)tracepoint_names[v[0] % ARRAY_SIZE(tracepoint_names)];
	attach.raw_tracepoint.prog_fd = (uint32_t)prog;
	fd = (int)syscall(SYS_bpf, BPF_RAW_TRACEPOINT_OPEN, &attach, sizeof(attach));
	close(prog);
	return fd < 0 ? -1 : 0;
}

const struct call_kind observe_kinds[] = {
	KIND(perf, 1), KIND(raw_tracepoint, 1),
};

const size_t nr_observe_kinds = ARRAY_SIZE(observe_kinds);
