// SPDX-License-Identifier: GPL-2.0
/*
 * Backings: contents come from where they should, return there, and errors on
 * the way back are told where POSIX says.
 */
#include <fcntl.h>
#include <linux/loop.h>
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
#include "lib/tap.h"

#define PAGES	16

static size_t psize;

static int set_backing(int fd, uint32_t backing, int file, uint64_t offset)
{
	struct vmlab_backing_config config = {
		.size = sizeof(config), .backing = backing, .fd = file,
		.offset = offset,
	};

	return ioctl(fd, VMLAB_IOC_BACKING, &config);
}

static int range(int fd, uint32_t op, size_t first, size_t nr)
{
	struct vmlab_range r = {
		.size = sizeof(r), .op = op, .start = first * psize,
		.end = (first + nr) * psize,
	};

	return ioctl(fd, VMLAB_IOC_RANGE, &r);
}

static struct vmlab_paging_stats paging_stats(int fd)
{
	struct vmlab_paging_stats stats = { .size = sizeof(stats) };

	if (ioctl(fd, VMLAB_IOC_PAGING_STATS, &stats))
		bail("VMLAB_IOC_PAGING_STATS: %s", strerror(errno));
	return stats;
}

static char *map(int fd, int flags)
{
	char *p = mmap(NULL, PAGES * psize, PROT_READ | PROT_WRITE, flags, fd,
		       0);

	if (p == MAP_FAILED)
		bail("mmap: %s", strerror(errno));
	return p;
}

static bool all(const char *p, char value, size_t nr)
{
	while (nr--)
		if (*p++ != value)
			return false;
	return true;
}

static bool file_has(int file, off_t offset, char value, size_t nr)
{
	char *buf = malloc(nr);
	bool has = pread(file, buf, nr, offset) == (ssize_t)nr &&
		   all(buf, value, nr);

	free(buf);
	return has;
}

static void pattern(void)
{
	int fd = dev_open(O_RDWR);
	size_t i, words = PAGES * psize / 8;
	uint64_t *p, wrong = 0;

	works(set_backing(fd, VMLAB_BACKING_PATTERN, 0, 0), "pattern backing");
	p = (uint64_t *)map(fd, MAP_SHARED);
	for (i = 0; i < words; i++)
		wrong += p[i] != i * 8;
	is(wrong, 0, "words that are not their offset");
	p[3] = 42;
	works(range(fd, VMLAB_RANGE_EVICT, 0, PAGES), "evict");
	is(space_stats(fd).frames, 0, "frames after eviction");
	for (i = 0; i < words; i++)
		wrong += p[i] != (i == 3 ? 42 : i * 8);
	is(wrong, 0, "words wrong after eviction, one of them written");
	is(paging_stats(fd).stored, 1, "pages stored: the written one");
	works(range(fd, VMLAB_RANGE_DROP, 0, 1), "drop");
	is(p[3], 24, "a dropped word is its offset again");
	fails(set_backing(fd, VMLAB_BACKING_ZERO, 0, 0), EBUSY,
	      "another backing while there are frames");
	munmap(p, PAGES * psize);
	close(fd);
}

static void file_bad(int file)
{
	int fd = dev_open(O_RDWR), other;

	fails(set_backing(fd, VMLAB_BACKING_FILE, -1, 0), EBADF, "no file");
	fails(set_backing(fd, VMLAB_BACKING_FILE, file, 1), EINVAL,
	      "an offset within a page");
	fails(set_backing(fd, 99, 0, 0), EINVAL, "an unknown backing");
	other = open("/dev/null", O_RDWR);
	fails(set_backing(fd, VMLAB_BACKING_FILE, other, 0), EINVAL,
	      "no regular file");
	close(other);
	other = open("/proc/self/exe", O_RDONLY);
	fails(set_backing(fd, VMLAB_BACKING_FILE, other, 0), EACCES,
	      "a file that is not open for writing");
	close(other);
	close(fd);
}

