/* SPDX-License-Identifier: GPL-2.0 */
/* The parts of test-inspect-pagetable. */
#ifndef SELFTESTS_PAGETABLE_H
#define SELFTESTS_PAGETABLE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/dev.h"
#include "lib/page.h"
#include "inspect/ptwalk.h"

extern int vmlab_fd;		/* /dev/vmlab */
extern unsigned int levels;	/* of page tables */

/*
 * Comparisons of one process, which report each difference with differs() and
 * return whether there is none.
 */
bool pages_agree(pid_t pid, const struct vma_list *vmas,
		 const struct page_list *l);
bool ptes_agree(const struct page_list *l, const struct pte_list *p);
bool totals_agree(pid_t pid, const struct pte_list *raw,
		  const struct pte_list *tables);
bool translations_agree(pid_t pid, const struct page_list *l);
bool batches_agree(pid_t pid, uint32_t flags);

/* The same; -1 when this kernel has no PAGEMAP_SCAN. */
int scan_agrees(pid_t pid, const struct pte_list *raw);

/* Remove the entries of VM_PFNMAP VMAs, which /proc leaves out. */
void drop_pfnmap(const struct vma_list *vmas, struct pte_list *l);

/* Open the files of /proc that pages_agree() reads. */
void pagemap_open(void);

/* Number of pages of a process with all of one set of bits and none of another. */
uint64_t count_pages(pid_t pid, uint64_t all_of, uint64_t none_of);

void test_all(void);
void test_kinds(void);
void test_soft_dirty(void);
void test_slots(void);
void test_sparse(void);
void test_filters(void);
void test_range(void);
void test_errors(void);
void test_hidden(void);
void test_outcomes(void);
void test_levels(void);
void test_places(void);
void test_debugfs(pid_t pid, const char *what);

#endif /* SELFTESTS_PAGETABLE_H */
