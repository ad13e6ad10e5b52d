/* SPDX-License-Identifier: GPL-2.0 */
/* Text inside SVG and HTML files. */
#ifndef VMLAB_SHOW_XML_H
#define VMLAB_SHOW_XML_H

#include <stdio.h>

/**
 * xml_escape - print text for an element or an attribute of SVG or HTML
 * @text: any bytes
 *
 * Control characters and bytes that are not UTF-8 become \ooo, as
 * format_safe() writes them; characters that XML does not allow become '?'.
 */
void xml_escape(FILE *out, const char *text);

#endif /* VMLAB_SHOW_XML_H */
