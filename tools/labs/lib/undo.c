// SPDX-License-Identifier: GPL-2.0
/* Take back changes to the system. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/swap.h>
#include <time.h>
#include <unistd.h>

#include "labs/lib/undo.h"

bool undo_add(struct undo_log *log, enum undo_kind kind, const char *path,
	      const char *value)
{
	struct undo *u = &log->entries[log->nr];

	if (log->nr == UNDO_MAX || strlen(path) >= sizeof(u->path) ||
	    (value && strlen(value) >= sizeof(u->value)))
		return false;
	u->kind = kind;
	snprintf(u->path, sizeof(u->path), "%s", path);
	snprintf(u->value, sizeof(u->value), "%s", value ? value : "");
	/* The entry is whole before it counts: a signal can come between. */
	__atomic_store_n(&log->nr, log->nr + 1, __ATOMIC_RELEASE);
	return true;
}

void undo_pend(struct undo_log *log, bool pending)
{
	__atomic_store_n(&log->pending, pending, __ATOMIC_SEQ_CST);
}

void undo_wait(const struct undo_log *log)
{
	const struct timespec pause = { .tv_nsec = 1000000 };

	for (int i = 0; i < 5000; i++) {
		if (!__atomic_load_n(&log->pending, __ATOMIC_SEQ_CST))
			break;
		nanosleep(&pause, NULL);
	}
}

static int write_value(const char *path, const char *value)
{
	size_t len = strlen(value);
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t ret;

	if (fd < 0)
		return -1;
	ret = write(fd, value, len);
	close(fd);
	return ret == (ssize_t)len ? 0 : -1;
}

/* A cgroup stays busy for a moment after its last process was reaped. */
static int remove_cgroup(const char *path)
{
	const struct timespec pause = { .tv_nsec = 20000000 };

	for (int i = 0; i < 250; i++) {
		if (!rmdir(path) || errno != EBUSY)
			break;
		nanosleep(&pause, NULL);
	}
	return rmdir(path) && errno != ENOENT ? -1 : 0;
}

static int undo_one(const struct undo *u)
{
	switch (u->kind) {
	case UNDO_WRITE:
		return write_value(u->path, u->value);
	case UNDO_RMDIR:
		return remove_cgroup(u->path);
	case UNDO_UNLINK:
		return unlink(u->path) && errno != ENOENT ? -1 : 0;
	case UNDO_SWAPOFF:
		/* EINVAL: it was not enabled yet */
		return swapoff(u->path) && errno != EINVAL ? -1 : 0;
	case UNDO_UMOUNT:
		return umount2(u->path, MNT_DETACH) && errno != EINVAL ? -1 : 0;
	}
	return -1;
}

void undo_all(struct undo_log *log, char failed[UNDO_PATH])
{
	failed[0] = '\0';
	for (size_t i = log->nr; i-- > 0;)
		if (undo_one(&log->entries[i]) && !failed[0])
			snprintf(failed, UNDO_PATH, "%s",
				 log->entries[i].path);
	log->nr = 0;
}
