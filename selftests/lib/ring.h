/* SPDX-License-Identifier: GPL-2.0 */
/* io_uring with one request at a time. */
#ifndef SELFTESTS_RING_H
#define SELFTESTS_RING_H

#include <linux/io_uring.h>

struct ring {
	int fd;
	struct io_uring_params params;
	char *sq;
	char *cq;
	struct io_uring_sqe *sqe;
};

/* Open a ring with IORING_SETUP_* flags.  Returns 0, or -1 and errno. */
int ring_open(struct ring *ring, unsigned int flags);

/* Make a request, and wait for its end; return its result.  -1 and errno: not even begun. */
int ring_do(struct ring *ring, const struct io_uring_sqe *sqe);

/* Undo ring_open(). */
void ring_close(struct ring *ring);

#endif /* SELFTESTS_RING_H */
