// SPDX-License-Identifier: GPL-2.0
/* Samples with shared, huge, protected or swapped memory. */
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/dev.h"
#include "inspect/samples/build.h"
#include "inspect/samples/kinds.h"

#ifndef SYS_mseal
#define SYS_mseal		462
#endif

void make_shared(void)
{
	int fd, id;
	char *p;

	write_pages(map(8, rw, MAP_SHARED | MAP_ANONYMOUS, -1, 0), 0, 3);
	id = shmget(IPC_PRIVATE, 4 * page, IPC_CREAT | 0600);
	if (id >= 0) {
		p = shmat(id, NULL, 0);
		require(p != (void *)-1, "shmat");
		*p = 1;
		require(shmat(id, NULL, SHM_RDONLY) != (void *)-1, "shmat");
		shmctl(id, IPC_RMID, NULL);
	}
	fd = memfd_create("with space", MFD_CLOEXEC);
	require(fd >= 0 && !ftruncate(fd, (off_t)(8 * page)), "memfd");
	*map(8, rw, MAP_SHARED, fd, 0) = 1;
	*map(4, rw, MAP_PRIVATE, fd, (off_t)(4 * page)) = 1;
	fd = open("/dev/zero", O_RDWR | O_CLOEXEC);
	require(fd >= 0, "/dev/zero");
	*map(2, rw, MAP_SHARED, fd, 0) = 1;
	*map(2, rw, MAP_PRIVATE, fd, 0) = 1;
}

void make_hugetlb(void)
{
	static const char nr[] =
		"/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages";
	int fd = open(nr, O_WRONLY | O_CLOEXEC);
	char *p;

	if (fd < 0)
		unsupported("no 2 MiB pages: %s", strerror(errno));
	if (write(fd, "4\n", 2) != 2)
		unsupported("%s: %s", nr, strerror(errno));
	close(fd);
	p = mmap(NULL, 4 << 20, rw,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0);
	if (p == MAP_FAILED)
		unsupported("no 2 MiB pages free: %s", strerror(errno));
	p[0] = 1;
	fd = memfd_create("huge", MFD_CLOEXEC | MFD_HUGETLB);
	if (fd >= 0 && !ftruncate(fd, 2 << 20)) {
		p = mmap(NULL, 2 << 20, rw, MAP_SHARED, fd, 0);
		if (p != MAP_FAILED)
			p[0] = 1;
	}
}

void make_thp(void)
{
	const size_t huge = 2 << 20;
	char *p = map(3 * huge / page, rw, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	p = (char *)(((uintptr_t)p + huge - 1) & ~(huge - 1));
	if (madvise(p, huge, MADV_HUGEPAGE))
		unsupported("no transparent huge pages: %s", strerror(errno));
	p[0] = 1;
}

void make_uffd(void)
{
	static const __u64 modes[] = {
		UFFDIO_REGISTER_MODE_MISSING,
		UFFDIO_REGISTER_MODE_WP,
		UFFDIO_REGISTER_MODE_MISSING | UFFDIO_REGISTER_MODE_WP,
		UFFDIO_REGISTER_MODE_MINOR,
	};
	struct uffdio_api api = { .api = UFFD_API };
	int fd = (int)syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		unsupported("no userfaultfd: %s", strerror(errno));
	require(!ioctl(fd, UFFDIO_API, &api), "UFFDIO_API");
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		/* Only shared memory has minor faults of userfaultfd. */
		int flags = modes[i] == UFFDIO_REGISTER_MODE_MINOR ?
			    MAP_SHARED : MAP_PRIVATE;
		char *p = map(4, rw, flags | MAP_ANONYMOUS, -1, 0);
		struct uffdio_register reg = {
			.range = { (uintptr_t)p, 2 * page },
			.mode = modes[i],
		};

		/* The kernel may refuse a mode that it does not know. */
		ioctl(fd, UFFDIO_REGISTER, &reg);
	}
}

void make_pkey(void)
{
	int key = pkey_alloc(0, 0);

	if (key < 0)
		unsupported("no protection keys: %s", strerror(errno));
	require(!pkey_mprotect(map_anon(4), 2 * page, rw, key), "pkey_mprotect");
}

void make_sealed(void)
{
	if (syscall(SYS_mseal, map_anon(4), 2 * page, 0))
		unsupported("no mseal(2): %s", strerror(errno));
}

void make_secret(void)
{
	int fd = (int)syscall(SYS_memfd_secret, O_CLOEXEC);

	if (fd < 0)
		unsupported("no memfd_secret(2): %s", strerror(errno));
	require(!ftruncate(fd, (off_t)(2 * page)), "ftruncate");
	*map(2, rw, MAP_SHARED, fd, 0) = 1;
}

void make_vmlab(void)
{
	int fd = open(VMLAB_DEVICE, O_RDWR | O_CLOEXEC);
	int ro = open(VMLAB_DEVICE, O_RDONLY | O_CLOEXEC);
	char *p;

	require(fd >= 0 && ro >= 0, VMLAB_DEVICE);
	write_pages(map(8, rw, MAP_SHARED, fd, 0), 0, 5);
	write_pages(map(8, rw, MAP_PRIVATE, fd, (off_t)(2 * page)), 0, 2);
	map(3, PROT_READ | PROT_EXEC, MAP_SHARED, ro, (off_t)page);
	p = map(9, rw, MAP_SHARED, fd, 1LL << 45);
	munmap(p + 3 * page, page);
	mprotect(p + 5 * page, page, PROT_NONE);
	close(fd);
	close(ro);
}

void make_swapped(void)
{
	char *p = map_anon(256);

	write_pages(p, 0, 256);
	page_out(p, 200);
}
