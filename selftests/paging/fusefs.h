/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A FUSE file system whose files can stop answering.  It has the files f0 to f9
 * of FUSEFS_PAGES pages; a page that was not written reads as 'f'.
 */
#ifndef SELFTESTS_PAGING_FUSEFS_H
#define SELFTESTS_PAGING_FUSEFS_H

#include <stdbool.h>
#include <sys/types.h>

#define FUSEFS_FILES	10
#define FUSEFS_PAGES	64

/* Shared with the server. */
struct fusefs {
	char dir[32];
	int fd;				/* /dev/fuse */
	pid_t server;
	struct fusefs_file {
		volatile bool hang_read;	/* take requests, answer none */
		volatile bool hang_write;
		volatile int read_error;	/* 0, or the errno of answers */
		volatile unsigned int reads;	/* requests taken */
		volatile unsigned int writes;
		volatile uid_t uid;	/* of the last write */
	} file[FUSEFS_FILES];
};

/* Mount it and start its server; NULL when this kernel cannot. */
struct fusefs *fusefs_start(void);

/* Open f@nr for reading and writing or end the test. */
int fusefs_open(const struct fusefs *fs, unsigned int nr);

/* End the connection, as "umount -f" does: requests fail with ECONNABORTED. */
void fusefs_abort(struct fusefs *fs);

#endif /* SELFTESTS_PAGING_FUSEFS_H */
