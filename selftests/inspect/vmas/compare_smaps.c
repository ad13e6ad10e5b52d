// SPDX-License-Identifier: GPL-2.0
/* Records of VMAS against /proc/PID/smaps. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "lib/dev.h"
#include "lib/differences.h"
#include "lib/proc.h"
#include "inspect/vmas/vmas.h"

/*
 * Compare vm_flags with the letters after "VmFlags:", in the order of the bits.
 * smaps shows "??" for a flag without letters, such as VM_LOCKONFAULT before
 * 6.2, and leaves out protection keys.
 */
static void compare_flags(const struct vmlab_vma *v, const char *smaps)
{
	char *copy = strdup(smaps), *word = strtok(copy, " ");
	bool same = true;

	for (int i = 0; i < 64; i++) {
		const char *mnemonic = flag_names->bit[i].mnemonic;

		if (!(v->vm_flags >> i & 1))
			continue;
		if (word && (!strcmp(word, mnemonic) || !strcmp(word, "??")))
			word = strtok(NULL, " ");
		else if (*mnemonic)
			same = false;
	}
	if (!same || word)
		differs("%llx: vm_flags %#llx, smaps %s",
			(unsigned long long)v->start,
			(unsigned long long)v->vm_flags, smaps);
	free(copy);
	if (!!(v->flags & VMLAB_VMA_UFFD) !=
	    (has_flag(v, "um") || has_flag(v, "uw") || has_flag(v, "ui") ||
	     has_flag(v, "ur")))
		differs("%llx: flag UFFD, smaps %s",
			(unsigned long long)v->start, smaps);
}

void compare_smaps(const struct vma_list *list, char *smaps)
{
	unsigned long long kb = 0;
	size_t n = 0;
	struct maps_line m;
	bool gate = false;
	char *line;

	while ((line = next_line(&smaps))) {
		/* Fields begin with a capital letter, entries with an address. */
		if (!isupper((unsigned char)line[0])) {
			if (!parse_maps(line, &m)) {
				differs("cannot parse \"%.200s\"", line);
				continue;
			}
			gate = !strcmp(m.name, "[vsyscall]");
			n += !gate;
			continue;
		}
		if (gate || !n || n > list->nr)
			continue;
		if (proc_field(line, "Anonymous", &kb) && kb &&
		    !(list->vma[n - 1].flags & VMLAB_VMA_ANON_VMA))
			differs("%llx: no flag ANON_VMA, smaps %s", m.start,
				line);
		if (!strncmp(line, "VmFlags: ", 9))
			compare_flags(&list->vma[n - 1], line + 9);
	}
	if (n != list->nr)
		differs("%zu VMAs, smaps %zu", list->nr, n);
}
