// SPDX-License-Identifier: GPL-2.0
/* Lab 5: the cost of a lookup as VMAs grow from 10 to the limit. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "labs/addresses.h"
#include "labs/bare.h"

enum {
	LEAF = 16, /* slots of a leaf: MAPLE_RANGE64_SLOTS */
	LEAF_MIN = 7, /* slots in use at least, except in the root */
	INNER = 10, /* children of a node with gaps: MAPLE_ARANGE64_SLOTS */
	INNER_MIN = 5,
	GAPS = 4, /* below the text, two between, above the stack */
	STEPS = 5,
	LOOKUPS = 64,
};

static const struct lab_param params[] = {
	{ "vmas", "max", "10 100 1000 10000 max", 0, 0,
	  "VMAs to grow to; max is vm.max_map_count" },
	{ 0 },
};

static const struct lab_break breaks[] = {
	{ "merged", "give all pages the same rights: their VMAs merge" },
	{ "unmapped", "unmap every second page instead of changing its rights" },
	{ 0 },
};

/* The sizes of the process: 10, 100, ... and the limit; even numbers. */
static unsigned int sizes(const struct lab_run *run, unsigned int vmas[STEPS])
{
	uint64_t limit = lab_machine(run)->map_count_max & ~1ull;
	uint64_t last = UINT64_MAX, size = 10;
	unsigned int nr = 0;

	if (strcmp(lab_word(run, "vmas"), "max"))
		sscanf(lab_word(run, "vmas"), "%lu", &last);
	/* The plot and the time of the experiment set the upper bound. */
	for (limit = limit > 65530 ? 65530 : limit; nr < STEPS - 1; size *= 10)
		if (size < limit && size <= last)
			vmas[nr++] = (unsigned int)size;
		else
			break;
	if (last == UINT64_MAX)
		vmas[nr++] = (unsigned int)limit;
	return nr;
}

static unsigned int depth_full(unsigned int slots)
{
	unsigned int depth = 1, nodes = (slots + LEAF - 1) / LEAF;

	for (; nodes > 1; depth++)
		nodes = (nodes + INNER - 1) / INNER;
	return depth;
}

static unsigned int depth_sparse(unsigned int slots)
{
	unsigned int depth = 1, nodes = slots / LEAF_MIN;

	for (; nodes > 1; depth++)
		nodes /= INNER_MIN;
	return depth;
}

static void predict(struct lab_run *run)
{
	unsigned int vmas[STEPS], nr = sizes(run, vmas);

	for (unsigned int i = 0; i < nr; i++) {
		unsigned int slots = vmas[i] + GAPS;
		char key[40], what[80];

		snprintf(key, sizeof(key), "entries-%u", vmas[i]);
		snprintf(what, sizeof(what), "entries of the tree, step %u",
			 i + 1);
		lab_predict(run, key, what, vmas[i], "VMAs",
			    "one entry for each VMA");
		snprintf(key, sizeof(key), "depth-%u", vmas[i]);
		snprintf(what, sizeof(what), "depth with %u VMAs", vmas[i]);
		lab_predict_range(run, key, what, depth_full(slots),
				  depth_sparse(slots), "nodes",
				  "%u + %d gaps: leaves of %d..%d slots, nodes "
				  "of %d..%d children",
				  vmas[i], GAPS, LEAF_MIN, LEAF, INNER_MIN,
				  INNER);
	}
	lab_predict(run, "other", "lookups that visited more or less nodes", 0,
		    "lookups", "all leaves are on one level: each of %u "
		    "lookups visits depth nodes", nr * LOOKUPS);
}

struct plot {
	unsigned int plot, nodes, pivots, binary, list;
};

static void draw(struct lab_run *run, const struct plot *p, unsigned int vmas,
		 const struct vmlab_tree_stats *tree, double pivots)
{
	lab_point(run, p->plot, p->nodes, vmas, tree->depth);
	lab_point(run, p->plot, p->pivots, vmas, pivots);
	lab_point(run, p->plot, p->binary, vmas, log2(vmas));
	lab_point(run, p->plot, p->list, vmas, vmas / 2.0);
}

