/* SPDX-License-Identifier: GPL-2.0 */
/* Why a session failed, for the command to report. */
#ifndef VMLAB_PAGING_FAILURE_H
#define VMLAB_PAGING_FAILURE_H

#include <sys/types.h>

#include "libvmlab.h"

#define FAILURE_TEXT_MAX 1024

/**
 * struct failure - why a session failed
 * @err: a negative errno
 * @about: subject for vmlab_explain(), when @text is empty
 * @text: a sentence for the user, or "" to let vmlab_explain() make one
 */
struct failure {
	int err;
	enum vmlab_subject about;
	char text[FAILURE_TEXT_MAX];
};

/** failure_about - record @err for vmlab_explain(); returns @err */
int failure_about(struct failure *f, int err, enum vmlab_subject about);

/** failure_say - record @err with a sentence; returns @err */
int failure_say(struct failure *f, int err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif /* VMLAB_PAGING_FAILURE_H */
