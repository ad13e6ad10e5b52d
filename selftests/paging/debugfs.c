// SPDX-License-Identifier: GPL-2.0
/* The files of spaces/ID/ in debugfs, against the statistics. */
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/paging.h"
#include "lib/tap.h"

#define PAGES	64

static size_t psize;

static FILE *debugfs_open(int fd, const char *name)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), DEBUGFS "/spaces/%llu/%s",
		 (unsigned long long)space_id(fd), name);
	file = fopen(path, "r");
	if (!file)
		bail("%s: %s", path, strerror(errno));
	return file;
}

static bool debugfs_has(int fd, const char *name, const char *wanted)
{
	FILE *file = debugfs_open(fd, name);
	char line[256];
	bool found = false;

	while (!found && fgets(line, sizeof(line), file))
		found = !strcmp(line, wanted);
	fclose(file);
	return found;
}

/* Return the number of directories in spaces/. */
static unsigned int nr_spaces(void)
{
	DIR *dir = opendir(DEBUGFS "/spaces");
	const struct dirent *entry;
	unsigned int nr = 0;

	if (!dir)
		bail("%s/spaces: %s", DEBUGFS, strerror(errno));
	while ((entry = readdir(dir)))
		nr += entry->d_name[0] != '.';
	closedir(dir);
	return nr;
}

static bool nr_spaces_is(void *nr)
{
	return nr_spaces() == *(unsigned int *)nr;
}

/* A file that was opened has a directory once it is used. */
static void used(void)
{
	const unsigned int before = nr_spaces();
	unsigned int nr = before + 1;
	struct pollfd pfd = { .events = POLLIN };
	int fd = dev_open(O_RDWR);
	char *p;

	is(nr_spaces(), before, "spaces: open(2) alone adds no directory");
	dev_info();
	ok(get_mm(fd, VMLAB_TARGET_SELF, 0, &(struct vmlab_mm){}) == 0 &&
	   nr_spaces() == before, "... nor does a request about a process");
	fails(ioctl(fd, TCGETS, &nr), ENOTTY, "... nor an unknown request");
	is(nr_spaces(), before, "... which fails");
	works(fsync(fd), "fsync(2) of a file that was not used");
	space_id(fd);
	is(nr_spaces(), nr, "a request about its space adds one");
	close(fd);
	is(nr_spaces(), before, "... which the last close removes");

	fd = dev_open(O_RDWR);
	pfd.fd = fd;
	ok(poll(&pfd, 1, 0) == 1 && pfd.revents == POLLERR,
	   "poll(2) of a file that was not used: events are off");
	is(nr_spaces(), nr, "poll(2) adds a directory");
	close(fd);

	fd = dev_open(O_RDWR);
	p = map_shared(fd, 1);
	wait_until(nr_spaces_is, &nr);
	is(nr_spaces(), nr, "mmap(2) has a directory added");
	close(fd);
	is(nr_spaces(), nr, "... which stays while the memory is mapped");
	munmap(p, psize);
	is(nr_spaces(), before, "... and no longer");

	/* The worker may be about to add it. */
	for (int i = 0; i < 50; i++) {
		fd = dev_open(O_RDWR);
		unmap_and_close(fd, map_shared(fd, 1), 1);
	}
	is(nr_spaces(), before, "spaces that are mapped for an instant leave none");
}

static void policy(int fd)
{
	ok(debugfs_has(fd, "policy", "policy none\n"), "policy: none");
	works(set_paging(fd, .budget = 6, .policy = VMLAB_POLICY_LFU,
			 .prefetch = VMLAB_PREFETCH_NEXT, .prefetch_pages = 2),
	      "LFU");
	ok(debugfs_has(fd, "policy", "policy lfu\n") &&
	   debugfs_has(fd, "policy", "budget 6\n") &&
	   debugfs_has(fd, "policy", "prefetch next\n") &&
	   debugfs_has(fd, "policy", "backing zero\n"),
	   "policy: LFU, budget, prefetch and backing");
}

