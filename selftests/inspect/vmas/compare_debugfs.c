// SPDX-License-Identifier: GPL-2.0
/* Records of VMAS against the file vmas in debugfs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/dev.h"
#include "lib/differences.h"
#include "lib/proc.h"
#include "lib/tap.h"
#include "inspect/vmas/vmas.h"

static char *debugfs_line(const struct vma_list *list, size_t i)
{
	const struct vmlab_vma *v = &list->vma[i];
	/* debugfs has VMLAB_STRINGS_MIN bytes for names; a longer one is "?". */
	bool cut = strlen(list->name[i]) >= VMLAB_STRINGS_MIN;
	const char *ops = cut ? "" : list->ops[i];
	char *name = escape(cut ? "?" : list->name[i]);
	char *line, flags[64 * 21] = "", number[16];
	char text[5];
	int used = 0;

	for (int bit = 0; bit < 64; bit++) {
		const char *word = flag_names->bit[bit].name;

		if (!(v->vm_flags >> bit & 1))
			continue;
		snprintf(number, sizeof(number), "bit%d", bit);
		used += snprintf(flags + used, sizeof(flags) - (size_t)used,
				 "%s%s", used ? "," : "", *word ? word : number);
	}
	perms(v, text);
	if (asprintf(&line, "%llx %llx %s %llx %02x:%02x %llu %llu %s %s %s %s",
		     (unsigned long long)v->start, (unsigned long long)v->end,
		     text, (unsigned long long)v->pgoff, v->dev_major,
		     v->dev_minor, (unsigned long long)v->ino,
		     (unsigned long long)(v->end - v->start) >> shift,
		     *flags ? flags : "-",
		     v->flags & VMLAB_VMA_ANON_VMA ? "yes" : "no",
		     *ops ? ops : "-",
		     *name ? name : "-") < 0)
		bail("out of memory");
	free(name);
	return line;
}

void compare_debugfs(const struct vma_list *list, char *text)
{
	static const char header[] =
		"start end perms pgoff dev inode pages flags anon_vma ops name";
	size_t n = 0;
	char *line = next_line(&text);

	if (!line || strcmp(line, header))
		differs("header \"%.100s\"", line ? line : "(nothing)");
	while ((line = next_line(&text))) {
		char *want;

		if (n == list->nr) {
			differs("only in debugfs: %.200s", line);
			break;
		}
		want = debugfs_line(list, n);
		if (strcmp(line, want))
			differs("debugfs %.250s, ioctl %.250s", line, want);
		free(want);
		n++;
	}
	if (n != list->nr)
		differs("%zu VMAs, debugfs %zu", list->nr, n);
}
