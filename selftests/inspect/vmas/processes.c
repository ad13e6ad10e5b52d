// SPDX-License-Identifier: GPL-2.0
/* The VMAs of every process of the machine. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lib/debugfs.h"
#include "lib/dev.h"
#include "lib/differences.h"
#include "lib/proc.h"
#include "lib/tap.h"
#include "inspect/vmas/vmas.h"

enum {
	TRIES = 20,		/* a running process may change meanwhile */
	BATCH = 200,
	SMAPS_MAX = 10000,	/* VMAs: above, smaps takes minutes to read */
};

/* Whether maps is still as in @before. */
static bool same_maps(pid_t pid, const char *before)
{
	char *after = slurp("/proc/%d/maps", pid);
	bool same = after && !strcmp(before, after);

	free(after);
	return same;
}

enum outcome { UNCHANGED, CHANGED, GONE };

/* The texts that the records are compared with. */
enum source { MAPS, SMAPS, TEXT };

static const char *const source_names[] = {
	[MAPS] = "maps", [SMAPS] = "smaps", [TEXT] = "debugfs",
};

struct texts {
	char *text[TEXT + 1];	/* NULL: not compared */
	bool equal[TEXT + 1];
};

static void compare_texts(const struct vma_list *list, struct texts *t)
{
	for (enum source source = MAPS; source <= TEXT; source++) {
		differences_reset();
		if (!t->text[source])
			continue;
		if (source == MAPS)
			compare_maps(list, t->text[source]);
		else if (source == SMAPS)
			compare_smaps(list, t->text[source]);
		else
			compare_debugfs(list, t->text[source]);
		t->equal[source] = !differences();
	}
}

static enum outcome compare_once(pid_t pid, struct texts *t, size_t *nr)
{
	struct vma_list list;
	char *maps = slurp("/proc/%d/maps", pid);
	enum outcome outcome;

	if (!maps)
		return GONE;
	memset(t, 0, sizeof(*t));
	if (get_vmas(vmlab_fd, VMLAB_TARGET_PID, pid, BATCH, STRINGS, &list)) {
		bool gone = errno == ESRCH;

		free(maps);
		if (gone)
			return GONE;
		differs("VMAS: %s", strerror(errno));
		return UNCHANGED;
	}
	*nr = list.nr;
	t->text[TEXT] = slurp(DEBUGFS "/%d/vmas", pid);
	if (list.nr <= SMAPS_MAX)
		t->text[SMAPS] = slurp("/proc/%d/smaps", pid);
	/* Compare only what was read while the VMAs did not change. */
	outcome = same_maps(pid, maps) ? UNCHANGED : CHANGED;
	t->text[MAPS] = maps;
	if (outcome == UNCHANGED)
		compare_texts(&list, t);
	free_vmas(&list);
	for (enum source source = MAPS; source <= TEXT; source++)
		free(t->text[source]);
	return outcome;
}

static bool is_kthread(pid_t pid)
{
	char path[64], byte;
	int maps;
	bool none;

	snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	maps = open(path, O_RDONLY | O_CLOEXEC);
	none = maps >= 0 && !read(maps, &byte, 1) && proc_state(pid) != 'Z';
	close(maps);
	return none;
}

static void compare_process(pid_t pid)
{
	enum outcome outcome = CHANGED;
	char *comm = slurp("/proc/%d/comm", pid);
	struct texts t;
	size_t nr = 0;

	if (!comm)
		return;
	comm[strcspn(comm, "\n")] = '\0';
	debugfs_attach(pid);
	for (int try = 0; try < TRIES && outcome == CHANGED; try++)
		outcome = compare_once(pid, &t, &nr);
	debugfs_detach(pid);
	for (enum source source = MAPS; source <= TEXT; source++) {
		if (outcome == GONE)
			continue;
		if (outcome == CHANGED)
			skip("the process changes all the time", "%d %s: %s", pid, comm,
			     source_names[source]);
		else if (source == SMAPS && nr > SMAPS_MAX)
			diag("%d %s: smaps left out, it takes minutes to read",
			     pid, comm);
		else
			ok(t.equal[source], "%d %s: %zu VMAs as in %s", pid,
			   comm, nr, source_names[source]);
	}
	free(comm);
}

void test_all(void)
{
	int *pids, processes = 0, kthreads = 0, refused = 0;
	ssize_t nr = numbers_in("/proc", &pids);
	struct vma_list list;

	for (ssize_t i = 0; i < nr; i++) {
		if (pids[i] == getpid())
			continue;
		if (!is_kthread(pids[i])) {
			compare_process(pids[i]);
			processes++;
			continue;
		}
		kthreads++;
		if (get_vmas(vmlab_fd, VMLAB_TARGET_PID, pids[i], 16, STRINGS, &list))
			refused += errno == ENXIO;
		else
			free_vmas(&list);
	}
	ok(processes > 2, "%d processes compared", processes);
	/* ENXIO means that there never was an mm, ESRCH that it is gone. */
	is((uint64_t)refused, (uint64_t)kthreads,
	   "%d kernel threads have no VMAs", kthreads);
	free(pids);
}

static ssize_t read_maps(char *buf, size_t size)
{
	int maps = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
	size_t len = 0;
	ssize_t got;

	while ((got = read(maps, buf + len, size - len - 1)) > 0)
		len += (size_t)got;
	close(maps);
	buf[len] = '\0';
	return (ssize_t)len;
}

/* Compare this process.  Allocate nothing: that could change the VMAs. */
void test_self(void)
{
	static char before[1 << 17], after[1 << 17], strings[STRINGS];
	static const char *name[256], *ops[256];
	static struct vmlab_vma vmas[256];
	struct vmlab_vmas req = {
		.size = sizeof(req),
		.target = { .kind = VMLAB_TARGET_SELF },
		.vmas = (uintptr_t)vmas,
		.strings = (uintptr_t)strings,
		.nr = 256,
		.strings_size = sizeof(strings),
	};
	struct vma_list list = { .vma = vmas, .name = name, .ops = ops };

	read_maps(before, sizeof(before));
	if (ioctl(vmlab_fd, VMLAB_IOC_VMAS, &req))
		bail("VMAS of SELF: %s", strerror(errno));
	read_maps(after, sizeof(after));
	if (!ok(!strcmp(before, after), "self: the VMAs of this process did not change"))
		return;
	list.nr = req.nr;
	list.map_count = req.map_count;
	for (uint32_t i = 0; i < req.nr; i++) {
		name[i] = strings + vmas[i].name_off;
		ops[i] = strings + vmas[i].ops_off;
	}
	differences_reset();
	compare_maps(&list, before);
	ok(!differences(), "self: %u VMAs as in maps", req.nr);
}
