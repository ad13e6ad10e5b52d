// SPDX-License-Identifier: GPL-2.0
/* Control groups, version 2. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "labs/lib/system_internal.h"

#define ROOT	"/sys/fs/cgroup"
/* where systemd mounts version 2 beside version 1 */
#define UNIFIED ROOT "/unified"

/* Return where cgroup2 is mounted; mount it where nothing is. */
static const char *cgroup_root(struct lab_run *run)
{
	if (!access(ROOT "/cgroup.controllers", F_OK))
		return ROOT;
	if (!access(UNIFIED "/cgroup.controllers", F_OK))
		return UNIFIED;
	system_undo(run, UNDO_UMOUNT, ROOT, NULL);
	if (mount("none", ROOT, "cgroup2", 0, NULL))
		lab_skip(run, "cgroup2 cannot be mounted: %s", strerror(errno));
	return ROOT;
}

static void enable(struct lab_run *run, const char *root,
		   const char *controllers)
{
	char path[LAB_PATH], list[128], value[64], *word, *rest = list;
	int err;

	snprintf(path, sizeof(path), "%s/cgroup.subtree_control", root);
	snprintf(list, sizeof(list), "%s", controllers);
	/* Controllers that are enabled hurt nobody: they stay. */
	while ((word = strsep(&rest, " "))) {
		snprintf(value, sizeof(value), "+%s", word);
		err = system_write(path, value);
		if (err)
			lab_skip(run, "the cgroup controller %s cannot be enabled: %s",
				 word, strerror(-err));
	}
}

void lab_cgroup(struct lab_run *run, const char *name, const char *controllers,
		char path[LAB_PATH])
{
	const char *root;

	if (geteuid())
		lab_skip(run, "cgroups need root: run it with sudo");
	root = cgroup_root(run);
	enable(run, root, controllers);
	snprintf(path, LAB_PATH, "%s/vmlab-%s-%d", root, name, getpid());
	system_undo(run, UNDO_RMDIR, path, NULL);
	if (mkdir(path, 0755))
		lab_fail(run, "mkdir %s: %s", path, strerror(errno));
}

void lab_cgroup_write(struct lab_run *run, const char *cgroup, const char *file,
		      const char *value)
{
	char path[2 * LAB_PATH];
	int err;

	snprintf(path, sizeof(path), "%s/%s", cgroup, file);
	err = system_write(path, value);
	if (err)
		lab_fail(run, "write %s to %s: %s", value, path,
			 strerror(-err));
}

uint64_t lab_cgroup_number(struct lab_run *run, const char *cgroup,
			   const char *file)
{
	char path[2 * LAB_PATH], text[64];

	snprintf(path, sizeof(path), "%s/%s", cgroup, file);
	if (!lab_read_text(path, text, sizeof(text)))
		lab_fail(run, "read %s: %s", path, strerror(errno));
	return strcmp(text, "max") ? strtoull(text, NULL, 10) : UINT64_MAX;
}

void lab_cgroup_join(struct lab_run *run, const char *cgroup)
{
	lab_cgroup_write(run, cgroup, "cgroup.procs", "0");
}
