// SPDX-License-Identifier: GPL-2.0
/* Names of functions, from the symbol tables of ELF files. */
#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/must.h"
#include "faults/symbols.h"

struct symbol {
	uint64_t start;
	uint64_t size;
	char *name;
};

/* part of the file that is loaded: addresses of symbols are not offsets */
struct segment {
	uint64_t offset;
	uint64_t size;
	uint64_t address;
};

struct object {
	struct object *next;
	char *path;
	struct segment *segments;
	size_t nr_segments;
	struct symbol *symbols;
	size_t nr_symbols, space;
};

struct symbols {
	struct object *objects;
};

struct symbols *symbols_new(void)
{
	elf_version(EV_CURRENT);
	return must(calloc(1, sizeof(struct symbols)));
}

void symbols_free(struct symbols *symbols)
{
	struct object *next;

	for (struct object *o = symbols->objects; o; o = next) {
		next = o->next;
		for (size_t i = 0; i < o->nr_symbols; i++)
			free(o->symbols[i].name);
		free(o->symbols);
		free(o->segments);
		free(o->path);
		free(o);
	}
	free(symbols);
}

static void add_symbol(struct object *o, const GElf_Sym *sym, const char *name)
{
	if (o->nr_symbols == o->space) {
		o->space = o->space ? 2 * o->space : 1024;
		o->symbols = must(realloc(o->symbols,
					  o->space * sizeof(*o->symbols)));
	}
	o->symbols[o->nr_symbols++] = (struct symbol){
		.start = sym->st_value,
		.size = sym->st_size,
		.name = must(strdup(name)),
	};
}

static void read_symbols(struct object *o, Elf *elf, Elf_Scn *section,
			 const GElf_Shdr *header)
{
	Elf_Data *data = elf_getdata(section, NULL);
	size_t nr = header->sh_entsize ? header->sh_size / header->sh_entsize :
					 0;

	for (size_t i = 0; data && i < nr; i++) {
		const char *name;
		GElf_Sym sym;

		if (!gelf_getsym(data, (int)i, &sym))
			break;
		if (sym.st_shndx == SHN_UNDEF ||
		    (GELF_ST_TYPE(sym.st_info) != STT_FUNC &&
		     GELF_ST_TYPE(sym.st_info) != STT_GNU_IFUNC))
			continue;
		name = elf_strptr(elf, header->sh_link, sym.st_name);
		if (name && *name)
			add_symbol(o, &sym, name);
	}
}

/* @debug: [out] where the separate debug information would be */
static void read_sections(struct object *o, Elf *elf, char *debug, size_t size)
{
	Elf_Scn *section = NULL;
	GElf_Shdr header;

	while ((section = elf_nextscn(elf, section))) {
		if (!gelf_getshdr(section, &header))
			continue;
		if (header.sh_type == SHT_SYMTAB ||
		    header.sh_type == SHT_DYNSYM)
			read_symbols(o, elf, section, &header);
		else if (header.sh_type == SHT_NOTE && debug && !*debug) {
			Elf_Data *data = elf_getdata(section, NULL);
			size_t name, desc;
			GElf_Nhdr note;
			const unsigned char *id;
			int len;

			if (!data ||
			    !gelf_getnote(data, 0, &note, &name, &desc) ||
			    note.n_type != NT_GNU_BUILD_ID || note.n_descsz < 2)
				continue;
			id = (const unsigned char *)data->d_buf + desc;
			len = snprintf(debug, size,
				       "/usr/lib/debug/.build-id/%02x/", id[0]);
			for (size_t i = 1;
			     i < note.n_descsz && (size_t)len + 10 < size; i++)
				len += snprintf(debug + len, size - (size_t)len,
						"%02x", id[i]);
			snprintf(debug + len, size - (size_t)len, ".debug");
		}
	}
}

static void read_segments(struct object *o, Elf *elf)
{
	size_t nr;

	if (elf_getphdrnum(elf, &nr))
		return;
	o->segments = must(calloc(nr + 1, sizeof(*o->segments)));
	for (size_t i = 0; i < nr; i++) {
		GElf_Phdr header;

		if (!gelf_getphdr(elf, (int)i, &header) ||
		    header.p_type != PT_LOAD)
			continue;
		o->segments[o->nr_segments++] = (struct segment){
			.offset = header.p_offset,
			.size = header.p_filesz,
			.address = header.p_vaddr,
		};
	}
}

static bool read_elf(struct object *o, const char *path, char *debug,
		     size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	Elf *elf;

	if (fd < 0)
		return false;
	elf = elf_begin(fd, ELF_C_READ_MMAP, NULL);
	if (elf && elf_kind(elf) == ELF_K_ELF) {
		if (debug)
			read_segments(o, elf);
		read_sections(o, elf, debug, size);
	}
	elf_end(elf);
	close(fd);
	return true;
}

static int by_start(const void *a, const void *b)
{
	const struct symbol *x = a, *y = b;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	/* aliases: the last is found, so let it be the shortest plain name */
	if (strlen(x->name) != strlen(y->name))
		return strlen(x->name) > strlen(y->name) ? -1 : 1;
	return -strcmp(x->name, y->name);
}

static struct object *object_of(struct symbols *symbols, const char *path)
{
	char debug[512] = "";
	struct object *o;

	for (o = symbols->objects; o; o = o->next)
		if (!strcmp(o->path, path))
			return o;
	o = must(calloc(1, sizeof(*o)));
	o->path = must(strdup(path));
	o->next = symbols->objects;
	symbols->objects = o;
	read_elf(o, path, debug, sizeof(debug));
	if (*debug)
		read_elf(o, debug, NULL, 0);
	if (o->nr_symbols)
		qsort(o->symbols, o->nr_symbols, sizeof(*o->symbols), by_start);
	return o;
}

static bool address_of(const struct object *o, uint64_t offset,
		       uint64_t *address)
{
	for (size_t i = 0; i < o->nr_segments; i++) {
		const struct segment *s = &o->segments[i];

		if (offset >= s->offset && offset - s->offset < s->size) {
			*address = offset - s->offset + s->address;
			return true;
		}
	}
	return false;
}

const char *symbols_find(struct symbols *symbols, const char *path,
			 uint64_t offset, uint64_t *distance)
{
	const struct object *o = object_of(symbols, path);
	const struct symbol *s;
	size_t low = 0, high;
	uint64_t address;

	if (!address_of(o, offset, &address))
		return NULL;
	/* the last symbol that starts at or before the address */
	high = o->nr_symbols;
	while (low < high) {
		size_t middle = (low + high) / 2;

		if (o->symbols[middle].start <= address)
			low = middle + 1;
		else
			high = middle;
	}
	if (!low)
		return NULL;
	s = &o->symbols[low - 1];
	/* one without a size, as assembly has, reaches to the next */
	if (s->size && address - s->start >= s->size)
		return NULL;
	*distance = address - s->start;
	return s->name;
}
