// SPDX-License-Identifier: GPL-2.0
#include "model/page_table_level.h"

const char *pt_level_name(unsigned int level, unsigned int levels)
{
	static const char *const names[] = { "?", "pte", "pmd", "pud", "p4d" };

	if (level && level == levels)
		return "pgd";
	return level < sizeof(names) / sizeof(names[0]) ? names[level] : "?";
}

static uint64_t bits_of(uint64_t addr, unsigned int shift, unsigned int bits)
{
	if (!bits)
		return 0;
	addr >>= shift;
	return bits < 64 ? addr & ((UINT64_C(1) << bits) - 1) : addr;
}

unsigned int addr_split(uint64_t addr, unsigned int levels,
			unsigned int page_shift, unsigned int leaf,
			struct addr_field field[static ADDR_FIELDS_MAX])
{
	unsigned int index_bits = page_shift - 3;
	unsigned int top = page_shift + levels * index_bits;
	unsigned int nr = 0, shift;

	if (top < 64) {
		field[nr++] = (struct addr_field){
			.name = "sign",
			.shift = top,
			.bits = 64 - top,
			.value = bits_of(addr, top, 64 - top),
		};
	}
	for (unsigned int level = levels; level >= leaf && level; level--) {
		shift = page_shift + (level - 1) * index_bits;
		field[nr++] = (struct addr_field){
			.name = pt_level_name(level, levels),
			.level = level,
			.shift = shift,
			.bits = index_bits,
			.value = bits_of(addr, shift, index_bits),
		};
	}
	shift = page_shift + (leaf - 1) * index_bits;
	field[nr++] = (struct addr_field){
		.name = "offset",
		.bits = shift,
		.value = bits_of(addr, 0, shift),
	};
	return nr;
}

const char *binary_text(uint64_t value, unsigned int bits,
			char buf[static BINARY_MAX])
{
	unsigned int n = 0;

	for (unsigned int i = bits < 64 ? bits : 64; i--;)
		buf[n++] = value >> i & 1 ? '1' : '0';
	buf[n] = '\0';
	return buf;
}
