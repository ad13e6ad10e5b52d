// SPDX-License-Identifier: GPL-2.0
/* Record the accesses of a process that runs already: borrow its descriptors. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "run/attach.h"
#include "sys/clock.h"
#include "sys/xalloc.h"

enum { TICK_MS = 100, EVENTS_PER_READ = 1024, EVENTS_KEPT = 1 << 18 };

/* A space, and what is to be restored. */
struct borrowed {
	struct run_space pub;
	struct vmlab_space *handle;
	struct vmlab_paging before;
	uint64_t filled;
	int file_flags;
};

struct attached {
	struct accesses *accesses;
	pid_t pid;
	int pidfd;
	int signals;
	struct borrowed *space;
	size_t nr, room;
	struct vmlab_event *events;
};

static bool is_known(const struct attached *t, uint64_t id)
{
	for (size_t i = 0; i < t->nr; i++)
		if (t->space[i].pub.id == id)
			return true;
	return false;
}

/* Borrow a descriptor of the device, unless it is one of a space that is borrowed. */
static int borrow(struct attached *t, int number)
{
	struct borrowed b = { .pub.pid = t->pid, .pub.cause = RUN_STARTED };
	struct vmlab_space_config config;
	int fd = pidfd_getfd(t->pidfd, number, 0);

	if (fd < 0)
		/* It was closed meanwhile. */
		return errno == EBADF ? 0 : -errno;
	if (vmlab_space_from_fd(fd, &b.handle)) {
		close(fd);
		return 0;
	}
	if (vmlab_space_get(b.handle, &config) || is_known(t, config.space_id)) {
		vmlab_space_close(b.handle);
		return 0;
	}
	b.pub.id = config.space_id;
	b.pub.space = b.handle;
	t->space = array_grow(t->space, t->nr, &t->room, sizeof(*t->space));
	t->space[t->nr++] = b;
	return 0;
}

static int borrow_all(struct attached *t)
{
	char path[64], link[64];
	struct dirent *entry;
	int err = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/fd", t->pid);
	dir = opendir(path);
	if (!dir)
		return -errno;
	while (!err && (entry = readdir(dir))) {
		ssize_t length = readlinkat(dirfd(dir), entry->d_name, link,
					    sizeof(link) - 1);

		if (length < 0)
			continue;
		link[length] = '\0';
		if (!strcmp(link, VMLAB_DEVICE))
			err = borrow(t, atoi(entry->d_name));
	}
	closedir(dir);
	return err;
}

/*
 * A space that records events already was sampled for these, which end here.  That
 * recorder may have been killed, and nobody else would end its sampling.
 */
static void forget_sampling(struct borrowed *b)
{
	struct pollfd events = { vmlab_space_fd(b->handle), 0, 0 };

	/* POLLERR: events are off, so that the sampling is for a policy */
	if (poll(&events, 1, 0) || !(b->before.flags & VMLAB_PAGING_SAMPLE))
		return;
	b->before.flags &= ~VMLAB_PAGING_SAMPLE;
	b->before.sample = 0;
	b->before.sample_keep = 0;
}

/* Begin to sample a space. */
static int start(struct attached *t, struct borrowed *b)
{
	struct vmlab_space_stats stats;
	struct vmlab_paging paging;
	int err = vmlab_space_paging_get(b->handle, &b->before);

	/* It needs its trace again with each setting: leave its events alone. */
	if (!err && b->before.policy == VMLAB_POLICY_OPT)
		err = -EINVAL;
	if (!err)
		err = vmlab_space_stats_get(b->handle, &stats);
	if (err)
		return err;
	forget_sampling(b);
	b->filled = stats.filled;
	paging = b->before;
	paging.flags &= ~VMLAB_PAGING_STEPPING;
	paging.flags |= VMLAB_PAGING_SAMPLE;
	paging.sample = t->accesses->sample;
	paging.sample_keep = t->accesses->keep;
	err = vmlab_space_events_set(b->handle, 1u << VMLAB_EVENT_ACCESS |
				     1u << VMLAB_EVENT_DROP, EVENTS_KEPT);
	if (err)
		return err;
	err = vmlab_space_paging_set(b->handle, &paging);
	if (err) {
		vmlab_space_events_set(b->handle, 0, 0);
		return err;
	}
	/* Another reader can be faster after poll(2). */
	b->file_flags = fcntl(vmlab_space_fd(b->handle), F_GETFL);
	fcntl(vmlab_space_fd(b->handle), F_SETFL, b->file_flags | O_NONBLOCK);
	t->accesses->observer.on_space(t->accesses, &b->pub);
	return 0;
}

