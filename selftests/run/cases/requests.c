// SPDX-License-Identifier: GPL-2.0
/* io_uring, core dumps, and pages of hugetlbfs. */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/page.h"
#include "lib/proc.h"
#include "lib/ring.h"
#include "run/cases/cases.h"
#include "run/managed.h"

#define CORE_PATTERN	"/proc/sys/kernel/core_pattern"
#define CORE		"/tmp/vmlab-run-core"
#define NR_HUGE		"/proc/sys/vm/nr_hugepages"

enum { PAGES = 16, BYTES = PAGES * 4096, HUGE_BYTES = 2 << 20 };

static char value_at(size_t i)
{
	return (char)(i * 13 + i / 4096);
}

static int numbered_file(void)
{
	const int fd = memfd_create("data", MFD_CLOEXEC);

	must(fd >= 0);
	for (size_t i = 0; i < BYTES; i++) {
		const char c = value_at(i);

		must(pwrite(fd, &c, 1, (off_t)i) == 1);
	}
	return fd;
}

static bool is_numbered(const char *p)
{
	for (size_t i = 0; i < BYTES; i++)
		if (p[i] != value_at(i))
			return false;
	return true;
}

static void transfer(struct ring *ring, int opcode, int flags, int file, const void *p)
{
	const struct io_uring_sqe sqe = {
		.opcode = (unsigned char)opcode, .flags = (unsigned char)flags, .fd = file,
		.addr = (uintptr_t)p, .len = BYTES,
	};

	must(ring_do(ring, &sqe) == BYTES);
}

/* Long-term pins are refused (Documentation/kernel-rules.rst), and leave no trace. */
static void fixed_buffers(struct ring *ring, char *p, int file)
{
	struct iovec part = { p, BYTES };
	const long ret = syscall(SYS_io_uring_register, ring->fd, IORING_REGISTER_BUFFERS, &part,
				 1);

	if (is_managed()) {
		must(ret == -1 && errno == EFAULT);
		return;
	}
	must(!ret);
	memset(p, 0, BYTES);
	transfer(ring, IORING_OP_READ_FIXED, 0, file, p);
	must(is_numbered(p));
	must(!syscall(SYS_io_uring_register, ring->fd, IORING_UNREGISTER_BUFFERS, NULL, 0));
}

/* Also threads of the kernel read into it and write from it, after fork(2) too. */
void case_io_uring(void)
{
	static const int flags[] = { 0, IOSQE_ASYNC };
	char *p = must_map(PAGES), *copy = must_map(PAGES);
	const int file = numbered_file(), to = numbered_file();
	struct ring ring;
	int fds[2];
	pid_t pid;

	must(!ring_open(&ring, 0));
	for (size_t i = 0; i < 2; i++) {
		memset(p, 0, BYTES);
		must(!pipe(fds));
		pid = fork();
		if (!pid) {
			must(read(fds[0], copy, 1) == 1);
			must(!p[1] && !memcmp(p, p + 1, BYTES - 1));
			_exit(0);
		}
		transfer(&ring, IORING_OP_READ, flags[i], file, p);
		must(is_numbered(p));
		must(write(fds[1], "", 1) == 1);
		must_exit(pid, 0);
		must(is_numbered(p));
		must(!ftruncate(to, 0));
		transfer(&ring, IORING_OP_WRITE, flags[i], to, p);
		must(pread(to, copy, BYTES, 0) == BYTES && is_numbered(copy));
	}
	fixed_buffers(&ring, p, file);
	must(is_numbered(p));
}

/* Find the segment of the core file that has an address. */
static bool find_segment(int core, uintptr_t address, Elf64_Phdr *found)
{
	Elf64_Ehdr header;

	must(pread(core, &header, sizeof(header), 0) == sizeof(header));
	for (int i = 0; i < header.e_phnum; i++) {
		const off_t at = (off_t)(header.e_phoff + (Elf64_Off)i * sizeof(*found));

		must(pread(core, found, sizeof(*found), at) == sizeof(*found));
		if (found->p_type == PT_LOAD && found->p_vaddr <= address &&
		    address - found->p_vaddr < found->p_memsz)
			return true;
	}
	return false;
}

