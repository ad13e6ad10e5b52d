// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sys/xalloc.h"
#include "show/format.h"
#include "show/json.h"
#include "show/terminal.h"
#include "show/vma.h"
#include "show/vma_facts.h"
#include "show/wrap.h"

static const struct column columns[] = { VMA_COLUMNS, VMA_FACT_COLUMNS };

const struct column_list vma_tables[] = { COLUMN_LIST(columns), { 0 } };

void vma_walk_next(struct vma_walk *walk)
{
	do {
		walk->ret = vmlab_vmas_next(walk->it, &walk->vma);
	} while (walk->ret > 0 &&
		 (walk->vma->vm_flags & walk->flags) != walk->flags);
}

static uint64_t flag(const struct vmlab *lab, const char *name)
{
	int bit = vmlab_vm_flag_bit(lab, name);

	return bit < 0 ? 0 : UINT64_C(1) << bit;
}

void vma_words_init(struct vma_words *words, const struct vmlab *lab)
{
	words->lab = lab;
	words->read = flag(lab, "read");
	words->write = flag(lab, "write");
	words->exec = flag(lab, "exec");
	words->mayshare = flag(lab, "mayshare");
	words->not_listed = words->read | words->write | words->exec |
		      words->mayshare | flag(lab, "shared") |
		      flag(lab, "mayread") | flag(lab, "maywrite") |
		      flag(lab, "mayexec") | flag(lab, "softdirty");
}

const char *vma_perms(const struct vma_words *words,
		      const struct vmlab_vma *vma,
		      char buf[static VMA_PERMS_LEN])
{
	buf[0] = vma->vm_flags & words->read ? 'r' : '-';
	buf[1] = vma->vm_flags & words->write ? 'w' : '-';
	buf[2] = vma->vm_flags & words->exec ? 'x' : '-';
	/* a shared mapping of a file opened read-only has mayshare, not shared */
	buf[3] = vma->vm_flags & words->mayshare ? 's' : 'p';
	buf[4] = '\0';
	return buf;
}

enum style vma_name_style(const struct vmlab_vma *vma)
{
	if (vma->flags & VMLAB_VMA_VMLAB)
		return STYLE_GOOD;
	return vma->flags & VMLAB_VMA_FILE ? STYLE_PLAIN : STYLE_NAME;
}

void vma_cells(struct table *t, const struct vma_words *words,
	       const struct vmlab_vmas_iter *it, const struct vmlab_vma *vma)
{
	char perms[VMA_PERMS_LEN],
		flags[VMLAB_FLAGS_TEXT_MAX];
	char *name = check_alloc(format_safe(vmlab_vmas_name(it, vma)));
	const char *ops = vmlab_vmas_ops(it, vma);
	uint64_t other = vma->vm_flags & ~words->not_listed;

	vmlab_vm_flags_text(words->lab, other, flags, sizeof(flags));
	format_list(flags);
	vma_perms(words, vma, perms);

	table_cell(t, STYLE_PLAIN, "%llx", vma->start);
	table_cell(t, STYLE_PLAIN, "%llx", vma->end);
	table_size(t, STYLE_PLAIN, vma->end - vma->start);
	table_cell(t,
		   perms[1] == 'w' && perms[2] == 'x' ? STYLE_WARN :
							STYLE_PLAIN,
		   "%s", perms);
	table_cell(t, STYLE_PLAIN, "%llx", vma->pgoff);
	table_cell(t, STYLE_DIM, "%s", flags);
	table_cell(t, STYLE_DIM, "%s", ops);
	table_cell(t, vma_name_style(vma), "%s", name);
	free(name);
}

static void vma_traits(const struct vmlab_vma *vma,
		       void (*print)(void *arg, const char *name), void *arg)
{
	static const struct {
		uint32_t bit;
		const char *name;
	} traits[] = {
		{ VMLAB_VMA_FILE, "file" },
		{ VMLAB_VMA_ANON_VMA, "anon_vma" },
		{ VMLAB_VMA_HEAP, "heap" },
		{ VMLAB_VMA_STACK, "stack" },
		{ VMLAB_VMA_SPECIAL, "special" },
		{ VMLAB_VMA_ANON_NAME, "anon_name" },
		{ VMLAB_VMA_UFFD, "uffd" },
		{ VMLAB_VMA_VMLAB, "vmlab" },
		{ VMLAB_VMA_NAME_CUT, "name_cut" },
	};

	for (size_t i = 0; i < sizeof(traits) / sizeof(traits[0]); i++)
		if (vma->flags & traits[i].bit)
			print(arg, traits[i].name);
}

static void append_name(void *array, const char *name)
{
	json_append(array, json_string(name));
}

