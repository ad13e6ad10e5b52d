// SPDX-License-Identifier: GPL-2.0
/*
 * A 32-bit caller.  It is freestanding: it needs a compiler that supports -m32,
 * but no 32-bit C library.
 *
 * Without arguments it writes the raw answers of INFO, FLAG_NAMES and MM, and
 * a line of text on the answer of VMAS.  With one argument it stops itself at
 * the end, as a target for other tests.  With "map LENGTH..." it stops itself
 * for each LENGTH, and then maps that many bytes and writes the address.  The
 * exit status is the number of the step that failed.
 */
#include <linux/vmlab.h>

#include <asm/unistd_32.h>

#define O_RDWR		02
#define SIGSTOP		19
#define MAP_FLAGS	0x4022	/* private, anonymous, not reserved */

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

static long mmap(long length)
{
	long ret;

	/* The sixth argument is passed in the frame pointer. */
	__asm__ volatile("push %%ebp\n"
			 "	xor %%ebp, %%ebp\n"
			 "	int $0x80\n"
			 "	pop %%ebp"
			 : "=a"(ret)
			 : "a"(__NR_mmap2), "b"(0), "c"(length), "d"(0),
			   "S"(MAP_FLAGS), "D"(-1)
			 : "memory");
	return ret;
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

static void stop(void)
{
	syscall3(__NR_kill, syscall3(__NR_getpid, 0, 0, 0), SIGSTOP, 0);
}

static void map_on_cont(const char *digits)
{
	unsigned long length = 0;
	long at;

	while (*digits)
		length = 10 * length + (unsigned long)(*digits++ - '0');
	stop();
	at = mmap((long)length);
	put(&at, sizeof(at));
}

__attribute__((used)) void start(long argc, char **argv);
void start(long argc, char **argv)
{
	long fd;

	if (argc > 2) {
		for (long i = 2; i < argc; i++)
			map_on_cont(argv[i]);
		quit(0);
	}
	fd = syscall3(__NR_open, (long)VMLAB_DEVICE, O_RDWR, 0);
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
		stop();
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

/* The stack has argc on top and argv above; align it for the C code. */
__asm__(".globl _start\n"
	"_start:\n"
	"	mov (%esp), %eax\n"
	"	lea 4(%esp), %edx\n"
	"	and $-16, %esp\n"
	"	sub $8, %esp\n"
	"	push %edx\n"
	"	push %eax\n"
	"	call start\n");
