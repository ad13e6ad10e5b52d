// SPDX-License-Identifier: GPL-2.0
/* The programs that reached something new, and files of programs. */
#include "fuzz/guided/corpus.h"

#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/random.h"

enum {
	MAX_PROGRAMS = 4096,
	YOUNG = 32,
	ROOM = 64 << 20,
	LAST_NR = 32,
	LAST_BYTES = 16 * 1024,
};

static struct program *programs[MAX_PROGRAMS];
static size_t nr_programs, used;
static char *room;
static int last_fd = -1;

static size_t bytes_of(const struct program *p)
{
	return offsetof(struct program, call) + p->nr * sizeof(p->call[0]);
}

void corpus_add(const struct program *p)
{
	size_t bytes = bytes_of(p);

	if (!room) {
		room = mmap(NULL, ROOM, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
		/* Children do not need it, and fork is faster without. */
		if ((void *)room == MAP_FAILED || madvise(room, ROOM, MADV_DONTFORK))
			exit(2);
	}
	if (nr_programs == MAX_PROGRAMS || used + bytes > ROOM)
		return;
	programs[nr_programs++] = memcpy(room + used, p, bytes);
	used += (bytes + 7) & ~7UL;
}

size_t corpus_size(void)
{
	return nr_programs;
}

void corpus_get(struct program *p, size_t nr)
{
	memcpy(p, programs[nr], bytes_of(programs[nr]));
}

void corpus_pick(struct program *p, uint64_t *rng)
{
	size_t n = random_below(rng, 3) || nr_programs <= YOUNG ?
		   random_below(rng, nr_programs) :
		   nr_programs - 1 - random_below(rng, YOUNG);

	corpus_get(p, n);
}

void corpus_write(const char *path)
{
	static char text[MAX_TEXT];
	char tmp[4096];
	FILE *f;

	snprintf(tmp, sizeof(tmp), "%s.tmp", path);
	f = fopen(tmp, "we");
	if (!f)
		return;
	for (size_t i = 0; i < nr_programs; i++)
		if (program_print(programs[i], text, sizeof(text)) > 0)
			fprintf(f, "%s\n", text);
	if (!fclose(f))
		rename(tmp, path);
}

void append_program(const char *path, const struct program *p)
{
	static char text[MAX_TEXT];
	FILE *f = fopen(path, "ae");

	if (!f)
		return;
	if (program_print(p, text, sizeof(text)) > 0)
		fprintf(f, "%s\n", text);
	fclose(f);
}

static int read_file(const char *path, int (*fn)(const struct program *p))
{
	static char text[MAX_TEXT];
	static struct program p;
	char line[4096];
	FILE *f = fopen(path, "re");
	int ret = 0;

	if (!f)
		return -1;
	*text = 0;
	while (!ret) {
		bool end = !fgets(line, sizeof(line), f);

		if (!end && *line != '\n') {
			if (strlen(text) + strlen(line) < sizeof(text))
				strcat(text, line);
			continue;
		}
		ret = program_parse(&p, text);
		if (ret > 0)
			ret = fn(&p);
		*text = 0;
		if (end)
			break;
	}
	fclose(f);
	return ret;
}

int corpus_read(const char *path, int (*fn)(const struct program *p))
{
	char pattern[4096];
	glob_t files;
	int ret = 0;

	snprintf(pattern, sizeof(pattern), "%s/*", path);
	if (glob(pattern, 0, NULL, &files))
		return read_file(path, fn);
	for (size_t i = 0; i < files.gl_pathc && !ret; i++)
		ret = read_file(files.gl_pathv[i], fn);
	globfree(&files);
	return ret;
}

void last_open(const char *path)
{
	last_fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
}

void last_write(const struct program *p, unsigned long nr)
{
	static char text[LAST_BYTES];
	int n, used_text;

	if (last_fd < 0)
		return;
	n = snprintf(text, sizeof(text), "# %lu\n", nr);
	used_text = program_print(p, text + n, sizeof(text) - (size_t)n - 8);
	n += used_text > 0 ? used_text : 0;
	n += snprintf(text + n, sizeof(text) - (size_t)n, "# end\n");
	/* Shared folders of guests are written through to the host. */
	if (pwrite(last_fd, text, (size_t)n, (off_t)(nr % LAST_NR) * LAST_BYTES) < 0)
		last_fd = -1;
}
