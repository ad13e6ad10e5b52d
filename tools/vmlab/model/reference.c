// SPDX-License-Identifier: GPL-2.0
/* Reference strings: the page numbers that a program accesses, in order. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model/parse.h"
#include "model/reference.h"
#include "sys/xalloc.h"

/* Parse the next number of a list at *s: 0, 1 at the end, or a negative errno. */
static int next_number(char **s, uint64_t *value)
{
	char *word;

	do {
		word = strsep(s, ", \t\n");
		if (!word)
			return 1;
	} while (!*word);
	return parse_u64(word, value);
}

int reference_parse(const char *text, struct reference *ref)
{
	char *copy = strdup(text), *rest = copy;
	size_t room = 0;
	uint64_t page;
	int err;

	*ref = (struct reference){ 0 };
	if (!copy)
		return -ENOMEM;
	while (!(err = next_number(&rest, &page))) {
		if (page >= REFERENCE_PAGE_MAX) {
			err = -ERANGE;
			break;
		}
		ref->page = array_grow(ref->page, ref->nr, &room,
				       sizeof(*ref->page));
		ref->page[ref->nr++] = page;
		if (page >= ref->pages)
			ref->pages = page + 1;
	}
	free(copy);
	if (err < 0)
		return err;
	return ref->nr ? 0 : -EINVAL;
}

void reference_free(struct reference *ref)
{
	free(ref->page);
	*ref = (struct reference){ 0 };
}

int reference_list_parse(const char *text, uint64_t max, uint64_t *value,
			 size_t room, size_t *nr)
{
	char *copy = strdup(text), *rest = copy;
	uint64_t n;
	int err;

	*nr = 0;
	if (!copy)
		return -ENOMEM;
	while (!(err = next_number(&rest, &n))) {
		err = *nr == room   ? -E2BIG :
		      !n || n > max ? -ERANGE :
				      0;
		if (err)
			break;
		value[(*nr)++] = n;
	}
	free(copy);
	if (err < 0)
		return err;
	return *nr ? 0 : -EINVAL;
}
