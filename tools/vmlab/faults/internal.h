/* SPDX-License-Identifier: GPL-2.0 */
/* The session, for the files that implement it. */
#ifndef VMLAB_FAULTS_INTERNAL_H
#define VMLAB_FAULTS_INTERNAL_H

#include <stdbool.h>

#include "faults.skel.h"

struct faults_session {
	struct faults_bpf *skel;
	int nr_cpus;
	bool no_stack; /* this kernel has no expand_stack_locked() */
	bool no_uffd;
};

#endif /* VMLAB_FAULTS_INTERNAL_H */
