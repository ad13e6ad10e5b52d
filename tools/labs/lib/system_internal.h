/* SPDX-License-Identifier: GPL-2.0 */
/* What the files that change the system share. */
#ifndef LABS_SYSTEM_INTERNAL_H
#define LABS_SYSTEM_INTERNAL_H

#include "labs/lib/run.h"
#include "labs/system.h"

/** system_write - write to a file; return 0 or a negative errno */
int system_write(const char *path, const char *value);

/** system_undo - record a change before it is made, or end the run as failed */
void system_undo(struct lab_run *run, enum undo_kind kind, const char *path,
		 const char *value);

/** system_command - run a command without output; return its exit status, 127 when it is missing */
int system_command(char *const argv[]);

/** system_load_module - load a kernel module where modprobe(8) finds it */
void system_load_module(const char *name);

#endif /* LABS_SYSTEM_INTERNAL_H */
