// SPDX-License-Identifier: GPL-2.0
/* The processes that a command started. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "run/environment.h"
#include "run/program.h"
#include "run/tree.h"
#include "sys/xalloc.h"

/* Read the parent and the state of a process; return false when it has ended. */
static bool read_stat(pid_t pid, pid_t *parent, char *state)
{
	char path[64], line[512], *name_end;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	file = fopen(path, "re");
	if (!file)
		return false;
	/* the name may hold blanks and parentheses */
	name_end = fgets(line, sizeof(line), file) ? strrchr(line, ')') : NULL;
	fclose(file);
	return name_end && sscanf(name_end, ") %c %d", state, parent) == 2;
}

/* The same, but a zombie counts as ended. */
static bool read_running(pid_t pid, pid_t *parent)
{
	char state;

	return read_stat(pid, parent, &state) && state != 'Z' && state != 'X';
}

struct list {
	struct tree_process *process;
	size_t nr, room;
};

static void add(struct list *list, pid_t pid, pid_t parent)
{
	list->process = array_grow(list->process, list->nr, &list->room,
				   sizeof(*list->process));
	list->process[list->nr++] = (struct tree_process){ pid, parent };
}

/* Add the children of a thread; return false when the kernel has no list of them. */
static bool add_children(struct list *list, pid_t pid, const char *tid)
{
	char path[NAME_MAX + 64];
	FILE *file;
	int child;

	snprintf(path, sizeof(path), "/proc/%d/task/%s/children", (int)pid, tid);
	file = fopen(path, "re");
	if (!file)
		return errno != ENOENT || faccessat(AT_FDCWD, "/proc/thread-self/children", F_OK,
						    0) == 0;
	while (fscanf(file, "%d", &child) == 1) {
		pid_t parent;

		if (read_running(child, &parent))
			add(list, child, pid);
	}
	fclose(file);
	return true;
}

/* Add the children of all threads of a process. */
static bool add_children_of(struct list *list, pid_t pid)
{
	char path[64];
	struct dirent *entry;
	bool known = true;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
	dir = opendir(path);
	while (dir && known && (entry = readdir(dir)))
		if (*entry->d_name != '.')
			known = add_children(list, pid, entry->d_name);
	if (dir)
		closedir(dir);
	return known;
}

/* Without lists of children (CONFIG_PROC_CHILDREN): look at the parents of all. */
static void add_by_parents(struct list *list)
{
	struct list all = { 0 };
	struct dirent *entry;
	DIR *dir = opendir("/proc");
	pid_t parent;

	while (dir && (entry = readdir(dir)))
		if (isdigit((unsigned char)*entry->d_name) &&
		    read_running(atoi(entry->d_name), &parent))
			add(&all, atoi(entry->d_name), parent);
	if (dir)
		closedir(dir);
	list->nr = 0;
	/* those of this process first, then those of each that was found */
	for (size_t i = 0; i <= list->nr; i++)
		for (size_t j = 0; j < all.nr; j++)
			if (all.process[j].parent == (i ? list->process[i - 1].pid : getpid()))
				add(list, all.process[j].pid, all.process[j].parent);
	free(all.process);
}

size_t tree_read(struct tree_process **processes)
{
	struct list list = { 0 };
	bool known = add_children_of(&list, getpid());

	for (size_t i = 0; known && i < list.nr; i++)
		known = add_children_of(&list, list.process[i].pid);
	if (!known)
		add_by_parents(&list);
	*processes = list.process;
	return list.nr;
}

bool tree_contains(pid_t pid, bool reaped)
{
	char state;

	while (pid > 1 && pid != getpid())
		if (!read_stat(pid, &pid, &state))
			return reaped;
	return pid == getpid();
}

uint64_t tree_anon(pid_t pid)
{
	char path[64], line[256];
	uint64_t kib = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	file = fopen(path, "re");
	if (!file)
		return 0;
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "RssAnon: %" SCNu64, &kib) == 1)
			break;
	fclose(file);
	return kib * 1024;
}

bool tree_name(pid_t pid, char name[static 16])
{
	char path[64];
	size_t length;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/comm", (int)pid);
	file = fopen(path, "re");
	if (!file)
		return false;
	length = fread(name, 1, 15, file);
	fclose(file);
	name[length] = '\0';
	name[strcspn(name, "\n")] = '\0';
	return length;
}

bool tree_preloads(pid_t pid)
{
	bool found = false;
	char path[64], *entry = NULL;
	size_t room = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/environ", (int)pid);
	file = fopen(path, "re");
	if (!file)
		return true;
	while (!found && getdelim(&entry, &room, '\0', file) > 0)
		found = !strncmp(entry, "LD_PRELOAD=", 11) && strstr(entry, RUN_LIBRARY);
	fclose(file);
	free(entry);
	return found;
}

enum run_why tree_program(pid_t pid, uint64_t *id)
{
	char path[64];
	enum run_why why;
	struct stat st;
	int fd;

	*id = 0;
	snprintf(path, sizeof(path), "/proc/%d/exe", (int)pid);
	if (!stat(path, &st))
		*id = (uint64_t)st.st_ino ^ (uint64_t)st.st_dev << 40;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? RUN_WHY_SILENT : RUN_WHY_SETUID;
	why = program_why(fd);
	close(fd);
	return why;
}
