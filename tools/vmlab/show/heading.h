/* SPDX-License-Identifier: GPL-2.0 */
/* The line above the output about one of several processes. */
#ifndef VMLAB_SHOW_HEADING_H
#define VMLAB_SHOW_HEADING_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

/**
 * heading_print - print "==> 4242 bash <=="
 * @pid: 0 for self
 * @first: there is no output above it
 */
void heading_print(FILE *out, pid_t pid, bool first, bool colour);

#endif /* VMLAB_SHOW_HEADING_H */
