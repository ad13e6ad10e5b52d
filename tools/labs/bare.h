/* SPDX-License-Identifier: GPL-2.0 */
/* A process with as few VMAs as possible, which makes as many as it is told to. */
#ifndef LABS_BARE_H
#define LABS_BARE_H

#include <sys/types.h>

#include "labs/lab.h"

/* how lab_bare_grow() makes VMAs of the pages of an area */
enum lab_bare_mode {
	LAB_BARE_SPLIT, /* every second page gets other rights: 2 VMAs a page */
	LAB_BARE_MERGED, /* every second page gets the rights it has: none */
	LAB_BARE_UNMAPPED, /* every second page is unmapped: 1 VMA a page */
};

/** struct lab_bare - the process */
struct lab_bare;

/**
 * lab_bare - fork a process that unmaps all but its text and its stack
 *
 * It then maps an area of 1 GiB without rights and a page beside it: 4 VMAs.
 */
struct lab_bare *lab_bare(struct lab_run *run, enum lab_bare_mode mode);

/** lab_bare_pid - return the pid */
pid_t lab_bare_pid(const struct lab_bare *bare);

/** lab_bare_grow - let it change pages until it has @vmas VMAs, an even number */
void lab_bare_grow(struct lab_run *run, struct lab_bare *bare,
		   unsigned int vmas);

/** lab_bare_end - kill it and free @bare */
void lab_bare_end(struct lab_run *run, struct lab_bare *bare);

#endif /* LABS_BARE_H */
