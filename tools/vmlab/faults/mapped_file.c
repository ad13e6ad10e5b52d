// SPDX-License-Identifier: GPL-2.0
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "faults/mapped_file.h"

dev_t mapped_file_dev(__u32 kernel_dev)
{
	return makedev(kernel_dev >> 20, kernel_dev & 0xfffff);
}

/* a line of /proc/PID/maps */
struct maps_line {
	uint64_t start, end;
	dev_t dev;
	uint64_t ino;
};

static bool next_line(FILE *maps, char **line, size_t *room,
		      struct maps_line *m)
{
	unsigned int major, minor;

	while (getline(line, room, maps) > 0)
		if (sscanf(*line,
			   "%" SCNx64 "-%" SCNx64 " %*s %*x %x:%x %" SCNu64,
			   &m->start, &m->end, &major, &minor, &m->ino) == 5) {
			m->dev = makedev(major, minor);
			return true;
		}
	return false;
}

/*
 * The device and inode that the kernel shows for a mapping of a file.  stat(2)
 * gives other numbers on btrfs and overlayfs, so map the file and look it up.
 */
static bool has_mapping_identity(int fd, const struct file_key *key)
{
	void *p = mmap(NULL, 1, PROT_READ, MAP_PRIVATE, fd, 0);
	FILE *maps = fopen("/proc/self/maps", "re");
	struct maps_line m;
	bool same = false;
	char *line = NULL;
	size_t room = 0;

	while (p != MAP_FAILED && maps && next_line(maps, &line, &room, &m)) {
		if (m.start != (uintptr_t)p)
			continue;
		same = m.dev == mapped_file_dev(key->dev) &&
		       m.ino == key->ino;
		break;
	}
	free(line);
	if (maps)
		fclose(maps);
	if (p != MAP_FAILED)
		munmap(p, 1);
	return same;
}

static bool is_file(int fd, const struct mapped_file *file)
{
	struct stat st;

	if (fstat(fd, &st) || !S_ISREG(st.st_mode) || st.st_size != file->size ||
	    st.st_mtime != file->mtime)
		return false;
	if (st.st_dev == mapped_file_dev(file->key.dev) &&
	    st.st_ino == file->key.ino)
		return true;
	return has_mapping_identity(fd, &file->key);
}

static int try_path(const char *path, const struct mapped_file *file)
{
	/* not waiting for the other end of a FIFO */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0 || is_file(fd, file))
		return fd;
	close(fd);
	return -1;
}

/* Open the file through a mapping of it, even if it was renamed or deleted. */
static int try_mappings(const struct mapped_file *file)
{
	char path[PATH_MAX];
	struct maps_line m;
	char *line = NULL;
	size_t room = 0;
	FILE *maps;
	int fd = -1;

	snprintf(path, sizeof(path), "/proc/%d/maps", file->pid);
	maps = fopen(path, "re");
	if (!maps)
		return -1;
	while (fd < 0 && next_line(maps, &line, &room, &m)) {
		if (m.ino != file->key.ino ||
		    m.dev != mapped_file_dev(file->key.dev))
			continue;
		snprintf(path, sizeof(path),
			 "/proc/%d/map_files/%" PRIx64 "-%" PRIx64, file->pid,
			 m.start, m.end);
		fd = try_path(path, file);
	}
	free(line);
	fclose(maps);
	return fd;
}

int mapped_file_open(const struct mapped_file *file)
{
	char path[PATH_MAX];
	int len, fd = -1;

	len = snprintf(path, sizeof(path), "/proc/%d/root%s", file->pid,
		       file->path);
	if (*file->path == '/' && len < (int)sizeof(path))
		fd = try_path(path, file);
	if (fd < 0 && *file->path == '/')
		fd = try_path(file->path, file);
	if (fd < 0)
		fd = try_mappings(file);
	return fd;
}
