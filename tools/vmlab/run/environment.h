/* SPDX-License-Identifier: GPL-2.0 */
/* The environment with which a command loads the preload library. */
#ifndef VMLAB_RUN_ENVIRONMENT_H
#define VMLAB_RUN_ENVIRONMENT_H

#include <stdint.h>

#include "libvmlab.h"
#include "sys/failure.h"

#define RUN_LIBRARY "libvmlab-run.so"

/**
 * environment_libraries - find the libraries to preload
 * @libraries: [out] the start of LD_PRELOAD, to be freed by the caller
 *
 * They are our own and the allocator that calls it.  The variable VMLAB_RUN_LIBRARY names
 * others instead, for tests: its value is used as it is, and can be empty.
 *
 * Return: 0 or a negative errno, with a sentence in @failure.
 */
int environment_libraries(char **libraries, struct failure *failure);

/**
 * struct run_settings - what the library does in each process
 * @paging: budget, policy and prefetching
 * @space_flags: VMLAB_SPACE_*
 * @event_mask, @nr_events: as in struct vmlab_events; 0 for none
 * @socket: the name of the abstract socket to report to
 */
struct run_settings {
	const struct vmlab_paging *paging;
	uint32_t space_flags;
	uint32_t event_mask;
	uint32_t nr_events;
	const char *socket;
};

/**
 * environment_make - copy the environment, and add the variables of the library
 *
 * Return: an array for execve(2), to be freed with environment_free().
 */
char **environment_make(const char *libraries, const struct run_settings *settings);
void environment_free(char **environment);

#endif /* VMLAB_RUN_ENVIRONMENT_H */
