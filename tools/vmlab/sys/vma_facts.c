// SPDX-License-Identifier: GPL-2.0
#include <elfutils/libdwelf.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sys/vma_facts.h"
#include "sys/xalloc.h"

/* struct row - the facts about one VMA */
struct row {
	uint64_t start, end;
	struct vma_memory memory;
	char *nodes;
};

struct vma_facts {
	char directory[32]; /* below /proc */
	struct row *memory;
	size_t nr_memory;
	struct row *nodes;
	size_t nr_nodes;
};

static FILE *open_file(const struct vma_facts *f, const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "%s/%s", f->directory, name);
	return fopen(path, "re");
}

/* Append a row; the array doubles when it is full. */
static struct row *add_row(struct row **rows, size_t *nr)
{
	if (!(*nr & (*nr - 1)))
		*rows = check_alloc(realloc(*rows, (*nr ? 2 * *nr : 1) *
							   sizeof(**rows)));
	memset(&(*rows)[*nr], 0, sizeof(**rows));
	return &(*rows)[(*nr)++];
}

static void add_memory(struct vma_memory *m, const char *name, uint64_t bytes)
{
	if (!strcmp(name, "Rss"))
		m->rss = bytes;
	else if (!strcmp(name, "Pss"))
		m->pss = bytes;
	else if (!strcmp(name, "Shared_Clean") || !strcmp(name, "Shared_Dirty"))
		m->shared += bytes;
	else if (!strcmp(name, "Swap"))
		m->swap = bytes;
	if (!strcmp(name, "Private_Dirty") || !strcmp(name, "Shared_Dirty"))
		m->dirty += bytes;
}

static int read_memory(struct vma_facts *f)
{
	FILE *smaps = open_file(f, "smaps");
	struct row *row = NULL;
	char *line = NULL;
	size_t size = 0;
	int err = 0;

	if (!smaps)
		return -errno;
	while (getline(&line, &size, smaps) > 0) {
		uint64_t start, end, kib;
		char name[32];

		if (sscanf(line, "%" SCNx64 "-%" SCNx64 " ", &start, &end) == 2) {
			row = add_row(&f->memory, &f->nr_memory);
			row->start = start;
			row->end = end;
		} else if (row && sscanf(line, "%31[A-Za-z_]: %" SCNu64 " kB",
					 name, &kib) == 2) {
			add_memory(&row->memory, name, kib * 1024);
		}
	}
	if (ferror(smaps))
		err = -EIO;
	fclose(smaps);
	free(line);
	return err;
}

/* Return the words "N0=12 N1=3" of a line as "0=12,1=3". */
static char *nodes_of(char *line)
{
	char *text = NULL, *save, *word;
	size_t len;
	FILE *out = check_alloc(open_memstream(&text, &len));
	bool any = false;

	for (word = strtok_r(line, "\n ", &save); word;
	     word = strtok_r(NULL, "\n ", &save)) {
		if (word[0] != 'N' || word[1] < '0' || word[1] > '9')
			continue;
		fprintf(out, "%s%s", any ? "," : "", word + 1);
		any = true;
	}
	fclose(out);
	return check_alloc(text);
}

static void read_nodes(struct vma_facts *f)
{
	FILE *maps = open_file(f, "numa_maps");
	char *line = NULL;
	size_t size = 0;

	if (!maps)
		return;
	while (getline(&line, &size, maps) > 0) {
		uint64_t start;

		if (sscanf(line, "%" SCNx64 " ", &start) == 1) {
			struct row *row = add_row(&f->nodes, &f->nr_nodes);

			row->start = start;
			row->nodes = nodes_of(line);
		}
	}
	fclose(maps);
	free(line);
}

int vma_facts_read(pid_t pid, unsigned int which, struct vma_facts **facts)
{
	struct vma_facts *f = check_alloc(calloc(1, sizeof(*f)));
	int err = 0;

	snprintf(f->directory, sizeof(f->directory), "/proc/%d",
		 (int)(pid ? pid : getpid()));
	if (which & FACTS_MEMORY)
		err = read_memory(f);
	if (which & FACTS_NODES)
		read_nodes(f);
	if (err) {
		vma_facts_free(f);
		f = NULL;
	}
	*facts = f;
	return err;
}

void vma_facts_free(struct vma_facts *f)
{
	if (!f)
		return;
	for (size_t i = 0; i < f->nr_nodes; i++)
		free(f->nodes[i].nodes);
	free(f->memory);
	free(f->nodes);
	free(f);
}

static int compare(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	return x->start < y->start ? -1 : x->start > y->start;
}

/* The kernel lists VMAs by address. */
static const struct row *find(const struct row *rows, size_t nr, uint64_t start)
{
	const struct row wanted = { .start = start };

	return nr ? bsearch(&wanted, rows, nr, sizeof(*rows), compare) : NULL;
}

const struct vma_memory *vma_facts_memory(const struct vma_facts *f,
					  uint64_t start, uint64_t end)
{
	const struct row *row = find(f->memory, f->nr_memory, start);

	return row && row->end == end ? &row->memory : NULL;
}

const char *vma_facts_nodes(const struct vma_facts *f, uint64_t start)
{
	const struct row *row = find(f->nodes, f->nr_nodes, start);

	return row ? row->nodes : "";
}

/*
 * Open the file that a VMA maps: map_files also has a file that was replaced, and needs
 * a capability.
 */
static int open_mapped(const struct vma_facts *f, uint64_t start, uint64_t end,
		       const char *name)
{
	char path[PATH_MAX + 64];
	int fd;

	snprintf(path, sizeof(path), "%s/map_files/%" PRIx64 "-%" PRIx64,
		 f->directory, start, end);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd >= 0 || *name != '/')
		return fd;
	snprintf(path, sizeof(path), "%s/root%s", f->directory, name);
	return open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
}

void vma_facts_build_id(const struct vma_facts *f, uint64_t start, uint64_t end,
			const char *name, char text[static BUILD_ID_MAX])
{
	int fd = open_mapped(f, start, end, name);
	const void *bytes;
	ssize_t len = 0;
	Elf *elf;

	text[0] = '\0';
	if (fd < 0)
		return;
	elf_version(EV_CURRENT);
	elf = elf_begin(fd, ELF_C_READ, NULL);
	if (elf)
		len = dwelf_elf_gnu_build_id(elf, &bytes);
	for (ssize_t i = 0; i < len && 2 * i + 2 < BUILD_ID_MAX; i++)
		sprintf(text + 2 * i, "%02x", ((const unsigned char *)bytes)[i]);
	elf_end(elf);
	close(fd);
}
