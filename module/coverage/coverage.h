/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What code of the module ran, in any context: for the fuzzer, in a build of its own.
 * KCOV sees only the task that makes a call; here write-back, reclaim and exits count too.
 */
#ifndef VMLAB_COVERAGE_H
#define VMLAB_COVERAGE_H

struct dentry;

#ifdef VMLAB_COVERAGE
void vmlab_coverage_files(struct dentry *dir);
/* Only code that stands in each basic block calls it. */
void vmlab_coverage_record(unsigned long pc);
#else
static inline void vmlab_coverage_files(struct dentry *dir) { }
#endif

#endif /* VMLAB_COVERAGE_H */