/* In a child: dirty pages, and then SIGKILL. */
static int die_dirty(void *arg)
{
	int file = *(int *)arg, fd = dev_open(O_RDWR);
	char *p;

	if (set_backing(fd, VMLAB_BACKING_FILE, file, 0))
		return 1;
	p = map(fd, MAP_SHARED);
	memset(p, 'k', 5 * psize);
	if (range(fd, VMLAB_RANGE_EVICT, 1, 2))
		return 1;
	raise(SIGKILL);
	return 0;
}

static void file(const char *dir)
{
	char name[256], *p;
	int f, fd, i;

	snprintf(name, sizeof(name), "%s/backing", dir);
	f = open(name, O_RDWR | O_CREAT | O_TRUNC, 0600);
	if (f < 0)
		bail("%s: %s", name, strerror(errno));
	unlink(name);
	p = malloc(8 * psize);
	for (i = 0; i < 8; i++)
		memset(p + i * psize, 'a' + i, psize);
	/* Half a page at the end. */
	if (write(f, p, 8 * psize) < 0 ||
	    ftruncate(f, 7 * psize + psize / 2))
		bail("write: %s", strerror(errno));
	free(p);
	file_bad(f);

	fd = dev_open(O_RDWR);
	works(set_backing(fd, VMLAB_BACKING_FILE, f, psize), "%s: backing", dir);
	p = map(fd, MAP_SHARED);
	ok(all(p, 'b', psize) && all(p + psize, 'c', psize),
	   "the file's contents, from the second page on");
	ok(all(p + 6 * psize, 'h', psize / 2) &&
	   all(p + 6 * psize + psize / 2, 0, psize / 2),
	   "the last half page, and zeroes after it");
	is(touch(p + 7 * psize, TOUCH_READ, 0, NULL), SIGBUS,
	   "signal beyond the end of the file");

	memset(p, 'x', psize);
	memset(p + 6 * psize, 'y', psize);
	ok(file_has(f, psize, 'b', psize), "the file before msync");
	works(msync(p, PAGES * psize, MS_SYNC), "msync");
	ok(file_has(f, psize, 'x', psize), "the file after msync");
	ok(file_has(f, 7 * psize, 'y', psize / 2), "its last half page");
	is(lseek(f, 0, SEEK_END), 7 * psize + psize / 2, "its length");
	is(paging_stats(fd).written_back, 2, "pages written back");
	works(fsync(fd), "fsync with nothing to do");
	is(paging_stats(fd).written_back, 2, "pages written back after that");

	/* Cleaned, so written again it is dirty again. */
	memset(p, 'z', psize);
	works(fsync(fd), "fsync");
	ok(file_has(f, psize, 'z', psize), "the file after fsync");

	/* Evicted dirty, it returns dirty, and the file gets it soon. */
	memset(p + psize, 'e', psize);
	works(range(fd, VMLAB_RANGE_EVICT, 0, 8), "evict");
	ok(all(p + psize, 'e', psize), "a page evicted dirty comes back");
	for (i = 0; i < 100 && !file_has(f, 2 * psize, 'e', psize); i++)
		msleep(50);
	ok(file_has(f, 2 * psize, 'e', psize), "the file after eviction");
	ok(all(p, 'z', psize), "a page evicted clean comes back");

	memset(p + 2 * psize, 'c', psize);
	munmap(p, PAGES * psize);
	close(fd);
	/* The last reference goes in task work, before close() returns. */
	ok(file_has(f, 3 * psize, 'c', psize), "the file after close");

	is(reap(spawn(die_dirty, &f)), 128 + SIGKILL, "a writer is killed");
	for (i = 0; i < 100 && !file_has(f, 0, 'k', 5 * psize); i++)
		msleep(50);
	ok(file_has(f, 0, 'k', 5 * psize), "the file has what it wrote");
	close(f);
}

