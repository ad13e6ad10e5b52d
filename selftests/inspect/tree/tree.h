/* SPDX-License-Identifier: GPL-2.0 */
/* The parts of test-inspect-tree. */
#ifndef SELFTESTS_TREE_H
#define SELFTESTS_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/dev.h"
#include "inspect/maps.h"

extern int vmlab_fd;	/* /dev/vmlab */

/* A whole tree. */
struct dump {
	struct vmlab_tree_item *item;	/* to free() */
	size_t nr;
	unsigned int calls;
	bool changed;
	uint32_t depth, map_count, flags;
};

static inline bool is_node(const struct vmlab_tree_item *i)
{
	return i->kind <= VMLAB_TREE_UNKNOWN;
}

static inline bool is_inner(const struct vmlab_tree_item *i)
{
	return i->kind == VMLAB_TREE_RANGE_64 || i->kind == VMLAB_TREE_ARANGE_64;
}

/* Read a whole tree, @batch items a call: 0, or -1 and errno. */
int dump_tree(pid_t pid, uint32_t batch, struct dump *d);

/*
 * Remove repeated items.  A kernel that does not count changes repeats the
 * ancestors of an item in every call; those of a process that does not change
 * are the same ones.
 */
void join(struct dump *d);

/* Checks of a tree that was read at once, with differs() for each difference. */
void check_shape(const struct dump *d);
void check_contents(const struct dump *d, const struct maps *maps);
void check_stats(const struct dump *d, pid_t pid);
void check_debugfs(const struct dump *d, pid_t pid);

void test_live(void);

#endif /* SELFTESTS_TREE_H */
