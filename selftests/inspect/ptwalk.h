/* SPDX-License-Identifier: GPL-2.0 */
/* Requests about page tables, with all records of a walk in one array. */
#ifndef SELFTESTS_PTWALK_H
#define SELFTESTS_PTWALK_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <linux/vmlab.h>

/* Bits of which an entry that is not present, and not empty, has one. */
#define PTE_ABSENT (VMLAB_PTE_SWAP | VMLAB_PTE_MIGRATION | \
		    VMLAB_PTE_DEV_PRIVATE | VMLAB_PTE_DEV_EXCLUSIVE | \
		    VMLAB_PTE_HWPOISON | VMLAB_PTE_MARKER)

struct pte_list {
	size_t nr;
	struct vmlab_pte *pte;	/* to free() */
};

struct page_list {
	size_t nr;
	struct vmlab_page *page;	/* to free() */
};

/*
 * Walk page tables, @batch records a call; @pid 0 is the caller.  Return 0, or
 * -1 and errno: EPROTO when the cursor does not advance.
 *
 * @query: range, filter and flags on entry; sums and results afterwards.
 */
int get_ptes_query(int fd, pid_t pid, struct vmlab_ptes *query, uint32_t batch,
		   struct pte_list *list);
int get_ptes(int fd, pid_t pid, uint64_t start, uint64_t end, uint32_t flags,
	     uint64_t return_mask, uint32_t batch, struct pte_list *list);
int get_pages(int fd, pid_t pid, uint64_t start, uint64_t end, uint32_t batch,
	      struct page_list *list);
int get_totals(int fd, pid_t pid, struct vmlab_pgtable_totals *totals);
int get_translation(int fd, pid_t pid, uint64_t addr,
		    struct vmlab_translation *t);

/* task_size of a process; ends the test on failure. */
uint64_t dev_task_size(int fd, pid_t pid);

#endif /* SELFTESTS_PTWALK_H */
