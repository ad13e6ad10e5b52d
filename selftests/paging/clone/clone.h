/* SPDX-License-Identifier: GPL-2.0 */
/* The parts of test-paging-clone. */
#ifndef SELFTESTS_PAGING_CLONE_H
#define SELFTESTS_PAGING_CLONE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PAGES = 32 };

/* A space with its pages mapped. */
struct mapped {
	int fd;
	char *p;
};

struct mapped map_space(int fd);
struct mapped map_clone(const struct mapped *source);
void unmap_space(struct mapped *m);

/* The first word of a page, and of all pages. */
uint64_t word(const struct mapped *m, size_t n);
void set_word(const struct mapped *m, size_t n, uint64_t value);
void set_all(const struct mapped *m, uint64_t first);

/* Do pages @from to @end have the words that set_all(@first) wrote? */
bool all_are(const struct mapped *m, size_t from, size_t end, uint64_t first);

void contents_of_each_kind(void);
void contents_under_budgets(void);
void chain_of_clones(void);
void many_clones(void);

void frames_are_shared(void);
void frames_and_budget(void);
void dirty_bits(void);
void pinned_pages(void);
void huge_frames(void);
void memory_error(void);
void private_mapping(void);

#endif /* SELFTESTS_PAGING_CLONE_H */
