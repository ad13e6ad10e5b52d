// SPDX-License-Identifier: GPL-2.0
/*
 * Backings: where the contents of a space come from, where they are written
 * back, and which call reports an error of write-back.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/file.h"
#include "lib/loop.h"
#include "lib/paging.h"
#include "lib/smaps.h"
#include "lib/tap.h"

#define PAGES	16

static size_t psize;

static char *map(int fd)
{
	return map_shared(fd, PAGES);
}

static int evict(int fd, size_t nr)
{
	struct vmlab_range r;

	return try_range(fd, VMLAB_RANGE_EVICT, 0, nr, &r);
}

/* Wait some seconds for write-back: does the file get @nr bytes @value? */
static bool file_gets(int file, off_t offset, char value, size_t nr)
{
	for (int i = 0; i < 100 && !file_has(file, offset, value, nr); i++)
		msleep(50);
	return file_has(file, offset, value, nr);
}

static void pattern(void)
{
	int fd = dev_open(O_RDWR);
	size_t i, words = PAGES * psize / 8;
	uint64_t *p, wrong = 0;
	struct vmlab_range r;

	works(set_backing(fd, VMLAB_BACKING_PATTERN, 0, 0), "pattern backing");
	p = (uint64_t *)map(fd);
	for (i = 0; i < words; i++)
		wrong += p[i] != i * 8;
	is(wrong, 0, "words that differ from their offset");
	p[3] = 42;
	works(evict(fd, PAGES), "EVICT");
	is(space_stats(fd).frames, 0, "frames after eviction");
	for (i = 0; i < words; i++)
		wrong += p[i] != (i == 3 ? 42 : i * 8);
	is(wrong, 0, "wrong words after eviction, one of them written");
	is(paging_stats(fd).stored, 1, "pages stored: the written one");
	works(try_range(fd, VMLAB_RANGE_DROP, 0, 1, &r), "DROP");
	is(p[3], 24, "a word of a dropped page is its offset again");
	fails(set_backing(fd, VMLAB_BACKING_ZERO, 0, 0), EBUSY,
	      "another backing for a space that has frames");
	unmap_and_close(fd, p, PAGES);
}

static void file_bad(int file)
{
	int fd = dev_open(O_RDWR), other;

	fails(set_backing(fd, VMLAB_BACKING_FILE, -1, 0), EBADF, "a file descriptor of -1");
	fails(set_backing(fd, VMLAB_BACKING_FILE, file, 1), EINVAL,
	      "an offset that is no multiple of a page");
	fails(set_backing(fd, 99, 0, 0), EINVAL, "an unknown backing");
	other = open("/dev/null", O_RDWR);
	fails(set_backing(fd, VMLAB_BACKING_FILE, other, 0), EINVAL,
	      "a file that is no regular file");
	close(other);
	other = open("/proc/self/exe", O_RDONLY);
	fails(set_backing(fd, VMLAB_BACKING_FILE, other, 0), EACCES,
	      "a file that is not open for writing");
	close(other);
	close(fd);
}

/* In a child: write pages and die of SIGKILL. */
static int write_and_die(void *arg)
{
	int file = *(int *)arg, fd = dev_open(O_RDWR);
	struct vmlab_range r;
	char *p;

	if (set_backing(fd, VMLAB_BACKING_FILE, file, 0))
		return 1;
	p = map(fd);
	memset(p, 'k', 5 * psize);
	if (try_range(fd, VMLAB_RANGE_EVICT, 1, 2, &r))
		return 1;
	raise(SIGKILL);
	return 0;
}

/* A file of 7 pages and a half: page i is filled with the letter 'a' + i. */
static int letters_file(const char *dir)
{
	char *p = malloc(8 * psize);
	int file = temp_file(dir, 0);

	if (!p)
		bail("out of memory");
	for (int i = 0; i < 8; i++)
		memset(p + i * psize, 'a' + i, psize);
	if (write(file, p, 8 * psize) < 0 ||
	    ftruncate(file, 7 * psize + psize / 2))
		bail("write: %s", strerror(errno));
	free(p);
	return file;
}

/* The space maps the file from the second page on. */
static void file_read(char *p)
{
	ok(all_bytes(p, 'b', psize) && all_bytes(p + psize, 'c', psize),
	   "contents of the file, from the second page on");
	ok(all_bytes(p + 6 * psize, 'h', psize / 2) &&
	   all_bytes(p + 6 * psize + psize / 2, 0, psize / 2),
	   "the last half page, and zeroes after it");
	is(touch(p + 7 * psize, TOUCH_READ, 0, NULL), SIGBUS,
	   "signal of a read beyond the end of the file");
}

