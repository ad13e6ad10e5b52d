// SPDX-License-Identifier: GPL-2.0
/* Names of swap areas. */
#include <stdio.h>
#include <stdlib.h>

#include "sys/swap_areas.h"
#include "tap.h"

#define HEADER "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"

static char *text_of(const char *swaps, unsigned int number)
{
	FILE *in = tmpfile();
	char *text;

	if (!in || fputs(swaps, in) < 0)
		abort();
	rewind(in);
	text = swap_areas_text(in, number);
	fclose(in);
	return text;
}

int main(void)
{
	char *text = text_of(HEADER, 0);

	is(!text, 1, "no swap area, no text");
	text = text_of(HEADER "/dev/zram0   partition\t100\t\t0\t\t5\n", 3);
	streq(text, "swap area 3 is /dev/zram0, see /proc/swaps", "one area");
	free(text);
	text = text_of(HEADER "/dev/zram0   partition\t100\t\t0\t\t5\n"
		       "/a\\040b   file\t\t100\t\t0\t\t-2\n", 1);
	streq(text, "swap areas in the order of their numbers: /dev/zram0, /a\\040b, "
	      "see /proc/swaps", "two areas");
	free(text);
	return tap_done();
}
