/* SPDX-License-Identifier: GPL-2.0 */
/* Stacks that fork copies. */
#ifndef PRELOAD_STACK_H
#define PRELOAD_STACK_H

#include "preload.h"

/* Map a stack: its address or a negative errno. */
long stack_map(void);
void stack_unmap(long stack);
void *stack_top(long stack);

/* Call a function, on a stack that fork copies. */
long stack_private(long (*fn)(void *arg), void *arg);

#endif /* PRELOAD_STACK_H */
