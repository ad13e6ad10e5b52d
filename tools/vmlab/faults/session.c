// SPDX-License-Identifier: GPL-2.0
/* Load and attach the fault-counting BPF programs. */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "faults/internal.h"
#include "faults/session.h"
#include "libvmlab.h"
#include "sys/xalloc.h"

/* errno inside the kernel, returned for functions that cannot be attached to */
#define ENOTSUPP 524

static bool verbose;

__attribute__((format(printf, 2, 0))) static int
print_libbpf(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	return verbose && level != LIBBPF_DEBUG ? vfprintf(stderr, fmt, ap) : 0;
}

/* Page tables have five levels if an address above 47 bits can be mapped. */
static bool has_five_levels(void)
{
	void *high = (void *)(UINT64_C(1) << 48);
	void *p = mmap(high, 4096, PROT_NONE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE |
			       MAP_FIXED_NOREPLACE,
		       -1, 0);

	if (p == MAP_FAILED)
		return false;
	munmap(p, 4096);
	return p == high;
}

static __u32 vmlab_device(void)
{
	struct stat st;

	if (stat(VMLAB_DEVICE, &st))
		return 0;
	return (major(st.st_rdev) << 20) | minor(st.st_rdev);
}

static bool has_function(const struct btf *btf, const char *name)
{
	return btf__find_by_name_kind(btf, name, BTF_KIND_FUNC) > 0;
}

/* inode of the initial pid namespace, the same in every kernel */
#define INITIAL_PID_NS 0xeffffffc

/* BPF programs see pids of the initial namespace. */
static int check_namespace(struct failure *failure)
{
	struct stat st;

	if (stat("/proc/self/ns/pid", &st) || st.st_ino == INITIAL_PID_NS)
		return 0;
	return failure_set(failure, -EINVAL,
			   "vmlab runs in a pid namespace, whose process ids "
			   "BPF programs do not see: run vmlab outside the "
			   "container, or start the container with --pid=host");
}

static int explain_btf(int err, struct failure *failure)
{
	if (access("/sys/kernel/btf/vmlinux", F_OK))
		return failure_set(failure, -EOPNOTSUPP,
				   "this kernel has no type information "
				   "(/sys/kernel/btf/vmlinux): boot a kernel "
				   "that was built with CONFIG_DEBUG_INFO_BTF, "
				   "as distributions' kernels are");
	if (err == -EACCES || err == -EPERM)
		return failure_set(failure, err,
				   "cannot read /sys/kernel/btf/vmlinux: run "
				   "vmlab as root");
	return failure_set(failure, -EIO,
			   "cannot use the type information in "
			   "/sys/kernel/btf/vmlinux: %s",
			   strerror(-err));
}

/* Leave out programs whose functions this kernel does not have. */
static int choose_programs(struct faults_session *s, struct failure *failure)
{
	struct btf *btf = btf__load_vmlinux_btf();

	if (!btf)
		return explain_btf(-errno, failure);
	s->no_stack = !has_function(btf, "expand_stack_locked");
	s->no_uffd = !has_function(btf, "handle_userfault");
	bpf_program__set_autoload(s->skel->progs.on_expand_stack, !s->no_stack);
	bpf_program__set_autoload(s->skel->progs.on_userfault, !s->no_uffd);
	btf__free(btf);
	return 0;
}

static void set_constants(struct faults_bpf *skel,
			  const struct faults_options *o)
{
	for (__u32 i = 0; i < LATENCY_TABLE_SIZE; i++)
		skel->rodata->latency_slots[i] =
			(__u16)latency_slot(LATENCY_TABLE_MIN +
					    (__u64)i * LATENCY_TABLE_STEP);
	skel->rodata->five_levels = has_five_levels();
	skel->rodata->vmlab_dev = vmlab_device();
	skel->rodata->everybody = o->everybody;
	skel->rodata->follow = o->follow || o->spawn;
	skel->rodata->spawner = o->spawn || o->everybody ? (__u32)getpid() : 0;
	skel->rodata->by_vma = o->by_vma;
	skel->rodata->by_ip = o->by_ip || o->by_stack;
	skel->rodata->by_stack = o->by_stack;
}

/* Tables that are not used have one entry. */
static void shrink_unused(struct faults_bpf *skel,
			  const struct faults_options *o)
{
	if (!o->by_vma) {
		bpf_map__set_max_entries(skel->maps.vmas, 1);
		bpf_map__set_max_entries(skel->maps.vmas_values, 1);
	}
	if (!o->by_ip && !o->by_stack) {
		bpf_map__set_max_entries(skel->maps.ips, 1);
		bpf_map__set_max_entries(skel->maps.ips_values, 1);
	}
	if (!o->by_stack) {
		bpf_map__set_max_entries(skel->maps.stacks, 1);
		bpf_map__set_max_entries(skel->maps.stack_traces, 1);
	}
}

static int explain_load(int err, struct failure *failure)
{
	/* which errno the kernel returns depends on the privilege it checks first */
	if (geteuid() && err != -ENOMEM)
		return failure_set(failure, -EPERM,
				   "no permission to load BPF programs (%s): "
				   "run vmlab as root", strerror(-err));
	switch (err) {
	case -EPERM:
		return failure_set(failure, err,
				   "the kernel refuses BPF programs even to "
				   "root: run vmlab outside this container, or "
				   "see /sys/kernel/security/lockdown");
	case -ENOMEM:
		return failure_set(failure, err,
				   "no memory for the BPF maps: free some, or "
				   "raise the memory limit of this control "
				   "group");
	case -ENOTSUPP:
	case -EOPNOTSUPP:
		return failure_set(failure, err,
				   "this kernel cannot attach BPF programs to "
				   "functions: it needs CONFIG_FUNCTION_TRACER "
				   "and "
				   "CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS");
	default:
		return failure_set(failure, -EIO,
				   "cannot load the BPF programs: %s; "
				   "--verbose prints the messages of the kernel",
				   strerror(-err));
	}
}

static int load(struct faults_session *s, const struct faults_options *o,
		struct failure *failure)
{
	__u32 pid = (__u32)o->pid, one = 1;
	int err;

	s->nr_cpus = libbpf_num_possible_cpus();
	if (s->nr_cpus <= 0)
		return explain_load(s->nr_cpus, failure);
	s->skel = faults_bpf__open();
	if (!s->skel)
		return explain_load(-errno, failure);
	err = choose_programs(s, failure);
	if (err)
		return err;
	set_constants(s->skel, o);
	shrink_unused(s->skel, o);
	err = faults_bpf__load(s->skel);
	if (!err && pid)
		err = bpf_map__update_elem(s->skel->maps.targets, &pid,
					   sizeof(pid), &one, sizeof(one),
					   BPF_ANY);
	if (!err)
		err = faults_bpf__attach(s->skel);
	if (err)
		return explain_load(err, failure);
	s->skel->bss->armed = true;
	return 0;
}

int faults_open(struct faults_session **session,
		const struct faults_options *options, struct failure *failure)
{
	struct faults_session *s;
	int err = check_namespace(failure);

	if (err)
		return err;
	verbose = options->verbose;
	libbpf_set_print(print_libbpf);
	s = check_alloc(calloc(1, sizeof(*s)));
	err = load(s, options, failure);
	if (err) {
		faults_close(s);
		return err;
	}
	*session = s;
	return 0;
}

void faults_close(struct faults_session *s)
{
	faults_bpf__destroy(s->skel);
	free(s);
}

bool faults_lacks_stack(const struct faults_session *s)
{
	return s->no_stack;
}

bool faults_lacks_uffd(const struct faults_session *s)
{
	return s->no_uffd;
}
