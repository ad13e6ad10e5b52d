// SPDX-License-Identifier: GPL-2.0
/* Lab 23: the same file by read(2), by mmap(2) and by O_DIRECT. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "labs/cached.h"
#include "labs/frames.h"
#include "labs/memory.h"
#include "labs/process.h"
#include "labs/system.h"

enum { DISK = 32 * 1024 * 1024, ROUNDS = 20, SECTOR = 512, ACCESSES = 256 };

static const struct lab_param params[] = {
	{ "pages", "64", NULL, 1, 4096, "pages of the file" },
	{ 0 },
};

static const struct lab_break breaks[] = {
	{ "cached", "leave the file in the page cache before each pass" },
	{ "buffered", "read without O_DIRECT where the lab has it" },
	{ "populate", "map with MAP_POPULATE: no access faults" },
	{ 0 },
};

enum pass { READ, MMAP, CACHED_READ, CACHED_MMAP, DIRECT, PASSES };

static const struct {
	const char *name, *what;
	bool cold, maps, direct;
} passes[PASSES] = {
	[READ] = { "read", "read(2), cold", true, false, false },
	[MMAP] = { "mmap", "mmap, cold", true, true, false },
	[CACHED_READ] = { "cached_read", "read(2), cached", false, false, false },
	[CACHED_MMAP] = { "cached_mmap", "mmap, cached", false, true, false },
	[DIRECT] = { "direct", "O_DIRECT, cold", true, false, true },
};

static const char *key(enum pass pass, const char *quantity, char text[40])
{
	snprintf(text, 40, "%s_%s", passes[pass].name, quantity);
	return text;
}

static void predict_pass(struct lab_run *run, enum pass pass, uint64_t n)
{
	bool cold = passes[pass].cold, maps = passes[pass].maps;
	bool direct = passes[pass].direct;
	double pages = (double)n, sector = (double)lab_machine(run)->page / SECTOR;
	char text[40], what[80];

	snprintf(what, sizeof(what), "%s: sectors from the disk",
		 passes[pass].what);
	lab_predict(run, key(pass, "sectors", text), what,
		    cold ? pages * sector : 0, "sectors", "%s",
		    cold ? "the whole file: N * page / 512" :
			   "the page cache has them");
	snprintf(what, sizeof(what), "%s: faults", passes[pass].what);
	lab_predict(run, key(pass, "faults", text), what,
		    !maps ? 0 : cold ? pages : (double)lab_windows(run, n),
		    "faults", "%s",
		    !maps ? "the buffer was touched before" :
		    cold  ? "a major fault for each page" :
			    "N / pages of fault-around, rounded up");
	snprintf(what, sizeof(what), "%s: frames with the data",
		 passes[pass].what);
	lab_predict(run, key(pass, "frames", text), what,
		    maps || direct ? pages : 2 * pages, "frames", "%s",
		    maps   ? "the page cache, mapped: N" :
		    direct ? "the buffer only: N" :
			     "page cache and buffer: 2 N");
}

static void predict(struct lab_run *run)
{
	for (enum pass pass = READ; pass < PASSES; pass++)
		predict_pass(run, pass, lab_number(run, "pages"));
	lab_predict_time(run, "ratio", "a byte of a cached page: pread / mapped",
			 3, 100000, "a system call and a copy against a load");
}

static void *map_file(struct lab_run *run, size_t size, bool populate,
		      int fd)
{
	void *file = lab_map_aligned(run, size, lab_machine(run)->fault_around,
				     PROT_READ, MAP_SHARED, fd);

	madvise(file, size, MADV_RANDOM);
	if (populate)
		madvise(file, size, MADV_POPULATE_READ);
	return file;
}

static void read_file(struct lab_run *run, int fd, char *buffer, size_t size)
{
	size_t page = lab_machine(run)->page;

	for (size_t i = 0; i < size; i += page)
		if (pread(fd, buffer + i, page, (off_t)i) != (ssize_t)page)
			lab_fail(run, "pread: %s", strerror(errno));
}

/* Open the file again: with O_DIRECT, or without readahead. */
static int open_again(struct lab_run *run, int fd, bool direct)
{
	char path[64];
	int again;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	again = open(path, O_RDONLY | O_CLOEXEC | (direct ? O_DIRECT : 0));
	if (again < 0)
		lab_fail(run, "open %s: %s", path, strerror(errno));
	posix_fadvise(again, 0, 0, POSIX_FADV_RANDOM);
	return again;
}

