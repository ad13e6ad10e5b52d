// SPDX-License-Identifier: GPL-2.0
#include <elfutils/libdwfl.h>
#include <errno.h>
#include <gelf.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sys/process_symbol.h"

enum { RANK_LIBRARY = 2, RANK_LOCAL = 1, RANK_NONE = 4 };

/*
 * struct search - what is looked for, and the best that was found
 * @file, @file_len: the last part of a path; NULL for any file
 * @program: the path of the program
 * @rank: of the best, the lowest is best
 * @several: other addresses have this rank too
 */
struct search {
	const char *file;
	size_t file_len;
	const char *name;
	char program[PATH_MAX];
	int rank;
	bool several;
	uint64_t address, size;
};

static const Dwfl_Callbacks callbacks = {
	.find_elf = dwfl_linux_proc_find_elf,
	.find_debuginfo = dwfl_standard_find_debuginfo,
};

static bool is_candidate(const GElf_Sym *sym, const char *name, const char *wanted)
{
	size_t len = strlen(wanted);
	int type = GELF_ST_TYPE(sym->st_info);

	/* a name may have a version after it */
	if (!name || strncmp(name, wanted, len) || (name[len] && name[len] != '@'))
		return false;
	return sym->st_shndx != SHN_UNDEF &&
	       (type == STT_FUNC || type == STT_OBJECT || type == STT_NOTYPE ||
		type == STT_GNU_IFUNC);
}

static void consider(struct search *s, int rank, uint64_t address, uint64_t size)
{
	if (rank > s->rank || (rank == s->rank && address == s->address))
		return;
	s->several = rank == s->rank;
	s->rank = rank;
	s->address = address;
	s->size = size;
}

static bool file_fits(const struct search *s, const char *path)
{
	const char *base = strrchr(path, '/');

	base = base ? base + 1 : path;
	return !s->file || (strlen(base) == s->file_len &&
			    !strncmp(base, s->file, s->file_len));
}

static int search_module(Dwfl_Module *module, void **userdata, const char *path,
			 Dwarf_Addr start, void *arg)
{
	struct search *s = arg;
	int nr, rank;

	(void)userdata;
	(void)start;
	if (!file_fits(s, path))
		return DWARF_CB_OK;
	rank = strcmp(path, s->program) ? RANK_LIBRARY : 0;
	nr = dwfl_module_getsymtab(module);
	for (int i = 1; i < nr; i++) {
		GElf_Addr address;
		GElf_Sym sym;
		const char *name = dwfl_module_getsym_info(module, i, &sym,
							   &address, NULL, NULL,
							   NULL);

		if (is_candidate(&sym, name, s->name))
			consider(s, rank + (GELF_ST_BIND(sym.st_info) == STB_LOCAL ?
						    RANK_LOCAL : 0),
				 address, sym.st_size);
	}
	return DWARF_CB_OK;
}

static void read_program(pid_t pid, char path[static PATH_MAX])
{
	char link[64];
	ssize_t len;

	snprintf(link, sizeof(link), "/proc/%d/exe", (int)pid);
	len = readlink(link, path, PATH_MAX - 1);
	path[len > 0 ? len : 0] = '\0';
}

int process_symbol(pid_t pid, const char *text, uint64_t *address, uint64_t *size)
{
	const char *colon = strrchr(text, ':');
	struct search s = {
		.file = colon ? text : NULL,
		.file_len = colon ? (size_t)(colon - text) : 0,
		.name = colon ? colon + 1 : text,
		.rank = RANK_NONE,
	};
	Dwfl *dwfl;
	int err;

	if (!*s.name)
		return -ENOENT;
	pid = pid ? pid : getpid();
	read_program(pid, s.program);
	/* an answer must not wait for a server of debug files */
	unsetenv("DEBUGINFOD_URLS");
	dwfl = dwfl_begin(&callbacks);
	if (!dwfl)
		return -ENOMEM;
	err = dwfl_linux_proc_report(dwfl, pid);
	if (!err) {
		dwfl_report_end(dwfl, NULL, NULL);
		dwfl_getmodules(dwfl, search_module, &s, 0);
	}
	dwfl_end(dwfl);
	if (err)
		return err > 0 ? -err : -EIO;
	if (s.rank == RANK_NONE)
		return -ENOENT;
	if (s.several)
		return -EEXIST;
	*address = s.address;
	*size = s.size;
	return 0;
}
