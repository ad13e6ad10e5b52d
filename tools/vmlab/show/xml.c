// SPDX-License-Identifier: GPL-2.0
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "sys/xalloc.h"
#include "show/format.h"
#include "show/xml.h"

/* XML does not allow U+FFFE and U+FFFF at all. */
static bool is_noncharacter(const char *s)
{
	return !strncmp(s, "\xef\xbf\xbe", 3) || !strncmp(s, "\xef\xbf\xbf", 3);
}

void xml_escape(FILE *out, const char *text)
{
	char *safe = check_alloc(format_safe(text));

	for (const char *s = safe; *s;) {
		size_t len = utf8_length(s);

		switch (*s) {
		case '&':
			fputs("&amp;", out);
			break;
		case '<':
			fputs("&lt;", out);
			break;
		case '>':
			fputs("&gt;", out);
			break;
		case '"':
			fputs("&quot;", out);
			break;
		case '\'':
			fputs("&#39;", out);
			break;
		default:
			if (is_noncharacter(s))
				fputc('?', out);
			else
				fwrite(s, 1, len, out);
		}
		s += len;
	}
	free(safe);
}
