// SPDX-License-Identifier: GPL-2.0
#include "inspect/maps.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/differences.h"
#include "lib/proc.h"
#include "lib/tap.h"

enum { TRIES = 20 };	/* a running process may change meanwhile */

bool maps_read(pid_t pid, struct maps *maps)
{
	unsigned long long start, end;
	size_t room = 0;
	char *copy, *rest, *line;
	struct range *more;

	memset(maps, 0, sizeof(*maps));
	maps->text = slurp("/proc/%d/maps", pid);
	if (!maps->text || !*maps->text) {
		maps_free(maps);
		return false;
	}
	copy = strdup(maps->text);
	if (!copy)
		bail("out of memory");
	rest = copy;
	while ((line = next_line(&rest))) {
		if (strstr(line, "[vsyscall]"))
			continue;
		if (sscanf(line, "%llx-%llx", &start, &end) != 2)
			bail("/proc/%d/maps: %s", pid, line);
		if (maps->nr == room) {
			room = room ? 2 * room : 64;
			more = realloc(maps->vma, room * sizeof(*more));
			if (!more)
				bail("out of memory");
			maps->vma = more;
		}
		maps->vma[maps->nr++] = (struct range){
			.start = start,
			.end = end,
			.line = (size_t)(line - copy),
		};
	}
	free(copy);
	return true;
}

void maps_free(struct maps *maps)
{
	free(maps->text);
	free(maps->vma);
	memset(maps, 0, sizeof(*maps));
}

bool maps_same(pid_t pid, const struct maps *maps)
{
	char *now = slurp("/proc/%d/maps", pid);
	bool same = now && !strcmp(now, maps->text);

	free(now);
	return same;
}

size_t maps_find(const struct maps *maps, uint64_t addr)
{
	size_t low = 0, high = maps->nr;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (maps->vma[middle].end > addr)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

void maps_compare(pid_t pid, const char *what,
		  bool (*compare)(pid_t pid, const struct maps *maps))
{
	struct maps maps;
	char comm[32] = "?";
	char *text = slurp("/proc/%d/comm", pid);

	if (text)
		sscanf(text, "%31[^\n]", comm);
	free(text);

	for (int i = 0; i < TRIES; i++) {
		bool same;

		if (!maps_read(pid, &maps))
			return;
		differences_reset();
		if (!compare(pid, &maps)) {
			maps_free(&maps);
			return;
		}
		same = maps_same(pid, &maps);
		if (same) {
			if (!ok(!differences(), "%s: %s (%zu VMAs)", comm, what,
				maps.nr))
				diag("  %u differences", differences());
		}
		maps_free(&maps);
		if (same)
			return;
	}
	skip("the process changes all the time", "%s: %s", comm, what);
}

void maps_compare_all(const char *what,
		      bool (*compare)(pid_t pid, const struct maps *maps))
{
	ssize_t nr;
	int *pids;

	nr = numbers_in("/proc", &pids);
	for (ssize_t i = 0; i < nr; i++)
		if (pids[i] != getpid())
			maps_compare(pids[i], what, compare);
	free(pids);
}
