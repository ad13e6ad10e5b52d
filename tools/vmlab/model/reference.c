// SPDX-License-Identifier: GPL-2.0
/* Reference strings: the pages that a program accesses, in order. */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/parse.h"
#include "model/reference.h"
#include "sys/xalloc.h"

#define BLANKS " \t\r\n"

/* The rest of a list; @comma: a comma was the last separator. */
struct list {
	char *rest;
	bool comma;
};

/* Return 0 with the next item of a list, 1 at its end, or -EINVAL. */
static int next_item(struct list *list, char **item)
{
	char *end;

	list->rest += strspn(list->rest, BLANKS);
	if (!*list->rest)
		return list->comma ? -EINVAL : 1;
	*item = list->rest;
	end = list->rest + strcspn(list->rest, "," BLANKS);
	if (end == list->rest)
		return -EINVAL;
	list->rest = end + strspn(end, BLANKS);
	list->comma = *list->rest == ',';
	if (list->comma)
		list->rest++;
	*end = '\0';
	return 0;
}

/* Remove r or w from the end of a reference. */
static void take_access(char *item, bool *write)
{
	size_t len = strlen(item);
	char last = len > 1 ? (char)tolower((unsigned char)item[len - 1]) : 0;

	if (last != 'r' && last != 'w')
		return;
	*write = last == 'w';
	item[len - 1] = '\0';
}

static int parse_page(const char *item, enum reference_labels *labels,
		      uint64_t *page)
{
	if (isalpha((unsigned char)item[0]) && !item[1]) {
		*labels = REFERENCE_LETTERS;
		*page = (uint64_t)(toupper((unsigned char)item[0]) - 'A');
		return 0;
	}
	*labels = REFERENCE_NUMBERS;
	if (parse_u64(item, page))
		return -EINVAL;
	return *page < REFERENCE_PAGE_MAX ? 0 : -ERANGE;
}

static void append(struct reference *ref, size_t *page_room, size_t *write_room,
		   uint64_t page, bool write)
{
	ref->page = array_grow(ref->page, ref->nr, page_room,
			       sizeof(*ref->page));
	ref->write = array_grow(ref->write, ref->nr, write_room,
				sizeof(*ref->write));
	ref->page[ref->nr] = page;
	ref->write[ref->nr++] = write;
	if (page >= ref->pages)
		ref->pages = page + 1;
}

/* Parse pages with an access each, or @with_access false, without. */
static int parse_references(const char *text, bool write, bool with_access,
			    struct reference *ref)
{
	char *copy = check_alloc(strdup(text)), *item;
	struct list list = { .rest = copy };
	size_t page_room = 0, write_room = 0;
	int err;

	*ref = (struct reference){ 0 };
	while (!(err = next_item(&list, &item))) {
		enum reference_labels labels;
		bool writes = write;
		uint64_t page;

		if (with_access)
			take_access(item, &writes);
		err = parse_page(item, &labels, &page);
		/* letters and numbers do not mix: both would name page 0 */
		if (!err && ref->nr && labels != ref->labels)
			err = -EINVAL;
		if (err)
			break;
		ref->labels = labels;
		append(ref, &page_room, &write_room, page, writes);
	}
	free(copy);
	if (err < 0)
		return err;
	return ref->nr ? 0 : -EINVAL;
}

int reference_parse(const char *text, bool write, struct reference *ref)
{
	return parse_references(text, write, true, ref);
}

static bool names_twice(const struct reference *ref)
{
	for (size_t i = 0; i < ref->nr; i++)
		for (size_t j = 0; j < i; j++)
			if (ref->page[i] == ref->page[j])
				return true;
	return false;
}

int reference_load(struct reference *ref, const char *text)
{
	struct reference loaded;
	size_t page_room, write_room;
	int err = parse_references(text, false, false, &loaded);

	if (!err && loaded.labels != ref->labels)
		err = -EINVAL;
	if (!err && names_twice(&loaded))
		err = -EEXIST;
	if (err) {
		reference_free(&loaded);
		return err;
	}
	loaded.nr_loaded = loaded.nr;
	page_room = loaded.nr;
	write_room = loaded.nr;
	for (size_t i = 0; i < ref->nr; i++)
		append(&loaded, &page_room, &write_room, ref->page[i],
		       ref->write[i]);
	reference_free(ref);
	*ref = loaded;
	return 0;
}

