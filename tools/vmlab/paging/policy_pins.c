// SPDX-License-Identifier: GPL-2.0
/* Pinning loaded policies in the BPF file system, where they outlive the command. */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "paging/policy_pins.h"

#define BPF_FS "/sys/fs/bpf"

int policy_pins_mount(void)
{
	struct statfs fs;

	if (!statfs(BPF_FS, &fs) && fs.f_type == BPF_FS_MAGIC)
		return 0;
	return mount("bpf", BPF_FS, "bpf", 0, "mode=0700") ? -errno : 0;
}

static int pin_path(char path[static PATH_MAX], const char *name,
		    const char *what)
{
	int n = snprintf(path, PATH_MAX, POLICY_PIN_ROOT "/%s/%s", name, what);

	return n < PATH_MAX ? 0 : -ENAMETOOLONG;
}

int policy_pins_remove(const char *name)
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

int policy_pins_create(struct bpf_object *obj, struct bpf_link *link,
		       const char *name)
{
	char path[PATH_MAX];
	struct bpf_map *map;
	int err;

	/* pins stay behind when a program other than vmlab detaches the link */
	policy_pins_remove(name);
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
		policy_pins_remove(name);
	return err;
}

struct bpf_link *policy_pins_open(const char *name)
{
	char path[PATH_MAX];

	pin_path(path, name, "link");
	return bpf_link__open(path);
}
