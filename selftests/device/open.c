// SPDX-License-Identifier: GPL-2.0
/* /dev/vmlab: the rules that hold for every request, INFO, names, spaces. */
#include <fcntl.h>
#include <limits.h>
#include <linux/userfaultfd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/proc.h"
#include "lib/tap.h"

#ifndef PR_SET_VMA
#define PR_SET_VMA		0x53564d41
#define PR_SET_VMA_ANON_NAME	0
#endif

static int fd;

/* Room that TASKS and VMAS requests point to. */
static struct vmlab_task tasks[4];
static struct vmlab_vma vmas[4];
static char strings[VMLAB_STRINGS_MIN];

union request {
	uint32_t size;
	struct vmlab_info info;
	struct vmlab_flag_names names;
	struct vmlab_space_config config;
	struct vmlab_space_stats stats;
	struct vmlab_mm mm;
	struct vmlab_tasks tasks;
	struct vmlab_vmas vmas;
};

static const struct kind {
	const char *name;
	unsigned long nr;
	uint32_t size;
} kinds[] = {
	{ "INFO", VMLAB_IOC_INFO, sizeof(struct vmlab_info) },
	{ "FLAG_NAMES", VMLAB_IOC_FLAG_NAMES, sizeof(struct vmlab_flag_names) },
	{ "SPACE_GET", VMLAB_IOC_SPACE_GET, sizeof(struct vmlab_space_config) },
	{ "SPACE_SET", VMLAB_IOC_SPACE_SET, sizeof(struct vmlab_space_config) },
	{ "SPACE_STATS", VMLAB_IOC_SPACE_STATS,
	  sizeof(struct vmlab_space_stats) },
	{ "MM", VMLAB_IOC_MM, sizeof(struct vmlab_mm) },
	{ "TASKS", VMLAB_IOC_TASKS, sizeof(struct vmlab_tasks) },
	{ "VMAS", VMLAB_IOC_VMAS, sizeof(struct vmlab_vmas) },
};

/* A valid request in @room bytes at @buf, which says that it is @size long. */
static void *prepare(const struct kind *kind, void *buf, size_t room,
		     uint32_t size)
{
	union request *req = buf;

	memset(buf, 0, room);
	req->size = size;
	if (kind->nr == VMLAB_IOC_TASKS) {
		req->tasks.tasks = (uintptr_t)tasks;
		req->tasks.nr = 4;
	} else if (kind->nr == VMLAB_IOC_VMAS) {
		req->vmas.vmas = (uintptr_t)vmas;
		req->vmas.strings = (uintptr_t)strings;
		req->vmas.nr = 4;
		req->vmas.strings_size = sizeof(strings);
	}
	return buf;
}

static void test_size(const struct kind *kind)
{
	size_t page = page_size(), room = 4 * page;
	char *buf = malloc(room);

	prepare(kind, buf, room, kind->size);
	works(ioctl(fd, kind->nr, buf), "%s: its own size", kind->name);
	prepare(kind, buf, room, 0);
	fails(ioctl(fd, kind->nr, buf), EINVAL, "%s: size 0", kind->name);
	prepare(kind, buf, room, 4);
	fails(ioctl(fd, kind->nr, buf), EINVAL, "%s: size 4", kind->name);
	prepare(kind, buf, room, kind->size - 1);
	fails(ioctl(fd, kind->nr, buf), EINVAL, "%s: one byte too small",
	      kind->name);
	prepare(kind, buf, room, kind->size + 8);
	works(ioctl(fd, kind->nr, buf), "%s: larger with a zero tail",
	      kind->name);
	prepare(kind, buf, room, kind->size + 8);
	buf[kind->size + 7] = 1;
	fails(ioctl(fd, kind->nr, buf), E2BIG, "%s: larger, last byte not zero",
	      kind->name);
	prepare(kind, buf, room, kind->size + 1);
	buf[kind->size] = 1;
	fails(ioctl(fd, kind->nr, buf), E2BIG, "%s: one unknown byte, not zero",
	      kind->name);
	prepare(kind, buf, room, (uint32_t)page);
	works(ioctl(fd, kind->nr, buf), "%s: a page with a zero tail",
	      kind->name);
	prepare(kind, buf, room, (uint32_t)page + 1);
	fails(ioctl(fd, kind->nr, buf), E2BIG, "%s: above a page", kind->name);
	prepare(kind, buf, room, UINT32_MAX);
	fails(ioctl(fd, kind->nr, buf), E2BIG, "%s: size UINT32_MAX",
	      kind->name);
	free(buf);
}

