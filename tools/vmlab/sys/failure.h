/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How layers below the command line report what failed: a negative errno, which
 * decides the exit code, and a sentence for the user.
 */
#ifndef VMLAB_FAILURE_H
#define VMLAB_FAILURE_H

#define FAILURE_TEXT_MAX 512

struct failure {
	char text[FAILURE_TEXT_MAX];
};

/** failure_set - write the sentence; return @err, a negative errno */
int failure_set(struct failure *failure, int err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif /* VMLAB_FAILURE_H */
