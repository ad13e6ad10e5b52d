/* SPDX-License-Identifier: GPL-2.0 */
/* What vmlab run is told. */
#ifndef PRELOAD_REPORT_H
#define PRELOAD_REPORT_H

#include "preload.h"

void report_space(int fd, uint64_t id, uint64_t cause);
void report_no_space(uint64_t err, uint64_t step);
void report_given_back(size_t len);
void report_exit(void);

/* Report as at the end of the process, and nothing after that. */
void report_end(void);

/* Is it the library's socket; move it to another number. */
bool report_is_ours(int fd);
int report_descriptor(void);
void report_move(void);

/* In a forked child: the connection is the parent's.  @close: and its descriptor */
void report_forget(bool close);

#endif /* PRELOAD_REPORT_H */