static void file_write_back(int fd, int f, char *p)
{
	memset(p, 'x', psize);
	memset(p + 6 * psize, 'y', psize);
	ok(file_has(f, psize, 'b', psize), "the file before msync");
	works(msync(p, PAGES * psize, MS_SYNC), "msync");
	ok(file_has(f, psize, 'x', psize), "the file after msync");
	ok(file_has(f, 7 * psize, 'y', psize / 2), "... its last half page");
	is(lseek(f, 0, SEEK_END), 7 * psize + psize / 2, "... its length");
	is(paging_stats(fd).written_back, 2, "pages written back");
	works(fsync(fd), "fsync without dirty pages");
	is(paging_stats(fd).written_back, 2, "pages written back after that");

	/* Write-back made the page clean: the next write makes it dirty. */
	memset(p, 'z', psize);
	works(fsync(fd), "fsync");
	ok(file_has(f, psize, 'z', psize), "the file after fsync");
}

static void file_evict(int fd, int f, char *p)
{
	memset(p + psize, 'e', psize);
	works(evict(fd, 8), "EVICT");
	ok(all_bytes(p + psize, 'e', psize),
	   "a page that was evicted dirty has its contents");
	ok(file_gets(f, 2 * psize, 'e', psize), "the file after eviction");
	ok(all_bytes(p, 'z', psize),
	   "a page that was evicted clean has its contents");
}

static void file(const char *dir)
{
	int f = letters_file(dir), fd;
	char *p;

	file_bad(f);
	fd = dev_open(O_RDWR);
	works(set_backing(fd, VMLAB_BACKING_FILE, f, psize),
	      "a file of %s as backing", dir);
	p = map(fd);
	file_read(p);
	file_write_back(fd, f, p);
	file_evict(fd, f, p);
	memset(p + 2 * psize, 'c', psize);
	unmap_and_close(fd, p, PAGES);
	/* Task work drops the last reference before close() returns. */
	ok(file_has(f, 3 * psize, 'c', psize), "the file after close");

	is(reap(spawn(write_and_die, &f)), 128 + SIGKILL,
	   "a process that wrote is killed");
	ok(file_gets(f, 0, 'k', 5 * psize), "the file has what it wrote");
	close(f);
}

/* Write-back, by msync, fsync and after eviction, finds no free block. */
static void writeback_without_space(int fd, char *p)
{
	uint64_t errors;
	int i;

	memset(p, 'n', 8 * psize);
	fails(msync(p, PAGES * psize, MS_SYNC), ENOSPC, "msync");
	is(paging_stats(fd).writeback_errors > 0, 1, "errors counted");
	ok(all_bytes(p, 'n', 8 * psize),
	   "pages that were not written back keep their contents");
	fails(fsync(fd), ENOSPC, "fsync tries again");
	/* No call waits for the write-back that an eviction starts. */
	errors = paging_stats(fd).writeback_errors;
	works(evict(fd, 8), "EVICT");
	for (i = 0; i < 200; i++) {
		if (paging_stats(fd).writeback_errors >= errors + 6)
			break;
		msleep(50);
	}
	ok(i < 200, "write-back after the eviction fails");
	msleep(200);
	ok(all_bytes(p, 'n', 8 * psize), "evicted pages keep their contents");
}

/* A sparse file on a full file system. */
static void no_space(void)
{
	char dir[] = "/tmp/vmlab-XXXXXX", *p;
	int filler, f, fd;

	if (!mkdtemp(dir) ||
	    mount("none", dir, "tmpfs", 0, "size=64k,huge=never")) {
		skip("cannot mount a small tmpfs", "ENOSPC");
		return;
	}
	filler = temp_file(dir, 0);
	f = temp_file(dir, PAGES * psize);
	if (posix_fallocate(filler, 0, 14 * psize))
		bail("posix_fallocate in %s", dir);

	fd = dev_open(O_RDWR);
	works(set_backing(fd, VMLAB_BACKING_FILE, f, 0), "a sparse file");
	p = map(fd);
	writeback_without_space(fd, p);
	if (ftruncate(filler, 0))
		bail("ftruncate: %s", strerror(errno));
	fails(fsync(fd), ENOSPC, "fsync with free space reports that error");
	works(fsync(fd), "... and only once");
	ok(file_has(f, 0, 'n', 8 * psize), "the file has all pages");
	unmap_and_close(fd, p, PAGES);
	close(f);
	close(filler);
	umount(dir);
	rmdir(dir);
}

/*
 * A block device that fails: a loop device over sealed memory.  The file
 * system on it accepts writes and fails to write them out later.
 */
struct bad_disk {
	char dir[32];
	struct loop loop;
	int memory;
};

