/* SPDX-License-Identifier: GPL-2.0 */
/* Reference strings: the page numbers that a program accesses, in order. */
#ifndef VMLAB_REFERENCE_H
#define VMLAB_REFERENCE_H

#include <stddef.h>
#include <stdint.h>

/* page numbers below this: 'vmlab replay' maps all pages up to the highest */
#define REFERENCE_PAGE_MAX (1u << 20)

/**
 * struct reference - a reference string
 * @page: the pages accessed, in order
 * @nr: accesses
 * @pages: pages of the smallest mapping that has all of them: the highest + 1
 */
struct reference {
	uint64_t *page;
	size_t nr;
	uint64_t pages;
};

/**
 * reference_parse - parse a reference string
 * @text: numbers with commas, blanks or newlines between
 * @ref: [out] to be freed with reference_free(), also on failure
 *
 * Return: 0, -EINVAL when there is no number or something else, -ERANGE for a
 * page at or above REFERENCE_PAGE_MAX, or -ENOMEM.
 */
int reference_parse(const char *text, struct reference *ref);

/** reference_free - free what reference_parse() allocated */
void reference_free(struct reference *ref);

/**
 * reference_list_parse - parse a list of numbers such as "3,4"
 * @text: as in reference_parse()
 * @max: the highest number accepted; the lowest is 1
 * @value: [out] the numbers
 * @room: numbers that @value has room for
 * @nr: [out] numbers found
 *
 * Return: 0, -EINVAL, -ERANGE for a number out of range, -E2BIG for too many,
 * or -ENOMEM.
 */
int reference_list_parse(const char *text, uint64_t max, uint64_t *value,
			 size_t room, size_t *nr);

#endif /* VMLAB_REFERENCE_H */
