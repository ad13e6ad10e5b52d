/* SPDX-License-Identifier: GPL-2.0 */
/* The space of this process, when it is needed. */
#ifndef PRELOAD_OPEN_H
#define PRELOAD_OPEN_H

#include "preload.h"

/*
 * Return the descriptor of the space, or -1.  @open: open one if there is none.
 * Afterwards the descriptor is the library's own for certain.
 */
int space_use(bool open);

/* Give all memory back, and make no system calls any more.  Not on a managed stack. */
void space_cease(void);

#endif /* PRELOAD_OPEN_H */
