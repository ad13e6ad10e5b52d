/* SPDX-License-Identifier: GPL-2.0 */
/* Names of functions, from the symbol tables of ELF files. */
#ifndef VMLAB_SYMBOLS_H
#define VMLAB_SYMBOLS_H

#include <stdint.h>

struct symbols;

struct symbols *symbols_new(void);
void symbols_free(struct symbols *symbols);

/**
 * symbols_find - the function at an offset in a file
 * @path: an ELF file; it is read once
 * @offset: in bytes from the start of the file
 * @distance: [out] bytes from the start of the function
 *
 * Looks in the symbol table, in the dynamic one, and in the separate debug
 * information that /usr/lib/debug has under the file's build id.
 *
 * Return: a name that lives as long as @symbols, NULL when none is known.
 */
const char *symbols_find(struct symbols *symbols, const char *path,
			 uint64_t offset, uint64_t *distance);

#endif /* VMLAB_SYMBOLS_H */
