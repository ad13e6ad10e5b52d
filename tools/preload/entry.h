/* SPDX-License-Identifier: GPL-2.0 */
/* entry.S, and the stacks of stack.c. */
#ifndef PRELOAD_ENTRY_H
#define PRELOAD_ENTRY_H

#include <stdbool.h>

long on_stack(void *top, long (*fn)(void *arg), void *arg);
void return_on(void *stack) __attribute__((noreturn));

/* Called by syscall(3) for the system calls that the library handles. */
long run_syscall(long nr, long a, long b, long c, long d, long e, long f);

/* A stack that fork copies: its address or a negative errno. */
long stack_map(void);
void stack_unmap(long stack);
void *stack_top(long stack);

/* Is the stack of the caller memory of the library? */
bool stack_is_shared(void);

#endif /* PRELOAD_ENTRY_H */
