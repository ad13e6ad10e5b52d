/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VMLAB_SVG_H
#define VMLAB_SVG_H

#include <stdio.h>

/**
 * svg_escape - print any bytes as text or as the value of an attribute of XML
 *
 * Prints control characters as format_safe() does, and "?" for U+FFFE and U+FFFF,
 * which XML does not allow.
 */
void svg_escape(FILE *out, const char *text);

#endif /* VMLAB_SVG_H */
