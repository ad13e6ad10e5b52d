// SPDX-License-Identifier: GPL-2.0
/* Paging policies in BPF: into the kernel and out of it. */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "cli/cli.h"
#include "paging/policy_bpf.h"

#define BPF_FS "/sys/fs/bpf"
#define BPF_FS_TYPE 0xcafe4a11
#define OPS_TYPE "vmlab_policy_ops"

/* the first libbpf that knows the struct_ops types of modules */
#define LIBBPF_NEEDED_MAJOR 1
#define LIBBPF_NEEDED_MINOR 4

static bool verbose;

__attribute__((format(printf, 2, 0))) static int
print_libbpf(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	return verbose && level != LIBBPF_DEBUG ? vfprintf(stderr, fmt, ap) : 0;
}

static int no_permission(void)
{
	cli_error("no permission to load or unload BPF programs: run vmlab as "
		  "root%s",
		  geteuid() ? "" : ", outside of containers; see also "
				   "/sys/kernel/security/lockdown");
	return EXIT_NO_PERMISSION;
}

static int check_libbpf(void)
{
	unsigned int major = libbpf_major_version(),
		     minor = libbpf_minor_version();

	if (major > LIBBPF_NEEDED_MAJOR ||
	    (major == LIBBPF_NEEDED_MAJOR && minor >= LIBBPF_NEEDED_MINOR))
		return EXIT_OK;
	return cli_error("this vmlab was built with libbpf %u.%u, which cannot "
			 "load policies: it takes %d.%d; on Debian 12, 'make "
			 "tools' builds with that of its backports",
			 major, minor, LIBBPF_NEEDED_MAJOR,
			 LIBBPF_NEEDED_MINOR);
}

static int mount_bpffs(void)
{
	struct statfs fs;

	if (!statfs(BPF_FS, &fs) && fs.f_type == BPF_FS_TYPE)
		return EXIT_OK;
	if (!mount("bpf", BPF_FS, "bpf", 0, "mode=0700"))
		return EXIT_OK;
	if (errno == EPERM || errno == EACCES)
		return no_permission();
	return cli_error("there is no BPF file system to keep the policy in, "
			 "and mounting one on " BPF_FS " failed: %s",
			 strerror(errno));
}

/* as the kernel has it: names become names of files */
static bool name_ok(const char *name)
{
	if (!*name || *name == '.' || strlen(name) >= VMLAB_POLICY_NAME_MAX)
		return false;
	for (; *name; name++)
		if (!isalnum((unsigned char)*name) && !strchr("._-", *name))
			return false;
	return true;
}

/* The type of the variable that a struct_ops map is made of. */
static const struct btf_type *ops_type(const struct bpf_object *obj,
				       const struct bpf_map *map)
{
	const struct btf *btf = bpf_object__btf(obj);
	const struct btf_type *t;
	int id;

	id = btf__find_by_name_kind(btf, bpf_map__name(map), BTF_KIND_VAR);
	if (id < 0)
		return NULL;
	t = btf__type_by_id(btf, btf__type_by_id(btf, (__u32)id)->type);
	return t && btf_is_struct(t) ? t : NULL;
}

/* What the initial value of the map says in its member "name". */
static int ops_name(const struct bpf_object *obj, const struct bpf_map *map,
		    char name[static VMLAB_POLICY_NAME_MAX])
{
	const struct btf *btf = bpf_object__btf(obj);
	const struct btf_type *t = ops_type(obj, map);
	const struct btf_member *m;
	const char *value;
	size_t size;

	value = bpf_map__initial_value((struct bpf_map *)map, &size);
	m = btf_members(t);
	for (__u16 i = 0; value && i < btf_vlen(t); i++) {
		size_t at = btf_member_bit_offset(t, i) / 8;

		if (strcmp(btf__name_by_offset(btf, m[i].name_off), "name") ||
		    at + VMLAB_POLICY_NAME_MAX > size)
			continue;
		memcpy(name, value + at, VMLAB_POLICY_NAME_MAX);
		name[VMLAB_POLICY_NAME_MAX - 1] = '\0';
		return name_ok(name) ? 0 : -EINVAL;
	}
	return -EINVAL;
}

static int find_ops(struct bpf_object *obj, const char *file,
		    struct bpf_map **found)
{
	const struct btf *btf = bpf_object__btf(obj);
	struct bpf_map *map;

	*found = NULL;
	bpf_object__for_each_map(map, obj) {
		const struct btf_type *t;

		if (bpf_map__type(map) != BPF_MAP_TYPE_STRUCT_OPS)
			continue;
		t = btf ? ops_type(obj, map) : NULL;
		if (!t || strcmp(btf__name_by_offset(btf, t->name_off), OPS_TYPE))
			return cli_error("%s: '%s' is no struct " OPS_TYPE
					 ": see the examples in tools/bpf/policies",
					 file, bpf_map__name(map));
		if (*found)
			return cli_error("%s: more than one policy: put each "
					 "into a file of its own", file);
		*found = map;
	}
	if (!*found)
		return cli_error("%s: no policy in it: it needs a struct "
				 OPS_TYPE " in SEC(\".struct_ops.link\")", file);
	return EXIT_OK;
}

