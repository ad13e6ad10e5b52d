// SPDX-License-Identifier: GPL-2.0
/* The program headers of this program and of its libraries. */
#include <link.h>
#include <string.h>
#include <sys/auxv.h>

#include "labs/elf.h"

static const char *name_of(const Elf64_Phdr *load)
{
	return load->p_flags & PF_X ? "code" :
	       load->p_flags & PF_W ? "data" :
	       load->p_offset	    ? "constants" :
				      "headers";
}

static void add_part(struct lab_object *o, const char *what, uint64_t start,
		     uint64_t end, const Elf64_Phdr *load, bool file,
		     uint32_t rights)
{
	struct lab_part *p = &o->parts[o->nr];

	if (start >= end || o->nr == LAB_PARTS)
		return;
	*p = (struct lab_part){ what, start, end, 0, file, rights };
	if (file)
		p->offset = load->p_offset - load->p_vaddr + start;
	o->nr++;
}

/* A LOAD segment is one VMA, or two with RELRO; a third for what the file lacks. */
static void add_load(struct lab_object *o, const Elf64_Phdr *load, uint64_t relro,
		     uint64_t page)
{
	uint64_t start = load->p_vaddr & ~(page - 1);
	uint64_t end = (load->p_vaddr + load->p_filesz + page - 1) & ~(page - 1);
	uint64_t bss = (load->p_vaddr + load->p_memsz + page - 1) & ~(page - 1);
	uint64_t split = load->p_flags & PF_W && relro > start && relro <= end ?
			 relro : start;

	add_part(o, "relocated constants", start, split, load, true, PF_R);
	add_part(o, name_of(load), split, end, load, true,
		 load->p_flags);
	add_part(o, ".bss", end, bss, load, false, load->p_flags);
}

static void widen(uint64_t range[2], uint64_t start, uint64_t end, bool last)
{
	if (!range[1] || (last && start > range[0]))
		range[0] = start;
	if (end > range[1])
		range[1] = end;
}

static int add_object(struct dl_phdr_info *info, size_t size, void *arg)
{
	struct lab_program *program = arg;
	struct lab_object *o = &program->objects[program->nr];
	uint64_t relro = 0;

	(void)size;
	/* The vdso is no file. */
	if (program->nr == LAB_OBJECTS ||
	    info->dlpi_addr == getauxval(AT_SYSINFO_EHDR))
		return 0;
	o->base = info->dlpi_addr;
	for (int i = 0; i < info->dlpi_phnum; i++)
		if (info->dlpi_phdr[i].p_type == PT_GNU_RELRO)
			relro = (info->dlpi_phdr[i].p_vaddr +
				 info->dlpi_phdr[i].p_memsz) &
				~(program->page - 1);
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const Elf64_Phdr *load = &info->dlpi_phdr[i];
		uint64_t end = load->p_vaddr + load->p_filesz;

		if (load->p_type != PT_LOAD)
			continue;
		add_load(o, load, relro, program->page);
		if (load->p_flags & PF_X)
			widen(o->code, load->p_vaddr, end, false);
		widen(o->data, load->p_vaddr, end, true);
		if (load->p_vaddr + load->p_memsz > o->brk)
			o->brk = load->p_vaddr + load->p_memsz;
	}
	o->brk = (o->brk + program->page - 1) & ~(program->page - 1);
	program->nr++;
	return 0;
}

void lab_elf_read(const struct lab_run *run, struct lab_program *program)
{
	memset(program, 0, sizeof(*program));
	program->page = lab_machine(run)->page;
	dl_iterate_phdr(add_object, program);
}