static bool bad_disk_open(struct bad_disk *disk)
{
	char command[128];

	if (system("modprobe -q ext4"))
		diag("modprobe failed");
	snprintf(disk->dir, sizeof(disk->dir), "/tmp/vmlab-XXXXXX");
	disk->memory = memfd_create("vmlab-disk", MFD_ALLOW_SEALING);
	if (disk->memory < 0 || !mkdtemp(disk->dir) || ftruncate(disk->memory, 4 << 20) ||
	    !loop_attach(&disk->loop, disk->memory))
		return false;
	/* Some kernels mount nothing that is open for writing. */
	close(disk->loop.fd);
	disk->loop.fd = open(disk->loop.name, O_RDONLY);
	snprintf(command, sizeof(command),
		 "PATH=$PATH:/usr/sbin:/sbin mkfs.ext2 -q -F %s >/dev/null 2>&1",
		 disk->loop.name);
	if (system(command) || mount(disk->loop.name, disk->dir, "ext4", 0, NULL)) {
		loop_detach(&disk->loop);
		return false;
	}
	return true;
}

static void bad_disk_close(struct bad_disk *disk)
{
	umount2(disk->dir, MNT_DETACH);
	rmdir(disk->dir);
	loop_detach(&disk->loop);
	close(disk->memory);
}

static void io_error(void)
{
	struct bad_disk disk;
	char name[64], *p;
	int f, other, fd, again;

	if (!bad_disk_open(&disk)) {
		skip("no loop device, mkfs.ext2 or ext4", "EIO");
		return;
	}
	snprintf(name, sizeof(name), "%s/file", disk.dir);
	f = open(name, O_RDWR | O_CREAT, 0600);
	if (f < 0 || posix_fallocate(f, 0, PAGES * psize) || fsync(f))
		bail("%s: %s", name, strerror(errno));
	other = open(name, O_RDWR);

	fd = dev_open(O_RDWR);
	works(set_backing(fd, VMLAB_BACKING_FILE, f, 0), "a file on a disk");
	p = map(fd);
	memset(p, 'i', 4 * psize);
	works(msync(p, PAGES * psize, MS_SYNC), "msync while the disk works");
	if (fcntl(disk.memory, F_ADD_SEALS, F_SEAL_WRITE))
		bail("F_SEAL_WRITE: %s", strerror(errno));

	memset(p, 'j', 4 * psize);
	fails(msync(p, PAGES * psize, MS_SYNC), EIO, "msync to a broken disk");
	is(paging_stats(fd).writeback_errors, 0,
	   "write-back errors: the file system accepted the pages");
	fails(fsync(other), EIO, "fsync of the file through another open file");
	/* The file system may fail to write its inode once more. */
	for (again = 0; again < 5 && fsync(fd);)
		again++;
	ok(again < 5, "fsync without new writes succeeds, after %d more errors",
	   again);
	memset(p, 'k', psize);
	fails(fsync(fd), EIO, "fsync after another write");
	ok(all_bytes(p, 'k', psize) && all_bytes(p + psize, 'j', 3 * psize),
	   "the mapping has the written contents");
	unmap_and_close(fd, p, PAGES);
	close(f);
	close(other);
	bad_disk_close(&disk);
}

static void pfn(void)
{
	int fd = dev_open(O_RDWR), pipefd[2];
	char flags[256] = "", *p;

	works(set_backing(fd, VMLAB_BACKING_PFN, 0, 0), "pfn backing");
	ok(mmap(NULL, psize, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0) ==
	   MAP_FAILED && errno == EINVAL, "a private mapping is refused");
	p = map(fd);
	ok(smaps_flags(p, flags, sizeof(flags)) && strstr(flags, " io ") &&
	   strstr(flags, " pf "), "VmFlags has io and pf:%s", flags);
	ok(all_bytes(p, 0, 2 * psize), "pages are zero");
	is(space_stats(fd).mkwrite, 0, "pfn_mkwrite calls after reads");
	memset(p, 'p', 2 * psize);
	is(space_stats(fd).mkwrite, 2, "pfn_mkwrite calls after two writes");
	memset(p + 2 * psize, 'q', psize);
	is(space_stats(fd).frames_dirty, 3, "frames dirty");
	works(evict(fd, PAGES), "EVICT");
	is(space_stats(fd).frames, 0, "frames after eviction");
	ok(all_bytes(p, 'p', 2 * psize) && all_bytes(p + 2 * psize, 'q', psize),
	   "evicted pages have their contents");
	if (pipe(pipefd))
		bail("pipe: %s", strerror(errno));
	is(write(pipefd[1], p, psize), psize, "bytes that write(2) reads from the mapping");
	unmap_and_close(fd, p, PAGES);
	close(pipefd[0]);
	close(pipefd[1]);
}

int main(int argc, char **argv)
{
	psize = page_size();
	pattern();
	file("/dev/shm");
	file("/tmp");
	for (int i = 1; i < argc; i++)
		file(argv[i]);
	no_space();
	io_error();
	pfn();
	return tap_done();
}
