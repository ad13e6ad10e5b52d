/* SPDX-License-Identifier: GPL-2.0 */
/* Levels of the page table: their names, and the bits of an address they use. */
#ifndef VMLAB_MODEL_PAGE_TABLE_LEVEL_H
#define VMLAB_MODEL_PAGE_TABLE_LEVEL_H

#include <stdint.h>

#define PT_LEVELS_MAX 5

/**
 * pt_level_name - return the name of a level: "pte", "pmd", "pud", "p4d", "pgd"
 * @level: from 1, the lowest
 * @levels: in use; the highest is the pgd
 */
const char *pt_level_name(unsigned int level, unsigned int levels);

/**
 * struct addr_field - a part of an address
 * @name: the name of a level, "sign" or "offset"
 * @level: 0 for sign and offset
 * @shift, @bits: its place in the address
 * @value: its bits
 */
struct addr_field {
	const char *name;
	unsigned int level;
	unsigned int shift;
	unsigned int bits;
	uint64_t value;
};

#define ADDR_FIELDS_MAX (PT_LEVELS_MAX + 2)

/**
 * addr_split - split an address into the fields that the CPU uses
 * @addr: the address
 * @levels: of the page table, 1 to PT_LEVELS_MAX
 * @page_shift: log2 of the page size; a table fills one page with entries of
 *	8 bytes
 * @leaf: level at which the walk ends at a frame: above 1, the offset takes
 *	the bits of the levels below.  1 for a page
 * @field: [out] from the highest bit down; a field with no bits is left out
 *
 * Return: the number of fields.
 */
unsigned int addr_split(uint64_t addr, unsigned int levels,
			unsigned int page_shift, unsigned int leaf,
			struct addr_field field[static ADDR_FIELDS_MAX]);

#define BINARY_MAX 65

/** binary_text - write the lowest @bits of @value, highest bit first; return @buf */
const char *binary_text(uint64_t value, unsigned int bits,
			char buf[static BINARY_MAX]);

#endif /* VMLAB_MODEL_PAGE_TABLE_LEVEL_H */
