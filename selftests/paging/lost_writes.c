// SPDX-License-Identifier: GPL-2.0
/*
 * Each write is found again, or its error is reported by msync(2) or fsync(2): with a file
 * whose server answers some writes with an error, and when the writer is killed or has no
 * memory left in its memory cgroup.
 *
 * Full file systems and broken disks are tested by backing.c, pages that system calls hold by
 * lost_pins.c.
 *
 * usage: test-paging-lost-writes [SECONDS], of each part
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/dev.h"
#include "lib/file.h"
#include "lib/page.h"
#include "lib/paging.h"
#include "lib/proc.h"
#include "lib/random.h"
#include "lib/tap.h"
#include "paging/fusefs.h"
#include "paging/versions.h"

#define CGROUP	"/sys/fs/cgroup/vmlab-lost-writes"
#define LIMIT	((size_t)16 << 20)

enum {
	FILE_PAGES = FUSEFS_PAGES,
	MANY = 6000,			/* pages, more than LIMIT */
	BUDGET = 12,
	THREADS = 3,
	KILLS_MIN = 3,
};

static unsigned int seconds = 5;
static uint64_t rng = 1;

/* --- write-back fails ------------------------------------------------------- */

struct failing {
	struct fusefs_file *file;
	const char *kept;
	int fd;
	char *p;
	uint64_t version[FILE_PAGES];
	unsigned int syncs, reported, silent, wrong_kept, wrong_error, lost;
};

static void write_some(struct failing *f)
{
	struct vmlab_range r;

	for (int i = 0; i < 20; i++) {
		size_t nr = random_below(&rng, FILE_PAGES);

		write_version(f->p, nr, ++f->version[nr]);
	}
	/* Some are written back after their eviction. */
	if (random_below(&rng, 2))
		try_range(f->fd, VMLAB_RANGE_EVICT, 0, FILE_PAGES, &r);
	if (random_below(&rng, 2))
		msleep(120);
}

/* Sync, and compare what is reported with what the server answered. */
static void sync_once(struct failing *f, unsigned int *errors, int error)
{
	int ret = random_below(&rng, 2) ? msync(f->p, FILE_PAGES * page, MS_SYNC) : fsync(f->fd);
	int err = errno;
	unsigned int now = f->file->write_errors;

	f->syncs++;
	f->lost += count_wrong(f->p, f->version, FILE_PAGES);
	if (ret) {
		f->reported++;
		f->wrong_error += err != error;
	} else {
		f->silent += now != *errors;
		f->wrong_kept += count_wrong(f->kept, f->version, FILE_PAGES);
	}
	*errors = now;
}

static void fail_writes(struct fusefs *fs, int error, const char *name)
{
	unsigned long long until = now_ms() + seconds * 1000ULL / 3;
	struct failing f = { .file = &fs->file[FUSEFS_KEEPS], .kept = fs->kept };
	int file = fusefs_open(fs, FUSEFS_KEEPS);
	unsigned int errors;

	f.fd = dev_open(O_RDWR);
	memset(fs->kept, 0, FILE_PAGES * page);
	/* No page of an earlier file is cached. */
	if (set_backing(f.fd, VMLAB_BACKING_FILE, file, 0))
		bail("BACKING: %s", strerror(errno));
	posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED);
	use_paging(f.fd, .budget = BUDGET, .policy = VMLAB_POLICY_RANDOM, .seed = 1);
	f.p = map_shared(f.fd, FILE_PAGES);
	errors = f.file->write_errors;
	f.file->write_error_every = 3;
	do {
		f.file->write_error = random_below(&rng, 4) ? error : 0;
		write_some(&f);
		sync_once(&f, &errors, error);
	} while (now_ms() < until || !f.reported || f.reported == f.syncs);
	f.file->write_error = 0;
	/* The error of a write after the last sync, then none. */
	fsync(f.fd);
	works(fsync(f.fd), "%s: fsync when the file works again", name);
	diag("%u syncs, %u of them failed, %u writes were answered with the error",
	     f.syncs, f.reported, f.file->write_errors);
	is(f.silent, 0, "%s: errors that no sync reported", name);
	is(f.wrong_error, 0, "%s: syncs with another error", name);
	is(f.lost, 0, "%s: pages without their version in memory", name);
	is(f.wrong_kept, 0, "%s: pages without their version in the file after a sync", name);
	is(count_wrong(fs->kept, f.version, FILE_PAGES), 0, "%s: ... in the end", name);
	unmap_and_close(f.fd, f.p, FILE_PAGES);
	close(file);
}

static void test_errors(void)
{
	struct fusefs *fs = fusefs_start();

	if (!fs) {
		skip("this kernel has no FUSE", "errors of write-back");
		return;
	}
	fail_writes(fs, EIO, "EIO");
	fail_writes(fs, ENOSPC, "ENOSPC");
	fail_writes(fs, EDQUOT, "EDQUOT");
	fusefs_abort(fs);
}

/* --- the writer is killed ---------------------------------------------------- */

/* What a writer that is killed leaves: in memory of the test. */
struct left {
	char *p;
	size_t pages;
	atomic_uint_least64_t *version;	/* written last; the next may be written, too */
	bool in_cgroup;
};

