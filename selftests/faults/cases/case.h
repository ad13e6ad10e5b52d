/* SPDX-License-Identifier: GPL-2.0 */
/* The cases of faultcase, and what they share. */
#ifndef SELFTESTS_FAULTS_CASE_H
#define SELFTESTS_FAULTS_CASE_H

#include <stddef.h>
#include <sys/types.h>

#include "lib/page.h"

#define HUGE_SIZE (2ul << 20)

extern size_t pages;	/* on which to provoke faults */

/* case_NAME() provokes faults of one kind. */
#define CASES(X) \
	X("anon",        anon) \
	X("zero",        zero) \
	X("zero-cow",    zero_cow) \
	X("thp",         thp) \
	X("file-warm",   file_warm) \
	X("file-cold",   file_cold) \
	X("file-write",  file_write) \
	X("file-cow",    file_cow) \
	X("replaced",    replaced) \
	X("fork-child",  fork_child) \
	X("fork-parent", fork_parent) \
	X("swap",        swap) \
	X("numa",        numa) \
	X("migration",   migration) \
	X("stack",       stack) \
	X("stack-limit", stack_limit) \
	X("hugetlb",     hugetlb) \
	X("vmlab",       vmlab) \
	X("vmlab-clean", vmlab_clean) \
	X("like-vmlab",  like_vmlab) \
	X("uffd",        uffd) \
	X("kernel",      kernel) \
	X("gup",         gup) \
	X("maperr",      maperr) \
	X("accerr",      accerr) \
	X("beyond-end",  beyond_end) \
	X("signals",     signals) \
	X("threads",     threads) \
	X("preempted",   preempted) \
	X("orphan",      orphan) \
	X("heat",        heat) \
	X("loop",        loop) \
	X("timing",      timing)

#define CASE_DECLARE(name, function) void case_##function(void);
CASES(CASE_DECLARE)
#undef CASE_DECLARE

/*
 * Access @nr places, @step bytes apart; touch_down() accesses stack pages.  Only
 * these functions make the accesses of a case, so that a count by instruction
 * finds them and no others.  Each lies within one page of code.
 */
void touch_read(const volatile char *p, size_t nr, size_t step);
void touch_write(volatile char *p, size_t nr, size_t step);
void touch_down(size_t nr);

/* Read the first byte of each page, outside touch_read(). */
void read_uncounted(const volatile char *p, size_t nr);

/* Exit with 1, or with 77 because this kernel lacks what the case needs. */
void die(const char *what) __attribute__((noreturn));
void lacking(const char *what) __attribute__((noreturn));

/* Map memory or die(); map_anon() maps small pages. */
char *map(size_t size, int prot, int flags, int fd);
char *map_anon(size_t size);

/* Wait for a child that fork(2) returned: the wait status. */
int wait_for(pid_t pid);

/* Create a file with @pages pages in the directory $FAULTCASE_DIR. */
int file_of_pages(const char *name);

/* Print the address of the signal that the case expects. */
void print_address(const void *p);

#endif /* SELFTESTS_FAULTS_CASE_H */
