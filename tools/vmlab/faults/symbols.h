/* SPDX-License-Identifier: GPL-2.0 */
/* Names of functions, from symbol tables and debug information. */
#ifndef VMLAB_SYMBOLS_H
#define VMLAB_SYMBOLS_H

#include <stdint.h>

#include "faults/mapped_file.h"

struct symbols;

struct symbols *symbols_new(void);
void symbols_free(struct symbols *symbols);

/**
 * symbols_find - find the function at an offset in a mapped file
 * @file: an ELF file; it is read once
 * @offset: in bytes from the start of the file
 * @distance: [out] bytes from the start of the function
 *
 * Looks in the file, and in its separate debug file: by build id or
 * .gnu_debuglink, below /usr/lib/debug or beside the file.  Names of C++ are
 * demangled.  Gives no name when the file that the process has mapped cannot
 * be found, rather than a name from another file: see mapped_file_open().
 *
 * Return: a name to be freed, NULL when none is known.
 */
char *symbols_find(struct symbols *symbols, const struct mapped_file *file,
		   uint64_t offset, uint64_t *distance);

#endif /* VMLAB_SYMBOLS_H */