static void test_pointer(const struct kind *kind)
{
	size_t page = page_size();
	char *p = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED || munmap(p + page, page))
		bail("mmap: %s", strerror(errno));
	fails(ioctl(fd, kind->nr, NULL), EFAULT, "%s: NULL", kind->name);
	fails(ioctl(fd, kind->nr, p + page), EFAULT, "%s: unmapped",
	      kind->name);
	fails(ioctl(fd, kind->nr, (void *)0xffff888000000000UL), EFAULT,
	      "%s: a kernel address", kind->name);
	prepare(kind, p + page - kind->size, kind->size, kind->size);
	works(ioctl(fd, kind->nr, p + page - kind->size),
	      "%s: up to the last mapped byte", kind->name);
	*(uint32_t *)(p + page - 8) = kind->size;
	fails(ioctl(fd, kind->nr, p + page - 8), EFAULT,
	      "%s: across the end of the mapping", kind->name);
	prepare(kind, p, page, kind->size);
	mprotect(p, page, PROT_READ);
	/* SPACE_SET has nothing to answer, so it may leave the memory alone. */
	if (kind->nr != VMLAB_IOC_SPACE_SET)
		fails(ioctl(fd, kind->nr, p), EFAULT, "%s: read-only memory",
		      kind->name);
	munmap(p, page);
}

static void test_unknown(void)
{
	union request req = { .size = sizeof(req.info) };

	fails(ioctl(fd, _IO(VMLAB_IOC_MAGIC, 0x7f), &req), ENOTTY,
	      "unknown request number");
	fails(ioctl(fd, _IO(0xB6, 0x00), &req), ENOTTY, "another magic");
	fails(ioctl(fd, _IOWR(VMLAB_IOC_MAGIC, 0x00, struct vmlab_info), &req),
	      ENOTTY, "a request with size and direction encoded");
	fails(ioctl(fd, 0, &req), ENOTTY, "request 0");
}

static bool proc_has_word(const char *path, const char *word)
{
	char *text = slurp("%s", path);
	bool found = text && strstr(text, word);

	free(text);
	return found;
}

static void test_features(const struct vmlab_info *info)
{
	struct vmlab_mm mm;
	bool works_here;
	long uffd, pidfd;
	void *p;

	p = mmap(NULL, page_size(), PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	works_here = !prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME, p, page_size(),
			    "vmlab");
	munmap(p, page_size());
	is(!!(info->features & VMLAB_FEAT_ANON_NAME), works_here,
	   "INFO: ANON_NAME as prctl(2) says");

	works_here = !access("/sys/kernel/mm/transparent_hugepage/enabled",
			     F_OK);
	is(!!(info->features & VMLAB_FEAT_THP), works_here,
	   "INFO: THP as sysfs says");
	works_here = proc_has_word("/proc/filesystems", "hugetlbfs");
	is(!!(info->features & VMLAB_FEAT_HUGETLB), works_here,
	   "INFO: HUGETLB as /proc/filesystems says");
	uffd = syscall(SYS_userfaultfd, O_CLOEXEC);
	works_here = uffd >= 0 || errno != ENOSYS;
	if (uffd >= 0)
		close((int)uffd);
	is(!!(info->features & VMLAB_FEAT_UFFD), works_here,
	   "INFO: UFFD as userfaultfd(2) says");
	/* clear_refs takes any number; 4 does something only with the option. */
	works_here = proc_has_word("/proc/self/smaps", " sd ");
	is(!!(info->features & VMLAB_FEAT_SOFT_DIRTY), works_here,
	   "INFO: SOFT_DIRTY as VmFlags says");
	pidfd = syscall(SYS_pidfd_open, getpid(), 0);
	works_here = !get_mm(fd, VMLAB_TARGET_PIDFD, (int)pidfd, &mm);
	is(!!(info->features & VMLAB_FEAT_PIDFD), works_here,
	   "INFO: PIDFD as a request says");
	if (!works_here)
		is(errno, EOPNOTSUPP, "a pidfd without the feature");
	close((int)pidfd);
}