static void do_pass(struct lab_run *run, enum pass pass, int file, size_t size,
		    unsigned int plot)
{
	bool direct = passes[pass].direct && !lab_broken(run, "buffered");
	size_t page = lab_machine(run)->page, nr = size / page;
	int fd = open_again(run, file, direct);
	char *buffer, text[40], *probe;
	double before, frames, faults;
	struct lab_counts counts;

	lab_step(run, "%s", passes[pass].what);
	if (passes[pass].cold && !lab_broken(run, "cached"))
		lab_file_evict(run, file);
	buffer = passes[pass].maps ?
			 map_file(run, size, lab_broken(run, "populate"), fd) :
			 lab_map(run, size, PROT_READ | PROT_WRITE,
				 MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1,
				 0);
	before = lab_cached_sectors(run, file);
	counts = lab_counts();
	if (passes[pass].maps)
		lab_read(buffer, size, page);
	else
		read_file(run, fd, buffer, size);
	counts = lab_counts_since(&counts);
	probe = lab_map(run, size, PROT_READ, MAP_SHARED, fd, 0);
	frames = (double)lab_cached(run, probe, size) +
		 (passes[pass].maps ? 0 : (double)nr);
	faults = (double)(counts.minor + counts.major);
	lab_measure(run, key(pass, "sectors", text),
		    lab_cached_sectors(run, file) - before);
	lab_measure(run, key(pass, "faults", text), faults);
	lab_measure(run, key(pass, "frames", text), frames);
	lab_point(run, plot, 0, pass + 1, faults);
	lab_point(run, plot, 1, pass + 1, frames);
	munmap(probe, size);
	munmap(buffer, size);
	close(fd);
}

/* Read one byte of each page both ways; a busy machine only adds: the shortest rounds count. */
static double time_ratio(struct lab_run *run, int fd, size_t size)
{
	size_t page = lab_machine(run)->page, again = 1 + ACCESSES * page / size;
	uint64_t shortest[2] = { UINT64_MAX, UINT64_MAX };
	void *mapped = map_file(run, size, true, fd);
	char byte;

	for (int i = 0; i < ROUNDS; i++) {
		uint64_t start = lab_clock(), middle, end;

		for (size_t j = 0; j < again; j++)
			for (size_t at = 0; at < size; at += page)
				if (pread(fd, &byte, 1, (off_t)at) != 1)
					lab_fail(run, "pread: %s", strerror(errno));
		middle = lab_clock();
		for (size_t j = 0; j < again; j++)
			lab_read(mapped, size, page);
		end = lab_clock();
		if (middle - start < shortest[0])
			shortest[0] = middle - start;
		if (end - middle < shortest[1])
			shortest[1] = end - middle;
	}
	return (double)shortest[0] / (double)shortest[1];
}

static void experiment(struct lab_run *run)
{
	size_t size = lab_number(run, "pages") * lab_machine(run)->page;
	char directory[LAB_PATH];
	unsigned int plot;
	int fd;

	plot = lab_plot(run, "Faults, and frames that hold the data",
			"1 read, 2 mmap, 3 read cached, 4 mmap cached, "
			"5 O_DIRECT", "faults, frames", LAB_BARS);
	lab_series(run, plot, "faults");
	lab_series(run, plot, "frames");
	lab_step(run, "make a file of %zu bytes on ext4 on a zram disk", size);
	lab_disk(run, DISK, directory);
	fd = lab_file(run, directory, size, 0);
	for (enum pass pass = READ; pass < PASSES; pass++)
		do_pass(run, pass, fd, size, plot);
	lab_step(run, "read one byte of each page: pread(2), and mapped");
	lab_measure(run, "ratio", time_ratio(run, fd, size));
}

static const struct lab mmap_read = {
	.number = 23,
	.name = "mmap-read",
	.title = "the same file by read(2), by mmap(2) and by O_DIRECT",
	.question = "How often do the data of a file pass the disk and memory when "
		    "they are read by read(2), by mmap(2) or with O_DIRECT?",
	.idea = "read(2) copies from the page cache to a buffer: the data are in "
		"memory twice, but no access faults. mmap maps the frames of the page "
		"cache: no copy, and a fault for each page, or for each window of "
		"fault-around if it is cached. O_DIRECT moves the data from the "
		"device to the buffer: no page cache, so the next read goes to the "
		"disk again.",
	.pins = "POSIX_FADV_RANDOM and MADV_RANDOM turn readahead off, so that each "
		"page is read by its own access. The file is evicted before a cold "
		"pass, mappings are aligned to fault_around_bytes, and buffers are "
		"touched before. No other process uses the disk, so "
		"its counter of sectors shows what is read.",
	.changes = "it makes a zram disk and mounts ext4 on it",
	.reads = "mm/filemap.c: filemap_read(), filemap_fault(), "
		 "filemap_map_pages()\n"
		 "fs/iomap/direct-io.c: iomap_dio_rw()",
	.needs = LAB_ROOT,
	.params = params,
	.breaks = breaks,
	.predict = predict,
	.experiment = experiment,
};

LAB_REGISTER(mmap_read);
