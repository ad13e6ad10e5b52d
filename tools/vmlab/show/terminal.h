/* SPDX-License-Identifier: GPL-2.0 */
/* A terminal that is drawn on again and again, by its description in terminfo(5). */
#ifndef VMLAB_TERMINAL_H
#define VMLAB_TERMINAL_H

#include <stdbool.h>

struct terminal;

/**
 * terminal_open - take the terminal: a screen of its own, keys without Enter and echo
 *
 * Return: NULL when standard input or output is not a terminal, or when $TERM is
 * not in terminfo or lacks what drawing needs.
 */
struct terminal *terminal_open(void);

/** terminal_close - give it back: its settings, the cursor, and what it showed */
void terminal_close(struct terminal *terminal);

/** terminal_suspend - give it back for a while, before the process stops */
void terminal_suspend(struct terminal *terminal);

/** terminal_resume - take it again, after SIGCONT */
void terminal_resume(struct terminal *terminal);

/** terminal_clear - clear the screen, after a change of its size */
void terminal_clear(struct terminal *terminal);

/** terminal_home - begin a picture: go to the upper left corner */
void terminal_home(struct terminal *terminal);

/** terminal_clear_line - clear the rest of the line */
void terminal_clear_line(struct terminal *terminal);

/** terminal_clear_below - end a picture: clear all below it, and show it */
void terminal_clear_below(struct terminal *terminal);

/**
 * terminal_key - read a key
 * @key: [out]
 *
 * Return: false when the terminal is gone.
 */
bool terminal_key(struct terminal *terminal, char *key);

#endif /* VMLAB_TERMINAL_H */