/* A sparse file on a full file system: blocks are missing on the way back. */
static void no_space(void)
{
	char dir[] = "/tmp/vmlab-XXXXXX", name[64], hog[64], *p;
	uint64_t errors;
	int f, h, fd, i;

	if (!mkdtemp(dir) ||
	    mount("none", dir, "tmpfs", 0, "size=64k,huge=never")) {
		skip("cannot mount a small tmpfs", "ENOSPC");
		return;
	}
	snprintf(name, sizeof(name), "%s/sparse", dir);
	snprintf(hog, sizeof(hog), "%s/hog", dir);
	h = open(hog, O_RDWR | O_CREAT, 0600);
	f = open(name, O_RDWR | O_CREAT, 0600);
	if (h < 0 || f < 0 || posix_fallocate(h, 0, 14 * psize) ||
	    ftruncate(f, PAGES * psize))
		bail("%s: %s", dir, strerror(errno));

	fd = dev_open(O_RDWR);
	works(set_backing(fd, VMLAB_BACKING_FILE, f, 0), "a sparse file");
	p = map(fd, MAP_SHARED);
	memset(p, 'n', 8 * psize);
	fails(msync(p, PAGES * psize, MS_SYNC), ENOSPC, "msync");
	is(paging_stats(fd).writeback_errors > 0, 1, "errors counted");
	ok(all(p, 'n', 8 * psize), "what could not be written is still there");
	fails(fsync(fd), ENOSPC, "fsync tries again");
	/* Nobody asks for the attempt that follows an eviction. */
	errors = paging_stats(fd).writeback_errors;
	works(range(fd, VMLAB_RANGE_EVICT, 0, 8), "evict");
	for (i = 0; i < 200; i++) {
		if (paging_stats(fd).writeback_errors >= errors + 6)
			break;
		msleep(50);
	}
	ok(i < 200, "an attempt after the eviction fails");
	msleep(200);
	ok(all(p, 'n', 8 * psize), "what was evicted is still there");
	if (ftruncate(h, 0))
		bail("ftruncate: %s", strerror(errno));
	fails(fsync(fd), ENOSPC, "fsync with space again tells of that");
	works(fsync(fd), "and once only");
	ok(file_has(f, 0, 'n', 8 * psize), "the file has it all");
	munmap(p, PAGES * psize);
	close(fd);
	close(f);
	close(h);
	umount(dir);
	rmdir(dir);
}

/*
 * A block device that fails: a loop device over sealed memory.  The file
 * system on it takes what is written, and cannot write it out later.
 */
struct bad_disk {
	char dir[32];
	char loop[32];
	int memory, device;
};

static bool bad_disk_open(struct bad_disk *disk)
{
	char command[128];
	int control, nr;

	if (system("modprobe -q loop; modprobe -q ext4"))
		diag("no modprobe, or nothing to load");
	control = open("/dev/loop-control", O_RDWR);
	nr = control < 0 ? -1 : ioctl(control, LOOP_CTL_GET_FREE);
	if (control >= 0)
		close(control);
	if (nr < 0)
		return false;
	snprintf(disk->loop, sizeof(disk->loop), "/dev/loop%d", nr);
	snprintf(disk->dir, sizeof(disk->dir), "/tmp/vmlab-XXXXXX");
	disk->memory = memfd_create("vmlab-disk", MFD_ALLOW_SEALING);
	disk->device = open(disk->loop, O_RDWR);
	if (disk->memory < 0 || disk->device < 0 || !mkdtemp(disk->dir) ||
	    ftruncate(disk->memory, 4 << 20) ||
	    ioctl(disk->device, LOOP_SET_FD, disk->memory))
		return false;
	/* Some kernels mount nothing that is open for writing. */
	close(disk->device);
	disk->device = open(disk->loop, O_RDONLY);
	snprintf(command, sizeof(command),
		 "PATH=$PATH:/usr/sbin:/sbin mkfs.ext2 -q -F %s >/dev/null 2>&1",
		 disk->loop);
	if (system(command) || mount(disk->loop, disk->dir, "ext4", 0, NULL)) {
		ioctl(disk->device, LOOP_CLR_FD, 0);
		return false;
	}
	return true;
}

