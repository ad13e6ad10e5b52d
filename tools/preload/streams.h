/* SPDX-License-Identifier: GPL-2.0 */
/* FILEs across fork(3). */
#ifndef PRELOAD_STREAMS_H
#define PRELOAD_STREAMS_H

#include "preload.h"

/* Before fork(3), in the parent after it, in the child after it. */
void streams_prepare(void);
void streams_hide(void);
void streams_show(void);
void streams_parent(void);
void streams_child(void);
void streams_exit(void);

#endif /* PRELOAD_STREAMS_H */
