// SPDX-License-Identifier: GPL-2.0
/* Reference strings: the page numbers that a program accesses, in order. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/parse.h"
#include "model/reference.h"

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

static int append(struct reference *ref, size_t *room, uint64_t page)
{
	if (ref->nr == *room) {
		size_t larger = *room ? *room * 2 : 64;
		uint64_t *p = reallocarray(ref->page, larger, sizeof(*p));

		if (!p)
			return -ENOMEM;
		ref->page = p;
		*room = larger;
	}
	ref->page[ref->nr++] = page;
	if (page >= ref->pages)
		ref->pages = page + 1;
	return 0;
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
		err = page < REFERENCE_PAGE_MAX ? append(ref, &room, page) :
						  -ERANGE;
		if (err)
			break;
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
