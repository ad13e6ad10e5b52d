/* SPDX-License-Identifier: GPL-2.0 */
/* Changes of the stack: entry.S. */
#ifndef PRELOAD_ENTRY_H
#define PRELOAD_ENTRY_H

/* Call a function on a stack. */
long on_stack(void *top, long (*fn)(void *arg), void *arg);

/* Return 0 from a system call on the stack of a child. */
void return_on(void *stack) __attribute__((noreturn));

#endif /* PRELOAD_ENTRY_H */