json_t *vma_json(const struct vma_words *words,
		 const struct vmlab_vmas_iter *it, const struct vmlab_vma *vma)
{
	json_t *o = json_object(), *traits = check_alloc(json_array());
	char perms[VMA_PERMS_LEN];

	vma_traits(vma, append_name, traits);
	json_put(o, "start", json_hex(vma->start));
	json_put(o, "end", json_hex(vma->end));
	json_put(o, "size", json_count(vma->end - vma->start));
	json_put(o, "perms", json_string(vma_perms(words, vma, perms)));
	json_put(o, "pgoff", json_count(vma->pgoff));
	json_put(o, "vm_flags", json_hex(vma->vm_flags));
	json_put(o, "vm_flag_names", json_flags(words->lab, vma->vm_flags, vmlab_vm_flag_name));
	json_put(o, "page_prot", json_hex(vma->page_prot));
	json_put(o, "dev",
		 json_sprintf("%02x:%02x", vma->dev_major, vma->dev_minor));
	json_put(o, "ino", json_count(vma->ino));
	json_put(o, "traits", traits);
	json_put(o, "vm_ops", json_text(vmlab_vmas_ops(it, vma)));
	json_put_name(o, "name", vmlab_vmas_name(it, vma));
	return o;
}

static void print_trait(void *out, const char *name)
{
	fprintf(out, " %s", name);
}

enum { LABEL = 13 }; /* columns before a value with --long */

static void print_details(FILE *out, const struct vma_words *words,
			  const struct vmlab_vmas_iter *it,
			  const struct vmlab_vma *vma, bool colour)
{
	char perms[VMA_PERMS_LEN], size[SIZE_TEXT_MAX],
		flags[VMLAB_FLAGS_TEXT_MAX], label[40];
	char *name = check_alloc(format_safe(vmlab_vmas_name(it, vma)));
	const char *ops = vmlab_vmas_ops(it, vma);

	vmlab_vm_flags_text(words->lab, vma->vm_flags, flags, sizeof(flags));
	fprintf(out, "%s%llx-%llx%s  %s  %s  %s%s%s\n", style_on(colour, STYLE_HEAD),
		vma->start, vma->end, style_off(colour, STYLE_HEAD),
		format_size(vma->end - vma->start, size),
		vma_perms(words, vma, perms),
		style_on(colour, vma_name_style(vma)), *name ? name : "-",
		style_off(colour, vma_name_style(vma)));
	snprintf(label, sizeof(label), "  vm_flags   0x%llx ", vma->vm_flags);
	fputs(label, out);
	wrap_print(out, strlen(label), LABEL, flags);
	fputc('\n', out);
	fprintf(out, "  page_prot  0x%llx\n", vma->page_prot);
	fprintf(out, "  pgoff      0x%llx pages\n", vma->pgoff);
	if (vma->flags & VMLAB_VMA_FILE)
		fprintf(out, "  file       device %02x:%02x inode %llu\n",
			vma->dev_major, vma->dev_minor, vma->ino);
	fprintf(out, "  vm_ops     %s\n", *ops ? ops : "none: anonymous memory");
	if (vma->flags) {
		fputs("  traits    ", out);
		vma_traits(vma, print_trait, out);
		fputc('\n', out);
	}
	free(name);
}

int vmas_print(FILE *out, const struct vma_words *words,
	       struct vma_walk *walk, bool colour)
{
	struct table *t = table_open(out, columns,
				     sizeof(columns) / sizeof(columns[0]),
				     colour);

	for (; walk->ret > 0; vma_walk_next(walk)) {
		vma_cells(t, words, walk->it, walk->vma);
		vma_facts_cells(t, walk->facts, walk->vma,
				vmlab_vmas_name(walk->it, walk->vma));
	}
	table_close(t);
	return walk->ret;
}

int vmas_print_details(FILE *out, const struct vma_words *words,
		       struct vma_walk *walk, bool colour)
{
	for (; walk->ret > 0; vma_walk_next(walk))
		print_details(out, words, walk->it, walk->vma, colour);
	return walk->ret;
}

int vmas_print_json(FILE *out, const struct vma_words *words,
		    struct vma_walk *walk, pid_t pid)
{
	struct json_doc doc;

	json_begin(&doc, out);
	json_member(&doc, "pid", json_pid(pid));
	json_member(&doc, "map_count",
		    json_count(vmlab_vmas_map_count(walk->it)));
	json_array_begin(&doc, "vmas");
	for (; walk->ret > 0; vma_walk_next(walk)) {
		json_t *record = vma_json(words, walk->it, walk->vma);

		if (walk->facts)
			vma_facts_json(record, walk->facts, walk->vma,
				       vmlab_vmas_name(walk->it, walk->vma));
		json_item(&doc, record);
	}
	json_array_end(&doc);
	if (walk->ret < 0)
		json_member(&doc, "error",
			    json_error(walk->ret, VMLAB_ABOUT_PROCESS, pid));
	json_end(&doc);
	return walk->ret;
}