static void *write_own(void *arg)
{
	struct left *left = ((struct left **)arg)[0];
	size_t first = (size_t)((void **)arg)[1];

	for (uint64_t round = 0;; round++) {
		for (size_t i = first; i < left->pages; i += THREADS) {
			uint64_t next = atomic_load(&left->version[i]) + 1;

			write_version(left->p, i, next);
			atomic_store(&left->version[i], next);
		}
	}
	return NULL;
}

static int write_until_killed(void *arg)
{
	void *args[THREADS][2];
	pthread_t threads[THREADS];
	struct left *left = arg;

	if (left->in_cgroup && write_file(CGROUP "/cgroup.procs", "0", 1))
		return 1;
	for (size_t i = 0; i < THREADS; i++) {
		args[i][0] = left;
		args[i][1] = (void *)i;
		if (pthread_create(&threads[i], NULL, write_own, args[i]))
			return 2;
	}
	pause();
	return 0;
}

/* Each page has the version that was acknowledged, or the first part of the next one. */
static unsigned int wrong_versions(const struct left *left)
{
	unsigned int wrong = 0;

	for (size_t i = 0; i < left->pages; i++) {
		uint64_t acked = atomic_load(&left->version[i]);
		uint64_t first = *(volatile uint64_t *)(left->p + i * page);
		uint64_t last = *(volatile uint64_t *)(left->p + i * page + page - 8);
		bool good = (first == acked && last == acked) ||
			    (first == acked + 1 && (last == acked || last == acked + 1));

		if (!good && wrong++ < 5)
			diag("page %zu: %llu was written, found %llu and %llu", i,
			     (unsigned long long)acked, (unsigned long long)first,
			     (unsigned long long)last);
		/* The next writer goes on from here. */
		write_version(left->p, i, first);
		atomic_store(&left->version[i], first);
	}
	return wrong;
}

static struct left make_left(int fd, size_t pages)
{
	struct left left = { .p = map_shared(fd, pages), .pages = pages };

	left.version = mmap(NULL, pages * sizeof(uint64_t), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (left.version == MAP_FAILED)
		bail("mmap: %s", strerror(errno));
	return left;
}

static void test_killed(void)
{
	unsigned long long until = now_ms() + seconds * 1000ULL;
	unsigned int kills = 0, wrong = 0;
	int fd = dev_open(O_RDWR);
	struct left left;

	use_paging(fd, .budget = BUDGET, .policy = VMLAB_POLICY_CLOCK);
	left = make_left(fd, 4 * BUDGET);
	while (now_ms() < until || kills < KILLS_MIN) {
		pid_t pid = spawn(write_until_killed, &left);

		usleep(20000 + (useconds_t)random_below(&rng, 100000));
		kill(pid, SIGKILL);
		wrong += (unsigned int)reap(pid) != 128 + SIGKILL;
		wrong += wrong_versions(&left);
		kills++;
	}
	ok(paging_stats(fd).stored, "SIGKILL: %u writers, %llu pages stored", kills,
	   (unsigned long long)paging_stats(fd).stored);
	is(wrong, 0, "SIGKILL: pages without a version that was written");
	unmap_and_close(fd, left.p, left.pages);
	munmap((void *)left.version, left.pages * sizeof(uint64_t));
}

/* --- no memory is left -------------------------------------------------------- */

static bool make_cgroup(void)
{
	char limit[32];

	snprintf(limit, sizeof(limit), "%zu", LIMIT);
	write_file("/sys/fs/cgroup/cgroup.subtree_control", "+memory", 7);
	if (mkdir(CGROUP, 0755) && errno != EEXIST)
		return false;
	write_file(CGROUP "/memory.swap.max", "0", 1);
	return !write_file(CGROUP "/memory.max", limit, strlen(limit));
}

static bool was_killed(void *unused)
{
	char *text = slurp(CGROUP "/memory.events");
	const char *at = text ? strstr(text, "oom_kill ") : NULL;
	bool killed = at && strtoull(at + strlen("oom_kill "), NULL, 10);

	(void)unused;
	free(text);
	return killed;
}

static void run_out(uint64_t budget, const char *name)
{
	int fd = dev_open(O_RDWR);
	struct left left;
	pid_t pid;

	if (!make_cgroup()) {
		skip("no memory cgroups", "%s", name);
		close(fd);
		return;
	}
	use_paging(fd, .budget = budget, .policy = VMLAB_POLICY_FIFO);
	left = make_left(fd, MANY);
	left.in_cgroup = true;
	pid = spawn(write_until_killed, &left);
	wait_until(was_killed, NULL);
	ok(was_killed(NULL), "%s: the OOM killer was called", name);
	kill(pid, SIGKILL);
	is((unsigned int)reap(pid), 128 + SIGKILL, "%s: the writer was killed", name);
	is(wrong_versions(&left), 0, "%s: pages without a version that was written", name);
	unmap_and_close(fd, left.p, left.pages);
	munmap((void *)left.version, left.pages * sizeof(uint64_t));
	rmdir(CGROUP);
}

static void test_no_memory(void)
{
	run_out(0, "no memory");
	/* Evictions take memory of the cgroup for the store. */
	run_out(MANY / 2, "no memory, a budget");
}

int main(int argc, char **argv)
{
	unsigned long long frames = module_frames();

	if (argc > 1)
		seconds = (unsigned int)atoi(argv[1]);
	test_errors();
	test_killed();
	test_no_memory();
	is(module_frames(), frames, "frames of the module, as at the start");
	return tap_done();
}
