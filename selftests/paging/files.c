// SPDX-License-Identifier: GPL-2.0
/* Files that back a space: which are accepted, and what happens to them meanwhile. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/tap.h"

#define PAGES	8

static size_t psize;

static int set_backing(int fd, int file)
{
	struct vmlab_backing_config config = {
		.size = sizeof(config), .backing = VMLAB_BACKING_FILE,
		.fd = file,
	};

	return ioctl(fd, VMLAB_IOC_BACKING, &config);
}

static int new_file(const char *dir)
{
	char name[256];
	int file;

	snprintf(name, sizeof(name), "%s/vmlab-XXXXXX", dir);
	file = mkstemp(name);
	if (file < 0 || ftruncate(file, PAGES * (off_t)psize))
		bail("%s: %s", name, strerror(errno));
	unlink(name);
	return file;
}

static bool file_has(int file, off_t offset, char value)
{
	char c;

	return pread(file, &c, 1, offset) == 1 && c == value;
}

static off_t length(int file)
{
	struct stat st;

	return fstat(file, &st) ? -1 : st.st_size;
}

static void flags_change(void)
{
	int file = new_file("/dev/shm"), fd = dev_open(O_RDWR);
	char *p;

	works(set_backing(fd, file), "a file");
	p = map_pages(fd, PAGES, PROT_READ | PROT_WRITE, MAP_SHARED, 0);
	works(fcntl(file, F_SETFL, O_APPEND), "O_APPEND is set afterwards");
	memset(p + psize, 'a', psize);
	works(fsync(fd), "fsync");
	is((unsigned long long)length(file), PAGES * psize, "its length");
	ok(file_has(file, (off_t)psize, 'a'), "what was written is in place");
	munmap(p, PAGES * psize);
	close(fd);

	fd = dev_open(O_RDWR);
	fails(set_backing(fd, file), EINVAL, "a file with O_APPEND");
	close(fd);
	close(file);
}

static void truncated(void)
{
	int file = new_file("/dev/shm"), fd = dev_open(O_RDWR);
	char *p;

	if (set_backing(fd, file))
		bail("VMLAB_IOC_BACKING: %s", strerror(errno));
	p = map_pages(fd, PAGES, PROT_READ | PROT_WRITE, MAP_SHARED, 0);
	memset(p, 't', PAGES * psize);
	if (ftruncate(file, (off_t)psize / 2))
		bail("ftruncate: %s", strerror(errno));
	works(fsync(fd), "fsync after a truncation");
	is((unsigned long long)length(file), psize / 2, "its length stays");
	ok(file_has(file, 0, 't'), "what is left of it was written");
	munmap(p, PAGES * psize);
	close(fd);
	is((unsigned long long)length(file), psize / 2, "and after close");
	close(file);
}

/* write(2) into the backing file, from the mapping. */
static int writes_itself(void *arg)
{
	int file = new_file(arg), fd = dev_open(O_RDWR);
	char *p;

	if (set_backing(fd, file))
		return errno == EOPNOTSUPP ? 0 : 1;
	p = map_pages(fd, PAGES, PROT_READ | PROT_WRITE, MAP_SHARED, 0);
	if (pwrite(file, p + psize, psize, 0) != (ssize_t)psize)
		return 2;
	memset(p + 2 * psize, 'w', psize);
	if (pwrite(file, p + 2 * psize, psize, 0) != (ssize_t)psize)
		return 3;
	return !file_has(file, 0, 'w');
}

static void write_from_mapping(const char *dir)
{
	unsigned long long start = now_ms();
	pid_t pid = spawn(writes_itself, (void *)(uintptr_t)dir);
	int status = -1;

	while (now_ms() - start < 10000 &&
	       waitpid(pid, &status, WNOHANG) != pid)
		msleep(5);
	is((unsigned int)status, 0, "%s: write(2) into the backing file", dir);
}

static void no_page_cache(void)
{
	char dir[] = "/tmp/vmlab-XXXXXX", options[256], sub[64];
	int fd = dev_open(O_RDWR), file;

	file = memfd_create("huge", MFD_HUGETLB);
	if (file >= 0) {
		fails(set_backing(fd, file), EOPNOTSUPP, "hugetlbfs");
		close(file);
	} else {
		skip("no hugetlbfs", "hugetlbfs");
	}

	if (system("modprobe -q overlay"))
		diag("no modprobe, or overlay is built in");
	if (!mkdtemp(dir) || mount("none", dir, "tmpfs", 0, "size=1m"))
		bail("%s: %s", dir, strerror(errno));
	for (int i = 0; i < 4; i++) {
		snprintf(sub, sizeof(sub), "%s/%c", dir, "luwm"[i]);
		if (mkdir(sub, 0700))
			bail("%s: %s", sub, strerror(errno));
	}
	snprintf(options, sizeof(options),
		 "lowerdir=%s/l,upperdir=%s/u,workdir=%s/w", dir, dir, dir);
	if (mount("none", sub, "overlay", 0, options)) {
		skip("no overlayfs", "overlayfs");
		skip("no overlayfs", "write from the mapping");
	} else {
		file = new_file(sub);
		fails(set_backing(fd, file), EOPNOTSUPP, "overlayfs");
		close(file);
		write_from_mapping(sub);
		umount2(sub, MNT_DETACH);
	}
	umount2(dir, MNT_DETACH);
	rmdir(dir);
	close(fd);
}

