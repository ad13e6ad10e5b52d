// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "lib/dev.h"
#include "lib/tap.h"
#include "inspect/vmas/vmas.h"

const struct vmlab_flag_names *flag_names;

/* Bits of vm_flags by their letters in smaps, for fast look-up. */
static uint64_t masks[26][26];

static uint64_t *mask_of(const char *mnemonic)
{
	return &masks[(mnemonic[0] - 'a') % 26][(mnemonic[1] - 'a') % 26];
}

void read_flag_letters(void)
{
	flag_names = dev_flag_names(vmlab_fd, VMLAB_NAMES_VMA_FLAGS);
	for (int i = 0; i < 64; i++)
		if (isalpha((unsigned char)flag_names->bit[i].mnemonic[0]))
			*mask_of(flag_names->bit[i].mnemonic) |= 1ULL << i;
}

bool has_flag(const struct vmlab_vma *v, const char *mnemonic)
{
	return v->vm_flags & *mask_of(mnemonic);
}

void perms(const struct vmlab_vma *v, char text[5])
{
	text[0] = has_flag(v, "rd") ? 'r' : '-';
	text[1] = has_flag(v, "wr") ? 'w' : '-';
	text[2] = has_flag(v, "ex") ? 'x' : '-';
	text[3] = has_flag(v, "ms") ? 's' : 'p';
	text[4] = '\0';
}

char *escape(const char *name)
{
	char *text = malloc(4 * strlen(name) + 1), *p = text;

	if (!text)
		bail("out of memory");
	for (; *name; name++) {
		if (*name == '\n')
			p = stpcpy(p, "\\012");
		else
			*p++ = *name;
	}
	*p = '\0';
	return text;
}
