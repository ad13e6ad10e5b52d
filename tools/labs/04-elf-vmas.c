// SPDX-License-Identifier: GPL-2.0
/* Lab 4: the VMAs of a program follow from its program headers. */
#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>

#include "labs/elf.h"
#include "labs/memory.h"

enum {
	BRK_RANDOM = 1 << 30, /* arch_randomize_brk() of x86-64 */
};

static const struct lab_break breaks[] = {
	{ "relro", "make the relocated constants writable again: mprotect()" },
	{ "text", "make the first page of the code writable: mprotect()" },
	{ 0 },
};

static unsigned int file_parts(const struct lab_object *o)
{
	unsigned int nr = 0;

	for (size_t i = 0; i < o->nr; i++)
		nr += o->parts[i].file;
	return nr;
}

static void describe(char text[96], uint32_t rights, uint64_t start,
		     uint64_t end, bool file, uint64_t offset)
{
	int len = snprintf(text, 96, "%c%c%c %llx-%llx",
			   rights & PF_R ? 'r' : '-', rights & PF_W ? 'w' : '-',
			   rights & PF_X ? 'x' : '-', (unsigned long long)start,
			   (unsigned long long)end);

	if (file)
		snprintf(text + len, 96 - (size_t)len, " at %llx",
			 (unsigned long long)offset);
	else
		snprintf(text + len, 96 - (size_t)len, " anonymous");
}

static struct lab_program program;

static void predict(struct lab_run *run)
{
	const struct lab_object *o = &program.objects[0];
	unsigned int files = 0;
	char key[40], text[96], what[64];

	lab_elf_read(run, &program);
	for (size_t i = 0; i < o->nr; i++) {
		const struct lab_part *p = &o->parts[i];

		snprintf(key, sizeof(key), "part-%zu", i);
		snprintf(what, sizeof(what), "VMA of %s", p->what);
		describe(text, p->rights, p->start, p->end, p->file, p->offset);
		lab_predict_words(run, key, what, text, "%s", p->file ?
				  "LOAD: flags, vaddr, filesz, offset" :
				  "LOAD: memsz beyond filesz");
	}
	for (size_t i = 1; i < program.nr; i++)
		files += file_parts(&program.objects[i]);
	lab_predict(run, "libraries", "VMAs of files of the libraries", files,
		    "VMAs", "LOAD and RELRO of %zu libraries", program.nr - 1);
	snprintf(text, sizeof(text), "%llx-%llx",
		 (unsigned long long)o->code[0], (unsigned long long)o->code[1]);
	lab_predict_words(run, "code", "start_code-end_code", text,
			  "LOAD with execute right");
	snprintf(text, sizeof(text), "%llx-%llx",
		 (unsigned long long)o->data[0], (unsigned long long)o->data[1]);
	lab_predict_words(run, "data", "start_data-end_data", text,
			  "last LOAD");
	lab_predict_range(run, "brk", "start_brk after the end of .bss", 0,
			  BRK_RANDOM, "bytes",
			  "page aligned; ASLR adds less than 1 GiB");
	lab_predict_words(run, "args", "VMA of the program's path", "[stack]",
			  "execve() copies strings there: AT_EXECFN");
	lab_predict_words(run, "vdso", "VMA at AT_SYSINFO_EHDR", "[vdso]",
			  "the kernel maps code of its own");
}

static void measure_name(struct lab_run *run, const char *key, uint64_t address)
{
	struct vmlab_vma vma;
	char name[128];

	if (!lab_vma(run, 0, (void *)(uintptr_t)address, &vma, name,
		     sizeof(name)))
		snprintf(name, sizeof(name), "none");
	lab_measure_words(run, key, "%s", name);
}

static void measure_part(struct lab_run *run, const char *key, uint64_t base,
			 const struct lab_part *part)
{
	struct vmlab_vma vma;
	uint32_t rights;
	char text[96];

	if (!lab_vma(run, 0, (void *)(uintptr_t)(base + part->start), &vma,
		     NULL, 0)) {
		lab_measure_words(run, key, "none");
		return;
	}
	/* VM_READ, VM_WRITE, VM_EXEC are 1, 2, 4 */
	rights = (vma.vm_flags & 1 ? PF_R : 0) | (vma.vm_flags & 2 ? PF_W : 0) |
		 (vma.vm_flags & 4 ? PF_X : 0);
	describe(text, rights, vma.start - base, vma.end - base,
		 vma.flags & VMLAB_VMA_FILE, vma.pgoff * program.page);
	lab_measure_words(run, key, "%s", text);
}

/* Return the library that holds an address, 0 for the program, -1 for none. */
static int owner(uint64_t address)
{
	for (size_t i = 0; i < program.nr; i++) {
		const struct lab_object *o = &program.objects[i];

		if (o->nr && address >= o->base + o->parts[0].start &&
		    address < o->base + o->parts[o->nr - 1].end)
			return (int)i;
	}
	return -1;
}

