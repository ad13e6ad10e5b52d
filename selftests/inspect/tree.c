// SPDX-License-Identifier: GPL-2.0
/*
 * VMLAB_IOC_TREE, VMLAB_IOC_TREE_STATS and debugfs <pid>/tree against
 * /proc/PID/maps, for every process of the machine, for one with 65,000 VMAs,
 * and for one that changes.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/proc.h"
#include "lib/tap.h"
#include "inspect/samples/samples.h"
#include "inspect/maps.h"

enum {
	MANY = 65000,
	LIVE_MS = 3000,
	/* What lib/maple_tree.c leaves at least in a node that is not the root. */
	LEAF_MIN = 6,
	INNER_MIN = 4,
	LEAF_MAX = 16,
	INNER_MAX = 10,
};

static int fd;
static size_t page;

struct dump {
	struct vmlab_tree_item *item;
	size_t nr;
	unsigned int calls;
	bool changed;
	uint32_t depth, map_count, flags;
};

static bool is_node(const struct vmlab_tree_item *i)
{
	return i->kind <= VMLAB_TREE_UNKNOWN;
}

/*
 * A kernel that counts no changes reports ancestors again in every call.  Of a
 * process that stands still they are the same ones: leave the first of each.
 */
static void join(struct dump *d)
{
	uint32_t path[VMLAB_TREE_LEVELS + 1] = {}, id = 0;
	size_t kept = 0;

	for (size_t n = 0; n < d->nr; n++) {
		struct vmlab_tree_item i = d->item[n];

		if (i.flags & VMLAB_TREE_AGAIN) {
			if (i.level > VMLAB_TREE_LEVELS || !path[i.level])
				complain("item %zu: not there before", n);
			continue;
		}
		if (i.level)
			i.parent = path[i.level - 1];
		if (is_node(&i)) {
			i.id = ++id;
			path[i.level] = id;
		}
		d->item[kept++] = i;
	}
	d->nr = kept;
	d->changed = false;
}

/* The whole tree, @batch items a call: 0, or -1 and errno. */
static int dump_tree(pid_t pid, uint32_t batch, struct dump *d)
{
	struct vmlab_tree req = {
		.size = sizeof(req),
		.target = { .kind = VMLAB_TARGET_PID, .id = pid },
	};
	size_t room = 0;

	memset(d, 0, sizeof(*d));
	do {
		if (room - d->nr < batch) {
			room = 2 * room + batch;
			d->item = realloc(d->item, room * sizeof(*d->item));
			if (!d->item)
				bail("out of memory");
		}
		req.flags = 0;
		req.items = (uintptr_t)(d->item + d->nr);
		req.nr = batch;
		if (ioctl(fd, VMLAB_IOC_TREE, &req)) {
			int err = errno;

			free(d->item);
			d->item = NULL;
			errno = err;
			return -1;
		}
		if (req.nr > batch)
			bail("TREE filled %u of %u items", req.nr, batch);
		d->nr += req.nr;
		d->calls++;
		d->flags |= req.flags;
		d->depth = req.depth;
		d->map_count = req.map_count;
	} while (req.nr);
	d->changed = d->flags & VMLAB_TREE_CHANGED;
	return 0;
}

static bool is_inner(const struct vmlab_tree_item *i)
{
	return i->kind == VMLAB_TREE_RANGE_64 || i->kind == VMLAB_TREE_ARANGE_64;
}

/* The largest part of [first, last] that no VMA covers. */
static uint64_t largest_gap(const struct maps *maps, uint64_t first,
			    uint64_t last)
{
	uint64_t largest = 0, at = first;

	for (size_t i = maps_find(maps, first); i < maps->nr; i++) {
		const struct range *v = &maps->vma[i];

		if (v->start > last)
			break;
		if (v->start > at && v->start - at > largest)
			largest = v->start - at;
		at = v->end;
	}
	if (at <= last && last - at + 1 > largest)
		largest = last - at + 1;
	return largest;
}

