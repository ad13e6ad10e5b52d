// SPDX-License-Identifier: GPL-2.0
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "show/terminal.h"
#include "show/wrap.h"

void wrap_text(FILE *out, size_t width, size_t used, size_t indent, const char *text)
{
	while (*text) {
		const size_t blanks = strspn(text, " ");
		const size_t len = strcspn(text + blanks, "\n ");
		/* not before the first word of a line, which would leave it empty */
		const bool breaks = used > indent && len && used + blanks + len > width;

		if (breaks)
			fprintf(out, "\n%*s%.*s", (int)indent, "", (int)len, text + blanks);
		else
			fprintf(out, "%.*s", (int)(blanks + len), text);
		used = breaks ? indent + len : used + blanks + len;
		text += blanks + len;
		if (*text == '\n') {
			fputc('\n', out);
			used = 0;
			text++;
		}
	}
}

size_t wrap_width(FILE *out)
{
	const int fd = fileno(out);

	return fd >= 0 && isatty(fd) ? terminal_columns(fd) : SIZE_MAX;
}

void wrap_print(FILE *out, size_t used, size_t indent, const char *text)
{
	wrap_text(out, wrap_width(out), used, indent, text);
}
