/* SPDX-License-Identifier: GPL-2.0 */
/* What the terminal can show. */
#ifndef VMLAB_SCREEN_H
#define VMLAB_SCREEN_H

#include <stdbool.h>

/** screen_utf8 - whether the locale (LC_ALL, LC_CTYPE, LANG) is UTF-8 */
bool screen_utf8(void);

/** screen_width - columns: $COLUMNS, else the terminal's, else 80 */
unsigned int screen_width(void);

#endif /* VMLAB_SCREEN_H */