/* Read events; return whether there were any. */
static bool read_events(struct attached *t, struct borrowed *b)
{
	ssize_t nr = vmlab_space_events_read(b->handle, t->events, EVENTS_PER_READ);

	if (nr > 0)
		t->accesses->observer.on_events(t->accesses, &b->pub, t->events,
						(size_t)nr);
	return nr > 0;
}

/* Read what is there, and wait for more; return false when it is time to end. */
static bool wait_for_events(struct attached *t, int timeout)
{
	struct pollfd *fds = check_alloc(calloc(t->nr + 2, sizeof(*fds)));
	bool go_on;

	for (size_t i = 0; i < t->nr; i++)
		fds[i] = (struct pollfd){ vmlab_space_fd(t->space[i].handle), POLLIN, 0 };
	fds[t->nr] = (struct pollfd){ t->pidfd, POLLIN, 0 };
	fds[t->nr + 1] = (struct pollfd){ t->signals, POLLIN, 0 };
	poll(fds, t->nr + 2, timeout);
	for (size_t i = 0; i < t->nr; i++)
		if (fds[i].revents & POLLIN)
			read_events(t, &t->space[i]);
	go_on = !fds[t->nr].revents && !fds[t->nr + 1].revents;
	free(fds);
	return go_on;
}

static void record(struct attached *t, double seconds)
{
	const double begin = clock_now();
	double tick = begin;

	while (wait_for_events(t, TICK_MS)) {
		const double now = clock_now();

		if (now - begin >= seconds)
			break;
		if (now - tick >= TICK_MS / 1e3) {
			t->accesses->observer.on_tick(t->accesses);
			tick = now;
		}
	}
}

/* End the recording of a space, and restore its settings. */
static void stop(struct attached *t, struct borrowed *b)
{
	struct vmlab_paging_stats paging = { 0 };
	struct vmlab_space_stats stats = { 0 };

	vmlab_space_paging_set(b->handle, &b->before);
	/* What is there, but not what is added all the while when it was sampled before. */
	for (int i = 0; i <= EVENTS_KEPT / EVENTS_PER_READ; i++)
		if (!read_events(t, b))
			break;
	vmlab_space_events_set(b->handle, 0, 0);
	fcntl(vmlab_space_fd(b->handle), F_SETFL, b->file_flags);
	vmlab_space_stats_get(b->handle, &stats);
	stats.filled -= b->filled;
	t->accesses->observer.on_end(t->accesses, &b->pub, &stats, &paging);
}

static int record_all(struct attached *t, double seconds, struct failure *failure)
{
	size_t started = 0;
	int err = 0;

	t->events = check_alloc(calloc(EVENTS_PER_READ, sizeof(*t->events)));
	while (!err && started < t->nr) {
		err = start(t, &t->space[started]);
		started += !err;
	}
	if (!err)
		record(t, seconds);
	else if (t->space[started].before.policy == VMLAB_POLICY_OPT)
		failure_set(failure, err, "cannot sample process %d: a space of it has the policy "
			    "opt, and settings of opt need its trace, which cannot be read back: "
			    "give the space another policy", t->pid);
	else
		failure_set(failure, err, "cannot sample the spaces of process %d: %s", t->pid,
			    strerror(-err));
	for (size_t i = 0; i < started; i++)
		stop(t, &t->space[i]);
	free(t->events);
	return err;
}

int attach_accesses(struct accesses *a, pid_t pid, double seconds, struct failure *failure)
{
	struct attached t = { .accesses = a, .pid = pid };
	struct run_plan ignored = { .command = NULL };
	sigset_t set, before;
	int err;

	accesses_plan(a, &ignored);
	t.pidfd = pidfd_open(pid, 0);
	if (t.pidfd < 0)
		return failure_set(failure, -errno, "no process %d: %s", pid,
				   strerror(errno));
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, &before);
	t.signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	err = borrow_all(&t);
	if (err) {
		failure_set(failure, err, "cannot open the spaces of process %d: %s: run "
			    "vmlab as root", pid, strerror(-err));
	} else if (!t.nr) {
		err = failure_set(failure, -ENOENT, "process %d has no space: start it with "
				  "'vmlab run'", pid);
	} else {
		err = record_all(&t, seconds, failure);
	}
	for (size_t i = 0; i < t.nr; i++)
		vmlab_space_close(t.space[i].handle);
	free(t.space);
	close(t.signals);
	close(t.pidfd);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return err;
}