/* Count the VMAs of libraries, and draw all VMAs. */
static void each_vma(struct lab_run *run)
{
	static const char *const kinds[] = { "program", "libraries",
					     "anonymous", "stack, vdso" };
	unsigned int plot, series[4], kind, files = 0, i = 0;
	const struct vmlab_vma *vma;
	struct vmlab_vmas_iter *it;
	struct vmlab_proc *proc;

	plot = lab_plot(run, "The address space of this program, from low to "
			     "high addresses",
			"VMA, by address", "pages", LAB_BARS | LAB_LOG_Y);
	for (kind = 0; kind < 4; kind++)
		series[kind] = lab_series(run, plot, kinds[kind]);
	lab_check(run, vmlab_proc_open(lab_device(run), 0, &proc),
		  "this process");
	lab_check(run, vmlab_vmas_open(proc, 0, 0, &it), "the VMAs");
	while (lab_check(run, vmlab_vmas_next(it, &vma), "the VMAs")) {
		int object = owner(vma->start);

		files += object > 0 && vma->flags & VMLAB_VMA_FILE;
		kind = vma->flags & (VMLAB_VMA_STACK | VMLAB_VMA_SPECIAL) ? 3 :
		       object < 0 ? 2 : object > 0;
		lab_point(run, plot, series[kind], ++i,
			  lab_count((vma->end - vma->start) / program.page));
	}
	vmlab_vmas_close(it);
	vmlab_proc_close(proc);
	lab_measure(run, "libraries", files);
}

static void break_it(struct lab_run *run, const struct lab_object *o)
{
	const char *what = lab_broken(run, "relro") ? "relocated constants" :
			   lab_broken(run, "text")  ? "code" :
						      NULL;

	for (size_t i = 0; what && i < o->nr; i++)
		if (!strcmp(o->parts[i].what, what) &&
		    mprotect((void *)(uintptr_t)(o->base + o->parts[i].start),
			     program.page,
			     PROT_READ | PROT_WRITE | PROT_EXEC))
			lab_fail(run, "mprotect: %s", strerror(errno));
}

static void experiment(struct lab_run *run)
{
	const struct lab_object *o = &program.objects[0];
	struct vmlab_mm mm = lab_mm(run, 0);
	char key[40];

	lab_step(run, "read the VMAs of this process, and its mm");
	break_it(run, o);
	for (size_t i = 0; i < o->nr; i++) {
		snprintf(key, sizeof(key), "part-%zu", i);
		measure_part(run, key, o->base, &o->parts[i]);
	}
	each_vma(run);
	lab_measure_words(run, "code", "%llx-%llx",
			  (unsigned long long)(mm.start_code - o->base),
			  (unsigned long long)(mm.end_code - o->base));
	lab_measure_words(run, "data", "%llx-%llx",
			  (unsigned long long)(mm.start_data - o->base),
			  (unsigned long long)(mm.end_data - o->base));
	lab_measure(run, "brk",
		    (double)mm.start_brk - (double)(o->base + o->brk));
	measure_name(run, "args", getauxval(AT_EXECFN));
	measure_name(run, "vdso", getauxval(AT_SYSINFO_EHDR));
	lab_note(run, "addresses are relative to the base of the program, %llx; "
		      "ASLR chose it", (unsigned long long)o->base);
}

static const struct lab elf_vmas = {
	.number = 4,
	.name = "elf-vmas",
	.title = "the VMAs of a program follow from its program headers",
	.question = "Which VMAs does execve make of an ELF file, with which "
		    "rights and which part of the file?",
	.idea = "Each LOAD segment of the file becomes a VMA: its range is "
		"p_vaddr and p_filesz rounded to pages, its rights are p_flags, "
		"its offset is p_offset. Where p_memsz exceeds p_filesz, "
		"anonymous memory follows: .bss. After relocation the dynamic "
		"linker takes the write right from the RELRO part, which splits "
		"a VMA. Heap, stack and vdso are no part of the file.",
	.pins = "Addresses are compared relative to the base that ASLR chose. "
		"The prediction reads the program headers alone, the measurement "
		"the VMAs of the kernel. The program has changed no rights of its "
		"own since it started.",
	.reads = "fs/binfmt_elf.c: load_elf_binary(), elf_load()\n"
		 "arch/x86/kernel/process.c: arch_randomize_brk()\n"
		 "mm/mprotect.c: mprotect_fixup()",
	.needs = LAB_DEVICE,
	.breaks = breaks,
	.predict = predict,
	.experiment = experiment,
};

LAB_REGISTER(elf_vmas);
