/* SPDX-License-Identifier: GPL-2.0 */
/* Allocations that end the program when there is no memory. */
#ifndef VMLAB_SYS_XALLOC_H
#define VMLAB_SYS_XALLOC_H

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/** check_alloc - return @p, or end the program when it is NULL */
static inline void *check_alloc(void *p)
{
	if (!p) {
		fputs("vmlab: out of memory\n", stderr);
		exit(EXIT_FAILURE);
	}
	return p;
}

/** xvasprintf - vasprintf(3), or end the program when there is no memory */
static inline char *__attribute__((format(printf, 1, 0)))
xvasprintf(const char *fmt, va_list ap)
{
	char *text;

	return check_alloc(vasprintf(&text, fmt, ap) < 0 ? NULL : text);
}

/**
 * array_grow - make room for one more element at the end of an array
 * @array: the array, NULL when @room is 0
 * @nr: elements in use
 * @room: [in,out] elements allocated; doubled when all are in use
 * @size: bytes of one element
 *
 * Return: the array, perhaps at another place.
 */
static inline void *array_grow(void *array, size_t nr, size_t *room,
			       size_t size)
{
	if (nr < *room)
		return array;
	*room = *room ? 2 * *room : 64;
	return check_alloc(reallocarray(array, *room, size));
}

#endif /* VMLAB_SYS_XALLOC_H */
