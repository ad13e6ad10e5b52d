/* SPDX-License-Identifier: GPL-2.0 */
/* The names of the swap areas, for the numbers that page-table entries have. */
#ifndef VMLAB_SYS_SWAP_AREAS_H
#define VMLAB_SYS_SWAP_AREAS_H

#include <stdio.h>

/**
 * swap_areas_text - say which swap area a number means, as far as it is known
 * @swaps: the text of /proc/swaps, NULL to read that file
 * @number: of the area
 *
 * /proc/swaps lists the areas in the order of their numbers, but not the numbers:
 * swapoff(8) leaves gaps.  With one area the answer is certain.
 *
 * Return: a sentence without a full stop, to be freed; NULL when there is no area.
 */
char *swap_areas_text(FILE *swaps, unsigned int number);

#endif /* VMLAB_SYS_SWAP_AREAS_H */
