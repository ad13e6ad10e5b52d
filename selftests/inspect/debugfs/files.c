// SPDX-License-Identifier: GPL-2.0
/* The files that are always there, and their modes. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/debugfs.h"
#include "lib/dev.h"
#include "lib/proc.h"
#include "lib/processes.h"
#include "lib/tap.h"
#include "inspect/debugfs/process_files.h"

void test_tree(void)
{
	static const struct {
		const char *path;
		mode_t mode;
	} entries[] = {
		{ DEBUGFS, S_IFDIR },
		{ ATTACH, S_IFREG | 0200 },
		{ DETACH, S_IFREG | 0200 },
		{ DEBUGFS "/features", S_IFREG | 0400 },
		{ DEBUGFS "/frames", S_IFREG | 0400 },
		{ DEBUGFS "/spaces", S_IFDIR },
		{ DEBUGFS "/self", S_IFDIR },
		{ DEBUGFS "/self/mm", S_IFREG | 0400 },
		{ DEBUGFS "/self/vmas", S_IFREG | 0400 },
	};

	for (size_t i = 0; i < sizeof(entries) / sizeof(entries[0]); i++) {
		struct stat st = { 0 };
		mode_t mask = S_IFMT;

		if (S_ISREG(entries[i].mode))
			mask |= 07777;
		if (stat(entries[i].path, &st))
			st.st_mode = 0;
		is(st.st_mode & mask, entries[i].mode, "%s: kind and mode",
		   entries[i].path);
		is(st.st_uid, 0, "%s: belongs to root", entries[i].path);
	}
}

void test_features(void)
{
	struct vmlab_info info = dev_info();
	int fd = dev_open(O_RDONLY);
	const struct vmlab_flag_names *names =
		dev_flag_names(fd, VMLAB_NAMES_FEATURES);
	char *text = slurp(DEBUGFS "/features"), *rest = text, *line;
	uint64_t yes = 0;
	int rows = 0;

	streq(next_line(&rest), "feature usable", "features: header");
	while ((line = next_line(&rest))) {
		char name[32], usable[8];

		if (sscanf(line, "%31s %7s", name, usable) != 2)
			continue;
		for (int i = 0; i < 64; i++) {
			if (strcmp(names->bit[i].name, name))
				continue;
			rows++;
			if (!strcmp(usable, "yes"))
				yes |= 1ULL << i;
		}
	}
	ok(rows > 0, "features: known names");
	is(yes, info.features, "features: the same as in INFO");
	free(text);
	close(fd);
}

void test_comm(void)
{
	char *mm, *line, *rest;
	int lines = 0, whole = 0;

	/* Without escaping, this name would break the format. */
	prctl(PR_SET_NAME, "a\nb c");
	mm = slurp(DEBUGFS "/self/mm");
	rest = mm;
	prctl(PR_SET_NAME, "test-inspect-debugfs");
	while (rest && (line = next_line(&rest))) {
		if (!strcmp(line, "comm a\\012b c -"))
			whole++;
		if (!strncmp(line, "b c", 3))
			lines++;
	}
	ok(whole == 1 && !lines, "a newline in a comm is escaped");
	free(mm);
}

static int as_nobody(void *arg)
{
	pid_t pid = *(pid_t *)arg;

	if (setgid(65534) || setuid(65534))
		return 1;
	if (slurp(DEBUGFS "/%d/mm", pid) || errno != EACCES)
		return 2;
	if (slurp(DEBUGFS "/self/vmas") || errno != EACCES)
		return 3;
	if (!write_string(ATTACH, "1") || errno != EACCES)
		return 4;
	if (open(DEBUGFS "/attach", O_WRONLY) >= 0)
		return 5;
	return 0;
}

void test_permission(void)
{
	pid_t pid = stopped_child();

	debugfs_attach(pid);
	is((uint64_t)reap(spawn(as_nobody, &pid)), 0,
	   "nobody can neither read nor attach");
	kill_and_reap(pid);
	dir_is_removed(pid);
}

void test_empty(void)
{
	int *ids;
	ssize_t nr = numbers_in(DEBUGFS, &ids);

	is((uint64_t)nr, 0, "no process is attached in the end");
	free(ids);
	nr = numbers_in(DEBUGFS "/spaces", &ids);
	is((uint64_t)nr, 0, "no space is left in the end");
	free(ids);
}
