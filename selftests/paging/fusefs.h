/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A FUSE file system whose files can stop answering.  It has the files f0 to f9
 * of FUSEFS_PAGES pages, which read as 'f' whatever was written, but for the last
 * file, which keeps what was written.
 */
#ifndef SELFTESTS_PAGING_FUSEFS_H
#define SELFTESTS_PAGING_FUSEFS_H

#include <stdbool.h>
#include <sys/types.h>

#define FUSEFS_FILES	10
#define FUSEFS_PAGES	64
#define FUSEFS_KEEPS	(FUSEFS_FILES - 1)	/* the number of that file */

/* Shared with the server. */
struct fusefs {
	char dir[32];
	int fd;				/* /dev/fuse */
	pid_t server;
	char *kept;			/* what was written to f9 */
	struct fusefs_file {
		volatile bool hang_read;	/* take requests, answer none */
		volatile bool hang_write;
		volatile int read_error;	/* 0, or the errno of answers */
		volatile int write_error;	/* the same, of each */
		volatile unsigned int write_error_every; /* so many writes */
		volatile unsigned int write_errors;	/* answers with it */
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
