// SPDX-License-Identifier: GPL-2.0
/* The fault-counting BPF programs: loading, choosing targets, reading. */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "cli/cli.h"
#include "faults.skel.h"
#include "faults/session.h"
#include "cli/must.h"

/* the kernel's own errno for what it cannot attach to; not in errno.h */
#define ENOTSUPP 524

struct faults_session {
	struct faults_bpf *skel;
	int nr_cpus;
	bool no_stack;
	bool no_uffd;
};

static bool verbose;

__attribute__((format(printf, 2, 0))) static int
print_libbpf(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	return verbose && level != LIBBPF_DEBUG ? vfprintf(stderr, fmt, ap) : 0;
}

/* Page tables have five levels when an address above 47 bits can be mapped. */
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

dev_t faults_dev(__u32 kernel_dev)
{
	return makedev(kernel_dev >> 20, kernel_dev & 0xfffff);
}

static bool has_function(const struct btf *btf, const char *name)
{
	return btf__find_by_name_kind(btf, name, BTF_KIND_FUNC) > 0;
}

/* the inode of the first pid namespace's file, the same in every kernel */
#define FIRST_PID_NS 0xeffffffc

/* The programs see the numbers that processes have in the first one. */
static int check_namespace(void)
{
	struct stat st;

	if (stat("/proc/self/ns/pid", &st) || st.st_ino == FIRST_PID_NS)
		return EXIT_OK;
	return cli_error("this is a pid namespace of its own, where process "
			 "numbers mean nothing to the kernel: run vmlab outside "
			 "the container, or start that with --pid=host");
}

/* leave out what this kernel lacks; an exit code */
static int choose_programs(struct faults_session *s)
{
	struct btf *btf = btf__load_vmlinux_btf();

	if (!btf) {
		if (access("/sys/kernel/btf/vmlinux", F_OK))
			return cli_error("this kernel has no type information "
					 "(/sys/kernel/btf/vmlinux): boot one "
					 "that was built with "
					 "CONFIG_DEBUG_INFO_BTF, as "
					 "distributions' kernels are");
		if (errno == EACCES || errno == EPERM) {
			cli_error("cannot read /sys/kernel/btf/vmlinux: run "
				  "vmlab as root");
			return EXIT_NO_PERMISSION;
		}
		return cli_error("cannot use the type information in "
				 "/sys/kernel/btf/vmlinux: %s",
				 strerror(errno));
	}
	s->no_stack = !has_function(btf, "expand_stack_locked");
	s->no_uffd = !has_function(btf, "handle_userfault");
	bpf_program__set_autoload(s->skel->progs.on_expand_stack, !s->no_stack);
	bpf_program__set_autoload(s->skel->progs.on_userfault, !s->no_uffd);
	btf__free(btf);
	return EXIT_OK;
}

static void set_constants(struct faults_bpf *skel,
			  const struct faults_options *o)
{
	skel->rodata->five_levels = has_five_levels();
	skel->rodata->vmlab_dev = vmlab_device();
	skel->rodata->everybody = o->everybody;
	skel->rodata->follow = o->follow || o->spawn;
	skel->rodata->spawner = o->spawn || o->everybody ? (__u32)getpid() : 0;
	skel->rodata->by_vma = o->by_vma;
	skel->rodata->by_ip = o->by_ip || o->by_stack;
	skel->rodata->by_stack = o->by_stack;
}

/* Unused tables cost nothing but their entry in the map of maps. */
static void shrink_unused(struct faults_bpf *skel,
			  const struct faults_options *o)
{
	if (!o->by_vma)
		bpf_map__set_max_entries(skel->maps.vmas, 1);
	if (!o->by_ip && !o->by_stack)
		bpf_map__set_max_entries(skel->maps.ips, 1);
	if (!o->by_stack) {
		bpf_map__set_max_entries(skel->maps.stacks, 1);
		bpf_map__set_max_entries(skel->maps.stack_traces, 1);
	}
}