/* Parse "ADDRESS R" or "R ADDRESS". */
static int parse_access(char *line, uint64_t *address, bool *write)
{
	char *rest = line + strspn(line, BLANKS), *word[2], *kind;
	int err = 0;

	for (size_t i = 0; i < 2; i++) {
		word[i] = rest;
		rest += strcspn(rest, BLANKS);
		if (*rest)
			*rest++ = '\0';
		rest += strspn(rest, BLANKS);
	}
	kind = strpbrk(word[0], "rwRW") ? word[0] : word[1];
	if (*rest || !*kind || !strchr("rwRW", *kind) || kind[1])
		err = -EINVAL;
	*write = *kind == 'w' || *kind == 'W';
	return err ?: parse_address(word[kind == word[0]], address);
}

static int compare_numbers(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* Replace the page numbers of a trace by their ranks. */
static void number_pages(struct reference *ref)
{
	uint64_t *number = check_alloc(calloc(ref->nr, sizeof(*number)));
	size_t nr = 0;

	memcpy(number, ref->page, ref->nr * sizeof(*number));
	qsort(number, ref->nr, sizeof(*number), compare_numbers);
	for (size_t i = 0; i < ref->nr; i++)
		if (!nr || number[i] != number[nr - 1])
			number[nr++] = number[i];
	for (size_t i = 0; i < ref->nr; i++) {
		const uint64_t *found = bsearch(&ref->page[i], number, nr,
						sizeof(*number),
						compare_numbers);

		ref->page[i] = (uint64_t)(found - number);
	}
	ref->number = number;
	ref->pages = nr;
	ref->labels = REFERENCE_ADDRESSES;
}

int reference_parse_trace(char *text, uint64_t page_size, struct reference *ref,
			  struct trace_error *error)
{
	size_t page_room = 0, write_room = 0;
	char *line;

	*ref = (struct reference){ 0 };
	*error = (struct trace_error){ 0 };
	for (size_t nr = 1; (line = strsep(&text, "\n")); nr++) {
		const char *first = line + strspn(line, BLANKS);
		uint64_t address;
		bool write;

		if (!*first || *first == '#')
			continue;
		/* parse_access() cuts the line into words */
		snprintf(error->text, sizeof(error->text), "%.*s",
			 (int)strcspn(first, "\r"), first);
		if (parse_access(line, &address, &write)) {
			error->line = nr;
			return -EINVAL;
		}
		append(ref, &page_room, &write_room, address / page_size,
		       write);
	}
	if (!ref->nr)
		return -EINVAL;
	number_pages(ref);
	return 0;
}

void reference_free(struct reference *ref)
{
	free(ref->page);
	free(ref->write);
	free(ref->number);
	*ref = (struct reference){ 0 };
}

size_t reference_different(const struct reference *ref)
{
	bool *seen = check_alloc(calloc(ref->pages + 1, sizeof(*seen)));
	size_t nr = 0;

	for (size_t i = ref->nr_loaded; i < ref->nr; i++) {
		nr += !seen[ref->page[i]];
		seen[ref->page[i]] = true;
	}
	free(seen);
	return nr;
}

const char *reference_label(const struct reference *ref, uint64_t page,
			    char buf[static REFERENCE_LABEL_MAX])
{
	switch (ref->labels) {
	case REFERENCE_LETTERS:
		snprintf(buf, REFERENCE_LABEL_MAX, "%c", (char)('A' + page));
		break;
	case REFERENCE_ADDRESSES:
		snprintf(buf, REFERENCE_LABEL_MAX, "0x%" PRIx64,
			 ref->number[page]);
		break;
	default:
		snprintf(buf, REFERENCE_LABEL_MAX, "%" PRIu64, page);
		break;
	}
	return buf;
}

int reference_list_parse(const char *text, uint64_t max, uint64_t *value,
			 size_t room, size_t *nr)
{
	char *copy = strdup(text), *item;
	struct list list = { .rest = copy };
	uint64_t n;
	int err;

	*nr = 0;
	if (!copy)
		return -ENOMEM;
	while (!(err = next_item(&list, &item))) {
		err = parse_u64(item, &n) ? -EINVAL :
		      *nr == room	  ? -E2BIG :
		      !n || n > max	  ? -ERANGE :
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
