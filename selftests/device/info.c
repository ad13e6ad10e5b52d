// SPDX-License-Identifier: GPL-2.0
/* /dev/vmlab: INFO and FLAG_NAMES, and what a 32-bit caller gets. */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "lib/dev.h"
#include "lib/proc.h"
#include "lib/tap.h"

#ifndef PR_SET_VMA
#define PR_SET_VMA		0x53564d41
#define PR_SET_VMA_ANON_NAME	0
#endif

static int fd;

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
	bool supported;
	long uffd, pidfd;
	void *p;

	p = mmap(NULL, page_size(), PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	supported = !prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME, p, page_size(),
			    "vmlab");
	munmap(p, page_size());
	is(!!(info->features & VMLAB_FEAT_ANON_NAME), supported,
	   "INFO: ANON_NAME agrees with prctl(2)");

	supported = !access("/sys/kernel/mm/transparent_hugepage/enabled",
			     F_OK);
	is(!!(info->features & VMLAB_FEAT_THP), supported,
	   "INFO: THP agrees with sysfs");
	supported = proc_has_word("/proc/filesystems", "hugetlbfs");
	is(!!(info->features & VMLAB_FEAT_HUGETLB), supported,
	   "INFO: HUGETLB agrees with /proc/filesystems");
	uffd = syscall(SYS_userfaultfd, O_CLOEXEC);
	supported = uffd >= 0 || errno != ENOSYS;
	if (uffd >= 0)
		close((int)uffd);
	is(!!(info->features & VMLAB_FEAT_UFFD), supported,
	   "INFO: UFFD agrees with userfaultfd(2)");
	/* Writing 4 to clear_refs succeeds without soft-dirty too. */
	supported = proc_has_word("/proc/self/smaps", " sd ");
	is(!!(info->features & VMLAB_FEAT_SOFT_DIRTY), supported,
	   "INFO: SOFT_DIRTY agrees with VmFlags");
	pidfd = syscall(SYS_pidfd_open, getpid(), 0);
	supported = !get_mm(fd, VMLAB_TARGET_PIDFD, (int)pidfd, &mm);
	is(!!(info->features & VMLAB_FEAT_PIDFD), supported,
	   "INFO: PIDFD agrees with a request");
	if (!supported)
		is(errno, EOPNOTSUPP, "a pidfd without the feature");
	close((int)pidfd);
	is(!!(info->features & VMLAB_FEAT_NO_PROTECT),
	   proc_has_word("/proc/kallsyms", "clean_record_shared_mapping_range"),
	   "INFO: NO_PROTECT agrees with the symbols of the kernel");
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
	   info.pa_bits <= 52, "INFO: pa_bits is at least what the CPU has");
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

/* The answers that a 32-bit program gets are those of a 64-bit one. */
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
	test_info();
	test_flag_names();
	test_compat();
	return tap_done();
}