static int explain_load(int err)
{
	/* what the kernel answers depends on which privilege it misses first */
	if (geteuid() && err != -ENOMEM) {
		cli_error("no permission to load BPF programs (%s): run vmlab "
			  "as root",
			  strerror(-err));
		return EXIT_NO_PERMISSION;
	}
	switch (err) {
	case -EPERM:
		cli_error("the kernel refuses BPF programs even to root: run "
			  "vmlab outside this container, or see "
			  "/sys/kernel/security/lockdown");
		return EXIT_NO_PERMISSION;
	case -ENOMEM:
		return cli_error("no memory for the BPF maps: free some, or "
				 "raise the memory limit of this control group");
	case -ENOTSUPP:
	case -EOPNOTSUPP:
		return cli_error("this kernel cannot attach BPF programs to "
				 "functions: it needs CONFIG_FUNCTION_TRACER and "
				 "CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS");
	default:
		return cli_error("cannot load the BPF programs: %s; --verbose "
				 "shows what the kernel says", strerror(-err));
	}
}

static int load(struct faults_session *s, const struct faults_options *o)
{
	__u32 pid = (__u32)o->pid;
	int err;

	s->skel = faults_bpf__open();
	if (!s->skel)
		return explain_load(-errno);
	err = choose_programs(s);
	if (err)
		return err;
	set_constants(s->skel, o);
	shrink_unused(s->skel, o);
	err = faults_bpf__load(s->skel);
	if (err)
		return explain_load(err);
	if (pid) {
		__u32 one = 1;

		err = bpf_map__update_elem(s->skel->maps.targets, &pid,
					   sizeof(pid), &one, sizeof(one),
					   BPF_ANY);
		if (err)
			return explain_load(err);
	}
	err = faults_bpf__attach(s->skel);
	if (err)
		return explain_load(err);
	s->skel->bss->armed = true;
	return EXIT_OK;
}

int faults_open(struct faults_session **session,
		const struct faults_options *options)
{
	struct faults_session *s = must(calloc(1, sizeof(*s)));
	int err;

	err = check_namespace();
	if (err) {
		free(s);
		return err;
	}
	verbose = options->verbose;
	libbpf_set_print(print_libbpf);
	s->nr_cpus = libbpf_num_possible_cpus();
	err = s->nr_cpus > 0 ? load(s, options) : explain_load(s->nr_cpus);
	if (err) {
		faults_close(s);
		return err;
	}
	*session = s;
	return EXIT_OK;
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

int faults_spawn(char *const *argv, pid_t *pid)
{
	posix_spawnattr_t attr;
	sigset_t defaults, none;
	int err;

	sigemptyset(&none);
	sigemptyset(&defaults);
	sigaddset(&defaults, SIGINT);
	sigaddset(&defaults, SIGQUIT);
	sigaddset(&defaults, SIGTERM);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setsigdefault(&attr, &defaults);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGDEF |
						POSIX_SPAWN_SETSIGMASK);
	err = posix_spawnp(pid, argv[0], NULL, &attr, argv, environ);
	posix_spawnattr_destroy(&attr);
	return -err;
}

/* add up the values that the CPUs have for one key */
static int sum_cpus(const struct faults_session *s, const struct bpf_map *map,
		    __u32 key, size_t size, void *each_cpu)
{
	return bpf_map__lookup_elem(map, &key, sizeof(key), each_cpu,
				    size * (size_t)s->nr_cpus, 0);
}

int faults_totals(const struct faults_session *s, struct fault_totals *sum)
{
	struct fault_totals *cpus =
		must(calloc((size_t)s->nr_cpus, sizeof(*cpus)));
	int err = sum_cpus(s, s->skel->maps.totals, 0, sizeof(*cpus), cpus);

	memset(sum, 0, sizeof(*sum));
	for (int cpu = 0; !err && cpu < s->nr_cpus; cpu++) {
		const struct fault_totals *t = &cpus[cpu];

		for (size_t k = 0; k < NR_FAULT_KINDS; k++) {
			sum->count[k][FAULT_MINOR] += t->count[k][FAULT_MINOR];
			sum->count[k][FAULT_MAJOR] += t->count[k][FAULT_MAJOR];
			sum->ns[k] += t->ns[k];
			if (t->max_ns[k] > sum->max_ns[k])
				sum->max_ns[k] = t->max_ns[k];
		}
		for (size_t o = 0; o < NR_FAULT_ORIGINS; o++) {
			sum->origin[o][FAULT_MINOR] +=
				t->origin[o][FAULT_MINOR];
			sum->origin[o][FAULT_MAJOR] +=
				t->origin[o][FAULT_MAJOR];
		}
		sum->retries += t->retries;
		for (size_t f = 0; f < NR_FAULT_FAILURES; f++)
			sum->failures[f] += t->failures[f];
		for (size_t l = 0; l < NR_FAULT_LOST; l++)
			sum->lost[l] += t->lost[l];
	}
	free(cpus);
	return err;
}