static void bad_disk_close(struct bad_disk *disk)
{
	umount2(disk->dir, MNT_DETACH);
	rmdir(disk->dir);
	ioctl(disk->device, LOOP_CLR_FD, 0);
	close(disk->device);
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
	p = map(fd, MAP_SHARED);
	memset(p, 'i', 4 * psize);
	works(msync(p, PAGES * psize, MS_SYNC), "msync while the disk is well");
	if (fcntl(disk.memory, F_ADD_SEALS, F_SEAL_WRITE))
		bail("F_SEAL_WRITE: %s", strerror(errno));

	memset(p, 'j', 4 * psize);
	fails(msync(p, PAGES * psize, MS_SYNC), EIO, "msync to a broken disk");
	is(paging_stats(fd).writeback_errors, 0,
	   "pages that the file system did not take");
	fails(fsync(other), EIO, "fsync of the file, another description");
	/* The file system may try to write its inode, in vain, once more. */
	for (again = 0; again < 5 && fsync(fd);)
		again++;
	ok(again < 5, "no error when nothing new was written: after %d more",
	   again);
	memset(p, 'k', psize);
	fails(fsync(fd), EIO, "fsync after another write");
	ok(all(p, 'k', psize) && all(p + psize, 'j', 3 * psize),
	   "the mapping has what was written");
	munmap(p, PAGES * psize);
	close(fd);
	close(f);
	close(other);
	bad_disk_close(&disk);
}

/* The line of /proc/self/smaps that has the flags of the VMA at @p. */
static bool vm_flags(const char *p, char *flags, size_t size)
{
	FILE *smaps = fopen("/proc/self/smaps", "r");
	bool here = false, found = false;
	unsigned long start, end;
	char line[512];

	while (!found && fgets(line, sizeof(line), smaps)) {
		if (sscanf(line, "%lx-%lx ", &start, &end) == 2)
			here = start == (uintptr_t)p;
		else if (here && !strncmp(line, "VmFlags:", 8))
			found = snprintf(flags, size, "%s", line + 8) > 0;
	}
	fclose(smaps);
	return found;
}

static void pfn(void)
{
	int fd = dev_open(O_RDWR), pipefd[2];
	char flags[256] = "", *p;

	works(set_backing(fd, VMLAB_BACKING_PFN, 0, 0), "pfn backing");
	ok(mmap(NULL, psize, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0) ==
	   MAP_FAILED && errno == EINVAL, "a private mapping is refused");
	p = map(fd, MAP_SHARED);
	ok(vm_flags(p, flags, sizeof(flags)) && strstr(flags, " io ") &&
	   strstr(flags, " pf "), "VmFlags has io and pf:%s", flags);
	ok(all(p, 0, 2 * psize), "zeroes");
	is(space_stats(fd).mkwrite, 0, "pfn_mkwrite calls after reads");
	memset(p, 'p', 2 * psize);
	is(space_stats(fd).mkwrite, 2, "pfn_mkwrite calls after two writes");
	memset(p + 2 * psize, 'q', psize);
	is(space_stats(fd).frames_dirty, 3, "frames dirty");
	works(range(fd, VMLAB_RANGE_EVICT, 0, PAGES), "evict");
	is(space_stats(fd).frames, 0, "frames after eviction");
	ok(all(p, 'p', 2 * psize) && all(p + 2 * psize, 'q', psize),
	   "what was written comes back");
	if (pipe(pipefd))
		bail("pipe: %s", strerror(errno));
	is(write(pipefd[1], p, psize), psize, "bytes that write(2) reads");
	munmap(p, PAGES * psize);
	close(fd);
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
