/* SPDX-License-Identifier: GPL-2.0 */
/* Output of a function, as a string. */
#ifndef VMLAB_TESTS_PRINTED_H
#define VMLAB_TESTS_PRINTED_H

#include <stdio.h>

/** printed - return what @print writes to the stream it is given; to be freed */
static inline char *printed(void (*print)(FILE *out))
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	print(out);
	fclose(out);
	return text;
}

#endif /* VMLAB_TESTS_PRINTED_H */