int faults_latency(const struct faults_session *s, enum fault_kind kind,
		   struct latency_histogram *sum)
{
	struct latency_histogram *cpus =
		must(calloc((size_t)s->nr_cpus, sizeof(*cpus)));
	int err = sum_cpus(s, s->skel->maps.latency, kind, sizeof(*cpus), cpus);

	memset(sum, 0, sizeof(*sum));
	for (int cpu = 0; !err && cpu < s->nr_cpus; cpu++)
		for (size_t i = 0; i < LATENCY_SLOTS; i++)
			sum->slots[i] += cpus[cpu].slots[i];
	free(cpus);
	return err;
}

static struct bpf_map *map_of(const struct faults_session *s,
			      enum faults_table table)
{
	switch (table) {
	case FAULTS_PROCESSES:
		return s->skel->maps.processes;
	case FAULTS_VMAS:
		return s->skel->maps.vmas;
	case FAULTS_IPS:
		return s->skel->maps.ips;
	case FAULTS_STACKS:
		return s->skel->maps.stacks;
	default:
		return s->skel->maps.signals;
	}
}

int faults_read(const struct faults_session *s, enum faults_table table,
		void **keys, void **values, size_t *nr)
{
	struct bpf_map *map = map_of(s, table);
	size_t key_size = bpf_map__key_size(map),
	       value_size = bpf_map__value_size(map);
	size_t space = bpf_map__max_entries(map);
	char *k, *v, *previous = NULL;

	/* only what is used of them becomes memory */
	k = must(malloc(key_size * (space + 1)));
	v = must(malloc(value_size * (space + 1)));
	*keys = k;
	*values = v;
	*nr = 0;
	while (*nr < space &&
	       !bpf_map__get_next_key(map, previous, k, key_size)) {
		previous = k;
		if (bpf_map__lookup_elem(map, k, key_size, v, value_size, 0))
			continue; /* gone: its place serves the next */
		k += key_size;
		v += value_size;
		++*nr;
	}
	return 0;
}

void faults_forget(const struct faults_session *s,
		   const struct process_key *key)
{
	bpf_map__delete_elem(s->skel->maps.processes, key, sizeof(*key), 0);
}

size_t faults_stack(const struct faults_session *s, int stack,
		    __u64 frames[MAX_FAULT_STACK])
{
	size_t nr = 0;

	if (bpf_map__lookup_elem(s->skel->maps.stack_traces, &stack,
				 sizeof(stack), frames,
				 MAX_FAULT_STACK * sizeof(*frames), 0))
		return 0;
	while (nr < MAX_FAULT_STACK && frames[nr])
		nr++;
	return nr;
}

char *faults_path(const struct faults_session *s, const struct file_key *key)
{
	struct file_path raw;
	char *path, *to;
	size_t start, end;

	if (bpf_map__lookup_elem(s->skel->maps.files, key, sizeof(*key), &raw,
				 sizeof(raw), 0))
		return NULL;
	if (raw.len > sizeof(raw.names) || !raw.len)
		return NULL;
	path = must(malloc(raw.len + 2));
	to = path;
	/* the names are stored from the last to the first */
	for (end = raw.len; end; end = start) {
		size_t len;

		for (start = end - 1; start && raw.names[start - 1]; start--)
			;
		len = strnlen(raw.names + start, end - start);
		if (!raw.rootless || len == 0 || raw.names[start] != '/')
			*to++ = '/';
		memcpy(to, raw.names + start, len);
		to += len;
	}
	*to = '\0';
	return path;
}