/* One level of the path from the root to where the walk is. */
struct level {
	const struct vmlab_tree_item *node;
	uint64_t next;		/* where the next slot must start */
	unsigned int slot;	/* and which one it is */
	uint64_t max_gap;	/* the largest of the slots so far */
	uint64_t gap_at_slot;	/* that of the node's gap_slot */
};

/* All slots of the node of level @l were seen: are they all there? */
static void close_node(const struct level *l)
{
	const struct vmlab_tree_item *n = l->node;

	if (l->slot != n->used || l->next != n->last + 1)
		complain("node %u: %u of %u slots, up to %#llx of %#llx", n->id,
			 l->slot, n->used, (unsigned long long)l->next - 1,
			 (unsigned long long)n->last);
	if (n->kind == VMLAB_TREE_ARANGE_64 && l->gap_at_slot != l->max_gap)
		complain("node %u: the gap in slot %u is not the largest",
			 n->id, n->gap_slot);
}

/*
 * What holds in any tree that is of one moment: every node's slots follow each
 * other and fill it, every node's parent is above it, leaves are on one level.
 */
static void check_shape(const struct dump *d)
{
	struct level level[VMLAB_TREE_LEVELS + 1] = {};
	unsigned int open = 0;	/* nodes on the path */
	uint32_t last_id = 0;

	for (size_t n = 0; n < d->nr; n++) {
		const struct vmlab_tree_item *i = &d->item[n];
		struct level *up;

		if (i->flags & VMLAB_TREE_AGAIN || i->first > i->last ||
		    i->level > open) {
			complain("item %zu: level %u of %u, %#llx-%#llx, %#x",
				 n, i->level, open,
				 (unsigned long long)i->first,
				 (unsigned long long)i->last, i->flags);
			return;
		}
		while (open > i->level)
			close_node(&level[--open]);
		if (i->level) {
			up = &level[i->level - 1];
			if (i->parent != up->node->id || i->slot != up->slot ||
			    i->first != up->next || !is_inner(up->node) !=
			    !is_node(i))
				complain("item %zu: %u.%u at %#llx, not %u.%u at %#llx",
					 n, i->parent, i->slot,
					 (unsigned long long)i->first,
					 up->node->id, up->slot,
					 (unsigned long long)up->next);
			if (i->slot == up->node->gap_slot)
				up->gap_at_slot = i->gap;
			if (i->gap > up->max_gap)
				up->max_gap = i->gap;
			up->slot++;
			up->next = i->last + 1;
		}
		if (!is_node(i)) {
			if (i->id || i->used || i->slots || i->gap)
				complain("item %zu: a slot with facts of a node",
					 n);
			continue;
		}
		if (i->id != ++last_id || i->used > i->slots || !i->used)
			complain("item %zu: id %u after %u, %u of %u slots", n,
				 i->id, last_id - 1, i->used, i->slots);
		if (i->level + 1U != d->depth && !is_inner(i))
			complain("item %zu: a leaf on level %u of %u", n,
				 i->level, d->depth);
		level[open++] = (struct level){ .node = i, .next = i->first };
	}
	while (open)
		close_node(&level[--open]);
	if (!d->nr || d->item[d->nr - 1].last != UINT64_MAX)
		complain("the last index is missing");
}