static void test_info(void)
{
	struct vmlab_info info = dev_info();
	struct utsname uts;
	char *version, *bits;
	bool la57 = proc_has_word("/proc/cpuinfo", " la57");

	uname(&uts);
	is(info.size, sizeof(info), "INFO: size");
	is(info.abi_version, VMLAB_ABI_VERSION, "INFO: abi_version");
	is(1UL << info.page_shift, page_size(), "INFO: page_shift");
	/* la57 may be off by "no5lvl", which removes the flag from cpuinfo. */
	is(info.pgtable_levels, la57 ? 5 : 4, "INFO: pgtable_levels");
	is(info.va_bits, la57 ? 56 : 47, "INFO: va_bits");
	version = slurp("/proc/cpuinfo");
	bits = version ? strstr(version, "address sizes") : NULL;
	ok(bits && info.pa_bits >= strtoul(strchr(bits, ':') + 1, NULL, 10) &&
	   info.pa_bits <= 52, "INFO: pa_bits holds the CPU's");
	free(version);
	ok(!memchr(info.kernel_release, 0, 1) &&
	   memchr(info.kernel_release, 0, sizeof(info.kernel_release)) &&
	   !strncmp(info.kernel_release, uts.release,
		    sizeof(info.kernel_release)), "INFO: kernel_release");
	version = slurp("/sys/module/vmlab/version");
	if (version) {
		version[strcspn(version, "\n")] = '\0';
		streq(info.module_version, version, "INFO: module_version");
		free(version);
	} else {
		ok(info.module_version[0] && memchr(info.module_version, 0, 32),
		   "INFO: module_version is a string");
	}
	test_features(&info);
}

static void test_flag_names(void)
{
	static const char *const first[] = { "read", "write", "exec",
					     "shared" };
	static const char *const mnemonic[] = { "rd", "wr", "ex", "sh" };
	struct vmlab_flag_names names = { .size = sizeof(names) };
	struct vmlab_info info = dev_info();
	int unterminated = 0, twice = 0, unnamed = 0;

	works(ioctl(fd, VMLAB_IOC_FLAG_NAMES, &names), "FLAG_NAMES: VMA flags");
	for (int i = 0; i < 4; i++) {
		streq(names.bit[i].name, first[i], "bit %d is \"%s\"", i,
		      first[i]);
		streq(names.bit[i].mnemonic, mnemonic[i], "bit %d is \"%s\"", i,
		      mnemonic[i]);
	}
	for (int i = 0; i < 64; i++) {
		const struct vmlab_flag_name *bit = &names.bit[i];

		unterminated += !memchr(bit->name, 0, sizeof(bit->name)) ||
				!memchr(bit->mnemonic, 0,
					sizeof(bit->mnemonic));
		for (int j = 0; j < i; j++) {
			if (bit->name[0] &&
			    !strcmp(bit->name, names.bit[j].name))
				twice++;
			if (bit->mnemonic[0] && bit->mnemonic[0] != '?' &&
			    !strcmp(bit->mnemonic, names.bit[j].mnemonic))
				twice++;
		}
	}
	is(unterminated, 0, "every name is terminated");
	is(twice, 0, "no name is given twice");

	memset(&names, 0, sizeof(names));
	names.size = sizeof(names);
	names.kind = VMLAB_NAMES_FEATURES;
	works(ioctl(fd, VMLAB_IOC_FLAG_NAMES, &names), "FLAG_NAMES: features");
	for (int i = 0; i < 64; i++)
		unnamed += (info.features >> i & 1) && !names.bit[i].name[0];
	is(unnamed, 0, "every feature of INFO has a name");
	names.kind = 1000;
	fails(ioctl(fd, VMLAB_IOC_FLAG_NAMES, &names), EINVAL, "kind 1000");
	names.kind = UINT32_MAX;
	fails(ioctl(fd, VMLAB_IOC_FLAG_NAMES, &names), EINVAL,
	      "kind UINT32_MAX");
}