/* Nothing of the space keeps the file system busy after close(2). */
static void unmount_after_close(void)
{
	char dir[sizeof("/tmp/vmlab-XXXXXX")];
	int busy = 0;

	for (int i = 0; i < 20; i++) {
		int file, fd = dev_open(O_RDWR);
		char *p;

		snprintf(dir, sizeof(dir), "/tmp/vmlab-XXXXXX");
		if (!mkdtemp(dir) || mount("none", dir, "tmpfs", 0, "size=1m"))
			bail("%s: %s", dir, strerror(errno));
		file = new_file(dir);
		if (set_backing(fd, file))
			bail("VMLAB_IOC_BACKING: %s", strerror(errno));
		p = map_pages(fd, PAGES, PROT_READ | PROT_WRITE, MAP_SHARED,
			      0);
		memset(p, 'u', psize);
		munmap(p, PAGES * psize);
		close(file);
		close(fd);
		busy += umount(dir) != 0;
		umount2(dir, MNT_DETACH);
		rmdir(dir);
	}
	is((unsigned int)busy, 0, "unmounts of 20 that fail with EBUSY");
}

/* A sparse file of tmpfs stays sparse when it is read. */
static void holes(void)
{
	int file = new_file("/dev/shm"), fd = dev_open(O_RDWR);
	struct stat st;
	char *p;

	if (set_backing(fd, file))
		bail("VMLAB_IOC_BACKING: %s", strerror(errno));
	p = map_pages(fd, PAGES, PROT_READ, MAP_SHARED, 0);
	for (int i = 0; i < PAGES; i++)
		is((unsigned char)p[(size_t)i * psize], 0, "byte of hole %d",
		   i);
	is(fstat(file, &st) ? 99 : (unsigned long long)st.st_blocks, 0,
	   "blocks of the file");
	munmap(p, PAGES * psize);
	close(fd);
	close(file);
}

/* --- memory cgroup --------------------------------------------------------- */

#define CGROUP	"/sys/fs/cgroup/vmlab-test"
#define MANY	512

static bool put(const char *name, const char *text)
{
	int fd = open(name, O_WRONLY);
	bool done = fd >= 0 && write(fd, text, strlen(text)) > 0;

	if (fd >= 0)
		close(fd);
	return done;
}

/* Bytes of tmpfs that are charged to the group. */
static unsigned long long charged(void)
{
	unsigned long long bytes = 0;
	FILE *stat = fopen(CGROUP "/memory.stat", "r");
	char line[128];

	while (stat && fgets(line, sizeof(line), stat))
		if (sscanf(line, "shmem %llu", &bytes) == 1)
			break;
	if (stat)
		fclose(stat);
	return bytes;
}

/* Evict dirty pages: what the kernel then writes to the file is charged here. */
static int writes_in_cgroup(void *arg)
{
	struct vmlab_range r = {
		.op = VMLAB_RANGE_EVICT, .end = MANY * psize,
	};
	int file, fd;
	char *p;

	(void)arg;
	r.size = sizeof(r);
	if (!put(CGROUP "/cgroup.procs", "0"))
		return 1;
	file = new_file("/dev/shm");
	fd = dev_open(O_RDWR);
	if (ftruncate(file, MANY * (off_t)psize) || set_backing(fd, file))
		return 2;
	p = map_pages(fd, MANY, PROT_READ | PROT_WRITE, MAP_SHARED, 0);
	memset(p, 'm', MANY * psize);
	if (ioctl(fd, VMLAB_IOC_RANGE, &r))
		return 3;
	for (int i = 0; i < 200; i++) {
		if (file_has(file, (off_t)((MANY - 1) * psize), 'm'))
			break;
		msleep(50);
	}
	/* Without the space there is no swap store: only the file is charged. */
	unmap_and_close(fd, p, MANY);
	stop_self();
	return 0;
}

static void memory_cgroup(void)
{
	unsigned long long bytes = 0;
	pid_t pid;

	mkdir("/sys/fs/cgroup", 0755);
	mount("none", "/sys/fs/cgroup", "cgroup2", 0, NULL);
	if (!put("/sys/fs/cgroup/cgroup.subtree_control", "+memory") ||
	    (mkdir(CGROUP, 0755) && errno != EEXIST)) {
		skip("no memory cgroups", "what write-back charges");
		return;
	}
	pid = spawn(writes_in_cgroup, NULL);
	if (wait_stopped(pid, NULL)) {
		/* The kernel sums it every two seconds, or later on a busy machine. */
		for (int i = 0; i < 300; i++) {
			bytes = charged();
			if (bytes >= MANY * psize * 7 / 8)
				break;
			msleep(100);
		}
		ok(bytes >= MANY * psize * 7 / 8,
		   "write-back charges the cgroup that opened the space: %llu KiB",
		   bytes >> 10);
	} else {
		ok(false, "a writer in a memory cgroup");
	}
	kill_and_reap(pid);
	msleep(200);
	rmdir(CGROUP);
}

int main(void)
{
	psize = page_size();
	flags_change();
	truncated();
	write_from_mapping("/dev/shm");
	write_from_mapping("/tmp");
	no_page_cache();
	unmount_after_close();
	holes();
	memory_cgroup();
	return tap_done();
}