/* Entries are the VMAs, gaps what is between; gap sizes are what they say. */
static void check_contents(const struct dump *d, const struct maps *maps)
{
	uint64_t at = 0;
	size_t n = 0;

	for (const struct vmlab_tree_item *i = d->item; i < d->item + d->nr;
	     i++) {
		uint64_t start = n < maps->nr ? maps->vma[n].start : 0;

		if (i->flags & VMLAB_TREE_HAS_GAP &&
		    i->gap != largest_gap(maps, i->first, i->last))
			complain("node %u: gap %llu, really %llu", i->id,
				 (unsigned long long)i->gap,
				 (unsigned long long)
				 largest_gap(maps, i->first, i->last));
		if (i->kind == VMLAB_TREE_GAP) {
			if (i->first != at || i->last != start - 1)
				complain("gap %#llx-%#llx, maps %#llx-%#llx",
					 (unsigned long long)i->first,
					 (unsigned long long)i->last,
					 (unsigned long long)at,
					 (unsigned long long)start - 1);
			at = start;
		} else if (i->kind == VMLAB_TREE_ENTRY) {
			if (n == maps->nr || i->first != start ||
			    i->last != maps->vma[n].end - 1) {
				complain("entry %#llx-%#llx is not VMA %zu",
					 (unsigned long long)i->first,
					 (unsigned long long)i->last, n);
				return;
			}
			if (i->first != at)
				complain("no gap before %#llx",
					 (unsigned long long)i->first);
			at = maps->vma[n++].end;
		} else if (!is_node(i)) {
			complain("kind %u at %#llx", i->kind,
				 (unsigned long long)i->first);
		} else if (is_inner(i) && i->kind != VMLAB_TREE_ARANGE_64) {
			complain("node %u: an mm's tree without gaps", i->id);
		}
	}
	if (n != maps->nr || d->map_count != maps->nr)
		complain("%zu entries, map_count %u, maps %zu", n,
			 d->map_count, maps->nr);
}

static void check_stats(const struct dump *d, pid_t pid)
{
	struct vmlab_tree_stats got = {
		.size = sizeof(got),
		.target = { .kind = VMLAB_TARGET_PID, .id = pid },
	};
	struct vmlab_tree_stats want = {
		.size = sizeof(want),
		.target = got.target,
		.node_bytes = 256,
		.depth = d->depth,
		.flags = d->flags & VMLAB_TREE_NO_GENERATION,
	};

	for (const struct vmlab_tree_item *i = d->item; i < d->item + d->nr;
	     i++) {
		if (is_node(i)) {
			want.nodes++;
			want.level[i->level].nodes++;
			want.level[i->level].used += i->used;
			want.level[i->level].slots += i->slots;
		}
		want.entries += i->kind == VMLAB_TREE_ENTRY;
		want.gaps += i->kind == VMLAB_TREE_GAP;
	}
	want.bytes = want.nodes * want.node_bytes;
	if (ioctl(fd, VMLAB_IOC_TREE_STATS, &got)) {
		complain("TREE_STATS: %s", strerror(errno));
		return;
	}
	/* A process that runs may have changed in between. */
	if (got.flags & VMLAB_TREE_CHANGED)
		got.flags &= ~VMLAB_TREE_CHANGED;
	if (memcmp(&got, &want, sizeof(got)))
		complain("TREE_STATS: %llu %u %llu %llu, not %llu %u %llu %llu",
			 (unsigned long long)got.nodes, got.depth,
			 (unsigned long long)got.entries,
			 (unsigned long long)got.gaps,
			 (unsigned long long)want.nodes, want.depth,
			 (unsigned long long)want.entries,
			 (unsigned long long)want.gaps);
}

static const char *kind_name(const struct vmlab_tree_item *i)
{
	static const char *const names[] = {
		[VMLAB_TREE_DENSE] = "dense",
		[VMLAB_TREE_LEAF_64] = "leaf_64",
		[VMLAB_TREE_RANGE_64] = "range_64",
		[VMLAB_TREE_ARANGE_64] = "arange_64",
		[VMLAB_TREE_ENTRY] = "vma",
		[VMLAB_TREE_GAP] = "gap",
		[VMLAB_TREE_RESERVED] = "reserved",
	};

	return i->kind < sizeof(names) / sizeof(names[0]) && names[i->kind] ?
		       names[i->kind] : "unknown";
}

