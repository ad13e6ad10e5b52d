// SPDX-License-Identifier: GPL-2.0
/* Records of VMAS against /proc/PID/maps. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/dev.h"
#include "lib/differences.h"
#include "lib/proc.h"
#include "lib/tap.h"
#include "inspect/vmas/vmas.h"

bool parse_maps(const char *line, struct maps_line *m)
{
	int used = 0;

	if (sscanf(line, "%llx-%llx %7s %llx %x:%x %llu%n", &m->start, &m->end,
		   m->perms, &m->offset, &m->major, &m->minor, &m->ino,
		   &used) != 7)
		return false;
	m->name = line + used;
	m->name += strspn(m->name, " ");
	return true;
}

static void compare_name(const struct vmlab_vma *v, const char *name,
			 const struct maps_line *m)
{
	char *text = escape(name);
	size_t len = strlen(text);

	/* seq_path() shows names of any length. */
	if (strcmp(text, m->name))
		differs("%llx: name \"%.200s\" (%zu bytes), maps \"%.200s\" (%zu)",
			m->start, text, len, m->name, strlen(m->name));
	free(text);
	if (!!(v->flags & VMLAB_VMA_HEAP) != !strcmp(m->name, "[heap]") &&
	    m->name[0] != '/')
		differs("%llx: flag HEAP, maps \"%s\"", m->start, m->name);
	if (!!(v->flags & VMLAB_VMA_STACK) != !strcmp(m->name, "[stack]") &&
	    m->name[0] != '/')
		differs("%llx: flag STACK, maps \"%s\"", m->start, m->name);
	if (!strncmp(m->name, "[anon", 5) &&
	    !(v->flags & VMLAB_VMA_ANON_NAME))
		differs("%llx: no flag ANON_NAME, maps \"%s\"", m->start,
			m->name);
	if ((v->flags & VMLAB_VMA_ANON_NAME) && m->name[0] == '/')
		differs("%llx: flag ANON_NAME, maps \"%s\"", m->start,
			m->name);
	if ((!strcmp(m->name, "[vdso]") || !strcmp(m->name, "[vvar]")) &&
	    !(v->flags & VMLAB_VMA_SPECIAL))
		differs("%llx: no flag SPECIAL, maps \"%s\"", m->start,
			m->name);
	if (!!(v->flags & VMLAB_VMA_VMLAB) != !strcmp(m->name, VMLAB_DEVICE))
		differs("%llx: flag VMLAB, maps \"%s\"", m->start, m->name);
}

static void compare_ops(const struct vmlab_vma *v, const char *ops)
{
	if (v->flags & VMLAB_VMA_VMLAB) {
		if (strcmp(ops, kallsyms_has_ops ? "vmlab_vm_ops" : "?") &&
		    strcmp(ops, "vmlab_vm_ops"))
			differs("%llx: ops \"%s\"",
				(unsigned long long)v->start, ops);
	} else if (!(v->flags & (VMLAB_VMA_FILE | VMLAB_VMA_SPECIAL))) {
		/* A VMA without vm_ops is anonymous. */
		if (*ops)
			differs("%llx: anonymous, ops \"%s\"",
				(unsigned long long)v->start, ops);
	}
}

/* Test the bits of vm_page_prot that no kernel version changes: those of x86. */
static void compare_prot(const struct vmlab_vma *v)
{
#ifdef __x86_64__
	bool nx = v->page_prot >> 63;
	bool any = has_flag(v, "rd") || has_flag(v, "wr") || has_flag(v, "ex");

	/* A PROT_NONE entry is not present: its NX bit has no meaning. */
	if (any && nx == has_flag(v, "ex"))
		differs("%llx: page_prot %#llx, %s", (unsigned long long)v->start,
			(unsigned long long)v->page_prot,
			nx ? "no-execute but exec" : "executable but no exec");
	if ((v->page_prot & 2) && !has_flag(v, "sh") && !has_flag(v, "ss"))
		differs("%llx: page_prot %#llx writes through a private mapping",
			(unsigned long long)v->start,
			(unsigned long long)v->page_prot);
#endif
}

/* Compare a record with its line in maps, except the name. */
static void compare_line(const struct vmlab_vma *v, const struct maps_line *m,
			 const char *line)
{
	char text[5];

	perms(v, text);
	if (strcmp(text, m->perms))
		differs("perms %s, maps %.200s", text, line);
	/* maps shows the offset of files only. */
	if ((v->flags & VMLAB_VMA_FILE ? v->pgoff << shift : 0) != m->offset)
		differs("pgoff %#llx, maps %.200s",
			(unsigned long long)v->pgoff, line);
	if (v->ino != m->ino || v->dev_major != m->major ||
	    v->dev_minor != m->minor)
		differs("%x:%x %llu, maps %.200s", v->dev_major, v->dev_minor,
			(unsigned long long)v->ino, line);
	if (!!(v->flags & VMLAB_VMA_FILE) != (m->ino || m->major || m->minor))
		differs("flags %#x, maps %.200s", v->flags, line);
	if (v->reserved || v->flags & ~0x1ffU)
		differs("%llx: reserved %u, flags %#x", m->start, v->reserved,
			v->flags);
}

/* Compare record @n with a line of maps. */
static void compare_record(const struct vma_list *list, size_t n,
			   const struct maps_line *m, const char *line)
{
	const struct vmlab_vma *v = &list->vma[n];

	if (v->start != m->start || v->end != m->end) {
		differs("%#llx-%#llx, maps %.200s",
			(unsigned long long)v->start,
			(unsigned long long)v->end, line);
		return;
	}
	compare_line(v, m, line);
	if (v->flags & VMLAB_VMA_NAME_CUT) {
		differs("%llx: the name is cut", m->start);
		return;
	}
	compare_name(v, list->name[n], m);
	compare_ops(v, list->ops[n]);
	compare_prot(v);
}

void compare_maps(const struct vma_list *list, char *maps)
{
	size_t n = 0;
	struct maps_line m;
	char *line;

	while ((line = next_line(&maps))) {
		if (!parse_maps(line, &m)) {
			differs("cannot parse \"%.200s\"", line);
			continue;
		}
		/* The gate VMA is in no process's maple tree. */
		if (!strcmp(m.name, "[vsyscall]"))
			continue;
		if (n >= list->nr)
			differs("only in maps: %.200s", line);
		else
			compare_record(list, n++, &m, line);
	}
	if (n < list->nr)
		differs("not in maps: %zu VMAs, the first at %#llx",
			list->nr - n, (unsigned long long)list->vma[n].start);
	if (list->map_count != list->nr)
		differs("map_count %u, but %zu VMAs", list->map_count,
			list->nr);
}
