// SPDX-License-Identifier: GPL-2.0
#include "inspect/vma_flag.h"

#include <string.h>

#include "lib/dev.h"

uint64_t vma_flag(int fd, const char *mnemonic)
{
	const struct vmlab_flag_names *names =
		dev_flag_names(fd, VMLAB_NAMES_VMA_FLAGS);

	for (int bit = 0; bit < 64; bit++)
		if (!strcmp(names->bit[bit].mnemonic, mnemonic))
			return 1ULL << bit;
	return 0;
}