static void test_reserved(void)
{
	const size_t room = sizeof(union request);
	union request req;

#define MUST_BE_ZERO(kind, member, value) do {				\
	prepare(&kinds[kind], &req, room, kinds[kind].size);		\
	req.member = (value);						\
	fails(ioctl(fd, kinds[kind].nr, &req), EINVAL, "%s: " #member,	\
	      kinds[kind].name);					\
} while (0)
	MUST_BE_ZERO(2, config.flags, 1);
	MUST_BE_ZERO(3, config.flags, VMLAB_SPACE_HUGE << 1);
	MUST_BE_ZERO(3, config.flags, 1U << 31);
	MUST_BE_ZERO(3, config.reserved, 1);
	MUST_BE_ZERO(3, config.space_id, 1);
	MUST_BE_ZERO(3, config.backing, 1000);
	MUST_BE_ZERO(3, config.bytes, 1);
	MUST_BE_ZERO(3, config.bytes, page_size() + 1);
	MUST_BE_ZERO(4, stats.flags, 1);
	MUST_BE_ZERO(5, mm.flags, VMLAB_MM_KTHREAD);
	MUST_BE_ZERO(5, mm.reserved, 1);
	MUST_BE_ZERO(6, tasks.flags, 1);
	MUST_BE_ZERO(6, tasks.reserved, 1);
	MUST_BE_ZERO(6, tasks.nr, 0);
	MUST_BE_ZERO(7, vmas.flags, 1);
	MUST_BE_ZERO(7, vmas.reserved, 1);
	MUST_BE_ZERO(7, vmas.nr, 0);
#undef MUST_BE_ZERO
}

static void test_array_pointers(void)
{
	const size_t room = sizeof(union request);
	union request req;

	prepare(&kinds[6], &req, room, kinds[6].size);
	req.tasks.tasks = 0;
	fails(ioctl(fd, VMLAB_IOC_TASKS, &req), EFAULT, "TASKS: tasks NULL");
	prepare(&kinds[6], &req, room, kinds[6].size);
	req.tasks.tasks = UINT64_MAX - 4095;
	fails(ioctl(fd, VMLAB_IOC_TASKS, &req), EFAULT,
	      "TASKS: tasks in the kernel's half");
	prepare(&kinds[7], &req, room, kinds[7].size);
	req.vmas.vmas = 0;
	fails(ioctl(fd, VMLAB_IOC_VMAS, &req), EFAULT, "VMAS: vmas NULL");
	prepare(&kinds[7], &req, room, kinds[7].size);
	req.vmas.strings = 8;
	fails(ioctl(fd, VMLAB_IOC_VMAS, &req), EFAULT,
	      "VMAS: strings point nowhere");
	prepare(&kinds[7], &req, room, kinds[7].size);
	req.vmas.strings = 0;
	works(ioctl(fd, VMLAB_IOC_VMAS, &req), "VMAS: no room for names");
	ok(req.vmas.nr > 0, "VMAS: no room for names: records all the same");
	prepare(&kinds[7], &req, room, kinds[7].size);
	req.vmas.nr = UINT32_MAX;
	/* More records than the array has room for are never written. */
	req.vmas.end = 1;
	works(ioctl(fd, VMLAB_IOC_VMAS, &req), "VMAS: nr UINT32_MAX");
	is(req.vmas.nr, 0, "VMAS: no VMA below address 1");
}

