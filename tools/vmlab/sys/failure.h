/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How layers below the command line report what failed: a negative errno, which
 * decides the exit code, and a sentence for the user.
 */
#ifndef VMLAB_SYS_FAILURE_H
#define VMLAB_SYS_FAILURE_H

#include "libvmlab.h"

#define FAILURE_TEXT_MAX 1024

/**
 * struct failure - what failed
 * @err: a negative errno
 * @about: subject for vmlab_explain(), when @text is empty
 * @text: a sentence for the user, or "" to let vmlab_explain() make one
 */
struct failure {
	int err;
	enum vmlab_subject about;
	char text[FAILURE_TEXT_MAX];
};

/** failure_about - record @err for vmlab_explain(); return @err */
int failure_about(struct failure *failure, int err, enum vmlab_subject about);

/** failure_set - record @err with a sentence; return @err */
int failure_set(struct failure *failure, int err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif /* VMLAB_SYS_FAILURE_H */
