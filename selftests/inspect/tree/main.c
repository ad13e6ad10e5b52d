// SPDX-License-Identifier: GPL-2.0
/*
 * VMLAB_IOC_TREE, VMLAB_IOC_TREE_STATS and the file tree in debugfs against
 * /proc/PID/maps, for every process of the machine, for one with 65,000 VMAs,
 * and for one that changes.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/differences.h"
#include "lib/tap.h"
#include "inspect/maps.h"
#include "inspect/samples/samples.h"
#include "inspect/tree/tree.h"

enum {
	MANY = 65000,
	/* Slots that lib/maple_tree.c leaves at least in a node that is not the root. */
	LEAF_MIN = 6,
	INNER_MIN = 4,
	LEAF_MAX = 16,
	INNER_MAX = 10,
};

int vmlab_fd;

static bool compare(pid_t pid, const struct maps *maps)
{
	struct dump d;

	if (dump_tree(pid, 4096, &d)) {
		if (errno != ESRCH)
			differs("TREE: %s", strerror(errno));
		return errno != ESRCH;
	}
	if (d.flags & VMLAB_TREE_NO_GENERATION)
		join(&d);
	if (d.changed)
		differs("the tree changed");
	check_shape(&d);
	check_contents(&d, maps);
	check_stats(&d, pid);
	check_debugfs(&d, pid);
	free(d.item);
	return true;
}

static bool same_dump(const struct dump *a, const struct dump *b)
{
	return a->nr == b->nr &&
	       !memcmp(a->item, b->item, a->nr * sizeof(*a->item));
}

/* Test that the items do not depend on the room of each call. */
static void test_batches(void)
{
	static const uint32_t sizes[] = { VMLAB_TREE_NR_MIN, 65, 333, 1 << 20 };
	pid_t pid = sample_find("many_vmas");
	struct dump all, d = {};

	if (!pid || dump_tree(pid, 4096, &all))
		bail("there is no sample process many_vmas");
	if (all.flags & VMLAB_TREE_NO_GENERATION)
		join(&all);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		if (!works(dump_tree(pid, sizes[i], &d), "%u items a call",
			   sizes[i]) || !d.item)
			continue;
		if (d.flags & VMLAB_TREE_NO_GENERATION)
			join(&d);
		ok(same_dump(&all, &d) && !d.changed,
		   "... the same in %u calls", d.calls);
		free(d.item);
	}
	free(all.item);
}

static unsigned int levels(uint64_t entries, unsigned int leaf,
			   unsigned int inner)
{
	uint64_t nodes = (entries + leaf - 1) / leaf;
	unsigned int depth = 1;

	for (; nodes > 1; depth++)
		nodes = (nodes + inner - 1) / inner;
	return depth;
}

static void test_many(void)
{
	struct vmlab_tree_stats stats = { .size = sizeof(stats) };
	pid_t pid = sample_find("max_vmas");
	unsigned long long t0 = now_ms(), vmas;
	unsigned int least, most;

	if (!pid)
		bail("there is no sample process max_vmas");
	stats.target.kind = VMLAB_TARGET_PID;
	stats.target.id = pid;
	works(ioctl(vmlab_fd, VMLAB_IOC_TREE_STATS, &stats), "max_vmas: totals");
	vmas = stats.entries;
	diag("%llu VMAs, %u levels, %llu nodes, %llu bytes, counted in %llu ms",
	     vmas, stats.depth, (unsigned long long)stats.nodes,
	     (unsigned long long)stats.bytes, now_ms() - t0);
	for (unsigned int l = 0; l < stats.depth; l++)
		diag("level %u: %llu nodes, %llu of %llu slots", l,
		     (unsigned long long)stats.level[l].nodes,
		     (unsigned long long)stats.level[l].used,
		     (unsigned long long)stats.level[l].slots);
	if (vmas < MANY)
		skip("this kernel is too slow to make more", "%d VMAs, not %llu",
		     MANY, vmas);
	else
		ok(true, "%llu VMAs", vmas);
	least = levels(vmas, LEAF_MAX, INNER_MAX);
	most = levels(vmas + stats.gaps, LEAF_MIN, INNER_MIN);
	ok(stats.depth >= least && stats.depth <= most,
	   "... on %u levels, between %u and %u", stats.depth, least, most);
}

static void test_errors(void)
{
	struct vmlab_tree_item room[VMLAB_TREE_NR_MIN] = {};
	struct vmlab_tree good = {
		.size = sizeof(good),
		.items = (uintptr_t)room,
		.nr = VMLAB_TREE_NR_MIN,
	}, t;
	struct vmlab_tree_stats stats = { .size = sizeof(stats) };

	t = good;
	works(ioctl(vmlab_fd, VMLAB_IOC_TREE, &t), "one's own tree");
	ok(room[0].level == 0 && room[0].id == 1 && is_node(room),
	   "the root is the first");
	t = good;
	t.flags = 1;
	fails(ioctl(vmlab_fd, VMLAB_IOC_TREE, &t), EINVAL, "flags");
	t = good;
	t.reserved = 1;
	fails(ioctl(vmlab_fd, VMLAB_IOC_TREE, &t), EINVAL, "reserved");
	t = good;
	t.nr--;
	fails(ioctl(vmlab_fd, VMLAB_IOC_TREE, &t), EINVAL, "too little room");
	t = good;
	t.items = 0;
	fails(ioctl(vmlab_fd, VMLAB_IOC_TREE, &t), EFAULT, "no room");
	t = good;
	t.cursor.first = UINT64_MAX;
	t.cursor.level = UINT32_MAX;
	t.cursor.next_id = UINT32_MAX;
	works(ioctl(vmlab_fd, VMLAB_IOC_TREE, &t), "a cursor beyond the end");
	is(t.nr, 0, "... is at the end");
	stats.flags = 1;
	fails(ioctl(vmlab_fd, VMLAB_IOC_TREE_STATS, &stats), EINVAL,
	      "totals: flags");
	stats.flags = 0;
	stats.target.kind = VMLAB_TARGET_PID;
	stats.target.id = 2;
	fails(ioctl(vmlab_fd, VMLAB_IOC_TREE_STATS, &stats), ENXIO,
	      "totals: a kernel thread");
}

int main(void)
{
	vmlab_fd = dev_open(O_RDWR);
	samples_start();
	maps_compare_all("tree", compare);
	test_batches();
	test_many();
	samples_end();
	test_live();
	test_errors();
	return tap_done();
}