static void tree_line(const struct vmlab_tree_item *i, char *line)
{
	line += sprintf(line, "%*s%u %s %llx %llx %u ", i->level * 2, "",
			i->level, kind_name(i), (unsigned long long)i->first,
			(unsigned long long)i->last, i->slot);
	if (i->id)
		line += sprintf(line, "%u %u %u %u", i->id, i->parent, i->used,
				i->slots);
	else
		line += sprintf(line, "- %u - -", i->parent);
	if (i->flags & VMLAB_TREE_HAS_GAP)
		line += sprintf(line, " %llu", (unsigned long long)i->gap);
	else
		line += sprintf(line, " -");
	if (i->flags & VMLAB_TREE_HAS_GAP_SLOT)
		line += sprintf(line, " %u", i->gap_slot);
	else
		line += sprintf(line, " -");
	sprintf(line, " %s", i->flags & VMLAB_TREE_AGAIN ? "again" :
			     i->flags & VMLAB_TREE_IMPLIED ? "implied" : "-");
}

static void check_debugfs(const struct dump *d, pid_t pid)
{
	static const char header[] =
		"level kind first last slot id parent used slots maxgap gapslot pivot";
	char *text, *rest, *line, want[256], number[16];
	size_t n = 0;

	snprintf(number, sizeof(number), "%d", pid);
	write_file(DEBUGFS "/attach", number, strlen(number));
	text = slurp(DEBUGFS "/%d/tree", pid);
	rest = text;
	write_file(DEBUGFS "/detach", number, strlen(number));
	if (!text) {
		complain("debugfs: %s", strerror(errno));
		return;
	}
	line = next_line(&rest);
	if (!line || strcmp(line, header))
		complain("header \"%.100s\"", line ? line : "(nothing)");
	while ((line = next_line(&rest))) {
		/* A kernel that counts no changes repeats the ancestors. */
		if (d->flags & VMLAB_TREE_NO_GENERATION && d->nr > 256)
			break;
		if (n == d->nr) {
			complain("only in debugfs: %.200s", line);
			break;
		}
		tree_line(&d->item[n++], want);
		if (strcmp(line, want))
			complain("debugfs \"%.200s\", wanted \"%.200s\"", line,
				 want);
	}
	if (!line && n != d->nr)
		complain("%zu items, debugfs %zu", d->nr, n);
	free(text);
}

