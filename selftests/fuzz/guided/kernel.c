// SPDX-License-Identifier: GPL-2.0
/* Calls on files of debugfs, sysfs and /proc, and on the module itself. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/vmlab.h>

#include "fuzz/guided/world.h"

static const char *const looked_at[] = {
	DEBUGFS "features", DEBUGFS "layout", DEBUGFS "frames",
	DEBUGFS "self/mm", DEBUGFS "self/vmas", DEBUGFS "self/tree", DEBUGFS "self/gaps",
	DEBUGFS "self/pagetable", DEBUGFS "self/pgtotals",
	/* %llu: the number of a space, or of a process */
	DEBUGFS "spaces/%llu/owner", DEBUGFS "spaces/%llu/stats", DEBUGFS "spaces/%llu/policy",
	DEBUGFS "spaces/%llu/frames",
	DEBUGFS "%llu/mm", DEBUGFS "%llu/vmas", DEBUGFS "%llu/tree", DEBUGFS "%llu/gaps",
	DEBUGFS "%llu/pagetable", DEBUGFS "%llu/pgtotals",
	"/proc/self/smaps", "/proc/self/pagemap", "/proc/self/numa_maps",
	"/proc/self/smaps_rollup", MODULE_PARAMS "max_user_pages",
	TRACING "trace", "/proc/self/maps",
};

enum { KTHREAD = 2 };	/* a pid */

enum { FIRST_SPACE = 9, FIRST_PROCESS = 13, FIRST_PLAIN = 19 };

static uint64_t space_number(uint64_t slot)
{
	struct vmlab_space_config config = { .size = sizeof(config) };

	return ioctl(world.fd[slot], VMLAB_IOC_SPACE_GET, &config) ? 0 : config.space_id;
}

/* The number in the name of a file: of a space, or of a child. */
static unsigned long long number_for(uint64_t file, uint64_t which)
{
	if (file < FIRST_SPACE || file >= FIRST_PLAIN)
		return 0;
	if (file < FIRST_PROCESS)
		return space_number(which % NR_FDS);
	if (which < NR_CHILDREN)
		return (unsigned long long)world.child[which];
	return (unsigned long long)(which == NR_CHILDREN ? getpid() : KTHREAD);
}

static const struct arg args_probe[] = {
	{ .name = "file", .type = A_COUNT, .limit = ARRAY_SIZE(looked_at) },
	{ .name = "which", .type = A_COUNT, .limit = NR_CHILDREN + 2 },
};

/* Open a file, which read and lseek then use. */
CALL(probe)
{
	char path[80];

	snprintf(path, sizeof(path), looked_at[v[0]], number_for(v[0], v[1]));
	return keep(&world.probe, open(path, O_RDONLY | O_CLOEXEC));
}

static const struct arg args_look[] = {
	{ .name = "file", .type = A_COUNT, .limit = ARRAY_SIZE(looked_at) },
	{ .name = "which", .type = A_COUNT, .limit = NR_CHILDREN + 2 },
	{ .name = "bytes", .type = A_COUNT, .limit = 2 * PAGE },
};

/* Read a file to its end, or some of it. */
CALL(look)
{
	char path[80];
	long ret = 0;
	int fd;

	snprintf(path, sizeof(path), looked_at[v[0]], number_for(v[0], v[1]));
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	for (int n = 0; n < 16; n++) {
		ret = read(fd, w->buffer, v[2] ? v[2] : BUFFER_BYTES);
		if (ret <= 0)
			break;
	}
	close(fd);
	return ret;
}

static long write_text(const char *path, const char *text, size_t length)
{
	int fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
	long ret;

	if (fd < 0)
		return -1;
	ret = write(fd, text, length);
	close(fd);
	return ret;
}

static const struct arg args_attach[] = {
	{ .name = "detach", .type = A_COUNT, .limit = 2 },
	{ .name = "target", .type = A_TARGET_ID },
	{ .name = "text", .type = A_COUNT, .limit = 8 },
};

CALL(attach)
{
	const char *path = v[0] ? DEBUGFS "detach" : DEBUGFS "attach";
	char text[40];
	int n = snprintf(text, sizeof(text), v[2] == 1 ? "x%lld" : v[2] == 2 ? "%lld x" : "%lld\n",
			 (long long)v[1]);

	return write_text(path, text, v[2] == 3 ? 0 : (size_t)n);
}

static const char *const limits[] = {
	"max_user_spaces", "max_user_pages", "max_user_store_pages", "max_user_evicted",
	"max_user_trace", "max_user_events",
};

static const struct arg args_param[] = {
	{ .name = "which", .type = A_COUNT, .limit = ARRAY_SIZE(limits) },
	{ .name = "value", .type = A_COUNT, .limit = 64 },
};

/* A limit per user; the parent sets it back. */
CALL(param)
{
	char path[80], text[20];

	snprintf(path, sizeof(path), MODULE_PARAMS "%s", limits[v[0]]);
	return write_text(path, text, (size_t)snprintf(text, sizeof(text), "%d", (int)v[1]));
}

static const struct {
	const char *path, *text;
} knobs[] = {
	{ "/proc/self/clear_refs", "1" }, { "/proc/self/clear_refs", "4" },
	{ "/proc/sys/vm/drop_caches", "2" },
	{ TRACING "events/vmlab/enable", "1" },
	{ "/proc/sys/vm/compact_memory", "1" }, { "/sys/fs/cgroup/fuzz/memory.reclaim", "4M" },
	{ TRACING "events/vmlab/enable", "0" },
	{ "/sys/devices/system/cpu/cpu1/online", "0" },
	{ "/sys/devices/system/cpu/cpu1/online", "1" },
	{ TRACING "trace", "" },
	/* what functions of headers trace */
	{ TRACING "events/mmap_lock/enable", "1" }, { TRACING "events/page_ref/enable", "1" },
	/* of one process alone */
	{ TRACING "set_event_pid", "1" },
	/* hide addresses */
	{ "/proc/sys/kernel/kptr_restrict", "2" },
};

static const struct arg args_knob[] = {
	{ .name = "which", .type = A_COUNT, .limit = ARRAY_SIZE(knobs) },
};

CALL(knob)
{
	return write_text(knobs[v[0]].path, knobs[v[0]].text, strlen(knobs[v[0]].text));
}

static const struct arg args_unload[] = {
	{ .name = "other", .type = A_COUNT, .limit = 2 },
};

/* The parent has the device open: this must fail. */
CALL(unload)
{
	return syscall(SYS_delete_module, v[0] ? "vmlab_kunit" : "vmlab", O_NONBLOCK);
}

const struct call_kind kernel_kinds[] = {
	KIND(probe, 2), KIND(look, 5), KIND(attach, 2), KIND(param, 2), KIND(unload, 1),
	/* When an allocation fails in ftrace, Linux 7.3 warns once the events are off again. */
	{
		.name = "knob", .args = args_knob, .nr_args = ARRAY_SIZE(args_knob),
		.run = call_knob, .weight = 2, .certain = true,
	},
};

const size_t nr_kernel_kinds = ARRAY_SIZE(kernel_kinds);
