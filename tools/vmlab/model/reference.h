/* SPDX-License-Identifier: GPL-2.0 */
/* Reference strings: the pages that a program accesses, in order. */
#ifndef VMLAB_REFERENCE_H
#define VMLAB_REFERENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* page numbers below this: 'vmlab replay' maps all pages up to the highest */
#define REFERENCE_PAGE_MAX (1u << 20)

#define REFERENCE_LABEL_MAX 24

/**
 * enum reference_labels - how the pages of a string are named
 * @REFERENCE_NUMBERS: decimal page numbers
 * @REFERENCE_LETTERS: letters, A is page 0
 * @REFERENCE_ADDRESSES: hexadecimal page numbers, from the addresses of a trace
 */
enum reference_labels {
	REFERENCE_NUMBERS,
	REFERENCE_LETTERS,
	REFERENCE_ADDRESSES,
};

/**
 * struct reference - a reference string
 * @page: the pages accessed, in order
 * @write: whether each access is a write
 * @nr: accesses
 * @nr_loaded: how many of them, at the beginning, load the frames that are
 *	resident before the string
 * @pages: pages of the smallest mapping that has all of them: the highest + 1
 * @labels: how the pages are named
 * @number: with REFERENCE_ADDRESSES the page number of each page in the trace,
 *	in ascending order; else NULL
 */
struct reference {
	uint64_t *page;
	bool *write;
	size_t nr;
	size_t nr_loaded;
	uint64_t pages;
	enum reference_labels labels;
	uint64_t *number;
};

/**
 * reference_parse - parse a reference string
 * @text: page numbers, or letters from A to Z, each with r or w after it or not;
 *	separated by blanks and newlines, or by a comma with or without them
 * @write: whether an access without r and w is a write
 * @ref: [out] to be freed with reference_free(), also on failure
 *
 * Return: 0, -EINVAL when there is no reference or something else, or -ERANGE
 * for a page at or above REFERENCE_PAGE_MAX.
 */
int reference_parse(const char *text, bool write, struct reference *ref);

/**
 * reference_load - let pages be resident before the string
 * @text: pages as in reference_parse(), of the same kind, without r and w; they
 *	are read in this order, before the string
 *
 * Return: 0, -EINVAL, -ERANGE, or -EEXIST for a page that is named twice.
 */
int reference_load(struct reference *ref, const char *text);

/** struct trace_error - the first line of a trace that is no access; 0 for none */
struct trace_error {
	size_t line;
	char text[40];
};

/**
 * reference_parse_trace - parse a trace of addresses
 * @text: lines "ADDRESS R" or "R ADDRESS", also with W and in lower case; the
 *	address is hexadecimal, with or without 0x.  Empty lines and those that
 *	begin with # are skipped.  Changed.
 * @page_size: bytes of a page, a power of 2
 * @ref: [out] the accesses; pages are numbered in the order of their addresses.
 *	To be freed with reference_free(), also on failure
 * @error: [out]
 *
 * Return: 0 or -EINVAL.
 */
int reference_parse_trace(char *text, uint64_t page_size, struct reference *ref,
			  struct trace_error *error);

/** reference_free - free what reference_parse() allocated */
void reference_free(struct reference *ref);

/** reference_different - count the different pages of the string */
size_t reference_different(const struct reference *ref);

/** reference_label - write the name of a page to @buf; return @buf */
const char *reference_label(const struct reference *ref, uint64_t page,
			    char buf[static REFERENCE_LABEL_MAX]);

/**
 * reference_list_parse - parse a list of numbers such as "3,4"
 * @text: separated as in reference_parse()
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
