/* SPDX-License-Identifier: GPL-2.0 */
/* What program headers say about VMAs. */
#ifndef LABS_ELF_H
#define LABS_ELF_H

#include "labs/lab.h"

enum { LAB_PARTS = 12, LAB_OBJECTS = 64 };

/**
 * struct lab_part - what one VMA must be
 * @what: "code", ".bss"
 * @start, @end: range, relative to the base of its object
 * @offset: of @start in the file; 0 without
 * @file: whether it maps the file
 * @rights: PF_R, PF_W, PF_X
 */
struct lab_part {
	const char *what;
	uint64_t start, end, offset;
	bool file;
	uint32_t rights;
};

/**
 * struct lab_object - the program, or a library
 * @base: address that its headers are relative to
 * @nr, @parts: its VMAs, by ascending address
 * @code, @data: start and end as mm_struct has them
 * @brk: end of its memory
 */
struct lab_object {
	uint64_t base;
	size_t nr;
	struct lab_part parts[LAB_PARTS];
	uint64_t code[2], data[2], brk;
};

/** struct lab_program - all objects; the first one is the program */
struct lab_program {
	uint64_t page;
	size_t nr;
	struct lab_object objects[LAB_OBJECTS];
};

/** lab_elf_read - read the program headers of this process */
void lab_elf_read(const struct lab_run *run, struct lab_program *program);

#endif /* LABS_ELF_H */
