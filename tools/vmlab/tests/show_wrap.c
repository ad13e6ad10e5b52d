// SPDX-License-Identifier: GPL-2.0
/* Lines that fit a terminal. */
#include <stdint.h>
#include <stdlib.h>

#include "show/wrap.h"
#include "tap.h"

static void wraps(size_t width, size_t used, size_t indent, const char *text,
		  const char *want)
{
	char *got = NULL;
	size_t len;
	FILE *out = open_memstream(&got, &len);

	wrap_text(out, width, used, indent, text);
	fclose(out);
	streq(got, want, "%zu columns, %zu used", width, used);
	free(got);
}

int main(void)
{
	wraps(10, 0, 2, "one two three\n", "one two\n  three\n");
	wraps(10, 0, 2, "one  two\nthree four\n", "one  two\nthree four\n");
	wraps(10, 5, 2, "  one  two", "  one\n  two");
	wraps(10, 0, 2, "  one two three", "  one two\n  three");
	wraps(5, 0, 2, "larger-than-a-line x y", "larger-than-a-line\n  x y");
	wraps(10, 10, 2, " one", "\n  one");
	wraps(SIZE_MAX, 0, 2, "one two three", "one two three");
	is(wrap_width(stdin) > 0, 1, "a width in any case");
	return tap_done();
}
