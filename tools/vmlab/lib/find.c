// SPDX-License-Identifier: GPL-2.0
/* Lookup of an address or a range. */
#include <errno.h>
#include <string.h>

#include "internal.h"

int vmlab_find_get(const struct vmlab_proc *proc, uint64_t start, uint64_t end,
		   struct vmlab_find *find, char strings[VMLAB_FIND_STRINGS_MIN])
{
	int err;

	memset(find, 0, sizeof(*find));
	find->size = sizeof(*find);
	find->target = proc->target;
	find->start = start;
	find->end = end;
	find->strings = (uintptr_t)strings;
	find->strings_size = VMLAB_FIND_STRINGS_MIN;
	err = vmlab_request(proc->lab->fd, VMLAB_IOC_FIND, find);
	if (err)
		return err;
	return find->strings_size > VMLAB_FIND_STRINGS_MIN ? -EPROTO : 0;
}

static const char *string_at(const struct vmlab_find *find, const char *strings,
			     unsigned int which, uint32_t off)
{
	if (!(find->found >> which & 1) || off >= find->strings_size ||
	    !memchr(strings + off, '\0', find->strings_size - off))
		return "";
	return strings + off;
}

const char *vmlab_find_name(const struct vmlab_find *find, const char *strings,
			    unsigned int which)
{
	if (which >= VMLAB_FIND_NR ||
	    find->vma[which].flags & VMLAB_VMA_NAME_CUT)
		return "";
	return string_at(find, strings, which, find->vma[which].name_off);
}

const char *vmlab_find_ops(const struct vmlab_find *find, const char *strings,
			   unsigned int which)
{
	if (which >= VMLAB_FIND_NR)
		return "";
	return string_at(find, strings, which, find->vma[which].ops_off);
}
