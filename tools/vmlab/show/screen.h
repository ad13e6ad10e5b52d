/* SPDX-License-Identifier: GPL-2.0 */
/* Redraw a picture on a terminal, as its description in terminfo(5) defines. */
#ifndef VMLAB_SHOW_SCREEN_H
#define VMLAB_SHOW_SCREEN_H

#include <stdbool.h>

struct screen;

/**
 * screen_open - set up the terminal: a separate screen, keys without Enter and echo
 *
 * Return: NULL when standard input or output is not a terminal, or when $TERM is
 * not in terminfo or lacks what drawing needs.
 */
struct screen *screen_open(void);

/** screen_close - restore the terminal: its settings, the cursor, and its contents */
void screen_close(struct screen *terminal);

/** screen_suspend - restore the terminal until screen_resume(), before a stop */
void screen_suspend(struct screen *terminal);

/** screen_resume - set up the terminal again, after SIGCONT */
void screen_resume(struct screen *terminal);

/** screen_clear - clear the screen, after a change of its size */
void screen_clear(struct screen *terminal);

/** screen_home - begin a picture: go to the upper left corner */
void screen_home(struct screen *terminal);

/** screen_clear_line - clear the rest of the line */
void screen_clear_line(struct screen *terminal);

/** screen_clear_below - end a picture: clear all below it, and show it */
void screen_clear_below(struct screen *terminal);

/**
 * screen_key - read a key
 * @key: [out]
 *
 * Return: false when the terminal is gone.
 */
bool screen_key(struct screen *terminal, char *key);

#endif /* VMLAB_SHOW_SCREEN_H */
