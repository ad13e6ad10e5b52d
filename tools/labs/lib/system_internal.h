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

#endif /* LABS_SYSTEM_INTERNAL_H */