/* Dump a child that has managed memory of its own, and of its parent. */
static void dump(const char *filter, const char *p, bool with_memory)
{
	const struct rlimit limit = { RLIM_INFINITY, RLIM_INFINITY };
	char *copy = must_map(PAGES);
	Elf64_Phdr segment;
	int core, status;
	off_t at;
	pid_t pid;

	unlink(CORE);
	pid = fork();
	if (!pid) {
		must(!setrlimit(RLIMIT_CORE, &limit));
		must(!write_file("/proc/self/coredump_filter", filter, strlen(filter)));
		abort();
	}
	must(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status) && WCOREDUMP(status));
	core = open(CORE, O_RDONLY | O_CLOEXEC);
	must(core >= 0 && find_segment(core, (uintptr_t)p, &segment));
	at = (off_t)(segment.p_offset + ((uintptr_t)p - segment.p_vaddr));
	if (with_memory)
		must(pread(core, copy, BYTES, at) == BYTES && is_numbered(copy));
	else
		must(!segment.p_filesz);
	close(core);
	must(!munmap(copy, BYTES));
}

/* The default filter leaves out shared mappings, which managed memory is for the kernel. */
void case_core_dump(void)
{
	char *p = must_map(PAGES), *before = slurp(CORE_PATTERN);

	for (size_t i = 0; i < BYTES; i++)
		p[i] = value_at(i);
	must(before && !write_file(CORE_PATTERN, CORE, strlen(CORE)));
	dump("0x3f", p, true);
	dump("0x33", p, !is_managed());
	unlink(CORE);
	must(!write_file(CORE_PATTERN, before, strlen(before)));
	free(before);
	must(is_numbered(p));
}

/* Mappings of hugetlbfs are not managed, also in the middle of memory that is. */
void case_huge_pages(void)
{
	const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB;
	const size_t pages = 3 * HUGE_BYTES / page;
	char *p = must_map(pages), *before = slurp(NR_HUGE), *huge;
	pid_t pid;

	must(before && !write_file(NR_HUGE, "4", 1));
	huge = (char *)(((uintptr_t)p + HUGE_BYTES - 1) & ~(uintptr_t)(HUGE_BYTES - 1));
	if (huge == p)
		huge += HUGE_BYTES;
	huge[-1] = 1;
	huge[HUGE_BYTES] = 2;
	must(mmap(huge, HUGE_BYTES, PROT_READ | PROT_WRITE, flags | MAP_FIXED, -1, 0) == huge);
	must(!address_is_managed(huge) && address_is_managed(huge - 1) == is_managed());
	must(!huge[0] && !huge[HUGE_BYTES - 1]);
	memset(huge, 3, HUGE_BYTES);
	pid = fork();
	if (!pid) {
		must(huge[-1] == 1 && huge[HUGE_BYTES] == 2 && huge[HUGE_BYTES - 1] == 3);
		huge[0] = 4;
		_exit(0);
	}
	must_exit(pid, 0);
	must(huge[-1] == 1 && huge[HUGE_BYTES] == 2 && huge[0] == 3);
	/* Memory again. */
	must(mmap(huge, HUGE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
		  -1, 0) == huge);
	must(address_is_managed(huge) == is_managed() && !huge[0]);
	must(huge[-1] == 1 && huge[HUGE_BYTES] == 2);
	huge = mmap(NULL, HUGE_BYTES, PROT_READ | PROT_WRITE, flags, -1, 0);
	must(huge != MAP_FAILED && !address_is_managed(huge) && !huge[5]);
	must(!munmap(huge, HUGE_BYTES));
	must(!write_file(NR_HUGE, before, strlen(before)));
	free(before);
}