static int explain_load(const char *file, int err)
{
	switch (err) {
	case -EPERM:
		return no_permission();
	case -ENOTSUP:
	case -ESRCH:
		return cli_error("%s: this kernel does not know what the policy "
				 "uses: is it built for this version of the "
				 "module? --verbose shows more", file);
	default:
		return cli_error("%s: the kernel does not accept it: %s; "
				 "--verbose shows what its verifier says",
				 file, strerror(-err));
	}
}

static int explain_attach(const char *file, const char *name, int err)
{
	switch (err) {
	case -EEXIST:
		return cli_error("%s: a policy '%s' is loaded already: 'vmlab "
				 "policy unload %s' first", file, name, name);
	case -EPERM:
		return no_permission();
	default:
		return cli_error("%s: cannot register the policy: %s", file,
				 strerror(-err));
	}
}

/* Remove what is pinned for a policy; 0 or a negative errno. */
static int remove_pins(const char *name)
{
	char path[PATH_MAX];
	struct dirent *entry;
	int err = 0;
	DIR *dir;

	snprintf(path, sizeof(path), POLICY_PIN_ROOT "/%s", name);
	dir = opendir(path);
	if (!dir)
		return -errno;
	while ((entry = readdir(dir)))
		if (*entry->d_name != '.' &&
		    unlinkat(dirfd(dir), entry->d_name, 0))
			err = -errno;
	closedir(dir);
	if (!err && rmdir(path))
		err = -errno;
	return err;
}

static int pin_path(char path[static PATH_MAX], const char *name,
		    const char *what)
{
	int n = snprintf(path, PATH_MAX, POLICY_PIN_ROOT "/%s/%s", name, what);

	return n < PATH_MAX ? 0 : -ENAMETOOLONG;
}

/* The link keeps the policy; maps are there for applications to find. */
static int pin(struct bpf_object *obj, struct bpf_link *link, const char *name)
{
	char path[PATH_MAX];
	struct bpf_map *map;
	int err;

	/* of one that another program took out of the kernel */
	remove_pins(name);
	if (mkdir(POLICY_PIN_ROOT, 0755) && errno != EEXIST)
		return -errno;
	err = pin_path(path, name, "link");
	if (!err)
		err = bpf_link__pin(link, path);
	bpf_object__for_each_map(map, obj) {
		if (err)
			break;
		if (bpf_map__type(map) == BPF_MAP_TYPE_STRUCT_OPS ||
		    bpf_map__is_internal(map))
			continue;
		err = pin_path(path, name, bpf_map__name(map));
		if (!err)
			err = bpf_map__pin(map, path);
	}
	if (err)
		remove_pins(name);
	return err;
}

static int load(struct bpf_object *obj, const char *file,
		char name[static VMLAB_POLICY_NAME_MAX])
{
	struct bpf_link *link;
	struct bpf_map *map;
	int err;

	err = find_ops(obj, file, &map);
	if (err)
		return err;
	if (ops_name(obj, map, name))
		return cli_error("%s: the policy's name must be 1 to %d letters, "
				 "digits, '.', '_' and '-'", file,
				 VMLAB_POLICY_NAME_MAX - 1);
	err = bpf_object__load(obj);
	if (err)
		return explain_load(file, err);
	link = bpf_map__attach_struct_ops(map);
	if (!link)
		return explain_attach(file, name, -errno);
	err = pin(obj, link, name);
	bpf_link__destroy(link);
	if (err)
		return cli_error("%s: cannot keep the policy in " POLICY_PIN_ROOT
				 ": %s", file, strerror(-err));
	return EXIT_OK;
}

int policy_load(const char *file, char name[static VMLAB_POLICY_NAME_MAX],
		bool want_verbose)
{
	struct bpf_object *obj;
	int err;

	err = check_libbpf();
	if (!err && access(file, R_OK))
		err = cli_error("cannot read %s: %s", file, strerror(errno));
	if (!err)
		err = mount_bpffs();
	if (err)
		return err;

	verbose = want_verbose;
	libbpf_set_print(print_libbpf);
	obj = bpf_object__open_file(file, NULL);
	if (!obj)
		return cli_error("%s is no BPF object, as clang -target bpf -g "
				 "makes: %s", file, strerror(errno));
	err = load(obj, file, name);
	bpf_object__close(obj);
	return err;
}

int policy_unload(const char *name)
{
	char path[PATH_MAX];
	struct bpf_link *link;
	int err;

	if (!name_ok(name) || pin_path(path, name, "link"))
		return cli_error("'%s' is no name of a policy", name);
	libbpf_set_print(print_libbpf);
	link = bpf_link__open(path);
	if (!link && errno == ENOENT)
		return cli_error("no policy '%s' is loaded, or not by 'vmlab "
				 "policy load': see 'vmlab policy list'", name);
	if (!link && (errno == EPERM || errno == EACCES))
		return no_permission();
	if (!link)
		return cli_error("cannot open %s: %s", path, strerror(errno));
	/* Others may have it open: it goes even so. */
	err = bpf_link__detach(link);
	bpf_link__disconnect(link);
	bpf_link__destroy(link);
	if (err == -EPERM)
		return no_permission();
	if (!err || err == -ENOLINK)
		err = remove_pins(name);
	return err ? cli_error("cannot unload '%s': %s", name, strerror(-err)) :
		     EXIT_OK;
}
