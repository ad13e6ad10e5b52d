/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The log of changes to the system, in memory that the process of a run shares
 * with the process that cleans up.  An entry is written before the change that
 * it takes back, so that no SIGKILL comes between.  Where the change gives the
 * name of what to take back, the process that cleans up waits for the entry
 * before it kills: undo_pend().
 */
#ifndef LABS_UNDO_H
#define LABS_UNDO_H

#include <stdbool.h>
#include <stddef.h>

enum { UNDO_MAX = 64, UNDO_PATH = 160, UNDO_VALUE = 96 };

enum undo_kind {
	UNDO_WRITE, /* write @value to the file @path */
	UNDO_RMDIR, /* remove the directory @path: a cgroup */
	UNDO_UNLINK, /* remove the file @path */
	UNDO_SWAPOFF, /* disable the swap area @path */
	UNDO_UMOUNT, /* unmount @path */
};

/** struct undo - one change to take back */
struct undo {
	enum undo_kind kind;
	char path[UNDO_PATH];
	char value[UNDO_VALUE];
};

/**
 * struct undo_log - all of them, the first change first
 * @pending: a change was begun whose entry cannot be written before it
 */
struct undo_log {
	bool pending;
	size_t nr;
	struct undo entries[UNDO_MAX];
};

/** undo_add - record a change; false when there is no room */
bool undo_add(struct undo_log *log, enum undo_kind kind, const char *path,
	      const char *value);

/** undo_pend - begin (or end) a change whose entry follows it */
void undo_pend(struct undo_log *log, bool pending);

/** undo_wait - wait until no change is pending, for some seconds at most */
void undo_wait(const struct undo_log *log);

/**
 * undo_all - take back all changes, the last first
 * @failed: [out] the first path that could not be restored, "" when all were
 */
void undo_all(struct undo_log *log, char failed[UNDO_PATH]);

#endif /* LABS_UNDO_H */
