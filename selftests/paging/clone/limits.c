// SPDX-License-Identifier: GPL-2.0
/* VMLAB_IOC_CLONE: requests that are refused, and limits that it cannot exceed. */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "device/users.h"
#include "lib/child.h"
#include "lib/dev.h"
#include "lib/file.h"
#include "lib/page.h"
#include "lib/paging.h"
#include "lib/proc.h"
#include "lib/tap.h"

#define PARAMETERS	"/sys/module/vmlab/parameters/"

enum { PAGES = 16 };

/* A request as memory, with room for more than today's structure. */
struct request {
	struct vmlab_clone clone;
	uint32_t more[4];
};

static int next_descriptor(void)
{
	int fd = dup(0);

	close(fd);
	return fd;
}

static void bad_requests(void)
{
	int fd = dev_open(O_RDWR), free_fd = next_descriptor();
	struct vmlab_clone good = { .size = sizeof(good) }, bad;
	struct request large = { .clone.size = sizeof(large) };
	struct vmlab_clone *read_only;
	unsigned long long before = module_frames();

	map_shared(fd, 1)[0] = 1;
	bad = good;
	bad.size--;
	fails(ioctl(fd, VMLAB_IOC_CLONE, &bad), EINVAL, "a size too small");
	bad.size = 0;
	fails(ioctl(fd, VMLAB_IOC_CLONE, &bad), EINVAL, "no size");
	bad.size = UINT32_MAX;
	fails(ioctl(fd, VMLAB_IOC_CLONE, &bad), E2BIG, "a size too large");
	for (unsigned int bit = 1; bit < 32; bit++) {
		bad = good;
		bad.flags = 1u << bit;
		fails(ioctl(fd, VMLAB_IOC_CLONE, &bad), EINVAL, "flag %u", bit);
	}
	bad = good;
	bad.fd = 1;
	fails(ioctl(fd, VMLAB_IOC_CLONE, &bad), EINVAL, "fd is not zero");
	bad.fd = -1;
	fails(ioctl(fd, VMLAB_IOC_CLONE, &bad), EINVAL, "fd is -1");
	bad = good;
	bad.reserved = 1;
	fails(ioctl(fd, VMLAB_IOC_CLONE, &bad), EINVAL, "reserved is not zero");
	large.more[3] = 1;
	fails(ioctl(fd, VMLAB_IOC_CLONE, &large), E2BIG,
	      "a later version of the structure, with a value");
	large.more[3] = 0;
	works(ioctl(fd, VMLAB_IOC_CLONE, &large), "... without one");
	close(large.clone.fd);
	fails(ioctl(fd, VMLAB_IOC_CLONE, NULL), EFAULT, "no structure");
	fails(ioctl(fd, VMLAB_IOC_CLONE, (char *)UINTPTR_MAX - 7), EFAULT,
	      "a structure in the kernel's addresses");

	read_only = mmap(NULL, page, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	*read_only = good;
	mprotect(read_only, page, PROT_READ);
	fails(ioctl(fd, VMLAB_IOC_CLONE, read_only), EFAULT,
	      "a structure that cannot be written");
	is((unsigned int)next_descriptor(), (unsigned int)free_fd,
	   "no descriptor is left");
	is(module_frames() - before, 1, "no frame is left");
	munmap(read_only, page);
	close(fd);

	fd = dev_open(O_RDONLY);
	fails(try_clone(fd), EBADF, "O_RDONLY");
	close(fd);
}

static void bad_backings(void)
{
	int file, fd = open_file_space("/dev/shm", PAGES * page, &file);

	fails(try_clone(fd), EOPNOTSUPP, "VMLAB_BACKING_FILE");
	close(fd);
	close(file);
	fd = dev_open(O_RDWR);
	set_space(fd, 0, 0, VMLAB_BACKING_PFN);
	fails(try_clone(fd), EOPNOTSUPP, "VMLAB_BACKING_PFN");
	close(fd);
}

static void too_many_descriptors(void)
{
	int fd = dev_open(O_RDWR);
	struct rlimit old, new;

	getrlimit(RLIMIT_NOFILE, &old);
	new = old;
	new.rlim_cur = (rlim_t)next_descriptor();
	setrlimit(RLIMIT_NOFILE, &new);
	fails(try_clone(fd), EMFILE, "too many descriptors");
	setrlimit(RLIMIT_NOFILE, &old);
	close(clone_space(fd));
	close(fd);
}

static unsigned long limit(const char *name)
{
	char *text, path[128];
	unsigned long value;

	snprintf(path, sizeof(path), PARAMETERS "%s", name);
	text = slurp("%s", path);
	if (!text)
		bail("%s: %s", path, strerror(errno));
	value = strtoul(text, NULL, 10);
	free(text);
	return value;
}

static void set_limit(const char *name, unsigned long value)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), PARAMETERS "%s", name);
	f = fopen(path, "w");
	if (!f || fprintf(f, "%lu\n", value) < 0 || fclose(f))
		bail("%s: %s", path, strerror(errno));
}

