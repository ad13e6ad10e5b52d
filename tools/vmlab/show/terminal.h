/* SPDX-License-Identifier: GPL-2.0 */
/* What the terminal can show: its size, its character set, its colours. */
#ifndef VMLAB_SHOW_TERMINAL_H
#define VMLAB_SHOW_TERMINAL_H

#include <stdbool.h>

/**
 * terminal_columns - return the width to print for
 * @fd: the descriptor that is printed to
 *
 * Return: $COLUMNS, else the width of the terminal at @fd, else 80; at least
 * 40 and at most 1000.
 */
unsigned int terminal_columns(int fd);

/**
 * terminal_rows - return the height to print for
 * @fd: the descriptor that is printed to
 *
 * Return: $LINES, else the height of the terminal at @fd, else 24; at least 1
 * and at most 1000.
 */
unsigned int terminal_rows(int fd);

/**
 * terminal_window - return the size of a window that a program fills
 * @fd: the descriptor of the terminal
 *
 * The environment does not count: the size changes while the program runs.
 * 24 by 80 without a terminal.
 */
void terminal_window(int fd, unsigned int *rows, unsigned int *columns);

/** terminal_utf8 - tell whether the locale (LC_ALL, LC_CTYPE, LANG) is UTF-8 */
bool terminal_utf8(void);

enum style {
	STYLE_PLAIN,
	STYLE_HEAD,
	STYLE_DIM,
	STYLE_GOOD,
	STYLE_WARN,
	STYLE_NAME
};

/** style_on - return the escape sequence that starts a style, "" without colour */
const char *style_on(bool colour, enum style style);

/** style_off - return the escape sequence that ends a style, "" without colour */
const char *style_off(bool colour, enum style style);

#endif /* VMLAB_SHOW_TERMINAL_H */
