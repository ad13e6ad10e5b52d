// SPDX-License-Identifier: GPL-2.0
#include <dwarf.h>
#include <elfutils/libdw.h>
#include <elfutils/libdwfl.h>
#include <gelf.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "faults/symbols.h"
#include "sys/xalloc.h"

/* A C function of libstdc++; its header is for C++ only. */
char *__cxa_demangle(const char *mangled, char *buffer, size_t *length,
		     int *status);

/* one file */
struct object {
	struct object *next;
	struct file_key key;
	__s64 size, mtime;
	pid_t tried; /* the last process by which it was searched for */
	Dwfl *dwfl; /* NULL while it has not been found */
	Dwfl_Module *module;
};

struct symbols {
	struct object *objects;
};

static const Dwfl_Callbacks callbacks = {
	.find_elf = dwfl_build_id_find_elf,
	.find_debuginfo = dwfl_standard_find_debuginfo,
	.section_address = dwfl_offline_section_address,
};

struct symbols *symbols_new(void)
{
	/* a report must not wait for a server of debug files */
	unsetenv("DEBUGINFOD_URLS");
	return check_alloc(calloc(1, sizeof(struct symbols)));
}

void symbols_free(struct symbols *symbols)
{
	struct object *next;

	for (struct object *o = symbols->objects; o; o = next) {
		next = o->next;
		dwfl_end(o->dwfl);
		free(o);
	}
	free(symbols);
}

static void load(struct object *o, const struct mapped_file *file)
{
	int fd = mapped_file_open(file);

	if (fd < 0)
		return;
	o->dwfl = dwfl_begin(&callbacks);
	if (o->dwfl) {
		dwfl_report_begin(o->dwfl);
		/* takes the descriptor, unless it fails */
		o->module = dwfl_report_offline(o->dwfl, file->path,
						file->path, fd);
		dwfl_report_end(o->dwfl, NULL, NULL);
	}
	if (!o->module)
		close(fd);
}

static struct object *object_of(struct symbols *symbols,
				const struct mapped_file *file)
{
	struct object *o;

	for (o = symbols->objects; o; o = o->next)
		if (o->key.ino == file->key.ino && o->key.dev == file->key.dev &&
		    o->size == file->size && o->mtime == file->mtime)
			break;
	if (!o) {
		o = check_alloc(calloc(1, sizeof(*o)));
		o->key = file->key;
		o->size = file->size;
		o->mtime = file->mtime;
		o->next = symbols->objects;
		symbols->objects = o;
	}
	/* another process may be alive, or in another mount namespace */
	if (!o->dwfl && o->tried != file->pid) {
		o->tried = file->pid;
		load(o, file);
	}
	return o;
}

/* Convert an offset in the file to an address in the module. */
static bool address_of(const struct object *o, uint64_t offset,
		       GElf_Addr *address)
{
	GElf_Addr bias;
	Elf *elf = dwfl_module_getelf(o->module, &bias);
	size_t nr;

	if (!elf || elf_getphdrnum(elf, &nr))
		return false;
	for (size_t i = 0; i < nr; i++) {
		GElf_Phdr p;

		if (!gelf_getphdr(elf, (int)i, &p) || p.p_type != PT_LOAD ||
		    offset < p.p_offset || offset - p.p_offset >= p.p_filesz)
			continue;
		*address = offset - p.p_offset + p.p_vaddr + bias;
		return true;
	}
	return false;
}

/* the function around an address by debug information, for files without symbols */
static const char *find_in_dwarf(const struct object *o, GElf_Addr address,
				 uint64_t *distance)
{
	const char *name = NULL;
	Dwarf_Die *unit, *scopes = NULL;
	Dwarf_Addr bias, start;
	int nr;

	unit = dwfl_module_addrdie(o->module, address, &bias);
	if (!unit)
		return NULL;
	nr = dwarf_getscopes(unit, address - bias, &scopes);
	for (int i = 0; i < nr && !name; i++) {
		if (dwarf_tag(&scopes[i]) != DW_TAG_subprogram ||
		    dwarf_entrypc(&scopes[i], &start))
			continue;
		name = dwarf_diename(&scopes[i]);
		*distance = address - bias - start;
	}
	free(scopes);
	return name;
}

/* Return a copy of a name without its version, and demangled. */
static char *plain_name(const char *name)
{
	char *copy = check_alloc(strndup(name, strcspn(name, "@"))), *plain = NULL;
	int status;

	if (!strncmp(copy, "_Z", 2))
		plain = __cxa_demangle(copy, NULL, NULL, &status);
	if (!plain)
		return copy;
	free(copy);
	return plain;
}

char *symbols_find(struct symbols *symbols, const struct mapped_file *file,
		   uint64_t offset, uint64_t *distance)
{
	const struct object *o = object_of(symbols, file);
	const char *name, *function = NULL;
	GElf_Addr address;
	GElf_Off from;
	GElf_Sym sym;

	if (!o->module || !address_of(o, offset, &address))
		return NULL;
	name = dwfl_module_addrinfo(o->module, address, &from, &sym, NULL, NULL,
				    NULL);
	/* a symbol without a size, as assembly has, may end before the address */
	if (!name || !*name || !sym.st_size)
		function = find_in_dwarf(o, address, distance);
	if (function)
		name = function;
	else
		*distance = from;
	return name && *name ? plain_name(name) : NULL;
}
