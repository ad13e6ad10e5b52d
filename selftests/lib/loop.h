/* SPDX-License-Identifier: GPL-2.0 */
/* A block device whose blocks are a file. */
#ifndef SELFTESTS_LOOP_H
#define SELFTESTS_LOOP_H

#include <stdbool.h>

struct loop {
	char name[32];	/* the path of the device */
	int fd;		/* the device, O_RDWR */
};

/* Attach a free loop device to a file.  False: there is none, or it cannot be attached. */
bool loop_attach(struct loop *loop, int file);

/* Detach it, once nobody else has it open, and close it. */
void loop_detach(struct loop *loop);

#endif /* SELFTESTS_LOOP_H */
