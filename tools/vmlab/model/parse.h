/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Numbers and lists in options and operands.  Functions return 0, -EINVAL or -ERANGE if
 * they say nothing else, and write no result on failure.
 */
#ifndef VMLAB_MODEL_PARSE_H
#define VMLAB_MODEL_PARSE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/** parse_u64 - read a decimal number, or a hexadecimal one after 0x */
int parse_u64(const char *s, uint64_t *value);

/** parse_pid - read a positive pid, or "self" for 0 */
int parse_pid(const char *s, pid_t *pid);

/**
 * parse_size - read a number of bytes
 *
 * A number with an optional unit: B, or K M G T P E (powers of 1024), each
 * with or without iB, in any case: "4096", "4K", "2GiB".  A small p stands for
 * pages of this machine: "16p".
 */
int parse_size(const char *s, uint64_t *bytes);

/** parse_address - read a hexadecimal address, with or without 0x */
int parse_address(const char *s, uint64_t *address);

/**
 * parse_range - read a range [start, end)
 *
 * "START-END" or "START+SIZE", addresses as parse_address() accepts, or one
 * address for the byte there.
 *
 * Return: 0, -EINVAL, -ERANGE, or -EDOM for an END that is not above START.
 */
int parse_range(const char *s, uint64_t *start, uint64_t *end);

/** struct page_run - pages @first to @last, both included */
struct page_run {
	uint64_t first;
	uint64_t last;
};

/**
 * parse_pages - read a list of page numbers such as "0-15,32,40-"
 * @limit: number of pages; a run without an end reaches to the last
 * @runs: [out] to be freed by the caller
 * @nr: [out] how many
 *
 * Return: 0, -EINVAL, -ERANGE for a page at or beyond @limit, -ENOMEM.
 */
int parse_pages(const char *s, uint64_t limit, struct page_run **runs,
		size_t *nr);

/**
 * parse_list - split a list at its commas, in place
 * @list: becomes the items
 * @max: the most items
 * @item: [out] up to @max of them, within @list
 * @nr: [out] how many
 *
 * Return: 0, -EINVAL for an empty item, -ERANGE for more than @max, -EEXIST for an item
 * that stands twice.
 */
int parse_list(char *list, size_t max, const char **item, size_t *nr);

/**
 * parse_duration - read a time
 *
 * A decimal number with an optional unit: us, ms, s, m (minutes) or h; without
 * one, seconds: "2", "0.5", "500ms".
 * @ns: [out] nanoseconds
 */
int parse_duration(const char *s, uint64_t *ns);

/** parse_probability - read a decimal number from 0 to 1 */
int parse_probability(const char *s, double *probability);

#endif /* VMLAB_MODEL_PARSE_H */
