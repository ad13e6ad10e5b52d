/* SPDX-License-Identifier: GPL-2.0 */
/* Lines of text that fit the terminal. */
#ifndef VMLAB_SHOW_WRAP_H
#define VMLAB_SHOW_WRAP_H

#include <stddef.h>
#include <stdio.h>

/**
 * wrap_text - print text in lines of at most @width columns
 * @used: columns of the line that are printed already
 * @indent: columns of blanks before the lines that it adds
 *
 * Breaks lines at blanks; a word that is wider than a line is not cut.
 */
void wrap_text(FILE *out, size_t width, size_t used, size_t indent, const char *text);

/** wrap_width - return the columns of the terminal at @out; SIZE_MAX for what is none */
size_t wrap_width(FILE *out);

/** wrap_print - print text for @out: wrap_text() with wrap_width() */
void wrap_print(FILE *out, size_t used, size_t indent, const char *text);

#endif /* VMLAB_SHOW_WRAP_H */