/* A space of the user, with pages that were written, and evicted if @evict. */
static int user_space_of(bool evict, char **p)
{
	int fd = open(VMLAB_DEVICE, O_RDWR | O_CLOEXEC);
	struct vmlab_range r;

	if (fd < 0)
		return -1;
	*p = mmap(NULL, PAGES * page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	for (size_t i = 0; i < PAGES; i++)
		(*p)[i * page] = (char)(i + 1);
	if (evict && (try_range(fd, VMLAB_RANGE_EVICT, 0, PAGES, &r) ||
		      r.done != PAGES))
		return -1;
	return fd;
}

/*
 * The limit has room for the source and half of a clone: a clone is refused, and again,
 * so nothing of it stays charged; after half of the source is dropped it succeeds.
 */
static int refused_then_good(bool evict)
{
	struct vmlab_range r;
	int fd, clone;
	char *p, *q;

	if (!become(USER))
		return NOT_USER;
	fd = user_space_of(evict, &p);
	if (fd < 0)
		return REFUSED;
	for (int i = 0; i < 3; i++) {
		errno = 0;
		if (try_clone(fd) >= 0)
			return ALLOWED;
		if (errno != EDQUOT)
			return WRONG_ERRNO;
	}
	if (p[0] != 1 || p[(PAGES - 1) * page] != PAGES)
		return NOT_FREED;
	if (evict)
		try_range(fd, VMLAB_RANGE_EVICT, 0, PAGES, &r);
	if (try_range(fd, VMLAB_RANGE_DROP, 0, PAGES / 2, &r))
		return REFUSED;
	clone = try_clone(fd);
	if (clone < 0)
		return REFUSED;
	q = mmap(NULL, PAGES * page, PROT_READ, MAP_SHARED, clone, 0);
	return q[(PAGES - 1) * page] == PAGES ? GOOD : NOT_FREED;
}

static int user_pages(void *arg)
{
	(void)arg;
	return refused_then_good(false);
}

static int user_store(void *arg)
{
	(void)arg;
	return refused_then_good(true);
}

static int user_spaces(void *arg)
{
	int fd, first, second;

	(void)arg;
	if (!become(USER))
		return NOT_USER;
	fd = open(VMLAB_DEVICE, O_RDWR);
	first = try_clone(fd);
	second = try_clone(fd);
	if (fd < 0 || first < 0 || second < 0)
		return REFUSED;
	if (try_clone(first) >= 0)
		return ALLOWED;
	if (errno != EMFILE)
		return WRONG_ERRNO;
	close(second);
	return try_clone(fd) < 0 ? NOT_FREED : GOOD;
}

static void with_limit(const char *name, unsigned long value,
		       int (*fn)(void *arg), const char *what)
{
	unsigned long saved = limit(name);

	set_limit(name, value);
	for (int i = 0; i < 3; i++)
		expect_good(fn, NULL, what);
	set_limit(name, saved);
}

int main(void)
{
	bad_requests();
	bad_backings();
	too_many_descriptors();
	with_limit("max_user_spaces", 3, user_spaces,
		   "clones count as spaces of the user");
	with_limit("max_user_pages", PAGES + PAGES / 2, user_pages,
		   "shared frames count as pages of the user, twice");
	with_limit("max_user_store_pages", PAGES + PAGES / 2, user_store,
		   "copies of evicted pages count");
	return tap_done();
}
