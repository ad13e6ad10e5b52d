/* SPDX-License-Identifier: GPL-2.0 */
/* Requests that configure a space and control its paging. */
#ifndef SELFTESTS_PAGING_H
#define SELFTESTS_PAGING_H

#include <stddef.h>
#include <stdint.h>

#include <linux/vmlab.h>

/* The built-in policies of a budget, except for OPT, which needs a trace. */
enum { NR_BUDGET_POLICIES = 6 };

extern const struct budget_policy {
	uint32_t policy;
	const char *name;
} budget_policies[NR_BUDGET_POLICIES];

/* The result of ioctl(): 0, or -1 and errno. */
int set_space(int fd, uint32_t flags, uint64_t bytes, uint32_t backing);
int set_backing(int fd, uint32_t backing, int file, uint64_t offset);
int set_rules(int fd, struct vmlab_inject_rule *rules, unsigned int nr);
int set_events(int fd, uint32_t mask, uint32_t nr);

/* @space: the ID of the space, or 0 for the space of @fd. */
int set_policy(int fd, uint64_t space, uint32_t policy, uint32_t policy_id);

int paging_set(int fd, const struct vmlab_paging *paging);

/* set_paging(fd, .budget = 8, .policy = VMLAB_POLICY_LRU): as paging_set() */
#define set_paging(fd, ...)						\
	paging_set((fd), &(struct vmlab_paging){			\
		.size = sizeof(struct vmlab_paging), __VA_ARGS__ })

/* Clone a space: return the descriptor of the clone, or -1 and errno. */
int try_clone(int fd);

/* Apply @op to @nr pages from page @first on; @r has the answer. */
int try_range(int fd, uint32_t op, size_t first, size_t nr,
	      struct vmlab_range *r);

/* The rest end the test on failure: use them where they are not tested. */
struct vmlab_range range(int fd, uint32_t op, size_t first, size_t nr);
int clone_space(int fd);
struct vmlab_paging get_paging(int fd);
struct vmlab_paging_stats paging_stats(int fd);
struct vmlab_inject_rule get_rule(int fd);

/* use_paging(fd, .budget = 8): as set_paging() */
void paging_use(int fd, const struct vmlab_paging *paging);
#define use_paging(fd, ...)						\
	paging_use((fd), &(struct vmlab_paging){			\
		.size = sizeof(struct vmlab_paging), __VA_ARGS__ })

/*
 * Return how many of @nr pages are dirty, and which in @bitmap unless that is
 * NULL.  @flags: VMLAB_DIRTY_CLEAR or 0.
 */
uint64_t get_dirty(int fd, uint32_t flags, size_t first, size_t nr,
		   uint64_t *bitmap);

/* Open a space whose contents are a new file of @bytes in @dir: *@file. */
int open_file_space(const char *dir, size_t bytes, int *file);

#endif /* SELFTESTS_PAGING_H */
