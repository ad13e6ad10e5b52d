// SPDX-License-Identifier: GPL-2.0
/*
 * A 32-bit caller.  Freestanding: it needs a compiler that knows -m32 and no
 * 32-bit C library.  Writes the raw answers of INFO, FLAG_NAMES and MM, then a
 * line of text on what VMAS said; exits with the number of the step that
 * failed.  With an argument it stops itself at the end, to be looked at.
 */
#include <linux/vmlab.h>

#include <asm/unistd_32.h>

#define O_RDWR		02
#define SIGSTOP		19

static struct vmlab_info info = { .size = sizeof(info) };
static struct vmlab_flag_names names = { .size = sizeof(names) };
static struct vmlab_mm mm = { .size = sizeof(mm) };
static struct vmlab_vma vmas[64];
static char strings[VMLAB_STRINGS_MIN];
static struct vmlab_vmas req = {
	.size = sizeof(req),
	.nr = 64,
	.strings_size = sizeof(strings),
};

static long syscall3(long nr, long a, long b, long c)
{
	long ret;

	__asm__ volatile("int $0x80"
			 : "=a"(ret)
			 : "a"(nr), "b"(a), "c"(b), "d"(c)
			 : "memory");
	return ret;
}

static _Noreturn void quit(int status)
{
	for (;;)
		syscall3(__NR_exit, status, 0, 0);
}

static void put(const void *data, __u32 len)
{
	if (syscall3(__NR_write, 1, (long)data, (long)len) != (long)len)
		quit(10);
}

static int finds_own_code(void)
{
	unsigned long here = (unsigned long)&finds_own_code;

	for (__u32 i = 0; i < req.nr; i++) {
		const char *name = strings + vmas[i].name_off;

		if (vmas[i].start <= here && here < vmas[i].end)
			return (vmas[i].vm_flags & 4) && name[0] == '/';
	}
	return 0;
}

__attribute__((used)) void start(long argc);
void start(long argc)
{
	long fd = syscall3(__NR_open, (long)VMLAB_DEVICE, O_RDWR, 0);

	if (fd < 0)
		quit(1);
	if (syscall3(__NR_ioctl, fd, VMLAB_IOC_INFO, (long)&info))
		quit(2);
	if (syscall3(__NR_ioctl, fd, VMLAB_IOC_FLAG_NAMES, (long)&names))
		quit(3);
	if (syscall3(__NR_ioctl, fd, VMLAB_IOC_MM, (long)&mm))
		quit(4);
	req.vmas = (unsigned long)vmas;
	req.strings = (unsigned long)strings;
	if (syscall3(__NR_ioctl, fd, VMLAB_IOC_VMAS, (long)&req))
		quit(5);
	if (argc > 1) {
		syscall3(__NR_kill, syscall3(__NR_getpid, 0, 0, 0), SIGSTOP, 0);
		quit(0);
	}
	put(&info, sizeof(info));
	put(&names, sizeof(names));
	put(&mm, sizeof(mm));
	if (finds_own_code())
		put("vmas ok\n", 8);
	else
		put("vmas wrong\n", 11);
	quit(0);
}

/* argc is on top of the stack; the C code wants it aligned. */
__asm__(".globl _start\n"
	"_start:\n"
	"	mov (%esp), %eax\n"
	"	and $-16, %esp\n"
	"	sub $12, %esp\n"
	"	push %eax\n"
	"	call start\n");
