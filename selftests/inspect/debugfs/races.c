// SPDX-License-Identifier: GPL-2.0
/* Files read while their processes exit and are detached. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "lib/child.h"
#include "lib/debugfs.h"
#include "lib/dev.h"
#include "lib/proc.h"
#include "lib/processes.h"
#include "lib/tap.h"
#include "inspect/debugfs/process_files.h"

struct reader {
	pthread_t thread;
	pid_t pid;
	const char *name;
	unsigned long reads, wrong;
};

static atomic_bool stop;

static void *reader(void *arg)
{
	struct reader *r = arg;

	while (!atomic_load(&stop)) {
		char *text = slurp(DEBUGFS "/%d/%s", r->pid, r->name);

		if (text)
			r->reads++;
		else if (errno != ESRCH && errno != ENOENT)
			r->wrong++;
		free(text);
	}
	return NULL;
}

/* Read with two threads while targets are attached, killed and detached. */
void test_races(void)
{
	enum { ROUNDS = 25 };
	unsigned long reads = 0, wrong = 0, attached = 0;
	bool gone = true;

	for (int i = 0; i < ROUNDS; i++) {
		struct reader readers[2];
		pid_t pid = stopped_child();

		attached += !debugfs_attach(pid);
		atomic_store(&stop, false);
		for (int n = 0; n < 2; n++) {
			readers[n] = (struct reader){
				.pid = pid,
				.name = n ? "vmas" : "mm",
			};
			pthread_create(&readers[n].thread, NULL, reader,
				       &readers[n]);
		}
		msleep((unsigned int)i % 5 * 4);
		kill(pid, SIGKILL);
		/* Race the removal at exit with a detach. */
		if (i % 2 && debugfs_detach(pid) && errno != ENOENT &&
		    errno != ESRCH)
			wrong++;
		reap(pid);
		gone &= dir_is_removed(pid);
		atomic_store(&stop, true);
		for (int n = 0; n < 2; n++) {
			pthread_join(readers[n].thread, NULL);
			reads += readers[n].reads;
			wrong += readers[n].wrong;
		}
	}
	diag("%lu complete reads", reads);
	is(attached, ROUNDS, "races: every process could be attached");
	is(wrong, 0, "races: readers see a whole file, ESRCH or ENOENT");
	ok(gone, "races: every directory is removed");
}

struct writer {
	pthread_t thread;
	pthread_barrier_t *start;
	pid_t pid;
	int (*write)(pid_t pid);
	int retry;	/* errno after which to write again */
	bool done;
};

static void *writer(void *arg)
{
	struct writer *w = arg;
	int ret;

	pthread_barrier_wait(w->start);
	do {
		ret = w->write(w->pid);
	} while (ret && errno == w->retry);
	w->done = !ret;
	return NULL;
}

/*
 * Attach a process while it is detached: as soon as the one directory is removed there
 * is another, with all files.
 */
void test_attach_during_detach(void)
{
	enum { ROUNDS = 200 };
	unsigned long failed = 0, missing = 0;
	pid_t pid = stopped_child();

	failed += !!debugfs_attach(pid);
	for (int i = 0; i < ROUNDS; i++) {
		pthread_barrier_t start;
		struct writer writers[] = {
			{ .write = debugfs_detach, .retry = 0 },
			{ .write = debugfs_attach, .retry = EEXIST },
		};
		char *text;

		pthread_barrier_init(&start, NULL, 2);
		for (int n = 0; n < 2; n++) {
			writers[n].pid = pid;
			writers[n].start = &start;
			pthread_create(&writers[n].thread, NULL, writer,
				       &writers[n]);
		}
		for (int n = 0; n < 2; n++) {
			pthread_join(writers[n].thread, NULL);
			failed += !writers[n].done;
		}
		pthread_barrier_destroy(&start);
		text = slurp(DEBUGFS "/%d/pgtotals", pid);
		missing += !text;
		free(text);
	}
	works(debugfs_detach(pid), "races: detach in the end");
	is(failed, 0, "races: attach during detach: failed writes");
	is(missing, 0, "... directories missing after attach");
	kill(pid, SIGKILL);
	reap(pid);
}
