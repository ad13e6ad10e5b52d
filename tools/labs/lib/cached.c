// SPDX-License-Identifier: GPL-2.0
/* Files in the page cache. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "labs/cached.h"
#include "labs/memory.h"
#include "labs/system.h"

enum { STRIDE = 181 }; /* a prime: with any other number of pages, each comes once */

struct lab_cached lab_cached_make(struct lab_run *run, const char *directory,
				  size_t nr)
{
	size_t page = lab_machine(run)->page;
	struct lab_cached file = { .nr = nr };

	file.fd = lab_file(run, directory, nr * page, 0);
	lab_check(run, -posix_fadvise(file.fd, 0, 0, POSIX_FADV_RANDOM),
		  "posix_fadvise");
	file.memory = lab_map(run, nr * page, PROT_READ, MAP_SHARED, file.fd, 0);
	lab_file_evict(run, file.fd);
	return file;
}

size_t lab_cached_order(const struct lab_cached *file, size_t i)
{
	return i * STRIDE % file->nr;
}

void lab_cached_read(struct lab_run *run, const struct lab_cached *file)
{
	size_t page = lab_machine(run)->page;
	char byte;

	for (size_t i = 0; i < file->nr; i++)
		if (pread(file->fd, &byte, 1,
			  (off_t)(lab_cached_order(file, i) * page)) != 1)
			lab_fail(run, "pread: %s", strerror(errno));
}

void lab_cached_write(struct lab_run *run, const struct lab_cached *file)
{
	size_t page = lab_machine(run)->page;

	for (size_t i = 0; i < file->nr; i++)
		if (pwrite(file->fd, "w", 1,
			   (off_t)(lab_cached_order(file, i) * page)) != 1)
			lab_fail(run, "pwrite: %s", strerror(errno));
}

size_t lab_cached_missing(struct lab_run *run, const struct lab_cached *file,
			  bool *missing)
{
	unsigned char *in = malloc(file->nr);
	size_t nr = 0;

	if (!in || mincore(file->memory, file->nr * lab_machine(run)->page, in))
		lab_fail(run, "mincore: %s", strerror(errno));
	for (size_t i = 0; i < file->nr; i++) {
		bool out = !(in[lab_cached_order(file, i)] & 1);

		nr += out;
		if (missing)
			missing[i] = out;
	}
	free(in);
	return nr;
}

size_t lab_cached_disorder(const bool *missing, size_t nr)
{
	size_t first = 0, disorder = 0;

	while (first < nr && missing[first])
		first++;
	for (size_t i = first; i < nr; i++)
		disorder += missing[i];
	return disorder;
}

void lab_cached_plot(struct lab_run *run, unsigned int plot, const char *name,
		     const bool *missing, size_t nr)
{
	unsigned int series = lab_series(run, plot, name);
	size_t sum = 0;

	for (size_t i = 0; i < nr; i++) {
		sum += missing[i];
		if (i % 8 == 7)
			lab_point(run, plot, series, lab_count(i + 1),
				  lab_count(sum));
	}
}

double lab_cached_sectors(struct lab_run *run, int fd)
{
	unsigned long long reads, merged, read;
	char path[LAB_PATH], text[256];
	struct stat st;

	if (fstat(fd, &st))
		lab_fail(run, "fstat: %s", strerror(errno));
	snprintf(path, sizeof(path), "/sys/dev/block/%u:%u/stat",
		 major(st.st_dev), minor(st.st_dev));
	if (!lab_read_text(path, text, sizeof(text)) ||
	    sscanf(text, "%llu %llu %llu", &reads, &merged, &read) != 3)
		lab_fail(run, "read %s", path);
	return (double)read;
}
