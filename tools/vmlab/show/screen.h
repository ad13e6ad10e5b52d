/* SPDX-License-Identifier: GPL-2.0 */
/* The size and the character set of the terminal. */
#ifndef VMLAB_SCREEN_H
#define VMLAB_SCREEN_H

#include <stdbool.h>

/** screen_utf8 - return whether the locale (LC_ALL, LC_CTYPE, LANG) is UTF-8 */
bool screen_utf8(void);

struct screen_size {
	unsigned int rows, columns;
};

/** screen_size - return the size of the terminal, 24 by 80 without one */
struct screen_size screen_size(void);

/** screen_width - return $COLUMNS, else the columns of the terminal, from 40 to 1000 */
unsigned int screen_width(void);

#endif /* VMLAB_SCREEN_H */
