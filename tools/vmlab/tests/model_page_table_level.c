// SPDX-License-Identifier: GPL-2.0
/* Levels of the page table, and the bits of an address. */
#include <string.h>

#include "model/page_table_level.h"
#include "tap.h"

static void test_split(void)
{
	struct addr_field f[ADDR_FIELDS_MAX];
	uint64_t addr = UINT64_C(0x7f7a5cc6cabc), back = 0;
	char bits[BINARY_MAX];
	unsigned int nr;

	nr = addr_split(addr, 4, 12, 1, f);
	is(nr, 6, "four levels: sign, four indices, offset");
	streq(f[1].name, "pgd", "the highest is the pgd");
	is(f[1].value, 254, "its index");
	is(f[2].value, 489, "pud");
	is(f[3].value, 230, "pmd");
	is(f[4].value, 108, "pte");
	is(f[5].value, 0xabc, "offset");
	for (unsigned int i = 0; i < nr; i++)
		back |= f[i].value << f[i].shift;
	is(back, addr, "together they are the address");

	nr = addr_split(addr, 5, 12, 2, f);
	is(nr, 6, "five levels to a huge page");
	streq(f[1].name, "pgd", "pgd");
	streq(f[2].name, "p4d", "p4d");
	is(f[1].value, 0, "its index is 0");
	is(f[nr - 1].bits, 21, "an offset of 2 MiB");
	is(f[nr - 1].value, addr & 0x1fffff, "with the bits of the pte index");
	nr = addr_split(UINT64_MAX, 5, 12, 1, f);
	is(nr, 7, "five levels: sign, five indices, offset");
	is(f[0].value, 127, "sign of 5 levels: 7 bits");

	streq(binary_text(5, 4, bits), "0101", "binary");
	is(strlen(binary_text(1, 64, bits)), 64, "64 bits");
	streq(binary_text(0, 0, bits), "", "none");
	streq(pt_level_name(4, 5), "p4d", "level 4 of 5");
	streq(pt_level_name(4, 4), "pgd", "level 4 of 4");
	streq(pt_level_name(9, 5), "?", "no level");
}

int main(void)
{
	test_split();
	return tap_done();
}