static void test_space(void)
{
	struct vmlab_space_config config = { .size = sizeof(config) };
	struct vmlab_space_stats stats;
	uint64_t page = page_size(), id;
	char path[64];
	int other, copy;
	char *p;

	other = dev_open(O_RDWR);
	works(ioctl(other, VMLAB_IOC_SPACE_GET, &config), "SPACE_GET");
	id = config.space_id;
	ok(id != 0 && id != space_id(fd), "each open file has its own space");
	is(config.bytes, 0, "a new space has no limit");
	is(config.backing, VMLAB_BACKING_ZERO, "a new space is demand zero");
	is(config.flags | config.reserved, 0, "SPACE_GET: the rest is zero");
	copy = dup(other);
	is(space_id(copy), id, "a duplicate has the same space");
	close(copy);

	works(space_set_bytes(other, 4 * page), "SPACE_SET: 4 pages");
	ioctl(other, VMLAB_IOC_SPACE_GET, &config);
	is(config.bytes, 4 * page, "SPACE_GET after SPACE_SET");
	is(config.space_id, id, "SPACE_SET keeps the id");
	fails(space_set_bytes(other, 4 * page + 1), EINVAL,
	      "SPACE_SET: part of a page");
	fails(space_set_bytes(other, 1ULL << 63), EFBIG,
	      "SPACE_SET: above LLONG_MAX");
	fails(space_set_bytes(other, UINT64_MAX - page + 1), EFBIG,
	      "SPACE_SET: the largest multiple of a page");
	ioctl(other, VMLAB_IOC_SPACE_GET, &config);
	is(config.bytes, 4 * page, "a refused SPACE_SET changes nothing");
	works(space_set_bytes(other, LLONG_MAX - page + 1),
	      "SPACE_SET: the most");
	works(space_set_bytes(other, 0), "SPACE_SET: no limit again");

	memset(&stats, 0xff, sizeof(stats));
	stats.size = sizeof(stats);
	stats.flags = 0;
	works(ioctl(other, VMLAB_IOC_SPACE_STATS, &stats), "SPACE_STATS");
	is(stats.space_id, id, "SPACE_STATS: the space's id");
	p = (char *)&stats + offsetof(struct vmlab_space_stats, frames);
	while (p < (char *)(&stats + 1) && !*p)
		p++;
	is((size_t)(p - (char *)&stats), sizeof(stats),
	   "SPACE_STATS: zero in a new space");

	snprintf(path, sizeof(path), DEBUGFS "/spaces/%llu",
		 (unsigned long long)id);
	works(access(path, F_OK), "debugfs shows the space");
	close(other);
	fails(access(path, F_OK), ENOENT, "debugfs forgets it at last close");
	other = dev_open(O_RDWR);
	ok(space_id(other) != id, "an id is never given again");
	close(other);
}

static void test_node(void)
{
	struct stat st;
	char buf[16];

	if (!works(stat(VMLAB_DEVICE, &st), "the device node exists"))
		return;
	ok(S_ISCHR(st.st_mode), "it is a character device");
	ok(read(fd, buf, sizeof(buf)) < 0, "read(2) is refused");
	ok(write(fd, buf, sizeof(buf)) < 0, "write(2) is refused");
}

/* The 32-bit program prints raw answers, which must be those of 64 bits. */
static void test_compat(void)
{
	struct vmlab_info info = dev_info(), info32;
	struct vmlab_flag_names names32;
	struct vmlab_mm mm32;
	char path[PATH_MAX], line[64];
	size_t got;
	FILE *pipe;
	int status;

	if (!sibling_program("compat32", path)) {
		skip("no compiler for -m32", "32-bit caller");
		return;
	}
	pipe = popen(path, "r");
	if (!pipe)
		bail("popen: %s", strerror(errno));
	got = fread(&info32, sizeof(info32), 1, pipe);
	got += fread(&names32, sizeof(names32), 1, pipe);
	got += fread(&mm32, sizeof(mm32), 1, pipe);
	if (!fgets(line, sizeof(line), pipe))
		line[0] = '\0';
	status = pclose(pipe);
	if (got != 3 && (status == 126 << 8 || status == 127 << 8)) {
		skip("this kernel runs no 32-bit programs", "32-bit caller");
		return;
	}
	is(status, 0, "32-bit caller: exit status");
	is(got, 3, "32-bit caller: INFO, FLAG_NAMES and MM succeed");
	if (got != 3)
		return;
	ok(!memcmp(&info, &info32, sizeof(info)), "32-bit caller: same INFO");
	ok(!memcmp(dev_flag_names(fd, 0), &names32, sizeof(names32)),
	   "32-bit caller: same FLAG_NAMES");
	streq(mm32.comm, "compat32", "32-bit caller: its comm");
	ok(mm32.task_size > 0xc0000000 && mm32.task_size <= 0xffffffff,
	   "32-bit caller: task_size %#llx is of 32 bits",
	   (unsigned long long)mm32.task_size);
	streq(line, "vmas ok\n", "32-bit caller: VMAS finds its own code");
}

int main(void)
{
	fd = dev_open(O_RDWR);
	test_node();
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		test_size(&kinds[i]);
		test_pointer(&kinds[i]);
	}
	test_unknown();
	test_info();
	test_flag_names();
	test_reserved();
	test_array_pointers();
	test_space();
	test_compat();
	return tap_done();
}
