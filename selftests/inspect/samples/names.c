// SPDX-License-Identifier: GPL-2.0
/* Samples whose files, mappings or tasks have unusual names. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "inspect/samples/build.h"
#include "inspect/samples/kinds.h"

#ifndef PR_SET_VMA
#define PR_SET_VMA		0x53564d41
#define PR_SET_VMA_ANON_NAME	0
#endif

static char dir[64];

/* Create and enter a directory; it may be removed once files are mapped. */
static void enter_dir(void)
{
	const char *tmp = getenv("TMPDIR");

	snprintf(dir, sizeof(dir), "%.32s/vmlab-sample-XXXXXX", tmp ? tmp : "/tmp");
	require(mkdtemp(dir) && !chdir(dir), dir);
}

static int make_file(const char *name, size_t pages)
{
	int fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	require(fd >= 0 && !ftruncate(fd, (off_t)(pages * page)), name);
	return fd;
}

void make_odd_names(void)
{
	static const char *const names[] = {
		"space in name", "new\nline", "\n", "back\\slash \\012",
		" leading", "trailing ", "tab\there", "[heap]", "[anon:x]",
		"\xff\xfe", "name (deleted)", "caf\xc3\xa9",
	};
	int fd;

	enter_dir();
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		fd = make_file(names[i], 4);
		*map(2, rw, MAP_SHARED, fd, (off_t)page) = 1;
		map(1, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
		unlink(names[i]);
		close(fd);
	}
	/* One file that is not deleted, and one that is renamed after the mmap. */
	fd = make_file("new\nname", 1);
	map(1, PROT_READ, MAP_SHARED, fd, 0);
	fd = make_file("before", 1);
	map(1, PROT_READ, MAP_PRIVATE, fd, 0);
	rename("before", "after");
}

/* Map a file whose path is too long for open(2); maps shows it nevertheless. */
void make_long_path(void)
{
	char name[201];
	int fd;

	enter_dir();
	memset(name, 'd', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	for (int i = 0; i < 60; i++) {
		require(!mkdir(name, 0700) && !chdir(name), "mkdir");
		if (i == 15 || i == 30) {
			fd = make_file("file", 1);
			map(1, PROT_READ, MAP_SHARED, fd, 0);
			close(fd);
		}
	}
	fd = make_file("file", 1);
	map(1, rw, MAP_PRIVATE, fd, 0);
	map(1, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

void make_deleted_exe(void)
{
	const char *deleted = getenv("VMLAB_SAMPLE_DELETED");
	char copy[96], command[256];

	if (deleted) {
		unlink(deleted);
		return;
	}
	enter_dir();
	snprintf(copy, sizeof(copy), "%s/program", dir);
	snprintf(command, sizeof(command), "cp /proc/%d/exe %s", getpid(),
		 copy);
	require(!system(command), "cp");
	setenv("VMLAB_SAMPLE_DELETED", copy, 1);
	execl(copy, "sample-processes", "deleted_exe", NULL);
	require(false, "exec");
}

void make_overlay(void)
{
	char options[256];
	int fd;

	enter_dir();
	if (unshare(CLONE_NEWNS) ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
		unsupported("no mount namespace: %s", strerror(errno));
	require(!mkdir("lower", 0700) && !mkdir("upper", 0700) &&
		!mkdir("work", 0700) && !mkdir("merged", 0700), "mkdir");
	close(make_file("lower/below", 4));
	snprintf(options, sizeof(options),
		 "lowerdir=%s/lower,upperdir=%s/upper,workdir=%s/work", dir,
		 dir, dir);
	if (mount("overlay", "merged", "overlay", 0, options))
		unsupported("no overlayfs: %s", strerror(errno));
	fd = open("merged/below", O_RDONLY | O_CLOEXEC);
	require(fd >= 0, "merged/below");
	map(1, PROT_READ, MAP_SHARED, fd, 0);
	*map(2, rw, MAP_PRIVATE, fd, (off_t)page) = 1;
	close(fd);
	fd = make_file("merged/above", 4);
	*map(4, rw, MAP_SHARED, fd, 0) = 1;
	close(fd);
}

void make_anon_names(void)
{
	char *p = map_anon(8), *q;

	if (prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME, p, 2 * page, "a name"))
		unsupported("no PR_SET_VMA_ANON_NAME: %s", strerror(errno));
	prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME, p + 4 * page, page, "x");
	/* Shared memory can have a name since 6.2; a mapped file never. */
	q = map(4, rw, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME, q, 2 * page, "shared name");
	write_pages(q, 0, 4);
	q = sbrk(0);
	require(sbrk(16 * (intptr_t)page) != (void *)-1, "sbrk");
	q = (char *)(((uintptr_t)q + page - 1) & ~(page - 1));
	prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME, q, 4 * page, "in the heap");
}

void make_odd_comm(void)
{
	prctl(PR_SET_NAME, ") R\n0 (x");
}