/* Is a record what frames 1 (stored), 40 (locked) or a prefetched one have? */
static bool record_right(const char *line, unsigned long *pgoff)
{
	const char *expect = "----e";
	unsigned long pfn;
	int mapcount, refs;
	char state[16];

	if (sscanf(line, "%lu %lu %d %d %15s", pgoff, &pfn, &mapcount, &refs,
		   state) != 5)
		return false;
	if (*pgoff == 1)
		expect = "-ts--";
	else if (*pgoff == 40)
		expect = "---le";
	return !strcmp(state, expect) && mapcount == (*pgoff == 1) &&
	       refs == mapcount + 1;
}

static void frames(int fd)
{
	FILE *file = debugfs_open(fd, "frames");
	unsigned long pgoff, last = 0;
	unsigned int nr = 0, bad = 0;
	char line[256];

	ok(fgets(line, sizeof(line), file) &&
	   !strcmp(line, "pgoff pfn mapcount refs state\n"), "frames: header");
	while (fgets(line, sizeof(line), file)) {
		bool right = record_right(line, &pgoff) &&
			     (!nr || pgoff > last);

		if (!right)
			diag("%s", line);
		bad += !right;
		last = pgoff;
		nr++;
	}
	fclose(file);
	is(nr, space_stats(fd).frames, "frames: records");
	is(nr, 4, "frames: records of pages 1, 2, 3 and 40");
	is(bad, 0, "frames: records with wrong fields");
}

static bool owner_is(unsigned long long id, const char *pid, const char *comm)
{
	char path[128], wanted[128], got[128];
	size_t len;
	FILE *file;

	snprintf(path, sizeof(path), DEBUGFS "/spaces/%llu/owner", id);
	snprintf(wanted, sizeof(wanted), "field value\npid %s\ncomm %s\n", pid,
		 comm);
	file = fopen(path, "r");
	if (!file)
		bail("%s: %s", path, strerror(errno));
	len = fread(got, 1, sizeof(got) - 1, file);
	fclose(file);
	got[len] = '\0';
	if (strcmp(got, wanted))
		diag("%s", got);
	return !strcmp(got, wanted);
}

/*
 * In a child: open the device, write the id of the space to @id, and leave the
 * descriptor to a process that keeps it until @end is closed.
 */
static void open_and_leave(int id, const int end[2])
{
	unsigned long long space;
	int fd;

	prctl(PR_SET_NAME, "an opener");
	fd = dev_open(O_RDWR);
	space = space_id(fd);
	if (!fork()) {
		close(end[1]);
		_exit(read(end[0], &space, 1) != 0);
	}
	_exit(write(id, &space, sizeof(space)) != sizeof(space));
}

static void owner(int fd)
{
	unsigned long long id = 0;
	char pid[16], comm[16];
	int ids[2], end[2], status;
	pid_t child;

	snprintf(pid, sizeof(pid), "%d", getpid());
	prctl(PR_GET_NAME, comm);
	ok(owner_is(space_id(fd), pid, comm), "owner: this process");
	if (pipe(ids) || pipe(end))
		bail("pipe: %s", strerror(errno));
	/* to wait for the child of the child */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	child = fork();
	if (!child)
		open_and_leave(ids[1], end);
	ok(waitpid(child, &status, 0) == child && !status &&
	   read(ids[0], &id, sizeof(id)) == sizeof(id), "a child opens a space");
	ok(owner_is(id, "-", "an opener"), "owner: a process that has exited");
	close(end[0]);
	close(end[1]);
	ok(wait(&status) > 0 && !status, "the process that has the descriptor ends");
	close(ids[0]);
	close(ids[1]);
}

int main(void)
{
	int fd = dev_open(O_RDWR);
	char *p, wanted[64];

	psize = page_size();
	used();
	owner(fd);

	p = map_shared(fd, PAGES);
	policy(fd);
	touch(p + psize, TOUCH_WRITE, 1, NULL);
	range(fd, VMLAB_RANGE_LOCK, 40, 1);
	range(fd, VMLAB_RANGE_EVICT, 1, 1);
	touch(p + psize, TOUCH_READ, 0, NULL);
	frames(fd);
	snprintf(wanted, sizeof(wanted), "refaults %llu pages\n",
		 (unsigned long long)paging_stats(fd).refaults);
	ok(debugfs_has(fd, "stats", wanted), "stats: %.*s",
	   (int)strcspn(wanted, "\n"), wanted);
	unmap_and_close(fd, p, PAGES);
	return tap_done();
}