static bool compare(pid_t pid, const struct maps *maps)
{
	struct dump d;

	if (dump_tree(pid, 4096, &d)) {
		if (errno != ESRCH)
			complain("TREE: %s", strerror(errno));
		return errno != ESRCH;
	}
	if (d.flags & VMLAB_TREE_NO_GENERATION)
		join(&d);
	if (d.changed)
		complain("changed");
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

/* The same answer whatever the room of each call. */
static void test_batches(void)
{
	static const uint32_t sizes[] = { VMLAB_TREE_NR_MIN, 65, 333, 1 << 20 };
	pid_t pid = sample_find("many_vmas");
	struct dump all, d = {};

	if (!pid || dump_tree(pid, 4096, &all))
		bail("no process with many VMAs");
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
		bail("no process with %d VMAs", MANY);
	stats.target.kind = VMLAB_TARGET_PID;
	stats.target.id = pid;
	works(ioctl(fd, VMLAB_IOC_TREE_STATS, &stats), "max_vmas: totals");
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

/* Maps and unmaps pages all over a region until it is killed. */
static int mutator(void *arg)
{
	enum { PAGES = 3000 };
	unsigned int seed = 1;
	char *region = mmap(NULL, PAGES * page, PROT_NONE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	(void)arg;
	for (;;) {
		size_t i = (size_t)rand_r(&seed) % PAGES;
		size_t len = 1 + (size_t)rand_r(&seed) % 8;
		int prot = rand_r(&seed) % 2 ? PROT_READ : PROT_NONE;

		if (i + len > PAGES)
			continue;
		/* Now and then it grows back together. */
		if (!(rand_r(&seed) % 2000))
			munmap(region, PAGES * page);
		if (rand_r(&seed) % 3)
			(void)mmap(region + i * page, len * page, prot,
				   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
				   0);
		else
			munmap(region + i * page, len * page);
	}
	return 0;
}

/*
 * What holds even when the process changes between calls: order, and parents
 * that were reported before and cover their children.
 */
static bool in_order(const struct dump *d)
{
	const struct vmlab_tree_item *path[VMLAB_TREE_LEVELS + 1] = {};
	uint64_t first = 0;
	int level = -1;

	for (size_t n = 0; n < d->nr; n++) {
		const struct vmlab_tree_item *i = &d->item[n];

		if (i->level > VMLAB_TREE_LEVELS || i->first > i->last)
			return false;
		if (!(i->flags & VMLAB_TREE_AGAIN)) {
			if (n && (i->first < first ||
				  (i->first == first && i->level <= level)))
				return false;
			first = i->first;
			level = i->level;
		}
		if (i->level) {
			const struct vmlab_tree_item *up = path[i->level - 1];

			if (!up || i->parent != up->id ||
			    i->first < up->first || i->last > up->last)
				return false;
		}
		path[i->level] = is_node(i) ? i : NULL;
	}
	return d->nr && d->item[d->nr - 1].last == UINT64_MAX;
}

static void test_live(void)
{
	unsigned long dumps = 0, failed = 0, torn = 0, whole = 0, cut = 0;
	unsigned long long end = now_ms() + LIVE_MS;
	pid_t pid = spawn(mutator, NULL);
	struct dump d;

	msleep(200);
	complaints_take();
	for (; now_ms() < end; dumps++) {
		uint32_t batch = dumps % 2 ? 4096 : VMLAB_TREE_NR_MIN;

		if (dump_tree(pid, batch, &d)) {
			failed++;
			continue;
		}
		torn += !in_order(&d);
		if (d.changed) {
			cut++;
		} else {
			whole++;
			check_shape(&d);
		}
		free(d.item);
	}
	kill_and_reap(pid);
	diag("%lu dumps: %lu of one moment, %lu of several", dumps, whole, cut);
	ok(dumps > 1, "dumps of a process that changes");
	is(failed, 0, "live: none failed");
	is(torn, 0, "live: each is in order, parents cover their children");
	is(complaints_take(), 0, "live: those of one moment are whole trees");
	ok(cut, "live: changes between calls are told");
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
	works(ioctl(fd, VMLAB_IOC_TREE, &t), "one's own tree");
	ok(room[0].level == 0 && room[0].id == 1 && is_node(room),
	   "the root is the first");
	t = good;
	t.flags = 1;
	fails(ioctl(fd, VMLAB_IOC_TREE, &t), EINVAL, "flags");
	t = good;
	t.reserved = 1;
	fails(ioctl(fd, VMLAB_IOC_TREE, &t), EINVAL, "reserved");
	t = good;
	t.nr--;
	fails(ioctl(fd, VMLAB_IOC_TREE, &t), EINVAL, "too little room");
	t = good;
	t.items = 0;
	fails(ioctl(fd, VMLAB_IOC_TREE, &t), EFAULT, "no room");
	t = good;
	t.cursor.first = UINT64_MAX;
	t.cursor.level = UINT32_MAX;
	t.cursor.next_id = UINT32_MAX;
	works(ioctl(fd, VMLAB_IOC_TREE, &t), "a cursor beyond the end");
	is(t.nr, 0, "... is at the end");
	stats.flags = 1;
	fails(ioctl(fd, VMLAB_IOC_TREE_STATS, &stats), EINVAL,
	      "totals: flags");
	stats.flags = 0;
	stats.target.kind = VMLAB_TARGET_PID;
	stats.target.id = 2;
	fails(ioctl(fd, VMLAB_IOC_TREE_STATS, &stats), ENXIO,
	      "totals: a kernel thread");
}

int main(void)
{
	page = page_size();
	fd = dev_open(O_RDWR);
	samples_start();
	maps_compare_all("tree", compare);
	test_batches();
	test_many();
	samples_end();
	test_live();
	test_errors();
	return tap_done();
}