/* Look up addresses all over the process; return the mean of the pivots compared. */
static double look_up(struct lab_run *run, pid_t pid,
		      const struct vmlab_tree_stats *tree, unsigned int *other)
{
	struct vmlab_vma area = { 0 };
	struct vmlab_find find;
	uint64_t end = lab_machine(run)->task_end, pivots = 0;

	find = lab_look_up(run, pid, 0, 0);
	find = lab_look_up(run, pid, find.vma[VMLAB_FIND_VMA].end, 0);
	area = find.vma[VMLAB_FIND_VMA];
	for (unsigned int i = 0; i < LOOKUPS; i++) {
		uint64_t offset = (end - area.start) / LOOKUPS * i;

		/* Half of them among the small VMAs of the area. */
		if (i % 2)
			offset = (uint64_t)i * tree->entries / LOOKUPS *
				 lab_machine(run)->page;
		find = lab_look_up(run, pid, area.start + offset, 0);
		*other += find.nodes != tree->depth;
		pivots += find.pivots;
	}
	return (double)pivots / LOOKUPS;
}

static void experiment(struct lab_run *run)
{
	const char *how = lab_broken(run, "unmapped") ? "unmaps" : "mprotects";
	struct plot p = { .plot = lab_plot(run, "Cost of a lookup against VMAs",
					   "VMAs", "nodes or comparisons",
					   LAB_LOG_X | LAB_LOG_Y) };
	unsigned int vmas[STEPS], nr = sizes(run, vmas), other = 0;
	struct lab_bare *bare;

	p.nodes = lab_series(run, p.plot, "maple tree: nodes visited");
	p.pivots = lab_series(run, p.plot, "maple tree: pivots compared");
	p.binary = lab_series(run, p.plot, "balanced binary tree: log2 n");
	p.list = lab_series(run, p.plot, "list: n / 2");
	lab_step(run, "fork a process that unmaps all but its text and its stack");
	bare = lab_bare(run, lab_broken(run, "merged")	 ? LAB_BARE_MERGED :
			     lab_broken(run, "unmapped") ? LAB_BARE_UNMAPPED :
							   LAB_BARE_SPLIT);
	for (unsigned int i = 0; i < nr; i++) {
		struct vmlab_tree_stats tree;
		char key[40];

		lab_step(run, "it %s every second page of an area until it has "
			      "%u VMAs; look up %d addresses",
			 how, vmas[i], LOOKUPS);
		lab_bare_grow(run, bare, vmas[i]);
		tree = lab_tree(run, lab_bare_pid(bare));
		snprintf(key, sizeof(key), "entries-%u", vmas[i]);
		lab_measure(run, key, (double)tree.entries);
		snprintf(key, sizeof(key), "depth-%u", vmas[i]);
		lab_measure(run, key, tree.depth);
		draw(run, &p, vmas[i], &tree,
		     look_up(run, lab_bare_pid(bare), &tree, &other));
	}
	lab_measure(run, "other", other);
	lab_bare_end(run, bare);
}

static const struct lab maple_tree = {
	.number = 5,
	.name = "maple-tree",
	.title = "a lookup among 65,530 VMAs visits a handful of nodes",
	.question = "How many nodes does the kernel visit to find a VMA among 10, "
		    "and among as many as a process may have?",
	.idea = "VMAs are stored in a maple tree, a B-tree of ranges. A leaf has up "
		"to 16 slots, each a VMA or a gap; a node above has up to 10 "
		"children. All leaves are on one level, and a node that is not "
		"the root is about half full at least. A lookup visits one node "
		"a level: the depth grows with the logarithm, to a base of 5 to "
		"10.",
	.pins = "The VMAs of the libraries would differ from system to system: the "
		"process unmaps all but its text and its stack. Neighbours have "
		"different rights, so that they do not merge.",
	.reads = "mm/mmap.c: find_vma()\n"
		 "lib/maple_tree.c: mtree_range_walk(), mas_wr_store_entry()\n"
		 "include/linux/maple_tree.h: struct maple_range_64",
	.needs = LAB_DEVICE,
	.params = params,
	.breaks = breaks,
	.predict = predict,
	.experiment = experiment,
};

LAB_REGISTER(maple_tree);
